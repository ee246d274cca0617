"""What runs inside the worker process: ``python -m core.worker.inside TASKS MESSAGES LOG_LEVEL``.

Two pipes, by their file descriptors: pickled tasks come through the first, and through the second goes what becomes of
them, as pairs of a kind and a value.
"""

import logging
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from multiprocessing.connection import Connection
from queue import SimpleQueue

from core.errors import AnalysisError
from core.worker.child import BEGUN, MESSAGE, OUTCOME

NICENESS = 5
"""The worker gives way to the web process: where both want the same core, pages answer first."""


def main() -> None:
    """Run one task after the other until the web process ends this one, or has ended itself."""
    tasks_fd, messages_fd, log_level = map(int, sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the web process
    os.nice(NICENESS)
    log = logging.getLogger("repscope")
    log.setLevel(log_level)  # that of the web process
    log.addHandler(logging.StreamHandler(sys.stdout))
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read_tasks, args=[Connection(tasks_fd, writable=False), tasks], daemon=True).start()
    to_parent = Connection(messages_fd, readable=False)
    while True:
        payload = tasks.get()
        to_parent.send((BEGUN, None))
        _run_task(payload, to_parent)


def _read_tasks(from_parent: Connection, tasks: "SimpleQueue[bytes]") -> None:
    """Read beside the running task: the pipe ends with the web process, however that ended."""
    while True:
        try:
            tasks.put(from_parent.recv_bytes())
        except (EOFError, OSError):
            os._exit(1)


def _run_task(payload: bytes, to_parent: Connection) -> None:
    try:
        task, args, kwargs = pickle.loads(payload)
        to_parent.send((OUTCOME, (_send_messages(task(*args, **kwargs), to_parent), None)))
    except BaseException as error:  # noqa: BLE001  # whatever ends the task is its outcome
        to_parent.send((OUTCOME, (None, _portable(error))))


def _send_messages(steps: Iterator[object], to_parent: Connection) -> object:
    """Send what the generator yields and return what it returns."""
    while True:
        try:
            message = next(steps)
        except StopIteration as stop:
            return stop.value
        to_parent.send((MESSAGE, message))


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


if __name__ == "__main__":
    main()
