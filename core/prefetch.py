"""Work ahead: frames are decoded in a thread of their own while the model looks at the one before."""

import os
import sys
import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")

AHEAD = 2
"""Frames made early: one is being decoded while one waits. More only costs memory."""
_NICENESS = 10
"""Of the thread and of those it starts, the decoder's. The model has one thread and the decoder four: given equal
shares of two cores the model is held up, and once the queue is full only the model runs and a core stands idle."""


def prefetch(source: Generator[T, None, None], *, ahead: int = AHEAD) -> Generator[T, None, None]:
    """Yield what `source` yields, made up to `ahead` items early in another thread.

    What `source` raises is raised here, in its place. When this generator ends or is closed, so is `source`,
    after the items under way.
    """
    with closing(source), ThreadPoolExecutor(1, thread_name_prefix="prefetch", initializer=_step_back) as thread:
        under_way: deque[Future[T]] = deque(thread.submit(next, source) for _ in range(ahead))
        while True:
            try:
                item = under_way.popleft().result()
            except StopIteration:
                return
            under_way.append(thread.submit(next, source))
            yield item


def _step_back() -> None:
    """Let the other threads of the machine go first; only Linux has a priority for each thread."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _NICENESS)
