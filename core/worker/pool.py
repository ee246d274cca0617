"""Which job runs when, for how long, and what its page gets to see of it."""

import atexit
import logging
import math
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from functools import cache
from typing import Any, Generic, Literal, ParamSpec, Self, TypeVar

from core.errors import AnalysisError, JobError
from core.worker.child import Child, NeverStartedError

ABANDONED_AFTER_S = 90.0
"""A job nobody has asked about for this long is cancelled: its page has gone.

Chrome runs the timers of a hidden tab once a minute, so a shorter time would cancel jobs that
somebody waits for. https://developer.chrome.com/blog/timer-throttling-in-chrome-88
"""

MAX_WAITING_MESSAGES = 10_000
"""With this many messages not taken the task has to wait; no analysis yields more frames."""

_TICK_S = 0.05  # how often a slot looks whether its job was cancelled, is over its limit, or has ended

State = Literal["queued", "running", "done", "failed", "cancelled"]
P = ParamSpec("P")
Message = TypeVar("Message")
Result = TypeVar("Result")

_log = logging.getLogger("repscope")


class Job(Generic[Message, Result]):
    """One submitted task, as its page sees it; every member may be used from any thread.

    Asking for `state`, `position`, `take_messages` or `result` says that somebody still waits for
    the job; see `ABANDONED_AFTER_S`.
    """

    def __init__(self, payload: bytes, *, pool: "WorkerPool") -> None:
        self._payload = payload
        self._pool = pool
        self._changed = pool._changed
        self._state: State = "queued"
        self._messages: list[Message] = []
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._peak_rss_mb = math.nan
        self._waiters = 0
        self._last_asked = time.monotonic()

    @property
    def state(self) -> State:
        """Where the job stands: queued, running, done, failed or cancelled."""
        self._last_asked = time.monotonic()
        return self._state

    @property
    def has_ended(self) -> bool:
        """Whether the job is over; asking this does not say that somebody waits for it."""
        return self._state not in ("queued", "running")

    @property
    def position(self) -> int | None:
        """Place in the queue: 0 is running, 1 is next; None once the job has ended."""
        self._last_asked = time.monotonic()
        with self._changed:
            if self._state != "queued":
                return 0 if self._state == "running" else None
            self._pool._cancel_abandoned()
            return self._pool._queue.index(self) + 1

    @property
    def peak_rss_mb(self) -> float:
        """Peak resident memory of the child during this job, MB of 2^20 bytes; NaN before it runs.

        Of a child that was killed, the last value seen, at most 0.1 s older.
        """
        return self._peak_rss_mb

    def take_messages(self) -> list[Message]:
        """Return the values the task has yielded since the last call, without waiting."""
        self._last_asked = time.monotonic()
        with self._changed:
            messages, self._messages = self._messages, []
        return messages

    def cancel(self) -> None:
        """Cancel the job: at once if queued, within a second if running; no effect once it has ended."""
        self._cancel("The analysis was cancelled. Start it again when you are ready.")

    def result(self, timeout: float | None = None) -> Result:
        """Return what the task returned, waiting for it; messages can still be taken afterwards.

        Raises
        ------
        TimeoutError
            The job has not ended within `timeout` seconds; it goes on.
        JobError
            The job was cancelled, ran out of time or memory, or its process was killed.
        AnalysisError
            What the task raised. Any other exception of the task is a bug and raised likewise.
        """
        with self._changed:
            self._waiters += 1
            ended = self._changed.wait_for(lambda: self.has_ended, timeout)
            self._waiters -= 1
            self._last_asked = time.monotonic()
        if not ended:
            raise TimeoutError(f"The job has not ended within {timeout:g} s.")
        if self._error is not None:
            raise self._error.with_traceback(None)  # else each raise of the same object lengthens its traceback
        return self._result  # type: ignore[return-value]  # set when the state is done

    def _end(self, state: State, *, result: Result | None = None, error: BaseException | None = None) -> None:
        with self._changed:
            if self.has_ended:
                return
            if self._state == "queued":
                self._pool._queue.remove(self)
            self._pool._running.discard(self)
            self._state, self._result, self._error = state, result, error
            self._changed.notify_all()

    def _requeue(self) -> None:
        """Put a running job back to the head of the queue."""
        with self._changed:
            if self._state == "running":
                self._state = "queued"
                self._pool._running.discard(self)  # under the same lock: another slot may take it at once
                self._pool._queue.appendleft(self)
                self._changed.notify_all()

    def _cancel(self, reason: str) -> None:
        self._end("cancelled", error=JobError(reason))

    def _cancel_if_abandoned(self) -> None:
        if not self._waiters and time.monotonic() - self._last_asked > self._pool._abandoned_s:
            self._cancel("The analysis was cancelled: its page was closed. Start it again when you are ready.")

    def _takes_messages(self) -> bool:
        return len(self._messages) < MAX_WAITING_MESSAGES or self._waiters > 0

    def _add_message(self, message: Message) -> None:
        with self._changed:
            self._messages.append(message)


class WorkerPool:
    """Runs jobs in child processes, first come first served.

    A slot (a thread) runs one job at a time in its child and keeps the child for the next job,
    until it has been idle for a while.

    Parameters
    ----------
    workers
        Jobs at a time, each in its own process.
    job_timeout_s
        Longest run of one job, counted from its start, not from its arrival in the queue.
    idle_s
        A child without a job for this long is stopped.
    abandoned_s
        A job nobody has asked about for this long is cancelled.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        job_timeout_s: float = 600,
        idle_s: float = 60,
        abandoned_s: float = ABANDONED_AFTER_S,
    ) -> None:
        self._workers = workers
        self._job_timeout_s = job_timeout_s
        self._idle_s = idle_s
        self._abandoned_s = abandoned_s
        self._changed = threading.Condition()  # the one lock; notified when a job is queued or ends
        self._queue: deque[Job[Any, Any]] = deque()
        self._running: set[Job[Any, Any]] = set()
        self._slots: list[threading.Thread] = []
        self._is_shut_down = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def submit(
        self, task: Callable[P, Generator[Message, None, Result]], /, *args: P.args, **kwargs: P.kwargs
    ) -> Job[Message, Result]:
        """Queue `task`, a generator function at the top level of a module other than ``__main__``.

        Each value it yields becomes a message of the job, and what it returns the job's result.
        Only small records should travel; task, arguments, messages and result are pickled.

        Raises
        ------
        JobError
            The pool has been shut down.
        """
        job: Job[Message, Result] = Job(pickle.dumps((task, args, kwargs)), pool=self)
        with self._changed:
            if self._is_shut_down:
                raise JobError("The server is shutting down and takes no more analyses. Try again in a minute.")
            self._queue.append(job)
            self._changed.notify_all()
            if not self._slots:
                self._slots = [threading.Thread(target=self._serve, daemon=True) for _ in range(self._workers)]
                for slot in self._slots:
                    slot.start()
        return job

    def shutdown(self) -> None:
        """Cancel every job, stop the children and take no more jobs; return when they are gone."""
        with self._changed:
            self._is_shut_down = True
            for job in [*self._queue, *self._running]:
                job._cancel("The analysis was cancelled: the server is shutting down. Try again in a minute.")
            self._changed.notify_all()
        for slot in self._slots:
            slot.join()

    def _serve(self) -> None:
        child: Child | None = None
        while not self._is_shut_down:
            child = self._serve_one(child)
        if child:
            child.stop()

    def _serve_one(self, child: Child | None) -> Child | None:
        """Run the next job and return the child to keep: none if it is no longer fit, or was idle for too long."""
        job = self._take_job(timeout_s=self._idle_s if child else None)
        if child and not (job and child.is_ready()):
            child.stop()
            child = None
        if not job:
            return None
        was_idle = child is not None
        try:
            child = child or Child()
            job._end("done", result=self._follow(job, child))
        except NeverStartedError as error:
            if was_idle:  # killed while it waited, which is none of this job's doing: a new child will run it
                job._requeue()
            else:
                job._end("failed", error=error)
        except AnalysisError as error:
            job._end("failed", error=error)
        except Exception as error:  # noqa: BLE001  # a bug, perhaps in the task: the slot must live on
            _log.exception("An analysis failed because of a bug")
            job._end("failed", error=error)
        if child and not (self._idle_s and child.is_ready()):
            child.stop()
            child = None
        return child

    def _take_job(self, *, timeout_s: float | None) -> Job[Any, Any] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._is_shut_down, timeout_s)
            self._cancel_abandoned()
            if not self._queue:
                return None
            job = self._queue.popleft()
            job._state = "running"
            self._running.add(job)
            return job

    def _cancel_abandoned(self) -> None:
        for job in list(self._queue):
            job._cancel_if_abandoned()

    def _follow(self, job: Job[Any, Any], child: Child) -> object:
        """Return what the task returns, or None early when the job is cancelled.

        The child is never asked to end, as SIGTERM does: Python answers that only between two bytecodes.
        """
        deadline = time.monotonic() + self._job_timeout_s
        child.start(job._payload)
        while not child.has_ended():
            if job._takes_messages():
                for message in child.receive(_TICK_S):
                    job._add_message(message)
            else:
                time.sleep(_TICK_S)  # meanwhile the pipe fills, and the task waits
            job._peak_rss_mb = child.peak_rss_mb()
            job._cancel_if_abandoned()
            if job.has_ended:
                return None
            if time.monotonic() > deadline:
                raise JobError(
                    f"The analysis ran longer than its limit of {self._job_timeout_s:g} s and was stopped. "
                    "Film a shorter clip, analyse fewer frames, or raise JOB_TIMEOUT_SECONDS."
                )
        job._peak_rss_mb = child.peak_rss_mb()
        return child.outcome()


@cache
def _make_pool() -> WorkerPool:
    from core.settings import load_settings  # noqa: PLC0415  # the child imports this module, not pydantic

    settings = load_settings()
    pool = WorkerPool(
        workers=settings.workers,
        job_timeout_s=settings.job_timeout_seconds,
        idle_s=settings.worker_idle_seconds,
    )
    atexit.register(pool.shutdown)
    return pool


_make_pool_lock = threading.Lock()  # two sessions may ask for the first time at once


def get_pool() -> WorkerPool:
    """Return the pool of this process, made from the settings at the first call."""
    with _make_pool_lock:
        return _make_pool()
