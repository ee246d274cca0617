"""Tasks for tests/test_worker.py: the child imports them, so nothing heavy is imported here."""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Generator
from pathlib import Path

from core.errors import VideoError

Numbers = Generator[int, None, int]


def count(n: int, *, pause_s: float = 0.0) -> Numbers:
    for i in range(n):
        yield i
        time.sleep(pause_s)
    return n


def take(data: bytes) -> Numbers:
    yield from ()
    return len(data)


def give(value: object) -> Generator[None, None, object]:
    yield from ()
    return value


def refuse(error: Exception) -> Numbers:
    yield from ()
    raise error


def report_pid() -> Numbers:
    yield from ()
    return os.getpid()


def report_modules() -> Generator[int, None, set[str]]:
    import av  # noqa: F401
    import mediapipe  # noqa: F401
    import numpy as np  # noqa: F401

    yield os.getpid()
    return set(sys.modules)


def run_until_stopped() -> Numbers:
    """Yield the process id, then something every 10 ms."""
    yield os.getpid()
    while True:
        time.sleep(0.01)
        yield 0


def spin_without_yielding() -> Numbers:
    """Ignore SIGTERM, as native code does that does not return to Python."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    yield os.getpid()
    while True:
        pass


def say_time(n: int) -> Generator[float, None, None]:
    for _ in range(n):
        time.sleep(0.005)
        yield time.monotonic()


def mark(path: Path) -> Numbers:
    yield 0
    path.touch()
    return 0


def use_memory(mb: int) -> Numbers:
    data = bytearray(mb * 2**20)
    data[::4096] = b"x" * len(data[::4096])
    yield 0
    return 0


def use_all_memory() -> Numbers:
    """Take a megabyte at a time, slowly enough for the one who watches the peak."""
    blocks = []
    while True:
        blocks.append(b"x" * 2**20)
        yield len(blocks)
        time.sleep(0.005)


def enter_cgroup(procs: Path) -> Numbers:
    procs.write_text(str(os.getpid()))
    yield from use_all_memory()
    return 0


def log_a_line() -> Numbers:
    yield 0
    logging.getLogger("repscope").info("a line for the operator")
    return 0


class NeedsTwo(Exception):  # noqa: N818
    """Pickles, but cannot be unpickled: its class wants two arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


def fail(how: str) -> Generator[object, None, object]:
    """Yield 1, then end as `how` says."""
    yield 1
    if how == "video error":
        raise VideoError("The clip lasts 400 s, the limit is 300 s.")
    if how == "bug":
        raise KeyError("left_knee")
    if how == "memory error":
        raise MemoryError
    if how == "exit":
        sys.exit(3)
    if how == "error that cannot be unpickled":
        raise NeedsTwo("one", "two")
    if how == "message that cannot be pickled":
        yield lambda: None
    if how == "segfault":
        ctypes.string_at(0)
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "process ends":
        os._exit(3)
    return lambda: None  # "result that cannot be pickled"
