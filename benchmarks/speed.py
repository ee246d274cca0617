"""How close an analysis comes to what decoding and pose cost at all, and how the plain loop fares.

Run ``python -m benchmarks.speed [--full] [--clip NAME] [--skip N] [--rounds N]``. Draws the clips once
(``.cache/bench``), then times four ways over each, at skip 3 and 8 (with ``--full`` at Auto and 1, too), every one in a
process of its own, imports left out, taking turns:

product
    `core.analyze.analyze_clip`, from opening the file to the finished `Analysis`.
plain
    What such apps ship: OpenCV ``read``, ``resize``, ``cvtColor``, the same model, at the same stride and width.
decode
    Every frame of the clip decoded by PyAV, nothing else.
pose
    The same model on the same frames, decoded before the clock starts.

No program that does both can be faster than ``max(decode, pose, (CPU of decode + CPU of pose) / cores)``: the limit.
The best of `--rounds` is taken for each. Then the time from submitting a job to its first point, in a cold and in a
warm worker. Prints a table and a JSON line.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import av
import numpy as np

from benchmarks.clips import Clip, draw
from core.analyze import analyze_clip
from core.jobs import analyze_in_worker
from core.model import model_path
from core.pipeline import Request
from core.pose import open_pose, silence_native_log
from core.video import Frame
from core.video.read import iter_frames, probe
from core.worker import WorkerPool

REQUEST = Request(frame_skip="auto", resize_width=480, max_frames=600, min_frames=20, max_duration_s=300)
SKIPS, ALL_SKIPS = (3, 8), ("auto", 1, 3, 8)
WAYS = ("product", "plain", "decode", "pose")


CLIPS = (
    Clip("h264_1080x1920_30.mp4", "libx264", (1080, 1920), 30, 12, 14, {"preset": "veryfast", "bf": "3"}, 5),
    Clip("hevc_1920x1080_60.mp4", "libx265", (1920, 1080), 60, 10, 10,
         {"preset": "ultrafast", "x265-params": "log-level=none:bframes=3"}),
    Clip("vp9_1080x1920_30.webm", "libvpx-vp9", (1080, 1920), 30, 10, 8,
         {"deadline": "realtime", "cpu-used": "8", "row-mt": "1"}),
    Clip("mjpeg_1280x720_30.avi", "mjpeg", (1280, 720), 30, 10, 25, {}),
)  # fmt: skip


def ask(skip: int | str) -> Request:
    """Return the request of a skip; only Auto is held to the cap, which would widen a fixed one."""
    return REQUEST if skip == "auto" else replace(REQUEST, frame_skip=int(skip), max_frames=100_000)


def run_product(path: Path, request: Request) -> int:
    run = analyze_clip(path, request)
    frames = 0
    try:
        while True:
            frames = next(run).frames_done
    except StopIteration:
        return frames


def run_plain(path: Path, request: Request) -> int:
    """Analyse as the usual app does: every frame read in full, the wanted ones resized, converted and looked at."""
    import cv2  # noqa: PLC0415  # only this way needs it

    info = probe(path, max_duration_s=300)
    plan = request.plan(info)
    stride = plan.stride or round(info.fps / plan.sample_rate_hz)
    capture, index, frames = cv2.VideoCapture(str(path)), -1, 0
    with open_pose(model_path()) as estimator:
        while True:
            is_read, picture = capture.read()
            if not is_read:
                break
            index += 1
            if index % stride:
                continue
            image = cv2.cvtColor(cv2.resize(picture, plan.size_wh), cv2.COLOR_BGR2RGB)
            estimator.estimate(Frame(index, index / info.fps, image))
            frames += 1
    capture.release()
    return frames


def run_decode(path: Path, _: Request) -> int:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def time_pose(path: Path, request: Request) -> tuple[float, float, int]:
    """Return wall and CPU seconds of the model alone; the frames are decoded beforehand, a few hundred at a time."""
    info = probe(path, max_duration_s=300)
    wall_s = cpu_s = 0.0
    frames = 0
    with open_pose(model_path()) as estimator, closing(iter_frames(path, info=info, plan=request.plan(info))) as source:
        while batch := list(islice(source, 200)):
            wall, cpu = time.perf_counter(), time.process_time()
            for frame in batch:
                estimator.estimate(frame)
            wall_s += time.perf_counter() - wall
            cpu_s += time.process_time() - cpu
            frames += len(batch)
    return wall_s, cpu_s, frames


def run_way(way: str, path: Path, skip: str) -> None:
    """Time one way in this process and print it."""
    silence_native_log()
    with open_pose(model_path()) as estimator:  # imports and first-time set-up are nobody's cost
        estimator.estimate(Frame(0, 0.0, np.zeros((64, 64, 3), np.uint8)))
    request = ask(skip)
    if way == "pose":
        wall_s, cpu_s, frames = time_pose(path, request)
    else:
        run = {"product": run_product, "plain": run_plain, "decode": run_decode}[way]
        wall, cpu = time.perf_counter(), time.process_time()
        frames = run(path, request)
        wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "frames": frames}))


def time_ways(path: Path, skip: int | str, *, rounds: int) -> dict[str, dict[str, float]]:
    """Return the fastest round of every way; the ways take turns, so that a slow minute hits all of them."""
    best: dict[str, dict[str, float]] = {}
    for _ in range(rounds):
        for way in WAYS:
            command = [sys.executable, "-m", "benchmarks.speed", "--way", way, "--clip", str(path)]
            output = subprocess.run([*command, "--skip", str(skip)], check=True, capture_output=True, text=True).stdout
            timed = json.loads(output.splitlines()[-1])
            if way not in best or timed["wall_s"] < best[way]["wall_s"]:
                best[way] = timed
    return best


def time_first_point(path: Path) -> tuple[float, float]:
    """Return the seconds from submitting a job to its first point: in a new worker, then in the same one."""
    seconds = []
    with WorkerPool(workers=1, job_timeout_s=300, idle_s=60) as pool:
        for _ in range(2):
            started = time.perf_counter()
            job = pool.submit(analyze_in_worker, path, REQUEST)
            while not job.take_messages():
                time.sleep(0.005)
            seconds.append(time.perf_counter() - started)
            job.cancel() if len(seconds) == 2 else job.result()
    return seconds[0], seconds[1]


def report(clip: Clip, skip: int | str, *, rounds: int) -> dict[str, object]:
    timed = time_ways(draw(clip), skip, rounds=rounds)
    wall = {way: timed[way]["wall_s"] for way in WAYS}
    cpu_s = timed["decode"]["cpu_s"] + timed["pose"]["cpu_s"]
    limit_s = max(wall["decode"], wall["pose"], cpu_s / (os.cpu_count() or 1))
    over, faster = wall["product"] / limit_s, wall["plain"] / wall["product"]
    cells = "".join(f"{wall[way]:7.1f} {timed[way]['cpu_s']:6.1f} " for way in WAYS)
    print(f"{clip.name:24} {skip!s:>5} {timed['product']['frames']:6d} {cells}{limit_s:7.1f} {over:8.2f} {faster:8.2f}")
    row = {"clip": clip.name, "seconds": clip.seconds * clip.repeats, "skip": skip, "limit_s": limit_s}
    return row | {"over_limit": over, "plain_over_product": faster} | timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clip", help="only clips whose name holds this")
    parser.add_argument("--skip", help="only this skip")
    parser.add_argument("--full", action="store_true", help="all skips, half an hour")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        run_way(options.way, Path(options.clip), options.skip)
        return
    skips = [options.skip] if options.skip else ALL_SKIPS if options.full else SKIPS
    print(f"{'':38}" + "".join(f"{way:>14} " for way in WAYS))
    heads = "".join(f"{'wall':>7} {'CPU':>6} " for _ in WAYS)
    print(f"{'clip':24} {'skip':>5} {'frames':>6} {heads}{'limit':>7} {'÷ limit':>8} {'plain ÷':>8}")
    rows = []
    for clip in CLIPS:
        if options.clip and options.clip not in clip.name:
            continue
        rows += [report(clip, skip, rounds=options.rounds) for skip in skips]
    cold_s, warm_s = time_first_point(draw(CLIPS[0]))
    print(f"Analyze to first point: {cold_s:.2f} s in a new worker, {warm_s:.2f} s in a warm one")
    print(json.dumps({"benchmark": "speed", "rows": rows, "first_point_s": {"cold": cold_s, "warm": warm_s}}))


if __name__ == "__main__":
    main()
