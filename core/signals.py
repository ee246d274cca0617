"""Candidate signals that may show the repetitions: joint angles, their means, body-relative displacements.

A displacement is measured in body lengths and multiplied by `DEGREES_PER_BODY_LENGTH` when its range is
compared with that of an angle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.angles import gate_landmarks, midpoint
from core.landmarks import INDEX, JOINTS, SIDES, LandmarkTrack
from core.smoothing import smooth_angle

Floats = NDArray[np.float64]

DEGREES = "deg"
BODY_LENGTHS = "body lengths"
DEGREES_PER_BODY_LENGTH = 180.0
"""A limb of a third of the body turning by 60 degrees (1 rad) moves its end by a third of a body length."""
BODY_TORSOS = 2.6
"""Shoulder to ankle over shoulder to hip in a standing adult (Drillis and Contini 1966: .818-.039 over .288)."""
MIN_COVERAGE = 0.4
"""Share of the clip a signal must be known for; below it there is too little to count."""


@dataclass(frozen=True)
class Signal:
    """One trace that may drive the count.

    Attributes
    ----------
    name
        An angle name (``left_knee``), a joint for the mean of both sides (``knee``), or a displacement.
    unit
        ``deg`` or ``body lengths``.
    values
        ``(n,)`` smoothed, NaN where unknown.
    """

    name: str
    unit: str
    values: Floats

    @property
    def degrees(self) -> Floats:
        """Return the values in degrees or, for a displacement, the equivalent."""
        return self.values * (1.0 if self.unit == DEGREES else DEGREES_PER_BODY_LENGTH)


def build_signals(track: LandmarkTrack, angles: dict[str, Floats]) -> list[Signal]:
    """Return every candidate known for at least `MIN_COVERAGE` of the clip.

    Parameters
    ----------
    track
        ``n`` samples.
    angles
        Smoothed angles in degrees, ``(n,)`` each.
    """
    signals = [Signal(name, DEGREES, values) for name, values in angles.items()]
    signals += [Signal(joint, DEGREES, _mean_of_sides(angles, joint)) for joint in JOINTS]
    signals += [Signal(name, BODY_LENGTHS, values) for name, values in _displacements(track).items()]
    return [signal for signal in signals if np.isfinite(signal.values).mean() >= MIN_COVERAGE]


def _mean_of_sides(angles: dict[str, Floats], joint: str) -> Floats:
    left, right = (angles[f"{side}_{joint}"] for side in SIDES)
    mean: Floats = 0.5 * (left + right)
    return mean


def _displacements(track: LandmarkTrack) -> dict[str, Floats]:
    """Return heights and distances in body lengths, each relative to another part of the body."""
    points = gate_landmarks(track)[:, :, :2]
    shoulder, hip, ankle, wrist = (midpoint(points, name) for name in ("shoulder", "hip", "ankle", "wrist"))
    length = body_length(track)
    raw = {
        "hip_height": ankle[:, 1] - hip[:, 1],
        "shoulder_height": ankle[:, 1] - shoulder[:, 1],
        "wrist_height": shoulder[:, 1] - wrist[:, 1],
        "wrist_spread": _distance(points, "wrist"),
        "ankle_spread": _distance(points, "ankle"),
    }
    return {name: smooth_angle(values / length, time_s=track.time_s) for name, values in raw.items()}


def body_length(track: LandmarkTrack) -> float:
    """Return the body's length in the unit of the landmarks, from the median torso; NaN if never seen."""
    points = gate_landmarks(track)[:, :, :2]
    torso = np.linalg.norm(midpoint(points, "shoulder") - midpoint(points, "hip"), axis=1)
    known = torso[np.isfinite(torso) & (torso > 0)]
    return BODY_TORSOS * float(np.median(known)) if len(known) else float("nan")


def _distance(points: Floats, name: str) -> Floats:
    return np.asarray(np.linalg.norm(points[:, INDEX[f"left_{name}"]] - points[:, INDEX[f"right_{name}"]], axis=1))
