"""What tests put into a spool and find in it: clips, files, and how much of a quota is taken."""

from pathlib import Path

from core.spool import NoRoomError, Spool, SpooledFile
from core.spool.writer import Room


def put(spool: Spool, data: bytes = b"clip", **begin) -> SpooledFile:
    with spool.begin(**begin) as writer:
        writer.write(data)
        return writer.commit()


def clips_on_disk(spool: Spool) -> list[Path]:
    return list(spool.folder.iterdir())


def used_bytes(room: Room) -> int:
    """Return the room that is taken, as the next upload finds it: by asking for the largest claim that is granted."""
    fits, fails = 0, room.quota_bytes + 1
    while fails - fits > 1:
        size_bytes = (fits + fails) // 2
        try:
            room.claim("probe", size_bytes=size_bytes)
            fits = size_bytes
        except NoRoomError:
            fails = size_bytes
        room.free("probe")
    return room.quota_bytes - fits
