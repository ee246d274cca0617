"""The clips of saved analyses: files of one folder, named by the analysis they belong to.

A clip on its way in or out carries a mark (``.part``, ``.gone``) until the database has agreed, so that what a crash
leaves is told from what somebody saved, whichever database is configured then.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.errors import HistoryError

PART, GONE = ".part", ".gone"
LEFT_SECONDS = 3600.0
"""A mark of this age was left by a crash; a younger one may be somebody saving at this moment."""


class ClipFolder:
    """Saved clips on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, saved_id: str) -> Path | None:
        """Return where the clip of an analysis lies, marked or not; None where it does not."""
        return next((path for path in self._places(saved_id) if path.is_file()), None)

    def add(self, saved_id: str, clip: Path) -> None:
        """Take a clip in, see `settle`: by a second name of the same file, else by a copy that the kernel makes.

        Raises
        ------
        HistoryError
            The disk is full, the folder cannot be written, or the clip is gone; nothing of it stays.
        """
        _, part, _ = self._places(saved_id)
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
        """Say that the database knows of a clip that was added."""
        kept, part, _ = self._places(saved_id)
        with suppress(FileNotFoundError):
            part.rename(kept)

    def mark_gone(self, saved_id: str) -> None:
        """Announce that a clip will be dropped."""
        kept, _, gone = self._places(saved_id)
        with suppress(FileNotFoundError):
            kept.rename(gone)

    def drop(self, saved_id: str) -> None:
        """Remove a clip, marked or not; one that is not there is no error."""
        for path in self._places(saved_id):
            with suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()

    def sweep(self, is_known: Callable[[str], bool]) -> None:
        """Finish what a crash interrupted: a marked clip stays if the database knows its analysis, else it goes."""
        for path in sorted(self.folder.glob("*.*")):
            if path.suffix not in {PART, GONE} or path.stat().st_mtime > time.time() - LEFT_SECONDS:
                continue
            if is_known(path.stem):
                path.rename(self.folder / path.stem)
            else:
                path.unlink(missing_ok=True)

    def _places(self, saved_id: str) -> tuple[Path, Path, Path]:
        return self.folder / saved_id, self.folder / f"{saved_id}{PART}", self.folder / f"{saved_id}{GONE}"
