"""How much memory the whole app takes, web process and worker, and how little it can do with.

Run ``python -m benchmarks.memory [--full] [uploads] [growth] [container]`` (all three without a name). Each starts the
real app with the profile of ``.env.example`` and drives it over its own protocol and upload route (`benchmarks.tab`).
What ``--full`` adds is in brackets.

uploads
    A minute of 1080p in files of 10, 200 and 500 MB (25, 50): the peak of web process and worker together from upload
    to result, and the web process idle before and after.
growth
    10 (30) analyses one after the other against one server, a new visitor each.
container
    The lowest limit of a memory cgroup, without swap, in which start, upload and analysis of that minute succeed in at
    most 1.3 times what they take without a limit, found by bisection between 224 and 320 MB (160 and 512); the best of
    two (three) runs counts, for the noise of the machine. Needs root and a writable memory controller (version 1). The
    app runs from a copy of the installed packages (1 GB of disk): pages of a library that another program has read
    would not be charged to the container.

Memory is PSS (proportional set size) among the app's own processes: what several of them share counts once, what
other programs happen to share with them counts in full. Run it with nothing else running, for the times.
"""

import argparse
import json
import os
import re
import shutil
import struct
import sysconfig
import tempfile
import time
import venv
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import httpx
import psutil
from websockets.exceptions import WebSocketException

from benchmarks.clips import CYCLE_S, DRAWN_FPS, Clip, draw
from benchmarks.tab import PageError, open_tab
from tests.peak import sampled_peak
from tests.server import ROOT, Server, running_app, wait_until

CGROUP = Path("/sys/fs/cgroup/memory")
MB = 2**20
SECONDS = 60
COUNT = round(SECONDS / CYCLE_S)
MINUTE = Clip(
    "squat.mp4", "libx264", (1080, 1920), DRAWN_FPS, CYCLE_S, 1.25, {"preset": "ultrafast"}, repeats=COUNT, noise=0
)
SAMPLE, SAMPLE_REPS = ROOT / "models" / "sample_squats.mp4", 5
STEP_MB = 8
MOST_SLOWER = 1.3
SETTLE_S = 3.0


@dataclass(frozen=True)
class Extent:
    """How much is measured: sizes of uploads, analyses in a row, limits and tries of a container."""

    uploads_mb: tuple[int, ...] = (10, 200, 500)
    runs: int = 10
    lowest_mb: int = 224
    highest_mb: int = 320
    tries: int = 2


FULL = Extent(uploads_mb=(10, 25, 50, 200, 500), runs=30, lowest_mb=160, highest_mb=512, tries=3)


def is_available() -> bool:
    """Whether a memory cgroup can be made here."""
    return os.access(CGROUP / "cgroup.procs", os.W_OK)


def draw_long_clip(folder: Path) -> Path:
    """Write a minute of squats in 1080p, 9 MB: one squat drawn and encoded, its packets over and over."""
    return draw(MINUTE, folder=folder)


def pad(clip: Path, path: Path, *, size_bytes: int) -> Path:
    """Write the clip at a size: behind it random bytes in a box that players skip."""
    data = clip.read_bytes()
    padding = size_bytes - len(data)
    with path.open("wb") as file:
        file.write(data + struct.pack(">I4s", padding, b"free"))
        for start in range(8, padding, MB):
            file.write(os.urandom(min(MB, padding - start)))
    return path


@dataclass(frozen=True)
class Memory:
    """MB at one moment: the web process, its children, and both with what they share counted once."""

    web: float
    children: float

    @property
    def total(self) -> float:
        return self.web + self.children


def read_memory(server: Server) -> Memory:
    """Return the PSS of the app's processes among themselves."""
    web = psutil.Process(server.process.pid)
    maps = {process.pid: _read_maps(process.pid) for process in [web, *web.children(recursive=True)]}
    users = Counter(name for mapped in maps.values() for name in mapped)
    pss = {
        pid: sum(own + shared / users[name] for name, (own, shared) in mapped.items()) / 1024
        for pid, mapped in maps.items()
    }
    return Memory(pss[web.pid], sum(pss.values()) - pss[web.pid])


def _read_maps(pid: int) -> dict[str, tuple[int, int]]:
    """Return anonymous and file-backed resident kB of a process by what is mapped; nothing of one that has gone."""
    mapped: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    try:
        text = Path(f"/proc/{pid}/smaps").read_text()
    except OSError:
        return {}
    for part in re.split(r"\n(?=[0-9a-f]+-[0-9a-f]+ )", text):
        fields = part.split("\n", 1)[0].split(None, 5)
        values = {name: int(kb) for name, kb in re.findall(r"^(Rss|Anonymous):\s+(\d+) kB", part, re.M)}
        if values:
            name = fields[5] if len(fields) > 5 else ""
            own, shared = mapped[name]
            mapped[name] = own + values["Anonymous"], shared + values["Rss"] - values["Anonymous"]
    return dict(mapped)


def peak_memory(server: Server) -> AbstractContextManager[list[Memory]]:
    """Sample the app's memory ten times a second; the list holds the sample with the largest total."""
    return sampled_peak(partial(read_memory, server), every_s=0.1, size=lambda memory: memory.total)


def profile(**changes: object) -> dict[str, object]:
    """Return the settings of ``.env.example``, with room for the largest upload."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    set_values = {name: value for name, value in values.items() if value}
    return set_values | {"MAX_FILE_SIZE_MB": 500, "SPOOL_QUOTA_MB": 2000} | changes


def analyze_once(server: Server, clip: Path, *, expected: int = COUNT) -> None:
    """Upload and analyse a clip as a new visitor."""
    with open_tab(server.url) as tab:
        tab.upload(clip)
        count = tab.analyze(timeout_s=60)
    if count != expected:
        raise PageError(f"{count} reps were counted, {expected} are in the clip")


def wait_for_workers(server: Server) -> None:
    """Wait until only the web process is left."""
    web = psutil.Process(server.process.pid)
    if not wait_until(lambda: not web.children(recursive=True), timeout_s=30):
        raise TimeoutError("a worker did not end")
    time.sleep(SETTLE_S)


def measure_uploads(clip: Path, folder: Path, *, extent: Extent) -> dict[str, object]:
    rows = []
    for size_mb in extent.uploads_mb:
        file = pad(clip, folder / f"{size_mb}.mp4", size_bytes=size_mb * 10**6)
        with running_app(folder, **profile()) as server:
            with open_tab(server.url):
                idle = read_memory(server).web
            with peak_memory(server) as peak:
                analyze_once(server, file)
            wait_for_workers(server)
            after = read_memory(server).total
        file.unlink()
        rows.append({
            "upload_mb": size_mb, "idle_mb": idle, "peak_mb": peak[0].total, "peak_web_mb": peak[0].web,
            "peak_children_mb": peak[0].children, "after_mb": after,
        })  # fmt: skip
        print("  ".join(f"{name} {value:.0f}" for name, value in rows[-1].items()), flush=True)
    return {"rows": rows}


def measure_growth(_: Path, folder: Path, *, extent: Extent) -> dict[str, object]:
    """Measure from the third analysis on: by then everything that is loaded once has been."""
    idle = []
    with running_app(folder, **profile()) as server:
        for run in range(1, extent.runs + 1):
            analyze_once(server, SAMPLE, expected=SAMPLE_REPS)
            if run in (3, extent.runs // 2, extent.runs):
                wait_for_workers(server)
                idle.append(read_memory(server).total)
                print(f"after {run} analyses {idle[-1]:.1f} MB", flush=True)
    return {"after_mb": idle, "growth_mb": idle[-1] - idle[0]}


@dataclass(frozen=True)
class Usage:
    """One way through start, upload and analysis in a container; `error` is why it failed, empty if it did not.

    `anonymous_mb` is the most memory that the kernel cannot take back, `peak_mb` includes its cache of files.
    """

    limit_mb: int | None
    seconds: float
    peak_mb: float
    anonymous_mb: float
    kills: int
    error: str = ""


def copy_environment(folder: Path) -> Path:
    """Copy the installed packages, without the largest of the tools; return the interpreter that uses them."""
    venv.create(folder, symlinks=True)
    tools = shutil.ignore_patterns(
        "playwright*", "*mypy*", "cv2*", "opencv*", "hypothesis*", "ruff*", "plutoprint.libs"
    )
    copy = sysconfig.get_path("purelib", vars={"base": str(folder)})
    shutil.copytree(sysconfig.get_path("purelib"), copy, ignore=tools, dirs_exist_ok=True)
    return folder / "bin" / "python"


def forget_files(*folders: Path) -> None:
    """Drop what the kernel keeps of these files, so that the next one who reads them is charged for it."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def run_in_container(clip: Path, folder: Path, *, python: Path, limit_mb: int | None) -> Usage:
    """Start the app in a memory cgroup, upload and analyse the clip."""
    forget_files(python.parents[1], ROOT / "models")
    error, started = "", time.monotonic()
    with confined(limit_mb) as group, peak_anonymous(group) as peak:
        try:
            with running_app(folder, cgroup=group, python=str(python), **profile()) as server:
                analyze_once(server, clip)
        except (RuntimeError, OSError, httpx.HTTPError, WebSocketException) as failure:
            error = f"{type(failure).__name__}: {failure}"[:200]
        seconds = time.monotonic() - started
        usage = Usage(
            limit_mb,
            seconds,
            int((group / "memory.max_usage_in_bytes").read_text()) / MB,
            peak[0],
            read_field(group / "memory.oom_control", "oom_kill"),
            error,
        )
    _print_usage(usage)
    return usage


@contextmanager
def confined(limit_mb: int | None) -> Iterator[Path]:
    """Make a memory cgroup without swap; remove it when its last process has ended."""
    group = CGROUP / f"repscope-{os.getpid()}"
    group.mkdir()
    try:
        if limit_mb:
            (group / "memory.limit_in_bytes").write_text(str(limit_mb * MB))
            (group / "memory.swappiness").write_text("0")
        yield group
    finally:
        wait_until(lambda: not (group / "cgroup.procs").read_text())  # the last child ends after the app
        group.rmdir()


def peak_anonymous(group: Path) -> AbstractContextManager[list[float]]:
    """Sample what the kernel cannot take back from a cgroup, MB; the list holds the peak."""
    return sampled_peak(lambda: read_field(group / "memory.stat", "total_rss") / MB, every_s=0.05, size=float)


def read_field(path: Path, name: str) -> int:
    """Return one number of a cgroup's file."""
    fields = dict(line.split() for line in path.read_text().splitlines())
    return int(fields.get(name, 0))


def measure_container(clip: Path, folder: Path, *, extent: Extent) -> dict[str, object]:
    if not is_available():
        print("smallest container: needs root and a writable memory controller (cgroup version 1)")
        return {"smallest_mb": None}
    run = partial(run_in_container, clip, folder, python=copy_environment(folder / "environment"))
    runs = [run(limit_mb=None) for _ in range(extent.tries)]
    most_s = MOST_SLOWER * min(usage.seconds for usage in runs)
    fails, works = extent.lowest_mb - STEP_MB, extent.highest_mb
    while works - fails > STEP_MB:
        limit_mb = (fails + works) // 2 // STEP_MB * STEP_MB
        tried = (run(limit_mb=limit_mb) for _ in range(extent.tries))
        if any(_is_enough(usage, most_s=most_s, runs=runs) for usage in tried):
            works = limit_mb
        else:
            fails = limit_mb
    return {"smallest_mb": works, "runs": [asdict(usage) for usage in runs]}


def _is_enough(usage: Usage, *, most_s: float, runs: list[Usage]) -> bool:
    """Whether this run went well; it is kept in `runs`."""
    runs.append(usage)
    return not usage.error and not usage.kills and usage.seconds <= most_s


def _print_usage(usage: Usage) -> None:
    limit = f"{usage.limit_mb} MB" if usage.limit_mb else "no limit"
    print(
        f"{limit:>8}: {usage.seconds:.1f} s, peak {usage.peak_mb:.0f} MB, anonymous {usage.anonymous_mb:.0f} MB, "
        f"{usage.kills} killed {usage.error}",
        flush=True,
    )


def main() -> None:
    parts = {"uploads": measure_uploads, "growth": measure_growth, "container": measure_container}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *parts], default=[])
    parser.add_argument("--full", action="store_true", help="as many sizes, runs and tries as are worth it")
    options = parser.parse_args()
    extent = FULL if options.full else Extent()
    with tempfile.TemporaryDirectory(prefix="repscope-memory-") as name:
        folder = Path(name)
        clip = draw_long_clip(folder)
        print(f"60 s, 1080 x 1920, {clip.stat().st_size / 1e6:.1f} MB, profile of .env.example")
        for part in options.parts or parts:
            print(f"\n{part}")
            print(json.dumps({"benchmark": f"memory {part}"} | parts[part](clip, folder, extent=extent)))


if __name__ == "__main__":
    main()
