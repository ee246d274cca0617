"""Runs a task in a child process: queue, progress, cancel, limits.

::

    page ── submit ──▶ queue ──▶ slot: a thread ──▶ Child: a process
     ▲                                 │                │ each value the task yields
     └── Job: state, messages, result ◀┴──── pipe ◀─────┘

``pool`` holds the policy (who is next, how long, when to stop) and runs in the web process;
``child`` holds the process, and ``inside`` is the program that runs in it, which imports both
others with the package: keep their imports few.
"""

from core.worker.pool import ABANDONED_AFTER_S, MAX_WAITING_MESSAGES, Job, WorkerPool, get_pool

__all__ = ["ABANDONED_AFTER_S", "MAX_WAITING_MESSAGES", "Job", "WorkerPool", "get_pool"]
