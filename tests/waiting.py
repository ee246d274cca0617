"""Waiting for other processes and threads in tests: poll with a deadline, never sleep for long."""

import time
from collections.abc import Callable

import psutil

WAIT_S = 10.0


def wait_until(condition: Callable[[], object], *, what: str, seconds: float = WAIT_S) -> float:
    """Return how long it took until `condition` held."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"waited {seconds} s: {what}"
        time.sleep(0.005)
    return time.monotonic() - started


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
