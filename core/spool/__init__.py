"""Uploaded clips as files in a private folder: streamed in, counted, hashed, and removed again.

One :class:`Spool` per process owns one folder (mode 0700) whose file names are random tokens; what
the user called the file never touches a path. A clip leaves the folder when its session ends, when
the user removes or replaces it, when it expires, when the server stops, and, after a crash, when
the next server starts. What an analysis leaves on disk (stills, preview, annotated video, report) lies in a folder of
its own beside the clip and goes with it, or earlier with its result.

``folder`` (private, locked, orphans removed) ← ``writer`` (one clip on its way in) ← ``store`` (all
clips of the process) ← ``upload`` (the ASGI middleware in front of Streamlit's upload route).
"""

import atexit
import tempfile
from functools import cache
from pathlib import Path

from core.settings import Settings, load_settings
from core.spool.store import Spool
from core.spool.writer import MB, NoRoomError, SpooledFile, StoreError, TooLargeError, UploadWriter, say_too_large

__all__ = [
    "MB",
    "NoRoomError",
    "Spool",
    "SpooledFile",
    "StoreError",
    "TooLargeError",
    "UploadWriter",
    "get_spool",
    "open_spool",
    "say_too_large",
]


@cache
def get_spool() -> Spool:
    """Return the spool of this process, opened on first use with the settings of the environment."""
    spool = open_spool(load_settings())
    atexit.register(spool.close)
    return spool


def open_spool(settings: Settings) -> Spool:
    """Open a spool with the limits of the settings."""
    return Spool(
        settings.spool_dir or Path(tempfile.gettempdir()),
        max_file_bytes=settings.max_file_size_mb * MB,
        quota_bytes=settings.spool_quota_mb * MB,
        ttl_s=settings.spool_ttl_minutes * 60,
    )
