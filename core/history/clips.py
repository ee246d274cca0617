"""The clips of saved analyses: files of one folder, named by the analysis they belong to.

A clip on its way in is called ``.part`` until the database has agreed, so that what a crash leaves is told from what
somebody saved, whichever database is configured then.
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
LEFT_SECONDS = 3600.0
"""A part of this age was left by a crash; a younger one may be somebody saving at this moment."""


class ClipFolder:
    """Saved clips on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, saved_id: str) -> Path | None:
        """Return where the clip of an analysis lies; None where it does not."""
        return next((path for path in self._places(saved_id) if path.is_file()), None)

    def add(self, saved_id: str, clip: Path) -> None:
        """Take a clip in, see `settle`: by a second name of the same file, else by a copy that the kernel makes.

        Raises
        ------
        HistoryError
            The disk is full, the folder cannot be written, or the clip is gone; nothing of it stays.
        """
        _, part = self._places(saved_id)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(clip, part)
            except OSError:  # another disk, or a file system without links
                shutil.copyfile(clip, part)
            os.utime(part)  # its age counts from now
        except OSError as error:
            self.drop(saved_id)
            reason = "the server's disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
            raise HistoryError(
                f"The clip could not be kept: {reason}. Nothing was saved. Save without the clip, or ask who runs this "
                "server to look at HISTORY_DIR."
            ) from error

    def settle(self, saved_id: str) -> None:
        """Say that the database knows of a clip that was added; where that fails, `sweep` does it later."""
        kept, part = self._places(saved_id)
        with suppress(OSError):
            part.rename(kept)

    def drop(self, saved_id: str) -> None:
        """Remove a clip; one that is not there is no error.

        Raises
        ------
        HistoryError
            The folder may only be read; the clip is still there.
        """
        try:
            for path in self._places(saved_id):
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
                if is_known(path.stem):
                    self.settle(path.stem)
                else:
                    path.unlink()

    def _places(self, saved_id: str) -> tuple[Path, Path]:
        return self.folder / saved_id, self.folder / f"{saved_id}{PART}"
