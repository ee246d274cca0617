"""The spool on a real disk: what comes in, what is refused, and what a receipt is worth."""

import hashlib
import os
import stat
import threading
from contextlib import suppress

import pytest

from core.errors import UploadError
from core.settings import Settings
from core.spool import MB, NoRoomError, Spool, SpooledFile, TooLargeError, UploadWriter, open_spool
from core.spool.writer import Room
from tests.spooled import clips_on_disk, put, used_bytes

HOUR_S = 3600.0


@pytest.fixture
def spool(tmp_path):
    with_limits = Spool(tmp_path / "base", max_file_bytes=4 * MB, quota_bytes=6 * MB, ttl_s=HOUR_S)
    yield with_limits
    with_limits.close()


def write_all(writer: UploadWriter, sizes: list[int]) -> None:
    for size in sizes:
        writer.write(bytes(size))


# -- in ----------------------------------------------------------------------


def test_a_clip_is_on_disk_as_it_came(spool):
    chunks = [os.urandom(size) for size in (1, 16, MB, 3)]
    with spool.begin() as writer:
        for chunk in chunks:
            writer.write(chunk)
        file = writer.commit()
    data = b"".join(chunks)
    assert file.path.read_bytes() == data
    assert (file.size_bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert spool.get(file.token) == file
    assert used_bytes(spool.room) == len(data)


def test_only_this_user_can_read_clips(spool):
    file = put(spool)
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_tokens_are_long_random_and_the_only_file_names(spool):
    files = [put(spool, owner="session", upload_id=f"../../{n}") for n in range(20)]
    assert {file.path.name for file in files} == {file.token for file in files}
    assert all(file.path.parent == spool.folder and len(file.token) >= 32 for file in files)
    assert len({file.token for file in files}) == 20


def test_sample_clip_is_copied_in(spool, tmp_path):
    source = tmp_path / "sample.mp4"
    source.write_bytes(os.urandom(2 * MB + 7))
    file = spool.copy_in(source, owner="session")
    assert file.path.read_bytes() == source.read_bytes()
    assert file.path != source


def test_sample_clip_taken_again_replaces_the_copy_of_the_session_only(spool, tmp_path):
    source = tmp_path / "sample.mp4"
    source.write_bytes(b"sample")
    others = spool.copy_in(source, owner="b")
    first = spool.copy_in(source, owner="a")
    spool.keep(first.token)  # a result shows it
    second = spool.copy_in(source, owner="a")
    third = spool.copy_in(source, owner="a")
    assert spool.get(second.token) is None
    assert sorted(clips_on_disk(spool)) == sorted([others.path, first.path, third.path])


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        pytest.param(b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4", id="mp4"),
        pytest.param(b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime", id="mov"),
        pytest.param(b"\x1a\x45\xdf\xa3\x01\0\0\0", "video/webm", id="webm or mkv"),
        pytest.param(b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo", id="avi"),
        pytest.param(b"GIF89a\x01\0", "image/gif", id="gif"),
        pytest.param(b"<html><script>alert(1)", "application/octet-stream", id="a page in disguise"),
        pytest.param(b"x", "application/octet-stream", id="one byte"),
    ],
)
def test_media_type_comes_from_the_bytes(spool, head, media_type):
    assert put(spool, head).media_type == media_type


# -- refused -----------------------------------------------------------------


def test_size_limit_is_met_to_the_byte(spool):
    assert put(spool, bytes(4 * MB)).size_bytes == 4 * MB


@pytest.mark.parametrize("chunks", [[4 * MB + 1], [MB] * 5], ids=["one large chunk", "while it streams"])
def test_too_large_leaves_nothing(spool, chunks):
    with spool.begin() as writer, pytest.raises(TooLargeError, match=r"larger than 4 MB.*MAX_FILE_SIZE_MB.*Trim it"):
        write_all(writer, chunks)
    assert clips_on_disk(spool) == []
    assert used_bytes(spool.room) == 0


def test_announced_size_over_the_limit_is_refused_at_once(spool):
    with pytest.raises(TooLargeError):
        spool.begin(expected_bytes=4 * MB + 1)
    assert clips_on_disk(spool) == []


def test_empty_file_is_refused(spool):
    with spool.begin() as writer, pytest.raises(UploadError, match=r"empty \(0 bytes\).*upload it"):
        writer.commit()
    assert clips_on_disk(spool) == []


def test_an_error_in_the_middle_leaves_nothing(spool):
    with suppress(KeyboardInterrupt), spool.begin() as writer:
        writer.write(bytes(MB))
        assert len(clips_on_disk(spool)) == 1
        raise KeyboardInterrupt
    assert clips_on_disk(spool) == []
    assert used_bytes(spool.room) == 0


def test_quota_counts_complete_clips(spool):
    put(spool, bytes(4 * MB))
    with spool.begin() as writer, pytest.raises(NoRoomError, match=r"6 MB \(SPOOL_QUOTA_MB\), and 4\.0 MB is taken"):
        writer.write(bytes(3 * MB))
    assert len(clips_on_disk(spool)) == 1


def test_quota_counts_uploads_under_way(spool):
    with spool.begin(expected_bytes=4 * MB), pytest.raises(NoRoomError):
        spool.begin(expected_bytes=3 * MB)


def test_quota_room_comes_back(spool):
    with spool.begin(expected_bytes=4 * MB):
        pass  # given up
    file = put(spool, bytes(MB), expected_bytes=4 * MB)  # smaller than announced
    assert used_bytes(spool.room) == MB
    spool.remove(file.token)
    assert used_bytes(spool.room) == 0


def test_an_upload_that_had_its_room_comes_in_although_an_analysis_filled_the_quota_meanwhile(spool):
    other = put(spool, bytes(MB))
    run = spool.make_folder(other.token)
    with spool.begin() as writer:
        writer.write(bytes(MB))
        (run / "annotated.mp4").write_bytes(bytes(6 * MB))
        spool.count_folders(other.token)
        file = writer.commit()
    assert spool.get(file.token) == file
    spool.remove(other.token)
    spool.remove(file.token)
    assert clips_on_disk(spool) == []
    assert used_bytes(spool.room) == 0


def test_a_clip_that_cannot_be_handed_over_leaves_nothing(tmp_path):
    def refuse(_: SpooledFile) -> None:
        raise NoRoomError("no")

    room = Room(MB)
    with UploadWriter(tmp_path / "clip", max_bytes=MB, room=room, on_complete=refuse) as writer:
        writer.write(b"clip")
        with pytest.raises(NoRoomError):
            writer.commit()
    assert list(tmp_path.iterdir()) == []
    assert used_bytes(room) == 0


def test_quota_holds_under_concurrent_uploads(tmp_path):
    spool = Spool(tmp_path, max_file_bytes=MB, quota_bytes=5 * MB, ttl_s=HOUR_S)
    outcomes: list[bool] = []

    def upload() -> None:
        try:
            with spool.begin() as writer:
                for _ in range(64):
                    writer.write(bytes(MB // 64))
                writer.commit()
            outcomes.append(True)
        except NoRoomError:
            outcomes.append(False)

    threads = [threading.Thread(target=upload) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [path.stat().st_size for path in clips_on_disk(spool)]
    assert len(outcomes) == 12
    assert kept == [MB] * outcomes.count(True)
    assert used_bytes(spool.room) == sum(kept) <= 5 * MB
    spool.close()


def test_full_disk_is_refused_and_usable_again(tiny_disk):
    spool = Spool(tiny_disk, max_file_bytes=8 * MB, quota_bytes=8 * MB, ttl_s=HOUR_S)
    with spool.begin() as writer, pytest.raises(NoRoomError, match=r"disk is full.*try again"):
        writer.write(bytes(2 * MB))
    assert clips_on_disk(spool) == []
    assert put(spool, bytes(MB // 2)).path.stat().st_size == MB // 2
    spool.close()


# -- the receipt -------------------------------------------------------------


def test_receipt_names_the_clip_once_it_is_complete(spool):
    with spool.begin(receipt="secret") as writer:
        writer.write(b"clip")
        assert spool.read_receipt(b"secret") is None
        file = writer.commit()
    assert spool.read_receipt(b"secret") == file
    assert spool.read_receipt(spool.receipt(file.token)) == file


def test_nothing_but_the_receipt_names_a_clip(spool):
    file = put(spool)
    forged = [
        file.token.encode(),
        str(file.path).encode(),
        b'{"token": "%s", "path": "/etc/passwd"}' % file.token.encode(),
        b"repscope-receipt-" + file.token.encode(),
        spool.receipt(file.token) + b" ",
        "ß".encode(),
        b"",
    ]
    assert [spool.read_receipt(data) for data in forged] == [None] * len(forged)


def test_receipt_of_a_discarded_clip_is_void_although_a_result_keeps_it(spool):
    file = put(spool, owner="session", upload_id="1")
    receipt = spool.receipt(file.token)
    spool.keep(file.token)
    spool.discard_upload(owner="session", upload_id="1")
    assert spool.read_receipt(receipt) is None
    assert spool.get(file.token) == file


# -- refusals and settings ---------------------------------------------------


def test_refusal_is_remembered_until_the_next_upload(spool):
    spool.refuse(owner="a", message="too large")
    assert (spool.refusal("a"), spool.refusal("b")) == ("too large", None)
    put(spool, owner="a")
    assert spool.refusal("a") is None


def test_refusal_goes_with_its_session(spool):
    spool.refuse(owner="a", message="too large")
    spool.sweep(is_active=lambda _: False)
    assert spool.refusal("a") is None


def test_limits_come_from_the_settings(tmp_path):
    spool = open_spool(Settings(spool_dir=tmp_path / "new", max_file_size_mb=3, spool_quota_mb=7))
    assert spool.folder.parent == tmp_path / "new"
    assert (spool.max_file_bytes, spool.room.quota_bytes) == (3 * MB, 7 * MB)
    spool.close()
