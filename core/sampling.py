"""Which frames of a clip are analysed, and what the resulting rate supports."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

USEFUL_RATE_HZ = 15.0
"""Auto never samples above this: the 6 Hz band of human movement is covered at 2.5 samples a cycle."""
COUNT_MIN_HZ = 3.3
"""Two samples in each half of a 1.2 s rep; below, fast reps alias (measured on counted clips)."""
ROM_MIN_HZ = 7.5
"""Counting loses nothing above this; turning points of 1 s reps are met within a few degrees."""
VELOCITY_MIN_HZ = 10.0
"""Below, peak angular velocity reads 25 to 57 % low, depending on the length of the rep."""
MEANT_HZ = 0.05
"""29.97 fps at stride 3 is 9.99 Hz: ten, as everybody means it."""


@dataclass(frozen=True)
class SamplingPlan:
    """The frames one analysis will look at.

    Attributes
    ----------
    frames
        How many frames go through the pose model, about: the container's own times decide.
    sample_rate_hz
        Effective rate of the traces.
    stride
        Every how many source frames one is taken; None: evenly by presentation time.
    size_wh
        Size of the analysed frame, px, as displayed.
    note
        In words, where the plan differs from what was asked; empty where it does not.
    remedy
        In words, what would let range of motion, tempo and velocity be measured; empty where they are.
    """

    frames: int
    sample_rate_hz: float
    stride: int | None
    size_wh: tuple[int, int]
    note: str
    remedy: str = ""

    @property
    def supports(self) -> dict[str, bool]:
        """What the rate supports: ``counts``, ``rom_and_tempo`` and ``velocity``."""
        return supported_at(self.sample_rate_hz)


def supported_at(sample_rate_hz: float) -> dict[str, bool]:
    """Return which claims a sample rate in Hz supports."""
    rate = sample_rate_hz + MEANT_HZ
    return {
        "counts": rate >= COUNT_MIN_HZ,
        "rom_and_tempo": rate >= ROM_MIN_HZ,
        "velocity": rate >= VELOCITY_MIN_HZ,
    }


def mean_rate_hz(time_s: NDArray[np.float64]) -> float:
    """Return the mean sample rate in Hz; NaN for fewer than two samples."""
    if len(time_s) < 2:
        return float("nan")
    return float((len(time_s) - 1) / (time_s[-1] - time_s[0]))


def rate_within(time_s: NDArray[np.float64], *, start_s: float, end_s: float) -> float:
    """Return the rate in Hz of the samples from start to end; NaN for fewer than two.

    A phone films more slowly in poor light: the mean over the clip says nothing of one rep.
    """
    return mean_rate_hz(time_s[(time_s >= start_s) & (time_s <= end_s)])


class Sampler:
    """Picks the planned frames as they pass by, in order of presentation."""

    def __init__(self, plan: SamplingPlan, *, fps: float) -> None:
        self._plan = plan
        self._tolerance_s = 0.5 / fps  # the nearest frame, not the first one after
        self._wanted_s = 0.0
        self._last_s = -math.inf
        self._taken = 0

    @property
    def is_full(self) -> bool:
        """Whether every planned frame has been taken: a header may announce less than the file holds."""
        return self._taken >= self._plan.frames

    def takes(self, frame_index: int, time_s: float) -> bool:
        """Return whether this frame is analysed; times that do not rise are not."""
        if self._plan.stride is None:
            wanted = time_s >= self._wanted_s - self._tolerance_s
        else:
            wanted = frame_index % self._plan.stride == 0
        if not wanted or time_s <= self._last_s or self.is_full:
            return False
        rate = self._plan.sample_rate_hz
        self._wanted_s = (math.floor((time_s + self._tolerance_s) * rate) + 1) / rate
        self._last_s = time_s
        self._taken += 1
        return True


def plan_sampling(
    *,
    duration_s: float,
    fps: float,
    size_wh: tuple[int, int],
    frame_skip: int | Literal["auto"],
    max_frames: int,
    min_frames: int,
    resize_width: int,
) -> SamplingPlan:
    """Spread the allowed frames over the whole clip.

    Auto samples evenly by presentation time at ``min(15 Hz, fps, max_frames / duration)``. A fixed
    skip takes every n-th frame, widened where `max_frames` would end before the clip does. Both
    are made denser where a short clip would give fewer than `min_frames`.
    """
    source_frames = max(1, round(duration_s * fps))
    size = fit_width(size_wh, resize_width)
    wanted = max(USEFUL_RATE_HZ, min_frames / duration_s)
    auto_hz = min(fps, wanted, max_frames / duration_s)
    if frame_skip == "auto":
        remedy = _say_remedy(auto_hz, auto_hz=auto_hz, fps=fps, max_frames=max_frames)
        return SamplingPlan(max(1, round(duration_s * auto_hz)), auto_hz, None, size, "", remedy)
    needed = math.ceil(source_frames / max_frames)
    allowed = max(needed, source_frames // min_frames, 1)
    stride = min(max(frame_skip, needed), allowed)
    note = ""
    if stride > frame_skip:
        note = (
            f"{_every_frame(stride).capitalize()} is analysed instead of {_every_frame(frame_skip)}: "
            f"that covers the whole clip with at most {max_frames} frames."
        )
    elif stride < frame_skip:
        note = (
            f"{_every_frame(stride).capitalize()} is analysed instead of {_every_frame(frame_skip)}: "
            f"the clip is short, and fewer than {min_frames} frames measure nothing."
        )
    remedy = _say_remedy(fps / stride, auto_hz=auto_hz, fps=fps, max_frames=max_frames)
    return SamplingPlan(math.ceil(source_frames / stride), fps / stride, stride, size, note, remedy)


def _say_remedy(rate_hz: float, *, auto_hz: float, fps: float, max_frames: int) -> str:
    """Say why a rate supports less than it might, and what to do: the skip, the camera, or the cap decides."""
    by_camera, by_cap, missed = (_missed_at(hz) for hz in (fps, auto_hz, rate_hz))
    if by_skip := [names for names in missed if names not in by_cap]:
        return f"The frame skip leaves too few frames: with Auto, {_are_measured(by_skip[0])} too."
    missed = {names: hz for names, hz in missed.items() if names not in by_camera}
    if not missed:
        return f"The clip itself has only {fps:.3g} frames a second: film with more." if by_camera else ""
    spans = [
        f"{_are_measured(names) if at == 0 else names} in clips up to {math.floor(max_frames / (hz - MEANT_HZ))} s"
        for at, (names, hz) in enumerate(missed.items())
    ]
    return (
        f"With at most {max_frames} frames a clip, {', '.join(spans)}: "
        "cut off walking in and out, or film fewer reps at a time."
    )


def _missed_at(rate_hz: float) -> dict[str, float]:
    """Return what a rate does not support beside the count, in words, and the rate in Hz that each needs."""
    supports = supported_at(rate_hz)
    needs = {"rom_and_tempo": ("range of motion and tempo", ROM_MIN_HZ), "velocity": ("velocity", VELOCITY_MIN_HZ)}
    return dict(words for claim, words in needs.items() if not supports[claim])


def _are_measured(names: str) -> str:
    return f"{names} {'are' if ' and ' in names else 'is'} measured"


def fit_width(size_wh: tuple[int, int], width: int) -> tuple[int, int]:
    """Return the displayed size scaled down to about `width`, never up, sides at least 2 px.

    What is scaled gets even sides: video has one colour for two pixels, and RGB is made of whole pairs twice as fast.
    """
    if width >= size_wh[0]:
        return max(2, size_wh[0]), max(2, size_wh[1])
    return max(2, 2 * round(width / 2)), max(2, 2 * round(size_wh[1] * width / size_wh[0] / 2))


def _every_frame(stride: int) -> str:
    """Say a stride: "every frame", "every 2nd frame"."""
    teens = 10 <= stride % 100 <= 20
    nth = f"{stride}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(stride % 10, 'th')} "
    return f"every {nth if stride > 1 else ''}frame"
