"""Working ahead changes when things are made and nothing else."""

import os
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.prefetch import prefetch
from core.sampling import plan_sampling
from core.video.read import iter_frames, probe
from tests.waiting import wait_until


def test_everything_comes_in_order():
    assert list(prefetch(n for n in range(50))) == list(range(50))
    assert list(prefetch(n for n in range(0))) == []


def test_it_stays_ahead_and_no_further():
    made = []

    def source():
        for n in range(100):
            made.append(n)
            yield n

    with closing(prefetch(source(), ahead=2)) as ahead:
        assert next(ahead) == 0
        wait_until(lambda: len(made) == 3, what="three made")
        time.sleep(0.05)
        assert made == [0, 1, 2]


def test_source_and_reader_work_at_the_same_time():
    source_in, reader_in = threading.Event(), threading.Event()

    def source():
        yield 0
        yield 1
        source_in.set()
        assert reader_in.wait(5), "the reader was not running meanwhile"
        yield 2

    seen = []
    for n in prefetch(source()):
        seen.append(n)
        if n == 0:
            assert source_in.wait(5), "the source was not running meanwhile"
            reader_in.set()
    assert seen == [0, 1, 2]


def test_an_error_comes_where_it_happened():
    def source():
        yield 1
        raise OSError("the disk is gone")

    ahead = prefetch(source())
    assert next(ahead) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(ahead)


def test_closing_closes_the_source_and_leaves_no_thread():
    closed = threading.Event()

    def source():
        try:
            while True:
                yield 1
        finally:
            closed.set()

    ahead = prefetch(source())
    next(ahead)
    ahead.close()
    assert closed.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_the_decoder_lets_the_model_go_first(squat_clip):
    def niceness():
        threads = [int(task.name) for task in Path("/proc/self/task").iterdir()]
        return {thread: os.getpriority(os.PRIO_PROCESS, thread) for thread in threads}

    path, _ = squat_clip
    info = probe(path, max_duration_s=60)
    plan = plan_sampling(
        duration_s=info.duration_s, fps=info.fps, size_wh=(info.width, info.height),
        frame_skip=1, max_frames=600, min_frames=20, resize_width=480,
    )  # fmt: skip
    before, own = niceness(), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    with closing(prefetch(iter_frames(path, info=info, plan=plan))) as frames:
        next(frames)
        during = niceness()
    begun = [value for thread, value in during.items() if thread not in before]
    assert len(begun) > 1, "the decoder has no threads of its own"
    assert min(begun) >= min(19, own + 10)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
