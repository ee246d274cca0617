"""The worker with real processes: real kills, crashes, limits and queues."""

import gc
import math
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
import weakref
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.errors import AnalysisError, JobError, VideoError
from core.worker import MAX_WAITING_MESSAGES, Job, WorkerPool, get_pool
from core.worker.child import Child
from core.worker.pool import _make_pool
from tests import worker_tasks as tasks
from tests.waiting import WAIT_S, wait_until

ROOT = Path(__file__).parent.parent
MEMORY_CGROUP = Path("/sys/fs/cgroup/memory")


def started_pid(job: Job) -> int:
    """Wait for the first message of a task that yields its process id."""
    first: list[int] = []
    wait_until(lambda: first.extend(job.take_messages()) or first, what="the task starts")
    return first[0]


def follow(job: Job) -> list:
    """Poll as a page does, and return every message."""
    messages = []
    while job.state in ("queued", "running"):
        messages += job.take_messages()
        time.sleep(0.001)
    return messages + job.take_messages()


@pytest.fixture(scope="module")
def shared_pool() -> Iterator[WorkerPool]:
    with WorkerPool() as pool:
        yield pool


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with WorkerPool() as pool:
        yield pool


def test_messages_come_in_order_and_the_return_value_is_the_result(shared_pool):
    job = shared_pool.submit(tasks.count, 5)
    assert job.result(WAIT_S) == 5
    assert job.take_messages() == [0, 1, 2, 3, 4]
    assert job.take_messages() == []
    assert (job.state, job.position) == ("done", None)
    assert job.result() == 5


def test_every_message_of_a_fast_task_arrives(shared_pool):
    assert follow(shared_pool.submit(tasks.count, 10_000)) == list(range(10_000))


def test_a_message_arrives_within_100_ms(shared_pool):
    shared_pool.submit(tasks.count, 0).result(WAIT_S)
    job = shared_pool.submit(tasks.say_time, 40)
    delays_s = []
    while job.state in ("queued", "running"):
        delays_s += [time.monotonic() - sent for sent in job.take_messages()]
        time.sleep(0.001)
    delays_s += [time.monotonic() - sent for sent in job.take_messages()]
    assert len(delays_s) == 40
    assert sorted(delays_s)[len(delays_s) * 9 // 10] < 0.1


def test_jobs_run_in_another_process_which_is_kept(shared_pool):
    first, second = (shared_pool.submit(tasks.report_pid).result(WAIT_S) for _ in range(2))
    assert first == second != os.getpid()


def test_first_come_first_served_with_positions(pool):
    running, second, third = (pool.submit(tasks.run_until_stopped) for _ in range(3))
    started_pid(running)
    assert [job.position for job in (running, second, third)] == [0, 1, 2]
    assert [job.state for job in (running, second, third)] == ["running", "queued", "queued"]
    running.cancel()
    started_pid(second)
    assert [job.position for job in (running, second, third)] == [None, 0, 1]
    second.cancel()
    started_pid(third)


def test_two_workers_run_two_jobs_at_a_time():
    with WorkerPool(workers=2) as pool:
        jobs = [pool.submit(tasks.run_until_stopped) for _ in range(3)]
        assert started_pid(jobs[0]) != started_pid(jobs[1])
        assert [job.position for job in jobs] == [0, 0, 1]


def test_two_pools_do_not_share_anything(shared_pool, pool):
    ours, theirs = pool.submit(tasks.run_until_stopped), shared_pool.submit(tasks.run_until_stopped)
    assert started_pid(ours) != started_pid(theirs)
    ours.cancel()
    assert theirs.state == "running"
    theirs.cancel()


def test_many_sessions_at_once_get_their_own_answers():
    answers: dict[int, tuple[list[int], int]] = {}

    def session(n: int) -> None:
        job = pool.submit(tasks.count, n)
        answers[n] = (follow(job), job.result())

    with WorkerPool(workers=2) as pool:
        threads = [threading.Thread(target=session, args=[n]) for n in range(1, 17)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(WAIT_S)
    assert answers == {n: (list(range(n)), n) for n in range(1, 17)}


def test_result_can_be_asked_for_with_a_timeout(shared_pool):
    job = shared_pool.submit(tasks.run_until_stopped)
    with pytest.raises(TimeoutError, match=r"0\.01 s"):
        job.result(timeout=0.01)
    assert job.state in ("queued", "running")
    job.cancel()


# Cancel


@pytest.mark.parametrize("task", [tasks.run_until_stopped, tasks.spin_without_yielding])
def test_cancel_kills_the_task_and_frees_the_worker_within_a_second(pool, task):
    job, next_job = pool.submit(task), pool.submit(tasks.report_pid)
    pid = started_pid(job)
    cancelled_at = time.monotonic()
    job.cancel()
    assert job.state == "cancelled"
    wait_until(lambda: next_job.position == 0, what="the next job starts", seconds=1.0)
    assert not psutil.pid_exists(pid)
    assert time.monotonic() - cancelled_at < 1.0
    assert next_job.result(WAIT_S) != pid
    with pytest.raises(JobError, match="cancelled"):
        job.result()


def test_a_job_cancelled_in_the_queue_never_runs(shared_pool, tmp_path):
    running = shared_pool.submit(tasks.run_until_stopped)
    queued, last = shared_pool.submit(tasks.mark, tmp_path / "ran"), shared_pool.submit(tasks.count, 1)
    started_pid(running)
    queued.cancel()
    assert (queued.state, queued.position, last.position) == ("cancelled", None, 1)
    running.cancel()
    last.result(WAIT_S)
    assert not (tmp_path / "ran").exists()


def test_cancelling_a_finished_job_changes_nothing(shared_pool):
    job = shared_pool.submit(tasks.count, 2)
    job.result(WAIT_S)
    job.cancel()
    assert (job.state, job.result(), job.take_messages()) == ("done", 2, [0, 1])


# Tasks that fail


@pytest.mark.parametrize(
    ("how", "expected", "words"),
    [
        ("video error", VideoError, r"^The clip lasts 400 s, the limit is 300 s\.$"),
        ("memory error", JobError, r"memory ran out \(\d+ MB used\).*resize width"),
        ("killed", JobError, r"memory ran out \(\d+ MB used\).*resize width"),
        ("segfault", JobError, r"crashed \(SIGSEGV\).*trim the clip again"),
        ("process ends", JobError, r"crashed \(exit code 3\)"),
        ("bug", KeyError, "left_knee"),
        ("exit", RuntimeError, "^SystemExit: 3"),
        ("error that cannot be unpickled", RuntimeError, "^NeedsTwo: one"),
        ("message that cannot be pickled", Exception, "[Pp]ickle"),
        ("result that cannot be pickled", Exception, "[Pp]ickle"),
    ],
    ids=lambda value: value if isinstance(value, str) and "\\" not in value else "",
)
def test_a_failing_task_ends_its_job_only(shared_pool, how, expected, words, caplog):
    failing, next_job = shared_pool.submit(tasks.fail, how), shared_pool.submit(tasks.count, 3)
    with pytest.raises(expected, match=words) as caught:
        failing.result(WAIT_S)
    assert (failing.state, failing.take_messages()) == ("failed", [1])
    assert next_job.result(WAIT_S) == 3
    is_bug = not isinstance(caught.value, AnalysisError)
    assert ("In the worker process" in caplog.text) == is_bug, "the log shows the child's traceback of a bug"
    caplog.clear()


def test_a_system_that_starts_no_more_processes_is_told_and_the_next_job_runs(pool, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refuse)
        with pytest.raises(JobError, match="could not be started.*Resource temporarily unavailable"):
            pool.submit(tasks.count, 1).result(WAIT_S)
    assert pool.submit(tasks.count, 1).result(WAIT_S) == 1


@pytest.mark.parametrize("how", ["cancel", "time limit"])
def test_a_process_that_reads_nothing_holds_up_nobody(how):
    with WorkerPool(job_timeout_s=60 if how == "cancel" else 0.5) as pool:
        os.kill(pool.submit(tasks.report_pid).result(WAIT_S), signal.SIGSTOP)
        job, next_job = pool.submit(tasks.take, bytes(2**20)), pool.submit(tasks.count, 3)
        wait_until(lambda: job.state == "running", what="the job starts")
        if how == "cancel":
            job.cancel()
        with pytest.raises(JobError, match="cancelled" if how == "cancel" else "limit"):
            job.result(WAIT_S)
        assert next_job.result(WAIT_S) == 3


def test_an_error_raised_again_and_again_does_not_grow(shared_pool):
    job = shared_pool.submit(tasks.fail, "video error")
    lengths = set()
    for _ in range(5):
        with pytest.raises(VideoError) as caught:
            job.result(WAIT_S)
        lengths.add(len(caught.traceback))
    assert len(lengths) == 1


def test_arguments_that_cannot_be_pickled_are_refused_at_once(shared_pool):
    with pytest.raises(Exception, match=r"[Pp]ickle"):
        shared_pool.submit(tasks.count, lambda: None)


def test_a_job_over_its_time_limit_is_stopped():
    with WorkerPool(job_timeout_s=0.5) as pool:
        first, second = pool.submit(tasks.run_until_stopped), pool.submit(tasks.spin_without_yielding)
        with pytest.raises(JobError, match=r"longer than its limit of 0\.5 s.*JOB_TIMEOUT_SECONDS"):
            first.result(WAIT_S)
        assert started_pid(second), "waiting in the queue for as long as the limit does not count"
        with pytest.raises(JobError, match=r"limit of 0\.5 s"):
            second.result(WAIT_S)


def test_a_worker_killed_from_outside_ends_its_job_and_the_next_runs(shared_pool):
    job, next_job = shared_pool.submit(tasks.run_until_stopped), shared_pool.submit(tasks.count, 3)
    os.kill(started_pid(job), signal.SIGKILL)
    with pytest.raises(JobError, match=r"stopped by the system.*memory ran out \([1-9]\d* MB used\)"):
        job.result(WAIT_S)
    assert next_job.result(WAIT_S) == 3


@pytest.mark.parametrize("seconds_later", [0, 0.002, 0.25], ids=["at once", "while it dies", "seen dead"])
def test_a_worker_killed_while_idle_is_replaced(shared_pool, seconds_later):
    pid = shared_pool.submit(tasks.report_pid).result(WAIT_S)
    os.kill(pid, signal.SIGKILL)
    if seconds_later:
        time.sleep(seconds_later)
    assert shared_pool.submit(tasks.report_pid).result(WAIT_S) != pid


def test_a_job_that_another_slot_took_over_is_cancelled_at_the_end(monkeypatch):
    """Its first worker was dead when it was to start, and the other slot had it before the first was done with it."""
    before = set(psutil.Process().children())
    with WorkerPool(workers=2, job_timeout_s=3) as pool:
        for job in [pool.submit(tasks.count, 5, pause_s=0.1) for _ in range(2)]:
            job.result(WAIT_S)
        monkeypatch.setattr(Child, "is_ready", lambda child: child._is_idle)  # as if they died a moment later
        for process in set(psutil.Process().children()) - before:
            process.kill()
        requeue = Job._requeue

        def requeue_and_dawdle(job: Job) -> None:
            requeue(job)
            with job._changed:
                job._changed.notify_all()  # as any other job that ends
            until = time.monotonic() + 0.5
            while job.state == "queued" and time.monotonic() < until:
                time.sleep(0.001)

        monkeypatch.setattr(Job, "_requeue", requeue_and_dawdle)
        job = pool.submit(tasks.run_until_stopped)
        started_pid(job)
        time.sleep(0.6)  # the first slot is done with it
        pool.shutdown()
        assert job.state == "cancelled"


@pytest.mark.skipif(not os.access(MEMORY_CGROUP / "cgroup.procs", os.W_OK), reason="no writable memory cgroup (v1)")
def test_the_kernel_ends_a_job_that_exceeds_its_memory_cgroup(shared_pool):
    group = MEMORY_CGROUP / f"repscope-{uuid.uuid4().hex}"
    try:
        group.mkdir()
        (group / "memory.limit_in_bytes").write_text(str(80 * 2**20))
    except OSError as error:
        pytest.skip(f"no memory cgroup can be made: {error}")
    try:
        job, next_job = (
            shared_pool.submit(tasks.enter_cgroup, group / "cgroup.procs"),
            shared_pool.submit(tasks.count, 3),
        )
        with pytest.raises(JobError, match=r"memory ran out \(\d+ MB used\)"):
            job.result(WAIT_S)
        assert 60 < job.peak_rss_mb < 120
        assert next_job.result(WAIT_S) == 3
    finally:
        wait_until(lambda: not (group / "cgroup.procs").read_text(), what="the cgroup empties")
        group.rmdir()


# Memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of another process")
def test_the_peak_memory_is_that_of_the_job_not_of_the_process(pool):
    small, large, small_again = (pool.submit(tasks.use_memory, mb) for mb in (1, 100, 1))
    small_again.result(WAIT_S)
    assert 5 < small.peak_rss_mb < 100 < large.peak_rss_mb < 200
    assert small_again.peak_rss_mb < 100


def test_the_peak_memory_is_unknown_before_the_job_runs(pool):
    running, queued = pool.submit(tasks.run_until_stopped), pool.submit(tasks.count, 1)
    started_pid(running)
    assert math.isnan(queued.peak_rss_mb)


def test_messages_nobody_takes_are_bounded_and_none_is_lost(pool):
    n = 2 * MAX_WAITING_MESSAGES
    job = pool.submit(tasks.count, n)
    sizes: list[int] = []

    def stands_still() -> bool:
        sizes.append(len(job._messages))
        return len(sizes) > 40 and sizes[-1] == sizes[-40] > 0

    wait_until(stands_still, what="the task is held back")
    assert MAX_WAITING_MESSAGES <= sizes[-1] < n
    assert job.state == "running"
    assert follow(job) == list(range(n))


def test_waiting_for_the_result_without_taking_messages_does_not_hang(shared_pool):
    n = MAX_WAITING_MESSAGES + 10_000  # more than the bound and the pipe hold
    job = shared_pool.submit(tasks.count, n)
    assert job.result(WAIT_S) == n
    assert len(job.take_messages()) == n


def test_an_ended_job_is_not_kept_in_memory(shared_pool):
    job = shared_pool.submit(tasks.count, 3)
    job.result(WAIT_S)
    kept = weakref.ref(job)
    del job
    wait_until(lambda: gc.collect() is not None and kept() is None, what="the job is freed")


# Abandoned, idle, shut down


def test_a_job_nobody_asks_about_is_cancelled_and_one_that_is_polled_goes_on():
    with WorkerPool(workers=2, abandoned_s=0.3) as pool:
        polled, forgotten = pool.submit(tasks.run_until_stopped), pool.submit(tasks.run_until_stopped)
        started = time.monotonic()
        wait_until(lambda: polled.state and forgotten._state == "cancelled", what="the forgotten job is cancelled")
        assert time.monotonic() - started >= 0.3
        assert polled.state == "running"
        with pytest.raises(JobError, match="page was closed"):
            forgotten.result()


def test_a_job_abandoned_in_the_queue_makes_way_for_those_behind_it():
    with WorkerPool(abandoned_s=0.3) as pool:
        running = pool.submit(tasks.run_until_stopped)
        started_pid(running)
        forgotten, last = pool.submit(tasks.count, 1), pool.submit(tasks.count, 1)
        assert last.position == 2
        wait_until(lambda: running.state and last.position == 1, what="the forgotten job leaves the queue")
        assert (running.state, forgotten.state) == ("running", "cancelled")


def test_a_job_abandoned_in_the_queue_never_runs(tmp_path):
    with WorkerPool(abandoned_s=0.2) as pool:
        running = pool.submit(tasks.run_until_stopped)
        forgotten, last = pool.submit(tasks.mark, tmp_path / "ran"), pool.submit(tasks.count, 1)
        old = time.monotonic() + 0.3
        wait_until(lambda: (running.state, last.state) and time.monotonic() > old, what="the job is forgotten")
        running.cancel()
        last.result(WAIT_S)
        assert forgotten.state == "cancelled"
        assert not (tmp_path / "ran").exists()


def test_a_waiting_result_keeps_the_job_alive():
    with WorkerPool(abandoned_s=0.2) as pool:
        assert pool.submit(tasks.count, 60, pause_s=0.01).result(WAIT_S) == 60


def test_without_idle_time_every_job_gets_a_fresh_worker():
    with WorkerPool(idle_s=0) as pool:
        first, second = pool.submit(tasks.report_pid).result(WAIT_S), pool.submit(tasks.report_pid).result(WAIT_S)
        assert first != second
        assert wait_until(lambda: not psutil.pid_exists(second), what="the worker exits", seconds=2.0) >= 0


def test_an_idle_worker_exits_and_the_next_job_starts_another():
    threads = threading.active_count()
    with WorkerPool(idle_s=0.3) as pool:
        pid = pool.submit(tasks.report_pid).result(WAIT_S)
        assert psutil.pid_exists(pid)
        assert wait_until(lambda: not psutil.pid_exists(pid), what="the idle worker exits", seconds=2.0) > 0.2
        wait_until(lambda: threading.active_count() == threads + 1, what="the threads end but the slot's")
        assert pool.submit(tasks.report_pid).result(WAIT_S) != pid


def test_shutdown_ends_everything_and_refuses_new_jobs():
    pool = WorkerPool()
    running, queued = pool.submit(tasks.run_until_stopped), pool.submit(tasks.count, 1)
    pid = started_pid(running)
    pool.shutdown()
    assert not psutil.pid_exists(pid)
    assert (running.state, queued.state) == ("cancelled", "cancelled")
    with pytest.raises(JobError, match="shutting down"):
        queued.result()
    with pytest.raises(JobError, match="shutting down"):
        pool.submit(tasks.count, 1)
    pool.shutdown()


def test_all_sessions_share_one_pool_with_the_limits_of_the_environment(monkeypatch):
    for name, value in {"WORKERS": "3", "JOB_TIMEOUT_SECONDS": "7", "WORKER_IDLE_SECONDS": "8"}.items():
        monkeypatch.setenv(name, value)
    _make_pool.cache_clear()
    pools: list[WorkerPool] = []
    sessions = [threading.Thread(target=lambda: pools.append(get_pool())) for _ in range(8)]
    for session in sessions:
        session.start()
    for session in sessions:
        session.join()
    assert len(pools) == 8
    assert len(set(pools)) == 1
    assert (pools[0]._workers, pools[0]._job_timeout_s, pools[0]._idle_s) == (3, 7, 8)
    _make_pool.cache_clear()
