"""From landmarks to an `Analysis`: the stages in order, and nothing else.

Whole arrays of numbers; how a clip becomes landmarks is in `core.analyze`.
"""

import time
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from core.angles import compute_angles
from core.caveats import track_caveats
from core.corrections import Corrections, edited_count
from core.cues import Cue, compute_cues, say_checked
from core.errors import NoPersonError
from core.evidence import Evidence
from core.exercises import BY_NAME
from core.ghosts import find_shallow
from core.landmarks import INDEX, SIDES, TRUNK_LEAN, LandmarkTrack, base_joint, insert_gaps
from core.memory import peak_rss_mb
from core.metrics import SetMetrics, compute_metrics
from core.recognition import Recognition, recognize_exercise
from core.rep_count import RepCount
from core.reps import count_reps, find_uncounted
from core.sampling import SamplingPlan, mean_rate_hz, plan_sampling
from core.smoothing import smooth_angle
from core.trust import Trust, assess_trust
from core.video import VideoInfo
from core.view import View, estimate_view

if TYPE_CHECKING:  # the worker has no use for pydantic, 14 MB
    from core.settings import Settings


@dataclass(frozen=True)
class Request:
    """What to do with a clip: the sliders, the limits and the joint to count on.

    Attributes
    ----------
    frame_skip, resize_width
        The sliders: every how many frames one is analysed, and the width in px it is scaled to.
    max_frames, min_frames, max_duration_s
        The limits: frames to analyse at most, frames with a person at least, seconds of the longest clip.
    model
        File of the pose model; None takes the one that is built.
    joint
        To count on; None finds it.
    """

    frame_skip: int | Literal["auto"]
    resize_width: int
    max_frames: int
    min_frames: int
    max_duration_s: float
    model: Path | None = None
    joint: str | None = None

    @classmethod
    def from_settings(cls, settings: "Settings", **changes: object) -> "Request":
        """Return the defaults of the settings, with `changes` by field name."""
        request = cls(
            frame_skip=settings.frame_skip_rate,
            resize_width=settings.video_resize_width,
            max_frames=settings.max_frames_to_analyze,
            min_frames=settings.min_frames_for_analysis,
            max_duration_s=settings.max_video_duration_seconds,
            model=settings.pose_model_path,
        )
        return replace(request, **changes)  # type: ignore[arg-type]

    def plan(self, info: VideoInfo) -> SamplingPlan:
        """Return which frames of the clip will be analysed."""
        return plan_sampling(
            duration_s=info.duration_s,
            fps=info.fps,
            size_wh=(info.width, info.height),
            frame_skip=self.frame_skip,
            max_frames=self.max_frames,
            min_frames=self.min_frames,
            resize_width=self.resize_width,
        )


@dataclass(frozen=True)
class Timing:
    """Wall-clock seconds: waiting for decoded frames, in the pose model, and all together."""

    decode_s: float = 0.0
    pose_s: float = 0.0
    total_s: float = 0.0

    @property
    def rest_s(self) -> float:
        """Everything that is neither decoding nor pose."""
        return max(0.0, self.total_s - self.decode_s - self.pose_s)


@dataclass(frozen=True, eq=False)  # arrays have no one truth
class Analysis:
    """Everything known of one clip; pages and exports read only this.

    Attributes
    ----------
    info, plan
        The clip and its sampling; None for landmarks without a clip.
    track, frame_index
        Landmarks over the clip, and ``(n,)`` source frame numbers; -1 in rows of a stretch that has no frames.
    angles
        Smoothed degrees ``(n,)`` by name; NaN where unknown.
    evidence, found
        What the clip shows whichever joint is counted on, and what was counted so far, by the joint asked for (None:
        Automatic): most of the work of a correction, which is not done again.
    count, metrics
        The reps, as found or as the trainer set them, and what they measure.
    recognition
        Which exercise it looks like: a suggestion, used for names and cues, never for counting.
    view, trust, cues
        From where the camera sees the body, how far that lets each angle be trusted, and the form cues it can show.
    corrections
        What the trainer decided: joint, exercise, reps.
    sample_rate_hz
        Effective rate of the arrays.
    warnings
        In words, for the trainer.
    timing, peak_mb
        Of the process that analysed the clip; `peak_mb` is resident memory in MB.
    """

    info: VideoInfo | None
    plan: SamplingPlan | None
    track: LandmarkTrack
    frame_index: NDArray[np.int64]
    angles: dict[str, NDArray[np.float64]]
    evidence: Evidence
    found: dict[str | None, RepCount]
    count: RepCount
    metrics: SetMetrics
    recognition: Recognition
    view: View
    trust: dict[str, Trust]
    cues: tuple[Cue, ...]
    corrections: Corrections
    sample_rate_hz: float
    warnings: tuple[str, ...]
    timing: Timing = field(default_factory=Timing)
    peak_mb: float = float("nan")

    @property
    def rep_count(self) -> int:
        """The number of whole reps; partial ones are listed, not counted."""
        return len(self.count.reps)

    @property
    def frames_analysed(self) -> int:
        """The number of frames that were looked at."""
        return int((self.frame_index >= 0).sum())

    def angle(self, joint: str) -> NDArray[np.float64]:
        """Return ``(n,)`` degrees of an angle by name, the mean of both sides where the joint names none."""
        if joint in self.angles:
            return self.angles[joint]
        both: NDArray[np.float64] = np.mean([self.angles[f"{side}_{joint}"] for side in SIDES], axis=0)
        return both

    def landmark_beside(self, joint: str) -> str:
        """Return the landmark to write an angle beside: on the side it names, else on the one seen better."""
        if joint.startswith(SIDES):
            return joint
        point = "shoulder" if joint == TRUNK_LEAN else joint
        visibility = np.nan_to_num(self.track.visibility).mean(axis=0)
        return max((f"{side}_{point}" for side in SIDES), key=lambda name: float(visibility[INDEX[name]]))

    def say_checked(self) -> str:
        """Say which faults of form were looked for without being found, and which could not be judged."""
        return say_checked(self.track, self.angles, self.view, recognition=self.recognition, metrics=self.metrics)


@dataclass(frozen=True)
class Progress:
    """One analysed frame, as the page draws it: share of the clip done, and the raw angles there."""

    fraction: float
    frames_done: int
    frames_planned: int
    time_s: float
    angles: dict[str, float]


def summarize(
    track: LandmarkTrack,
    *,
    frame_index: NDArray[np.int64] | None = None,
    joint: str | None = None,
    min_frames: int = 4,
) -> Analysis:
    """Return angles, reps and metrics of landmarks, from a clip or from a file.

    Parameters
    ----------
    track
        Landmarks in order of time; long stretches without any become rows of NaN.
    frame_index
        ``(n,)`` source frame numbers; None numbers the rows of the file.
    joint
        The joint to count on; None finds it.
    min_frames
        Fewest frames with a person in them.

    Raises
    ------
    NoPersonError
        Fewer than `min_frames` frames show a person.
    """
    started = time.perf_counter()
    _require_person(track, min_frames=min_frames)
    track, rows = insert_gaps(track)
    frames = np.full(len(track.time_s), -1)
    frames[rows] = np.arange(len(rows)) if frame_index is None else frame_index
    view = estimate_view(track)
    raw = compute_angles(track, view=view)
    angles = {name: smooth_angle(values, time_s=track.time_s) for name, values in raw.items()}
    evidence, corrections = Evidence(track, angles), Corrections(joint=joint)
    found = _find(evidence, joint)
    count, metrics, recognition, cues = _measure(track, angles, view, found=found, corrections=corrections)
    analysis = Analysis(
        info=None,
        plan=None,
        track=track,
        frame_index=frames,
        angles=angles,
        evidence=evidence,
        found={joint: found},
        count=count,
        metrics=metrics,
        recognition=recognition,
        view=view,
        trust=assess_trust(track, view),
        cues=cues,
        corrections=corrections,
        sample_rate_hz=mean_rate_hz(track.time_s),
        warnings=(),
        timing=Timing(total_s=time.perf_counter() - started),
        peak_mb=peak_rss_mb(),
    )
    return replace(analysis, warnings=_track_warnings(analysis))


def correct(analysis: Analysis, corrections: Corrections) -> Analysis:
    """Return the analysis as the trainer decided, from the stored landmarks and angles.

    Nothing of the clip is read again; corrections replace the earlier ones.
    """
    joint = corrections.joint
    found = analysis.found if joint in analysis.found else analysis.found | {joint: _find(analysis.evidence, joint)}
    count, metrics, recognition, cues = _measure(
        analysis.track, analysis.angles, analysis.view, found=found[joint], corrections=corrections
    )
    corrected = replace(
        analysis,
        found=found,
        count=count,
        metrics=metrics,
        recognition=recognition,
        cues=cues,
        corrections=corrections,
    )
    return replace(corrected, warnings=(*clip_warnings(analysis), *_track_warnings(corrected)))


def clip_warnings(analysis: Analysis) -> tuple[str, ...]:
    """Return the warnings that come from the clip; the others tell of its reps and exercise, and change with these."""
    of_reps = _track_warnings(analysis)
    return tuple(warning for warning in analysis.warnings if warning not in of_reps)


def _track_warnings(analysis: Analysis) -> tuple[str, ...]:
    return tuple(
        track_caveats(
            analysis.track,
            analysis.count,
            view=analysis.view,
            rate_hz=analysis.sample_rate_hz,
            exercise=analysis.recognition.exercise,
        )
    )


def _find(evidence: Evidence, joint: str | None) -> RepCount:
    count = count_reps(evidence, joint=joint)
    return replace(count, uncounted_s=find_uncounted(count, evidence)) if joint is None and count.reps else count


def _measure(
    track: LandmarkTrack,
    angles: dict[str, NDArray[np.float64]],
    view: View,
    *,
    found: RepCount,
    corrections: Corrections,
) -> tuple[RepCount, SetMetrics, Recognition, tuple[Cue, ...]]:
    """Return everything that depends on the reps and on what the trainer decided of them.

    The range is measured on the joint that shows the depth of the exercise, which is recognized by then.
    """
    rate_hz, chosen = mean_rate_hz(track.time_s), corrections.joint
    measure = partial(compute_metrics, track, angles, sample_rate_hz=rate_hz, view=view, chosen_joint=chosen)
    count = found if corrections.reps is None else edited_count(found, corrections.reps, angles=angles)
    metrics = measure(count)
    if corrections.reps is None and (apart := _set_shallow_apart(count, metrics)) is not count:
        count, metrics = apart, measure(apart)
    recognition = recognize_exercise(track, angles, count)
    if corrections.exercise is not None:
        recognition = Recognition(corrections.exercise, 1.0, "Chosen by the trainer.")
    own_joint = BY_NAME[recognition.exercise].joint if recognition.exercise else None
    if own_joint is not None and own_joint != base_joint(metrics.joint):
        metrics = measure(count, own_joint=own_joint)
    return (
        count,
        metrics,
        recognition,
        tuple(compute_cues(track, angles, view, recognition=recognition, metrics=metrics)),
    )


def _set_shallow_apart(count: RepCount, metrics: SetMetrics) -> RepCount:
    """Return the count with the reps that the measured joint hardly makes among the partial ones."""
    shallow = find_shallow(np.array([rep.rom_deg for rep in metrics.reps if not rep.is_partial]))
    if not shallow.any():
        return count
    whole = [replace(rep, is_partial=bool(low)) for rep, low in zip(count.reps, shallow, strict=True)]
    return count.with_reps([*whole, *count.partial_reps])


def _require_person(track: LandmarkTrack, *, min_frames: int) -> None:
    frames = len(track.time_s)
    seen = int(track.is_seen.sum())
    if seen == 0:
        error = NoPersonError(
            f"No person was found in any of the {frames} analysed frames. "
            "Film so that the whole body is in the picture, in good light."
        )
    elif seen < min_frames:
        more = ", or analyse more frames (smaller frame skip)" if frames >= min_frames else ""  # else there are no more
        error = NoPersonError(
            f"A person was found in {seen} of {frames} analysed frames, the least is {min_frames}. "
            f"Film a longer set with the whole body in the picture{more}."
        )
    else:
        return
    error.frames_analysed, error.frames_seen = frames, seen
    raise error
