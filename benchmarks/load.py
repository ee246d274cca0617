"""Many visitors at once: 1, 4 and 16 upload 25 MB each to one server in 512 MB and want their result.

Run ``python -m benchmarks.load [USERS ...]``. The clip is the sample, 25 MB with what players skip; the profile is that
of ``.env.example``. Meanwhile a process of its own asks the health check ten times a second, and opens the page as a
new visitor every two seconds. Without a writable memory cgroup (root, version 1) the server runs without a limit.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
import numpy as np

from benchmarks.memory import (
    SAMPLE,
    SAMPLE_REPS,
    confined,
    is_available,
    pad,
    peak_anonymous,
    profile,
    read_field,
)
from benchmarks.tab import open_tab
from tests.server import running_app

USERS, CLIP_MB, LIMIT_MB = (1, 4, 16), 25, 512
HEALTH_EVERY_S, LOAD_EVERY_S, WAIT_S = 0.1, 2.0, 900


@dataclass(frozen=True)
class Visit:
    """One visitor's way: when her analysis was asked for and when its result came, s; `error` is empty if it did."""

    asked_s: float
    done_s: float
    error: str

    @property
    def wait_s(self) -> float:
        return self.done_s - self.asked_s


@dataclass(frozen=True)
class Load:
    """What so many visitors at once saw; times in s, of the health check and the page load in ms."""

    users: int
    results: int
    errors: list[str]
    is_in_order: bool
    median_wait_s: float
    worst_wait_s: float
    health_p99_ms: float
    page_p99_ms: float
    anonymous_mb: float
    kills: int


def visit(url: str, clip: Path) -> Visit:
    """Upload, analyse, and look at the result."""
    asked_s = time.monotonic()
    try:
        with open_tab(url) as tab:
            tab.upload(clip)
            asked_s = time.monotonic()
            count = tab.analyze(timeout_s=WAIT_S)
    except Exception as error:  # noqa: BLE001  # whatever a visitor sees is what is measured
        return Visit(asked_s, time.monotonic(), f"{type(error).__name__}: {error}"[:200])
    return Visit(asked_s, time.monotonic(), "" if count == SAMPLE_REPS else f"{count} reps")


def is_in_order(visits: list[Visit], *, slack_s: float = 2.0) -> bool:
    """Whether who asked first was served first; who asked within `slack_s` of another may come after."""
    return all(
        first.done_s <= later.done_s + slack_s
        for first in visits
        for later in visits
        if first.asked_s + slack_s < later.asked_s
    )


Times = tuple[list[float], list[float]]
"""Seconds of each health check and of each page load; one that failed is infinite."""


def probe(url: str, done: Event, answers: "Queue[Times]") -> None:
    """Time health checks and page loads until `done`; neither waits for the other."""
    with ThreadPoolExecutor(2) as threads:
        health = threads.submit(_time_often, partial(_check_health, url), done=done, every_s=HEALTH_EVERY_S)
        pages = threads.submit(_time_often, partial(_load_page, url), done=done, every_s=LOAD_EVERY_S)
        answers.put((health.result(), pages.result()))


def _time_often(act: Callable[[], None], *, done: Event, every_s: float) -> list[float]:
    times = []
    while not done.wait(every_s):
        started = time.perf_counter()
        try:
            act()
        except Exception:  # noqa: BLE001  # whatever goes wrong, there was no answer
            times.append(float("inf"))
        else:
            times.append(time.perf_counter() - started)
    return times


def _check_health(url: str) -> None:
    httpx.get(f"{url}/_stcore/health", timeout=30, verify=False).raise_for_status()  # a TLS context would take 20 ms


def _load_page(url: str) -> None:
    with open_tab(url):
        pass


@contextmanager
def probed(url: str) -> Iterator[list[Times]]:
    """Probe the server meanwhile; afterwards the list holds the times."""
    context = multiprocessing.get_context("spawn")
    done, answers = context.Event(), context.Queue()
    prober = context.Process(target=probe, args=(url, done, answers))
    prober.start()
    found: list[Times] = []
    try:
        yield found
    finally:
        done.set()
        found.append(answers.get(timeout=120))
        prober.join()


def measure(users: int, clip: Path, folder: Path) -> Load:
    """Let so many visitors come at once."""
    limit = confined(LIMIT_MB) if is_available() else nullcontext(None)
    with limit as group, peak_anonymous(group) if group else nullcontext([float("nan")]) as peak:
        with (
            running_app(folder, cgroup=group, **profile()) as server,
            probed(server.url) as found,
            ThreadPoolExecutor(users) as threads,
        ):
            visits = list(threads.map(lambda _: visit(server.url, clip), range(users)))
        kills = read_field(group / "memory.oom_control", "oom_kill") if group else 0
    health, pages = found[0]
    waits = [one.wait_s for one in visits]
    errors = [one.error for one in visits if one.error]
    return Load(
        users=users,
        results=users - len(errors),
        errors=errors,
        is_in_order=is_in_order(visits),
        median_wait_s=float(np.median(waits)),
        worst_wait_s=max(waits),
        health_p99_ms=1000 * float(np.percentile(health, 99)),
        page_p99_ms=1000 * float(np.percentile(pages, 99)),
        anonymous_mb=peak[0],
        kills=kills,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("users", nargs="*", type=int, default=[])
    with tempfile.TemporaryDirectory(prefix="repscope-load-") as name:
        folder = Path(name)
        clip = pad(SAMPLE, folder / "clip.mp4", size_bytes=CLIP_MB * 10**6)
        print("users results in order   median    worst    health      page    MB")
        loads = []
        for users in parser.parse_args().users or USERS:
            load = measure(users, clip, folder)
            loads.append(load)
            print(
                f"{load.users:5d} {load.results:7d} {load.is_in_order!s:>8} {load.median_wait_s:6.1f} s "
                f"{load.worst_wait_s:6.1f} s {load.health_p99_ms:6.0f} ms {load.page_p99_ms:6.0f} ms "
                f"{load.anonymous_mb:5.0f} {' '.join(sorted(set(load.errors)))}",
                flush=True,
            )
    print(json.dumps({"benchmark": "load", "runs": [asdict(load) for load in loads]}))


if __name__ == "__main__":
    main()
