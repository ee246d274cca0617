"""Does the whole app stay inside a 512 MB container? Web process and worker in one memory cgroup.

Run ``python -m benchmarks.memory``. Needs Linux with a writable memory cgroup (version 1) and
Chromium. Draws a 60 s clip in 1080p, starts the app with the 512 MB profile of ``.env.example`` in a cgroup
of that size, drops the clip on the page in a real browser outside of it, waits for the result and
prints what the kernel counted: the peak with the page cache (which the kernel takes back when it
needs to), and the peak of anonymous memory, which is what an out-of-memory kill is about.
"""

import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
from playwright.sync_api import Browser, expect, sync_playwright

from core.mannequin import Filming, View, iter_images, plan_steady
from tests.browser.conftest import CHROMIUM, CHROMIUM_ARGS, UPLOADER
from tests.server import ROOT, running_app, wait_until

CGROUP = Path("/sys/fs/cgroup/memory")
MB = 2**20
CYCLE_S, FPS, SECONDS = 2.4, 30, 60


def is_available() -> bool:
    """Whether a memory cgroup can be made here."""
    return os.access(CGROUP / "cgroup.procs", os.W_OK)


def draw_long_clip(path: Path) -> Path:
    """Write a minute of squats in 1080p: one squat drawn, encoded over and over."""
    motion = plan_steady("squat", count=1, period_s=CYCLE_S)
    shot = Filming(view=View(yaw_deg=80), resolution_wh=(540, 960), fps=FPS)
    start = round(FPS * (motion.duration_s - CYCLE_S) / 2)
    cycle = list(islice(iter_images(motion, filming=shot), start, start + round(FPS * CYCLE_S)))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 1080, 1920, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "24"}
        for index in range(FPS * SECONDS):
            frame = av.VideoFrame.from_ndarray(cycle[index % len(cycle)], format="rgb24")
            frame = frame.reformat(width=1080, height=1920, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@dataclass(frozen=True)
class Usage:
    """What one run took, MB; `kills` are processes the kernel ended for want of memory."""

    limit_mb: int
    peak_mb: float
    peak_anonymous_mb: float
    kills: int
    rep_count: int


def measure(clip: Path, *, limit_mb: int, folder: Path, browser: Browser) -> Usage:
    """Analyse the clip in the browser with the app confined to `limit_mb`."""
    with _confined(limit_mb) as group, running_app(folder, cgroup=group, **_profile()) as server:
        peak, done = [0.0], threading.Event()
        sampler = threading.Thread(target=_sample_anonymous, args=(group, peak, done))
        sampler.start()
        try:
            count = _count_in_browser(browser, server.url, clip)
        finally:
            done.set()
            sampler.join()
        return Usage(
            limit_mb=limit_mb,
            peak_mb=int((group / "memory.max_usage_in_bytes").read_text()) / MB,
            peak_anonymous_mb=peak[0],
            kills=_read_field(group / "memory.oom_control", "oom_kill"),
            rep_count=count,
        )


@contextmanager
def _confined(limit_mb: int) -> Iterator[Path]:
    group = CGROUP / f"repscope-{os.getpid()}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(limit_mb * MB))
        yield group
    finally:
        wait_until(lambda: not (group / "cgroup.procs").read_text())  # the last child ends after the app
        group.rmdir()


def _profile() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value for name, value in values.items() if value} | {"MAX_FILE_SIZE_MB": "200"}


def _count_in_browser(browser: Browser, url: str, clip: Path) -> int:
    page = browser.new_page()
    page.goto(url)
    page.set_input_files(UPLOADER, clip)
    button = page.get_by_role("button", name="Analyze", exact=True)
    expect(button).to_be_enabled(timeout=60_000)
    button.click()
    heading = page.get_by_role("heading", name=re.compile(r"^\d+ reps?$"))
    expect(heading).to_be_visible(timeout=240_000)
    count = int(heading.inner_text().split()[0])
    page.close()
    return count


def _sample_anonymous(group: Path, peak: list[float], done: threading.Event) -> None:
    while not done.wait(0.05):
        peak[0] = max(peak[0], _read_field(group / "memory.stat", "total_rss") / MB)


def _read_field(path: Path, name: str) -> int:
    fields = dict(line.split() for line in path.read_text().splitlines())
    return int(fields.get(name, 0))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="repscope-memory-") as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        folder = Path(name)
        clip = draw_long_clip(folder / "minute.mp4")
        print(f"60 s, 1080 x 1920, {clip.stat().st_size / 1e6:.0f} MB, profile of .env.example")
        print(f"{'limit':>8} {'peak':>8} {'anonymous':>10} {'killed':>7} {'reps':>5}")
        usages = [measure(clip, limit_mb=limit_mb, folder=folder, browser=browser) for limit_mb in (1024, 512)]
        browser.close()
    for usage in usages:
        print(
            f"{usage.limit_mb:5d} MB {usage.peak_mb:5.0f} MB {usage.peak_anonymous_mb:7.0f} MB"
            f" {usage.kills:7d} {usage.rep_count:5d}"
        )
    print(json.dumps({"benchmark": "memory", "runs": [vars(usage) for usage in usages]}))


if __name__ == "__main__":
    main()
