"""The largest value that something takes while something else runs."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def sampled_peak(read: Callable[[], T], *, every_s: float, size: Callable[[T], float]) -> Iterator[list[T]]:
    """Read a value again and again in a thread; the list holds the largest one, by `size`."""
    peak, done = [read()], threading.Event()

    def sample() -> None:
        while not done.wait(every_s):
            peak[0] = max(peak[0], read(), key=size)

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield peak
    finally:
        done.set()
        sampler.join()
