"""The private folder of one server process, and the folders that dead processes left."""

import fcntl
import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

FOLDER_PREFIX = "repscope-spool-"
LOCK_NAME = ".lock"


def remove_orphans(base: Path) -> None:
    """Remove the folders of servers that died without cleaning up.

    A living server holds a lock on a file in its folder, which the kernel drops with the process:
    no process number is compared, so several servers (and containers) may share the base folder.
    """
    for folder in base.glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError):  # locked: its server lives. Gone: another server was faster
            if folder.lstat().st_uid != os.geteuid():
                continue
            lock_fd = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock_fd)


def claim_folder(base: Path) -> tuple[Path, int]:
    """Make a private folder and lock it before it gets the name that :func:`remove_orphans` looks for."""
    unnamed = Path(tempfile.mkdtemp(prefix=".repscope-new-", dir=base))  # mkdtemp: mode 0700
    lock_fd = os.open(unnamed / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return unnamed.rename(base / f"{FOLDER_PREFIX}{secrets.token_urlsafe(12)}"), lock_fd
