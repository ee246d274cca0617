"""From a clip to an `Analysis`: frames, pose and who is followed, then the stages of `core.pipeline`.

Up to `PoseSample` everything streams, one frame alive at a time. It runs in the worker or on the command line: the
web process imports neither this nor PyAV, see `core.jobs`.
"""

import logging
import time
from collections.abc import Generator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.angles import compute_angles
from core.caveats import clip_caveats
from core.follow import Clock, Followed, follow_training, nobody
from core.landmarks import LandmarkTrack
from core.memory import peak_rss_mb
from core.model import model_path
from core.pipeline import Analysis, Progress, Request, Timing, summarize
from core.pose import PoseSample, open_pose
from core.sampling import SamplingPlan
from core.stills import StillWriter
from core.video import VideoInfo
from core.video.preview import PreviewWriter, needs_preview
from core.video.read import probe

log = logging.getLogger("repscope")


def analyze_clip(path: Path, request: Request, *, folder: Path | None = None) -> Generator[Progress, None, Analysis]:
    """Analyse a clip; yields after every frame and returns the `Analysis`.

    With a `folder`, the frames analysed are also kept there as small pictures, see `core.stills`, and a copy of a clip
    that a browser may not play, see `core.video.preview`. What cannot be written is told in ``Analysis.warnings``.

    Raises
    ------
    VideoError
        The clip cannot be read or exceeds a limit.
    NoPersonError
        A person is seen in fewer than ``request.min_frames`` frames.
    PoseModelError
        The model is missing or damaged.
    """
    started = time.perf_counter()
    with open_pose(model_path(request.model)) as estimator:  # which loads while the clip is opened
        info = probe(path, max_duration_s=request.max_duration_s)
        plan = request.plan(info)
        clock = Clock()
        stills = StillWriter(folder) if folder else None
        preview = PreviewWriter(folder, info=info) if folder and needs_preview(path, info) else None
        with preview or nullcontext():
            watched = follow_training(
                path, info=info, plan=plan, estimator=estimator, clock=clock, stills=stills, preview=preview
            )
            followed = yield from _report(watched, info=info, plan=plan)
    unwritten = [writer.warning for writer in (stills, preview) if writer and writer.warning]
    samples = followed.samples
    log.info("%d frames analyzed in %.1fs", len(samples), time.perf_counter() - started)
    track = to_track(samples)
    frame_index = np.array([sample.frame_index for sample in samples])
    analysis = summarize(track, frame_index=frame_index, joint=request.joint, min_frames=request.min_frames)
    peak_mb = peak_rss_mb()
    total_s = time.perf_counter() - started
    log.info("Video processing complete: %d frames in %.1f seconds, peak %.0f MB", len(samples), total_s, peak_mb)
    return replace(
        analysis,
        info=info,
        plan=plan,
        warnings=(*clip_caveats(track, info=info, plan=plan), *followed.warnings, *unwritten, *analysis.warnings),
        timing=Timing(decode_s=clock.decode_s, pose_s=clock.pose_s, total_s=total_s),
        peak_mb=peak_mb,
    )


def to_track(samples: list[PoseSample]) -> LandmarkTrack:
    """Return the samples of one run as arrays."""
    landmarks = np.array([sample.landmarks for sample in samples])
    return LandmarkTrack(
        time_s=np.array([sample.time_s for sample in samples]),
        xyz=landmarks[:, :, :3],
        visibility=landmarks[:, :, 3],
        world=np.array([sample.world for sample in samples]),
    )


def _report(
    watched: Generator[tuple[int, PoseSample], None, Followed], *, info: VideoInfo, plan: SamplingPlan
) -> Generator[Progress, None, Followed]:
    """Yield progress over the passes begun so far; only the first draws a curve."""
    done = 0
    while True:
        try:
            earlier, sample = next(watched)
        except StopIteration as stop:
            followed: Followed = stop.value
            return followed
        done += 1
        in_pass = max(done / plan.frames, sample.time_s / info.duration_s)
        angles = compute_angles(to_track([nobody(sample) if earlier else sample]))
        yield Progress(
            fraction=1.0 if earlier else min(1.0, in_pass),  # a bar that goes back tells nobody anything
            frames_done=done,
            frames_planned=plan.frames * (earlier + 1),
            time_s=sample.time_s,
            angles={name: float(values[0]) for name, values in angles.items()},
        )
