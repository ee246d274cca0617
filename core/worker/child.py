"""One child process, and the few lines that run inside it.

A child that was killed while it wrote leaves its pipe and Pebble's locks in an unknown state.
Hence each child has a Pebble pool and a pipe of its own, thrown away with it: nothing that happens
to one job reaches another.
"""

import contextlib
import logging
import math
import multiprocessing
import os
import pickle
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import spawn
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any

import psutil
from pebble import ProcessExpired, ProcessPool

from core.errors import AnalysisError, JobError

NICENESS = 5
"""The worker gives way to the web process: where both want the same core, pages answer first."""

_log = logging.getLogger("repscope")


class NeverStartedError(JobError):
    """The process died before it began with the task."""


class Child:
    """A process that runs one task after the other, as long as none of them kills it."""

    def __init__(self) -> None:
        self._context = _OneChildContext()
        self._messages, self._child_end = self._context.Pipe(duplex=False)
        self._pool = ProcessPool(
            max_workers=1,
            initializer=_start_child,
            initargs=[self._child_end, _log.getEffectiveLevel()],
            context=self._context,
        )
        self._task: Future[bytes]
        self._is_idle = True
        self._is_cut_off = False
        self._peak_rss_mb = math.nan

    def start(self, payload: bytes) -> None:
        """Start a task, given as the pickled triple (generator function, args, kwargs)."""
        self._is_idle = False
        if self._context.process:
            _reset_peak_memory(self._process.pid)
            self._peak_rss_mb = _read_peak_memory_mb(self._process.pid)
        try:
            self._task = self._pool.schedule(_run_task, args=[payload])  # the first call starts the process
        except RuntimeError as error:
            raise JobError(f"The worker process could not be started: {error}. Try again in a minute.") from error
        self._child_end.close()  # the process has the only one now, so its death ends the pipe

    def receive(self, seconds: float) -> Iterator[Any]:
        """Yield what the task yields as it comes, for `seconds` or until the task has ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.has_ended():
            if self._is_cut_off:
                wait([self._task], left)  # until Pebble, too, has seen that the process is dead
                continue
            try:
                if self._messages.poll(left):
                    yield self._messages.recv()
            except (EOFError, OSError):
                self._is_cut_off = True

    def has_ended(self) -> bool:
        """Whether the task has ended and everything it yielded has been received."""
        return self._task.done() and (self._is_cut_off or not self._messages.poll())

    def outcome(self) -> object:
        """Return what the ended task returned, or raise what it raised; `JobError` if its process died."""
        try:
            result, error = pickle.loads(self._task.result())
        except BrokenProcessPool:  # what Pebble says if the process died before it fetched the task
            raise NeverStartedError(self._cause_of_death()) from None
        except ProcessExpired:
            raise JobError(self._cause_of_death()) from None
        if isinstance(error, MemoryError):
            raise JobError(self._out_of_memory()) from error
        self._is_idle = True
        if error is not None:
            raise error
        return result

    def is_ready(self) -> bool:
        """Whether the process waits for a task; only its death makes the pipe of an idle child readable."""
        return self._is_idle and not self._messages.poll()

    def peak_rss_mb(self) -> float:
        """Return the peak resident memory during this task, MB of 2^20 bytes; of a dead process, the last seen."""
        peak = _read_peak_memory_mb(self._process.pid)
        if not math.isnan(peak):
            self._peak_rss_mb = peak
        return self._peak_rss_mb

    def stop(self) -> None:
        """Kill the process, whatever it is doing, and wait for it."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        if self._context.process:
            self._process.kill()
        self._pool.join()
        self._messages.close()
        self._child_end.close()

    @property
    def _process(self) -> SpawnProcess:
        assert self._context.process, "not started"
        return self._context.process

    def _cause_of_death(self) -> str:
        exit_code = self._process.exitcode
        if exit_code == -signal.SIGKILL:
            return self._out_of_memory()
        cause = signal.Signals(-exit_code).name if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"
        return (
            f"The analysis crashed ({cause}): the file may be damaged. "
            "Save or trim the clip again in another program and try once more."
        )

    def _out_of_memory(self) -> str:
        used = "" if math.isnan(self._peak_rss_mb) else f" ({self._peak_rss_mb:.0f} MB used)"
        return (
            f"The analysis was stopped by the system, most likely because memory ran out{used}. "
            "Choose a smaller resize width, or give the server more memory."
        )


class _OneChildContext(SpawnContext):
    """Starts one process; asked for a replacement it refuses, and Pebble gives the pool up."""

    process: SpawnProcess | None = None

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # noqa: N802
        if self.process:
            raise OSError("this pool has had its process")
        self.process = _BareProcess(*args, **kwargs)
        return self.process


class _BareProcess(SpawnProcess):
    """A spawned process that does not import the parent's ``__main__``.

    That would be the `streamlit` command or the page some session is just running, and with it
    Streamlit and pandas. The standard library has no switch for it.
    """

    def start(self) -> None:
        with _start_lock:
            original = spawn.get_preparation_data
            spawn.get_preparation_data = lambda name: _without_main(original(name))
            try:
                super().start()
            finally:
                spawn.get_preparation_data = original


_start_lock = threading.Lock()


def _without_main(preparation: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in preparation.items() if not key.startswith("init_main_from")}


def _read_peak_memory_mb(pid: int | None) -> float:
    """Return the peak resident memory (anywhere but on Linux: the present one) in MB; NaN of a dead process."""
    try:
        status = Path(f"/proc/{pid}/status")
        if status.exists():
            return int(re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())[0]) / 1024
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except (OSError, IndexError, psutil.Error):
        return math.nan


def _reset_peak_memory(pid: int | None) -> None:
    """Forget the peak of earlier tasks, see proc_pid_clear_refs(5); where that is forbidden it stays."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


# From here on: what runs inside the process.

_to_parent: Connection


def _start_child(to_parent: Connection, log_level: int) -> None:
    global _to_parent  # noqa: PLW0603  # set once, in the child only
    _to_parent = to_parent
    if hasattr(os, "nice"):  # on Windows it is not
        os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _log.setLevel(log_level)  # that of the web process
    _log.addHandler(logging.StreamHandler(sys.stdout))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    parent.join()
    os._exit(1)


def _run_task(payload: bytes) -> bytes:
    """Return the pickled pair (result, error).

    Pickled here and not by Pebble: its threads in the web process end with the first object that
    cannot be unpickled.
    """
    try:
        task, args, kwargs = pickle.loads(payload)
        return pickle.dumps((_send_messages(task(*args, **kwargs)), None))
    except BaseException as error:  # noqa: BLE001  # whatever ends the task is its outcome
        return pickle.dumps((None, _portable(error)))


def _send_messages(steps: Iterator[object]) -> object:
    """Send what the generator yields and return what it returns."""
    while True:
        try:
            message = next(steps)
        except StopIteration as stop:
            return stop.value
        _to_parent.send(message)


def _portable(error: BaseException) -> BaseException:
    """Return an `Exception` that survives pickling; a bug carries the traceback of this process as a note."""
    note = f"In the worker process:\n{traceback.format_exc()}"
    if not (isinstance(error, Exception) and _can_travel(error)):
        error = RuntimeError(f"{type(error).__name__}: {error}")
    if not isinstance(error, AnalysisError):
        error.add_note(note)
    return error


def _can_travel(error: BaseException) -> bool:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001  # unpickling an exception calls its class, which may do anything
        return False
    return True
