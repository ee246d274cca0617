"""Work ahead: frames are decoded in a thread of their own while the model looks at the one before."""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")

AHEAD = 2
"""Frames made early: one is being decoded while one waits. More only costs memory."""


def prefetch(source: Generator[T, None, None], *, ahead: int = AHEAD) -> Generator[T, None, None]:
    """Yield what `source` yields, made up to `ahead` items early in another thread.

    What `source` raises is raised here, in its place. When this generator ends or is closed, so is `source`,
    after the items under way.
    """
    with closing(source), ThreadPoolExecutor(max_workers=1, thread_name_prefix="prefetch") as thread:
        under_way: deque[Future[T]] = deque(thread.submit(next, source) for _ in range(ahead))
        while True:
            try:
                item = under_way.popleft().result()
            except StopIteration:
                return
            under_way.append(thread.submit(next, source))
            yield item
