"""Sets to make reports of: drawn reps with known answers, and pictures for the filmstrip."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.mannequin import Filming, View, compute_truth, iter_images, plan_steady, plan_tempo
from core.pipeline import Analysis, summarize
from core.sampling import SamplingPlan
from core.stills import StillWriter

SIZE_WH = (240, 320)


def make_analysis(
    *, reps: int = 5, exercise: str = "squat", yaw_deg: float = 80.0, fps: float = 15.0, period_s: float = 2.0
) -> Analysis:
    """Return the analysis of a drawn set, each rep a little slower and the last one shallower."""
    periods = tuple(period_s * (1 + 0.02 * index) for index in range(reps))
    depths = (*(1.0,) * (reps - 1), 0.85) if reps > 1 else (1.0,) * reps
    motion = plan_tempo(exercise, periods, depths=depths) if reps else plan_steady(exercise, count=0)
    filming = Filming(view=View(yaw_deg=yaw_deg), resolution_wh=SIZE_WH, fps=fps)
    track = compute_truth(motion, filming=filming).track
    return replace(summarize(track), plan=SamplingPlan(len(track.time_s), fps, 1, SIZE_WH, ""))


def still_clip(seconds: float = 4.0) -> Analysis:
    """Return the analysis of somebody who stands still: no rep."""
    analysis = make_analysis(reps=1)
    track = analysis.track
    rows = np.zeros(round(seconds * 15), int)
    standing = replace(
        track,
        time_s=np.arange(len(rows)) / 15,
        xyz=track.xyz[rows],
        visibility=track.visibility[rows],
        world=track.world[rows],
    )
    return replace(summarize(standing), plan=analysis.plan)


def write_stills(analysis: Analysis, folder: Path) -> Path:
    """Write a picture per analysed frame, a drawn one in turn, and return the folder."""
    filming = Filming(view=View(yaw_deg=80), resolution_wh=SIZE_WH, fps=4)
    pictures = list(iter_images(plan_steady("squat", count=1, period_s=2.0), filming=filming))
    writer = StillWriter(folder)
    for frame, time_s in zip(analysis.frame_index.tolist(), analysis.track.time_s.tolist(), strict=True):
        if frame >= 0:
            writer.add(pictures[frame % len(pictures)], frame_index=frame, time_s=time_s)
    assert not writer.warning
    return folder
