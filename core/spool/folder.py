"""The private folder of one server process, the folders of its analyses, and those that dead processes left."""

import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

FOLDER_PREFIX = "repscope-spool-"
UNNAMED_PREFIX = ".repscope-new-"
STARTING_S = 3600  # a folder that has no name after this long belongs to no server that is just starting
RUN_PREFIX = "run-"


def remove_orphans(base: Path) -> None:
    """Remove the folders of servers that died without cleaning up.

    A living server holds a lock on its folder, which the kernel drops with the process: no process number is
    compared, so several servers (and containers) may share the base folder. It is on the folder and on no file in
    it, for that is what programs that tidy up a temporary folder take; they leave a folder alone that is locked.

    References
    ----------
    tmpfiles.d(5), on the age of files: what is below a folder with an exclusive BSD lock is skipped.
    """
    for folder in base.glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError):  # locked: its server lives. Gone: another server was faster
            if _is_ours(folder):
                _remove_orphan(folder)
    for folder in base.glob(f"{UNNAMED_PREFIX}*"):
        with suppress(OSError):
            if _is_ours(folder) and time.time() - folder.stat().st_mtime > STARTING_S:
                shutil.rmtree(folder)


def _is_ours(folder: Path) -> bool:
    """Tell a folder of this user from a link of that name, whose target is somebody's data."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _remove_orphan(folder: Path) -> None:
    lock_fd = _open_folder(folder)
    try:
        fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_server_folder(folder)
    finally:
        os.close(lock_fd)


def _open_folder(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def remove_server_folder(folder: Path) -> None:
    """Remove the folder of a server with what is in it, as far as that goes."""
    with suppress(OSError):  # it is gone
        for path in folder.iterdir():
            remove_path(path)
    shutil.rmtree(folder, ignore_errors=True)


def make_run_folder(folder: Path) -> Path:
    """Make the private folder of one analysis, under a name that cannot be guessed."""
    path = folder / f"{RUN_PREFIX}{secrets.token_urlsafe(24)}"
    path.mkdir(mode=0o700)
    return path


def remove_path(path: Path) -> None:
    """Remove a clip, or the folder of an analysis although a worker that is being stopped may still write to it.

    A folder goes under another name first: what the worker opens by the old one is an error there, and nothing new
    comes in.
    """
    with suppress(OSError):  # it is gone already
        if not path.is_dir():
            path.unlink()
            return
        gone = path.rename(path.with_name(f".gone-{path.name}"))
        shutil.rmtree(gone, ignore_errors=True)


def measure_folder(path: Path) -> int:
    """Return the bytes of the files in a folder, those in folders of it included; 0 when it is gone."""
    size_bytes = 0
    for parent, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):  # it may go while we look
                size_bytes += (Path(parent) / name).lstat().st_size
    return size_bytes


def claim_folder(base: Path) -> tuple[Path, int]:
    """Make a private folder and lock it before it gets the name that :func:`remove_orphans` looks for."""
    unnamed = Path(tempfile.mkdtemp(prefix=UNNAMED_PREFIX, dir=base))  # mkdtemp: mode 0700
    lock_fd = _open_folder(unnamed)
    fcntl.flock(lock_fd, fcntl.LOCK_EX)  # it waits for a program that tidies up and looks at it just now
    return unnamed.rename(base / f"{FOLDER_PREFIX}{secrets.token_urlsafe(12)}"), lock_fd
