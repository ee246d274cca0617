"""When a spooled clip goes: taken back, session over, expired, server stopped or crashed; and when it must not."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.errors import UploadError
from core.spool import MB, Spool
from core.spool.folder import FOLDER_PREFIX
from tests.spooled import clips_on_disk, put, used_bytes


@pytest.fixture
def spool(tmp_path):
    with_limits = Spool(tmp_path / "base", max_file_bytes=MB, quota_bytes=MB, ttl_s=3600)
    yield with_limits
    with_limits.close()


# -- out ---------------------------------------------------------------------


def test_discard_removes_what_the_user_took_out_and_nothing_else(spool):
    mine, other, sample = (put(spool, owner=o, upload_id=u) for o, u in [("a", "1"), ("b", "1"), ("a", None)])
    spool.discard_upload(owner="a", upload_id="1")
    assert spool.get(mine.token) is None
    assert sorted(clips_on_disk(spool)) == sorted([other.path, sample.path])


def test_same_upload_again_replaces_the_clip(spool):
    first, second = (put(spool, data, owner="a", upload_id="1") for data in (b"first", b"second"))
    assert clips_on_disk(spool) == [second.path]
    assert spool.get(first.token) is None


def test_kept_clip_outlives_the_uploader_until_released(spool):
    file = put(spool, owner="a", upload_id="1")
    spool.keep(file.token)
    spool.discard_upload(owner="a", upload_id="1")
    assert file.path.exists()
    spool.release(file.token)
    assert not file.path.exists()


def test_copies_go_everywhere_although_a_result_shows_them(spool, tmp_path):
    source = tmp_path / "kept"
    source.write_bytes(b"clip")
    copies = [spool.copy_in(source, owner=owner, name="one") for owner in ("a", "b", None)]
    other = spool.copy_in(source, owner="a")
    spool.keep(copies[0].token)
    folder = spool.make_folder(copies[0].token)
    spool.remove_copies("one")
    assert [spool.get(copy.token) for copy in copies] == [None] * 3
    assert clips_on_disk(spool) == [other.path]
    assert not folder.exists()


def test_released_clip_stays_while_it_is_in_the_uploader(spool):
    file = put(spool, owner="a", upload_id="1")
    spool.keep(file.token)
    spool.release(file.token)
    assert file.path.exists()


REMOVALS = {
    "removed": lambda spool, file: spool.remove(file.token),
    "taken back": lambda spool, file: spool.discard(file.token),
    "discarded": lambda spool, file: spool.discard_upload(owner="a", upload_id="1"),
    "session over": lambda spool, file: spool.sweep(is_active=lambda _: False),
}


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_running_analysis_keeps_its_clip_to_the_end(spool, removal):
    file = put(spool, owner="a", upload_id="1")
    with spool.hold(file.token), spool.hold(file.token) as held:
        removal(spool, file)
        assert held.path.read_bytes() == b"clip"
    assert clips_on_disk(spool) == []
    assert used_bytes(spool.room) == 0


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_job_in_the_background_keeps_its_clip_until_it_ends(spool, removal):
    file = put(spool, owner="a", upload_id="1")
    running = [True]
    spool.hold_while(file.token, lambda: bool(running))
    removal(spool, file)
    spool.sweep()
    assert clips_on_disk(spool) == [file.path]
    running.clear()
    spool.sweep()
    assert clips_on_disk(spool) == []


def test_clip_that_is_still_wanted_stays_after_the_job(spool):
    file = put(spool)
    spool.hold_while(file.token, lambda: False)
    spool.sweep()
    assert file.path.exists()


def test_holding_a_clip_that_is_gone_says_what_to_do(spool):
    with pytest.raises(UploadError, match=r"no longer on the server.*Upload it again"), spool.hold("token"):
        pass


def test_unknown_tokens_are_ignored(spool):
    spool.keep("token")
    spool.release("token")
    spool.remove("token")
    assert spool.get("token") is None


def test_clips_go_with_their_session(spool):
    mine, other, nobodys = (put(spool, owner=owner) for owner in ("a", "b", None))
    spool.keep(mine.token)
    spool.sweep(is_active={"b"}.__contains__)
    assert sorted(clips_on_disk(spool)) == sorted([other.path, nobodys.path])


def test_session_that_comes_back_in_time_finds_its_clip(spool):
    file = put(spool, owner="a")
    for is_active in (False, True, False):
        spool.sweep(is_active=lambda _, active=is_active: active, grace_s=0.1)
        time.sleep(0.06)
    assert file.path.exists()
    time.sleep(0.06)
    spool.sweep(is_active=lambda _: False, grace_s=0.1)
    assert not file.path.exists()


def test_clips_go_on_with_the_session_that_goes_on_with_their_visit(spool):
    mine, other = put(spool, owner="a", upload_id="1"), put(spool, owner="b")
    spool.hand_over("a", to="c")
    spool.sweep(is_active={"b", "c"}.__contains__)
    assert sorted(clips_on_disk(spool)) == sorted([mine.path, other.path])
    spool.sweep(is_active={"b"}.__contains__)
    assert clips_on_disk(spool) == [other.path]


def test_clips_expire(tmp_path):
    spool = Spool(tmp_path, max_file_bytes=MB, quota_bytes=MB, ttl_s=0.0)
    file = put(spool)
    spool.keep(file.token)
    spool.sweep()
    assert clips_on_disk(spool) == []
    spool.close()


def test_a_clip_expires_when_its_time_has_passed_and_not_before(spool, monkeypatch):
    file = put(spool, owner="a")
    spool.sweep(is_active=lambda _: True)
    assert file.path.exists()
    monotonic = time.monotonic
    for passed_s, is_there in ((3590, True), (3610, False)):
        monkeypatch.setattr(time, "monotonic", lambda passed_s=passed_s: monotonic() + passed_s)
        spool.sweep(is_active=lambda _: True)
        assert file.path.exists() == is_there


def test_close_leaves_nothing(spool, tmp_path):
    put(spool)
    spool.close()
    spool.close()
    assert list((tmp_path / "base").iterdir()) == []


# -- after a crash -----------------------------------------------------------

SERVER = """
import sys
from pathlib import Path
from core.spool import Spool
spool = Spool(Path(sys.argv[1]), max_file_bytes=100, quota_bytes=100, ttl_s=60)
with spool.begin() as writer:
    writer.write(b"clip")
    print(writer.commit().path, flush=True)
sys.stdin.read()
"""


def start_server(base: Path) -> tuple[subprocess.Popen, Path]:
    command = [sys.executable, "-c", SERVER, str(base)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    return server, Path(server.stdout.readline().strip())


def test_next_start_removes_what_a_crash_left_and_spares_the_living(tmp_path):
    crashed, orphan = start_server(tmp_path)
    living, in_use = start_server(tmp_path)
    assert orphan.exists()  # the second start did not touch the first server, which was alive
    crashed.send_signal(signal.SIGKILL)
    crashed.communicate()
    unrelated = tmp_path / "other"
    unrelated.mkdir()

    spool = Spool(tmp_path, max_file_bytes=100, quota_bytes=100, ttl_s=60)
    assert sorted(tmp_path.iterdir()) == sorted([in_use.parent, spool.folder, unrelated])
    assert in_use.exists()
    spool.close()
    living.communicate("")


def test_a_living_server_keeps_its_folder_whatever_files_were_tidied_away(tmp_path):
    """Programs that tidy up a temporary folder take every file in it that is old enough."""
    server, clip = start_server(tmp_path)
    with server:
        for path in clip.parent.iterdir():
            path.unlink()
        Spool(tmp_path, max_file_bytes=100, quota_bytes=100, ttl_s=60).close()
        assert list(tmp_path.iterdir()) == [clip.parent]
        server.send_signal(signal.SIGKILL)
    Spool(tmp_path, max_file_bytes=100, quota_bytes=100, ttl_s=60).close()
    assert list(tmp_path.iterdir()) == []


DYING = """
import os, signal, sys
from pathlib import Path
from core.spool import Spool
spool = Spool(Path(sys.argv[1]), max_file_bytes=100, quota_bytes=10000, ttl_s=60)
for _ in range(20):
    with spool.begin() as writer:
        writer.write(b"clip")
        writer.commit()
removals = 0
def die_at(event, args):
    global removals
    removals += event in ("os.remove", "os.rmdir")
    if removals == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die_at)
spool.close()
"""


@pytest.mark.parametrize("removal", [1, 2, 11, 20, 21])
def test_a_server_that_is_killed_while_it_deletes_its_folder_leaves_nothing_for_good(tmp_path, removal):
    died = subprocess.run([sys.executable, "-c", DYING, str(tmp_path), str(removal)], check=False)
    assert died.returncode != 0, "it was not killed"
    assert list(tmp_path.iterdir())
    Spool(tmp_path, max_file_bytes=100, quota_bytes=100, ttl_s=60).close()
    assert list(tmp_path.iterdir()) == []


def test_a_clip_that_takes_long_to_delete_keeps_nobody_waiting(spool, monkeypatch):
    slow, other = put(spool), put(spool)
    deleting, looked = threading.Event(), threading.Event()
    unlink = Path.unlink

    def unlink_slowly(path: Path, **kwargs) -> None:
        deleting.set()
        assert looked.wait(5), "the other clip was not found meanwhile"
        unlink(path, **kwargs)

    monkeypatch.setattr(Path, "unlink", unlink_slowly)
    remover = threading.Thread(target=spool.remove, args=(slow.token,))
    remover.start()
    assert deleting.wait(5)
    assert spool.get(slow.token) is None
    assert spool.get(other.token) == other
    assert used_bytes(spool.room) == slow.size_bytes + other.size_bytes  # it is on disk still
    looked.set()
    remover.join()
    assert used_bytes(spool.room) == other.size_bytes
    assert clips_on_disk(spool) == [other.path]


UNBORN = """
import os, signal, sys
from pathlib import Path
from core.spool import Spool
def die_at(event, args):
    if event == "os.rename":
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die_at)
Spool(Path(sys.argv[1]), max_file_bytes=100, quota_bytes=100, ttl_s=60)
"""


def test_a_server_that_was_killed_while_it_made_its_folder_leaves_nothing_for_good(tmp_path):
    died = subprocess.run([sys.executable, "-c", UNBORN, str(tmp_path)], check=False)
    assert died.returncode == -signal.SIGKILL
    (unborn,) = tmp_path.iterdir()
    Spool(tmp_path, max_file_bytes=100, quota_bytes=100, ttl_s=60).close()
    assert unborn.exists(), "it may be a server that starts at this moment"
    hours_ago = time.time() - 2 * 3600
    os.utime(unborn, (hours_ago, hours_ago))
    Spool(tmp_path, max_file_bytes=100, quota_bytes=100, ttl_s=60).close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("prefix", [FOLDER_PREFIX, ".repscope-new-"])
def test_foreign_names_are_not_followed(tmp_path, prefix):
    """A link of our name into somebody's data is not an orphan of ours."""
    treasure = tmp_path / "treasure"
    (treasure / "more").mkdir(parents=True)
    names = ["gold", "more/silver"]
    for name in names:
        (treasure / name).touch()
    base = tmp_path / "base"
    base.mkdir()
    link = base / f"{prefix}x"
    link.symlink_to(treasure, target_is_directory=True)
    os.utime(link, (0, 0), follow_symlinks=False)
    Spool(base, max_file_bytes=100, quota_bytes=100, ttl_s=60).close()
    assert all((treasure / name).exists() for name in names)
