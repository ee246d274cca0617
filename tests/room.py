"""How much of a quota is taken, as the next upload finds it."""

from core.spool import NoRoomError
from core.spool.writer import Room


def used_bytes(room: Room) -> int:
    """Return the room that is taken, by asking for what is left: the largest claim that is granted."""
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
