"""One clip on its way to disk: written, counted, hashed; a partial file never stays."""

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.errors import UploadError

MB = 2**20  # no less than Streamlit's uploader counts, which keeps back what is larger

# First bytes of the containers we accept: offset, magic, media type. What the browser declares is
# not trusted, because the type goes out again in a header.
_MAGIC = (
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (8, b"AVI ", "video/x-msvideo"),
    (0, b"GIF8", "image/gif"),
)


class TooLargeError(UploadError):
    """The clip is larger than ``MAX_FILE_SIZE_MB``."""


def say_too_large(max_mb: float) -> str:
    """Say that a clip is too large, and what to do: the server does, or the browser, which does not send it."""
    return (
        f"The clip is larger than {max_mb:g} MB, the limit on this server (MAX_FILE_SIZE_MB). "
        "Trim it to the set or record at a lower resolution, then upload it again."
    )


class NoRoomError(UploadError):
    """The quota of the spool, or the disk under it, is used up."""


class StoreError(UploadError):
    """The folder of clips is gone or broken: nothing the user did."""


@dataclass(frozen=True)
class SpooledFile:
    """A complete clip on disk; ``token`` is the key to it and cannot be guessed."""

    token: str
    path: Path
    size_bytes: int
    sha256: str
    media_type: str


class Room:
    """The room that clips take of a quota, whether complete or still coming in. Thread-safe."""

    def __init__(self, quota_bytes: int) -> None:
        self.quota_bytes = quota_bytes
        self._taken: dict[str, int] = {}
        self._mutex = threading.Lock()

    def claim(self, token: str, *, size_bytes: int) -> None:
        """Set what one clip takes, or raise NoRoomError and leave it as it was.

        What it took already is never refused, although :meth:`count` filled the quota meanwhile.
        """
        with self._mutex:
            taken = self._taken.get(token, 0)
            others = sum(self._taken.values()) - taken
            if size_bytes > taken and others + size_bytes > self.quota_bytes:
                raise _no_room(
                    f"clips on this server may take {self.quota_bytes / MB:g} MB (SPOOL_QUOTA_MB), "
                    f"and {others / MB:.1f} MB is taken"
                )
            self._taken[token] = size_bytes

    def count(self, name: str, *, size_bytes: int) -> None:
        """Set what lies on disk already, whether it fits or not."""
        with self._mutex:
            self._taken[name] = size_bytes

    def free(self, token: str) -> None:
        """Give the room of one clip back."""
        with self._mutex:
            self._taken.pop(token, None)


class UploadWriter:
    """Write one clip. Use it as a context manager: what was not committed is removed.

    Parameters
    ----------
    path
        File to create; its name is the clip's token.
    max_bytes
        Size limit.
    room
        Where the clip's size is claimed while it grows.
    on_complete
        Receives the finished record.
    """

    def __init__(self, path: Path, *, max_bytes: int, room: Room, on_complete: Callable[[SpooledFile], None]) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._room = room
        self._on_complete = on_complete
        self._claimed_bytes = 0
        self._mutex = threading.Lock()  # a cancelled request may abort while its thread still writes
        self._hash = hashlib.sha256()
        self._head = b""
        self.size_bytes = 0
        self._is_over = False  # handed over, or removed
        with disk_errors():
            self._fd: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def claim(self, size_bytes: int) -> None:
        """Make sure that a clip of this size may come in.

        Raises
        ------
        TooLargeError, NoRoomError
            The size is over the limit, or does not fit into the quota.
        """
        if size_bytes > self._max_bytes:
            raise TooLargeError(say_too_large(self._max_bytes / MB))
        if size_bytes > self._claimed_bytes:
            self._room.claim(self._path.name, size_bytes=size_bytes)
            self._claimed_bytes = size_bytes

    def write(self, chunk: bytes) -> None:
        """Append a chunk.

        Raises
        ------
        TooLargeError, NoRoomError
            The clip outgrew the size limit, the quota or the disk.
        StoreError
            The disk refuses it for another reason.
        """
        self.claim(self.size_bytes + len(chunk))
        self._head = self._head or chunk[:16]
        self._hash.update(chunk)
        rest = memoryview(chunk)
        with self._mutex, disk_errors():
            assert self._fd is not None, "write after commit or abort"
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        self.size_bytes += len(chunk)

    def commit(self) -> SpooledFile:
        """Close the file and hand it over.

        Raises
        ------
        UploadError
            Nothing was written: the user's file is empty.
        NoRoomError, StoreError
            The disk says only now that it does not have it.
        """
        if self.size_bytes == 0:
            raise UploadError("The file is empty (0 bytes). Record or export the clip again, then upload it.")
        with self._mutex:
            with disk_errors():  # a disk over the network may tell only now that it is full
                self._close()
            self._room.claim(self._path.name, size_bytes=self.size_bytes)  # an announced size may have been larger
            file = SpooledFile(
                token=self._path.name,
                path=self._path,
                size_bytes=self.size_bytes,
                sha256=self._hash.hexdigest(),
                media_type=_media_type(self._head),
            )
            self._on_complete(file)
            self._is_over = True
        return file

    def abort(self) -> None:
        """Remove the partial file and give its room back; does nothing after :meth:`commit` has succeeded."""
        with self._mutex:
            if self._is_over:
                return
            self._is_over = True
            self._close()
            self._path.unlink(missing_ok=True)
            self._room.free(self._path.name)

    def _close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.abort()


def _media_type(head: bytes) -> str:
    for offset, magic, media_type in _MAGIC:
        if head[offset:].startswith(magic):
            return media_type
    return "application/octet-stream"


def _no_room(why: str) -> NoRoomError:
    return NoRoomError(f"There is no room for the clip: {why}. Remove an earlier upload or try again in a few minutes.")


@contextmanager
def disk_errors() -> Iterator[None]:
    """Translate what the disk under the folder of clips refuses: NoRoomError where it is full, else StoreError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_room("the server's disk is full") from error
        raise StoreError(
            f"The clip's files could not be stored: {error.strerror or error}. Try again in a minute, or ask who runs "
            "this server to look at SPOOL_DIR and to start it again."
        ) from error
