"""How time and memory grow with the length of a clip, with its resolution, and with the frames analysed.

Run ``python -m benchmarks.scaling``. Draws a few seconds in each resolution once (``.cache/bench``) and repeats their
packets to any length. Each run is a process of its own that does what the worker does: wall and CPU seconds from
opening the clip to the finished `Analysis`, imports left out, and the peak of the process's resident memory. Prints
three tables and, fitted to each by least squares on logarithms, exponents: 1 is linear, 0 is flat. Last, one JSON line.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.clips import CYCLE_S, Clip, draw, repeat
from core.jobs import analyze_in_worker
from core.memory import peak_rss_mb
from core.pipeline import Request

FPS = 30
PIECE_S = 2 * CYCLE_S
SKIP = 8
LENGTHS_S = (5, 19, 62, 149, 298)
"""Near 5, 20, 60, 150 and 300 s in whole pieces."""
SIZES_WH = {"480p": (480, 854), "720p": (720, 1280), "1080p": (1080, 1920), "1440p": (1440, 2560), "4K": (2160, 3840)}
SKIPS = (1, 2, 4, 8, 12)
REQUEST = Request(frame_skip=SKIP, resize_width=480, max_frames=100_000, min_frames=10, max_duration_s=400)
MBPS_PER_PIXEL = 14 / (1080 * 1920)


@dataclass(frozen=True)
class Run:
    """One analysis; `size` is what its table varies: seconds, megapixels, or frames analysed."""

    label: str
    size: float
    frames: int
    wall_s: float
    cpu_s: float
    peak_mb: float


def piece(name: str) -> Path:
    """Return a few seconds in a resolution."""
    width, height = SIZES_WH[name]
    mbps = MBPS_PER_PIXEL * width * height
    options = {"preset": "veryfast", "bf": "3"}
    return draw(Clip(f"piece_{name}.mp4", "libx264", (width, height), FPS, PIECE_S, mbps, options))


def clip_of(name: str, seconds: float) -> Path:
    return repeat(piece(name), times=round(seconds / PIECE_S))


def analyze(path: Path, skip: int) -> None:
    """Analyse in this process and print what it took."""
    import mediapipe.tasks.python.vision.pose_landmarker  # noqa: F401, PLC0415  imports are nobody's growth

    wall, cpu = time.perf_counter(), time.process_time()
    frames = sum(1 for _ in analyze_in_worker(path, replace(REQUEST, frame_skip=skip)))
    wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"frames": frames, "wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak_rss_mb()}))


def run(label: str, path: Path, *, skip: int = SKIP, size: float | None = None) -> Run:
    command = [sys.executable, "-m", "benchmarks.scaling", "--clip", str(path), "--skip", str(skip)]
    environment = os.environ | {"MALLOC_ARENA_MAX": "2"}  # as app.py sets it for the worker
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    measured = json.loads(output.splitlines()[-1])
    one = Run(label=label, size=measured["frames"] if size is None else size, **measured)
    print(f"{label:>8} {one.frames:7d} {one.wall_s:8.2f} {one.cpu_s:8.2f} {one.peak_mb:9.0f}", flush=True)
    return one


def exponent(runs: list[Run], value: str) -> float:
    """Return the slope of the logarithm of `value` over that of `size`."""
    sizes, values = ([getattr(one, name) for one in runs] for name in ("size", value))
    return round(float(np.polyfit(np.log(sizes), np.log(values), 1)[0]), 3)


def report(title: str, runs: list[Run]) -> dict[str, object]:
    exponents = {value: exponent(runs, value) for value in ("wall_s", "cpu_s", "peak_mb")}
    print("exponent" + "".join(f" {name} {value:.2f}" for name, value in exponents.items()) + f", over the {title}\n")
    return {"over": title, "exponents": exponents, "runs": [vars(one) for one in runs]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clip", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--skip", type=int, default=SKIP, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.clip:
        analyze(options.clip, options.skip)
        return
    print(f"{'':>8} {'frames':>7} {'wall, s':>8} {'CPU, s':>8} {'peak, MB':>9}")
    tables = [
        report(
            f"length, 720p, every {SKIP}th frame",
            [run(f"{seconds} s", clip_of("720p", seconds), size=seconds) for seconds in LENGTHS_S],
        ),
        report(
            f"pixels, 10 s, every {SKIP}th frame",
            [run(name, clip_of(name, 10), size=width * height / 1e6) for name, (width, height) in SIZES_WH.items()],
        ),
        report("frames analysed, 720p, 20 s", [run(f"skip {skip}", clip_of("720p", 20), skip=skip) for skip in SKIPS]),
    ]
    print(json.dumps({"benchmark": "scaling", "tables": tables}))


if __name__ == "__main__":
    main()
