"""The clips of saved analyses: files of one folder, named by the analysis they belong to.

Beside a clip that some browser cannot play lies its preview, the copy that every browser plays. A file on its way in is
called ``.part`` until the database has agreed, so that what a crash leaves is told from what somebody saved, whichever
database is configured then.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.errors import HistoryError

PART = ".part"
PREVIEW = ".preview"
LEFT_SECONDS = 3600.0
"""A part of this age was left by a crash; a younger one may be somebody saving at this moment."""


class ClipFolder:
    """Saved clips on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, saved_id: str) -> Path | None:
        """Return where the clip of an analysis lies; None where it does not."""
        return _first_file(self._places(saved_id))

    def find_preview(self, saved_id: str) -> Path | None:
        """Return where its preview lies; None where the clip needs none, or an earlier release kept none."""
        return _first_file(self._preview_places(saved_id))

    def measure(self, saved_id: str) -> int:
        """Return the room that clip and preview of an analysis take, bytes."""
        found = (self.find(saved_id), self.find_preview(saved_id))
        return sum(path.stat().st_size for path in found if path)

    def add(self, saved_id: str, clip: Path, *, preview: Path | None = None) -> None:
        """Take a clip in, see `settle`: by a second name of the same file, else by a copy that the kernel makes.

        Raises
        ------
        HistoryError
            The disk is full, the folder cannot be written, or the clip is gone; nothing of it stays.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _take_in(clip, self._places(saved_id)[1])
            if preview:
                _take_in(preview, self._preview_places(saved_id)[1])
        except OSError as error:
            self.drop(saved_id)
            reason = "the server's disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
            raise HistoryError(
                f"The clip could not be kept: {reason}. Nothing was saved. Save without the clip, or ask who runs this "
                "server to look at HISTORY_DIR."
            ) from error

    def settle(self, saved_id: str) -> None:
        """Say that the database knows of a clip that was added; where that fails, `sweep` does it later."""
        for kept, part in (self._places(saved_id), self._preview_places(saved_id)):
            with suppress(OSError):
                part.rename(kept)

    def drop(self, saved_id: str) -> None:
        """Remove a clip and its preview; one that is not there is no error.

        Raises
        ------
        HistoryError
            The folder may only be read; the clip is still there.
        """
        try:
            for path in (*self._preview_places(saved_id), *self._places(saved_id)):
                with suppress(FileNotFoundError, NotADirectoryError):
                    path.unlink()
        except OSError as error:
            raise HistoryError(
                f"A saved clip could not be deleted: {error.strerror or error}. "
                "Ask who runs this server to look at HISTORY_DIR."
            ) from error

    def sweep(self, is_known: Callable[[str], bool]) -> None:
        """Finish what a crash interrupted: a part stays as a clip if the database knows its analysis, else it goes."""
        for path in sorted(self.folder.glob(f"*{PART}")):
            with suppress(FileNotFoundError):  # somebody's save has just ended
                if path.stat().st_mtime > time.time() - LEFT_SECONDS:
                    continue
                saved_id = path.name.partition(".")[0]
                if is_known(saved_id):
                    self.settle(saved_id)
                else:
                    path.unlink()

    def _places(self, saved_id: str) -> tuple[Path, Path]:
        """Return where a clip lies, and where it lies before."""
        return self.folder / saved_id, self.folder / f"{saved_id}{PART}"

    def _preview_places(self, saved_id: str) -> tuple[Path, Path]:
        return self._places(f"{saved_id}{PREVIEW}")


def _first_file(paths: tuple[Path, Path]) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def _take_in(source: Path, part: Path) -> None:
    try:
        os.link(source, part)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(source, part)
    os.utime(part)  # its age counts from now
