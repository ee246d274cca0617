"""What analyses leave on disk beside a clip: whose it is, what it counts for, and when it goes."""

import shutil
import signal
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from core.errors import UploadError
from core.spool import MB, NoRoomError, Spool, StoreError
from tests.spooled import put, used_bytes


@pytest.fixture
def spool(tmp_path):
    with_limits = Spool(tmp_path / "base", max_file_bytes=4 * MB, quota_bytes=6 * MB, ttl_s=3600)
    yield with_limits
    with_limits.close()


def fill(folder: Path, size: int = MB) -> Path:
    (folder / "stills").mkdir()
    (folder / "stills" / "00000.jpg").write_bytes(bytes(size))
    return folder


def left_on_disk(spool: Spool) -> list[str]:
    return sorted(path.name for path in spool.folder.iterdir())


def test_each_analysis_has_a_private_folder_whose_name_cannot_be_guessed(spool):
    file = put(spool)
    folders = [spool.make_folder(file.token) for _ in range(3)]
    assert len({folder.name for folder in folders}) == 3
    for folder in folders:
        assert folder.parent == file.path.parent
        assert len(folder.name) >= 32
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert spool.get_folder(file.token, folder.name) == folder


def test_a_folder_is_found_with_the_token_of_its_own_clip_only(spool):
    mine, other = put(spool), put(spool)
    folder = spool.make_folder(mine.token)
    for token, run in [(other.token, folder.name), ("token", folder.name), (mine.token, ".."), (mine.token, "")]:
        assert spool.get_folder(token, run) is None


def test_a_clip_that_is_gone_gets_no_folder(spool):
    with pytest.raises(UploadError, match="no longer on the server"):
        spool.make_folder("token")
    assert left_on_disk(spool) == []


REMOVALS = {
    "removed": lambda spool, file: spool.remove(file.token),
    "taken back": lambda spool, file: spool.discard(file.token),
    "session over": lambda spool, file: spool.sweep(is_active=lambda _: False),
}


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_folders_go_with_their_clip(spool, removal):
    file = put(spool, owner="a")
    fill(spool.make_folder(file.token))
    fill(spool.make_folder(file.token))
    removal(spool, file)
    assert left_on_disk(spool) == []
    assert used_bytes(spool.room) == 0


def test_a_folder_goes_alone_with_its_result(spool):
    file = put(spool)
    first, second = (fill(spool.make_folder(file.token)) for _ in range(2))
    spool.count_folders(file.token)
    spool.remove_folder(first)
    spool.remove_folder(first)
    assert left_on_disk(spool) == sorted([file.token, second.name])
    assert spool.get_folder(file.token, first.name) is None
    assert used_bytes(spool.room) == 4 + MB


def test_nothing_but_a_folder_of_the_spool_is_removed(spool, tmp_path):
    folder = spool.make_folder(put(spool).token)
    other = tmp_path / folder.name[1:]
    other.mkdir()
    spool.remove_folder(other)
    spool.remove_folder(spool.folder)
    assert other.exists()
    assert folder.exists()


def test_a_running_job_keeps_the_folder_of_a_clip_that_is_taken_back(spool):
    file, running = put(spool, owner="a"), [True]
    folder = fill(spool.make_folder(file.token))
    spool.hold_while(file.token, lambda: bool(running))
    spool.discard(file.token)
    spool.sweep()
    assert (folder / "stills" / "00000.jpg").exists()
    running.clear()
    spool.sweep()
    assert left_on_disk(spool) == []


def test_what_a_job_left_counts_once_it_has_ended(spool):
    file, running = put(spool), [True]
    fill(spool.make_folder(file.token), 3 * MB)
    spool.hold_while(file.token, lambda: bool(running))
    spool.sweep()
    assert used_bytes(spool.room) == 4
    running.clear()
    spool.sweep()
    assert used_bytes(spool.room) == 4 + 3 * MB
    with pytest.raises(NoRoomError, match=r"6 MB \(SPOOL_QUOTA_MB\), and 3\.0 MB is taken"):
        put(spool, bytes(4 * MB))
    spool.remove(file.token)
    assert put(spool, bytes(4 * MB)).size_bytes == 4 * MB


def test_a_folder_of_clips_that_is_gone_is_said(spool):
    """Programs that tidy up a temporary folder take it after some days."""
    file = put(spool)
    shutil.rmtree(spool.folder)
    with pytest.raises(StoreError, match=r"could not be stored: No such file.*look at SPOOL_DIR"):
        put(spool)
    with pytest.raises(StoreError, match="could not be stored: No such file"):
        spool.make_folder(file.token)


def test_a_writer_that_is_being_stopped_cannot_keep_a_folder(spool):
    """A cancelled worker goes on for a moment: what it writes then must not stay."""
    file, stopped = put(spool), threading.Event()
    folders = [spool.make_folder(file.token) for _ in range(20)]

    def write() -> None:
        count = 0
        while not stopped.is_set():
            for folder in folders:
                try:
                    (folder / "stills").mkdir(exist_ok=True)
                    (folder / "stills" / f"{count:05d}.jpg").write_bytes(b"x")
                except (FileNotFoundError, FileExistsError):  # gone, before or while mkdir looked
                    continue
            count += 1

    writer = threading.Thread(target=write)
    writer.start()
    for folder in folders:
        spool.remove_folder(folder)
    stopped.set()
    writer.join()
    assert left_on_disk(spool) == [file.token]


def test_a_full_disk_is_refused(tiny_disk):
    spool = Spool(tiny_disk, max_file_bytes=MB, quota_bytes=MB, ttl_s=3600)
    file = put(spool)
    with suppress(OSError):
        for number in range(200):
            (tiny_disk / str(number)).touch()
    with pytest.raises(NoRoomError, match="disk is full"):
        spool.make_folder(file.token)
    spool.close()


SERVER = """
import sys
from pathlib import Path
from core.spool import Spool
spool = Spool(Path(sys.argv[1]), max_file_bytes=100, quota_bytes=100, ttl_s=60)
with spool.begin() as writer:
    writer.write(b"clip")
    folder = spool.make_folder(writer.commit().token)
(folder / "stills").mkdir()
(folder / "stills" / "00000.jpg").write_bytes(b"x")
print(folder, flush=True)
sys.stdin.read()
"""


def test_the_next_start_removes_the_folders_a_crash_left(tmp_path):
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        folder = Path(server.stdout.readline().strip())
        server.send_signal(signal.SIGKILL)
    assert (folder / "stills" / "00000.jpg").exists()
    spool = Spool(tmp_path, max_file_bytes=100, quota_bytes=100, ttl_s=60)
    assert list(tmp_path.iterdir()) == [spool.folder]
    spool.close()
