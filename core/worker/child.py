"""One child process, seen from the web process; `core.worker.inside` is what runs in it.

A program of its own and not one of ``multiprocessing``: that would import the ``__main__`` of the web process, and with
it Streamlit, and keep a process beside it that tracks semaphores for as long as the server runs, 9 MB.

A child that was killed while it wrote leaves its pipes in an unknown state. Hence each child has pipes of its own,
thrown away with it: nothing that happens to one job reaches another.
"""

import contextlib
import logging
import math
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Any

import psutil

from core.children import child_environment
from core.errors import JobError

PROGRAM = "core.worker.inside"
BEGUN, MESSAGE, OUTCOME = "begun", "message", "outcome"
"""What the process says: a task has arrived; a value it yielded; the pair (result, error) of its end."""

_log = logging.getLogger("repscope")


class NeverStartedError(JobError):
    """The process died before it began with the task."""


class Child:
    """A process that runs one task after the other, as long as none of them kills it.

    Raises
    ------
    JobError
        The system starts no more processes.
    """

    def __init__(self) -> None:
        tasks, self._tasks = Pipe(duplex=False)
        self._messages, messages = Pipe(duplex=False)
        ends = (tasks.fileno(), messages.fileno())
        command = [sys.executable, "-m", PROGRAM, *map(str, ends), str(_log.getEffectiveLevel())]
        try:
            self._process = subprocess.Popen(command, env=child_environment(), pass_fds=ends, stdin=subprocess.DEVNULL)
        except OSError as error:
            self._close_pipes()
            raise JobError(f"The worker process could not be started: {error}. Try again in a minute.") from error
        finally:  # the process has the only ones now, so its death ends the pipes
            tasks.close()
            messages.close()
        self._sender: threading.Thread | None = None
        self._is_idle = True
        self._has_begun = False
        self._is_cut_off = False
        self._outcome: tuple[object, BaseException | None] | None = None
        self._peak_rss_mb = math.nan

    def start(self, payload: bytes) -> None:
        """Start a task, given as the pickled triple (generator function, args, kwargs)."""
        self._is_idle = self._has_begun = False
        self._outcome = None
        _reset_peak_memory(self._process.pid)
        self._peak_rss_mb = _read_peak_memory_mb(self._process.pid)
        # in a thread: a process that does not come to read must not hold up who cancels its job
        self._sender = threading.Thread(target=self._send, args=[payload], daemon=True)
        self._sender.start()

    def _send(self, payload: bytes) -> None:
        with contextlib.suppress(OSError):  # it is dead: the other pipe tells
            self._tasks.send_bytes(payload)

    def receive(self, seconds: float) -> Iterator[Any]:
        """Yield what the task yields as it comes, for `seconds` or until the task has ended."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.has_ended() and self._messages.poll(left):
            try:
                kind, value = self._messages.recv()
            except (EOFError, OSError):
                self._is_cut_off = True
                return
            if kind == OUTCOME:
                self._outcome = value
            elif kind == BEGUN:
                self._has_begun = True
            else:
                yield value

    def has_ended(self) -> bool:
        """Whether the task has ended and everything it yielded has been received."""
        return self._is_cut_off or self._outcome is not None

    def outcome(self) -> object:
        """Return what the ended task returned, or raise what it raised; `JobError` if its process died."""
        if self._outcome is None:
            cause = self._cause_of_death()
            raise JobError(cause) if self._has_begun else NeverStartedError(cause)
        result, error = self._outcome
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
        self._process.kill()
        self._process.wait()
        if self._sender:
            self._sender.join()  # nobody is left who could read, so it has ended
        self._close_pipes()

    def _close_pipes(self) -> None:
        self._messages.close()
        self._tasks.close()

    def _cause_of_death(self) -> str:
        exit_code = self._process.wait()  # its pipe has ended, so it has or is about to
        if exit_code == -signal.SIGKILL:
            return self._out_of_memory()
        cause = signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
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


def _read_peak_memory_mb(pid: int) -> float:
    """Return the peak resident (anywhere but on Linux: the present) memory in MB; NaN of a dead process."""
    try:
        status = Path(f"/proc/{pid}/status")
        if status.exists():
            return int(re.findall(r"VmHWM:\s*(\d+) kB", status.read_text())[0]) / 1024
        return float(psutil.Process(pid).memory_info().rss) / 2**20
    except (OSError, IndexError, psutil.Error):
        return math.nan


def _reset_peak_memory(pid: int) -> None:
    """Forget the peak of earlier tasks, see proc_pid_clear_refs(5); where that is forbidden it stays."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")
