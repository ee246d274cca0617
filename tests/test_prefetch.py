"""Working ahead changes when things are made and nothing else."""

import threading
import time
from contextlib import closing

import pytest

from core.prefetch import prefetch
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
