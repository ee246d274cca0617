"""The set the player's tests look at: five drawn squats whose landmarks, angles and reps are exactly known."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np

from core.mannequin import Filming, Motion, Truth, View, compute_truth, draw_clip, plan_steady
from core.pipeline import Analysis, summarize
from core.sampling import plan_sampling
from core.video.read import probe

MOTION = plan_steady("squat", count=5, period_s=2.0)
MANY = plan_steady("squat", count=11, period_s=1.2, rest_s=1.2)
"""Of a longer clip, which is not drawn: how reps look that are many and narrow."""
FILMING = Filming(view=View(yaw_deg=80), resolution_wh=(360, 480), fps=30)
STRIDE = 2
"""Analysed at 15 Hz, as the app would."""


def write_files(folder: Path) -> None:
    """Draw the clip, its pictures, and the same clip in a format Chromium cannot play."""
    draw_clip(folder / "clip.mp4", MOTION, filming=FILMING)
    stills = folder / "stills"
    stills.mkdir()
    with av.open(str(folder / "clip.mp4")) as drawn:
        images = [frame.to_ndarray(format="rgb24") for frame in drawn.decode(video=0)]
    for frame in range(0, len(images), STRIDE):
        _write_picture(stills / f"{frame:05d}.jpg", images[frame])
    with av.open(str(folder / "clip.avi"), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = *FILMING.resolution_wh, "yuv420p"
        for image in images:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())


def _write_picture(path: Path, image: np.ndarray) -> None:
    with av.open(str(path), "w", format="image2", options={"update": "1"}) as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuvj420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())


def know_truth(motion: Motion = MOTION) -> Truth:
    return compute_truth(motion, filming=FILMING)


def analyse(clip: Path, *, stride: int = STRIDE, motion: Motion = MOTION) -> Analysis:
    """Return what a perfect pose model would find in the clip."""
    truth = know_truth(motion)
    rows = slice(None, None, stride)
    track = truth.track.take(rows)
    info = replace(probe(clip, max_duration_s=300), duration_s=len(truth.time_s) / FILMING.fps)
    plan = plan_sampling(
        duration_s=info.duration_s,
        fps=info.fps,
        size_wh=(info.width, info.height),
        frame_skip=stride,
        max_frames=600,
        min_frames=4,
        resize_width=info.width,
    )
    frame_index = np.arange(len(truth.time_s))[rows]
    return replace(summarize(track), info=info, plan=plan, frame_index=frame_index)
