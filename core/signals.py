"""Candidate signals that may show the repetitions.

Joint angles of both sides, their means and their fusion, each also in space, and body-relative
displacements. A displacement is measured in body lengths; its range counts as that of an angle
`DEGREES_PER_BODY_LENGTH` times as large.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import angle_between, gate_landmarks, midpoint
from core.landmarks import INDEX, JOINTS, SIDES, LandmarkTrack, joint_indices
from core.smoothing import smooth_angle

Floats = NDArray[np.float64]

DEGREES = "deg"
BODY_LENGTHS = "body lengths"
DEGREES_PER_BODY_LENGTH = 180.0
"""A limb of a third of the body turning by 60 degrees (1 rad) moves its end by a third of a body length."""
BODY_TORSOS = 2.6
"""Shoulder to ankle over shoulder to hip in a standing adult (Drillis and Contini 1966: .818-.039 over .288)."""
MIN_COVERAGE = 0.4
"""Share of the samples with a person that a signal must be known for, and of those in the reps to compare these."""
FUSED_COVERAGE = 0.6
"""The same for an angle to enter a fusion: the gaps are bridged there."""
BOX_VARIATION, BONE_VARIATION = 1e-3, 0.02
"""Edges of a box that vary by no more than this share of its size are the same in every frame; a bone that varies by
more than this share of its length is not (standard deviations)."""
BONES = (
    ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), ("left_shoulder", "left_hip"),
    ("left_knee", "left_ankle"), ("right_knee", "right_ankle"), ("left_elbow", "left_wrist"),
)  # fmt: skip
FUSIONS = {"whole_body": JOINTS, "arms": ("elbow", "shoulder"), "legs": ("knee", "hip", "ankle")}
"""Joints whose angles are fused into one signal."""
IN_SPACE = "_in_space"
"""Suffix of an angle measured on the 3-D landmarks."""


@dataclass(frozen=True)
class Signal:
    """One trace that may drive the count.

    Attributes
    ----------
    name
        An angle (``left_knee``), a joint for the mean of both sides (``knee``), a fusion (``arms``) or a
        displacement (``hip_height``).
    joint
        The joint an angle belongs to, else empty.
    unit
        ``deg`` or ``body lengths``.
    values
        ``(n,)`` smoothed, NaN where unknown.
    is_plain
        Known to a trainer by its name; fusions and angles in space vote, but drive only if nothing plain agrees.
    """

    name: str
    joint: str
    unit: str
    values: Floats
    is_plain: bool = True

    @property
    def per_unit_deg(self) -> float:
        """Degrees that one unit counts as."""
        return 1.0 if self.unit == DEGREES else DEGREES_PER_BODY_LENGTH


def build_signals(track: LandmarkTrack, angles: dict[str, Floats]) -> list[Signal]:
    """Return every candidate known for at least `MIN_COVERAGE` of the time a person is seen.

    Parameters
    ----------
    track
        ``n`` samples.
    angles
        Smoothed angles in degrees, ``(n,)`` each.
    """
    measured = [
        *_of_joints(angles, is_plain=True),
        *_of_joints(_angles_in_space(track), is_plain=False),
    ]
    signals = [*measured, *_fusions(measured, track)]
    if has_places(track):
        displacements = _displacements(track).items()
        signals += [Signal(name, "", BODY_LENGTHS, smooth_angle(v, time_s=track.time_s)) for name, v in displacements]
    seen = track.is_seen  # not the clip: a phone goes on filming when the set is over
    return [signal for signal in signals if coverage(signal.values, within=seen) >= MIN_COVERAGE]


def coverage(values: Floats, *, within: NDArray[np.bool_]) -> float:
    """Return for which share of some of the ``(n,)`` samples values are known; 0 of none."""
    return float(np.isfinite(values[within]).mean()) if within.any() else 0.0


def body_length(track: LandmarkTrack) -> float:
    """Return the body's length in the unit of the landmarks, from the median torso; NaN if never seen."""
    points = gate_landmarks(track)[:, :, :2]
    torso = np.linalg.norm(midpoint(points, "shoulder") - midpoint(points, "hip"), axis=1)
    known = torso[np.isfinite(torso) & (torso > 0)]
    return BODY_TORSOS * float(np.median(known)) if len(known) else float("nan")


def bridge(series: Iterable[Floats], time_s: Floats) -> Floats:
    """Return ``(k, n)`` series with their gaps bridged by straight lines, and held at the ends."""
    return np.array([np.interp(time_s, time_s[np.isfinite(v)], v[np.isfinite(v)]) for v in series])


def has_places(track: LandmarkTrack) -> bool:
    """Tell whether the body's place and size in the picture mean anything.

    They do not where each frame was scaled to the body's own box, as published landmark sets are: the box is the same
    in every frame then, and no bone is. A body whose widest parts stay where they are keeps the length of some.
    """
    seen = np.isfinite(track.xyz[:, :, :2]).all(axis=(1, 2))
    if seen.sum() < 2:
        return True
    xy = track.xyz[seen, :, :2]
    edges = np.stack([xy.min(axis=1), xy.max(axis=1)])
    is_fixed = (edges.std(axis=1) <= BOX_VARIATION * (edges[1] - edges[0]).mean(axis=0)).all(axis=0)
    bones = np.stack([np.linalg.norm(xy[:, INDEX[one]] - xy[:, INDEX[other]], axis=1) for one, other in BONES])
    return not (is_fixed.any() and (bones.std(axis=1) > BONE_VARIATION * bones.mean(axis=1)).all())


def _of_joints(angles: dict[str, Floats], *, is_plain: bool) -> list[Signal]:
    """Return the angles, and for each joint the mean of both sides."""
    suffix = "" if is_plain else IN_SPACE
    singles = [Signal(name + suffix, _joint_of(name), DEGREES, v, is_plain) for name, v in angles.items()]
    both = {joint: 0.5 * (angles[f"left_{joint}"] + angles[f"right_{joint}"]) for joint in JOINTS}
    return singles + [Signal(joint + suffix, joint, DEGREES, v, is_plain) for joint, v in both.items()]


def _joint_of(name: str) -> str:
    joint = name.rsplit("_", maxsplit=1)[-1]
    return joint if joint in JOINTS else ""


def _angles_in_space(track: LandmarkTrack) -> dict[str, Floats]:
    """Return the joint angles on the world landmarks, or on the image landmarks with their depth.

    Depth is too noisy to measure with, but turns with the movement where the picture does not.
    """
    seen = np.isfinite(gate_landmarks(track))
    points = np.where(seen, track.world if np.isfinite(track.world).any() else track.xyz, np.nan)
    return {
        f"{side}_{joint}": smooth_angle(_angle_at(points, joint=joint, side=side), time_s=track.time_s)
        for joint in JOINTS
        for side in SIDES
    }


def _angle_at(points: Floats, *, joint: str, side: str) -> Floats:
    proximal, vertex, distal = joint_indices(joint, side)
    return angle_between(points[:, vertex] - points[:, proximal], points[:, distal] - points[:, vertex])


def _fusions(measured: list[Signal], track: LandmarkTrack) -> list[Signal]:
    """Return the first principal component of the angles of each group: what they do together, with less noise."""
    signals, seen = [], track.is_seen
    for name, joints in FUSIONS.items():
        group = [s.values for s in measured if s.joint in joints and s.name.startswith(SIDES)]
        known = [v for v in group if coverage(v, within=seen) >= FUSED_COVERAGE]
        if len(known) > 1:
            signals.append(Signal(name, "", DEGREES, _first_component(known, track.time_s), is_plain=False))
    return signals


def _first_component(series: Iterable[Floats], time_s: Floats) -> Floats:
    """Return the ``(n,)`` first principal component, scaled as one of four equal angles would be."""
    bridged = bridge(series, time_s)
    centred = bridged - np.median(bridged, axis=1, keepdims=True)
    weights, sizes, components = np.linalg.svd(centred, full_matrices=False)
    sign = 1.0 if weights[:, 0].sum() >= 0 else -1.0
    return np.asarray(sign * sizes[0] * components[0] * 2.0 / np.sqrt(len(bridged)))


def _displacements(track: LandmarkTrack) -> dict[str, Floats]:
    """Return heights and distances in body lengths, each relative to another part of the body."""
    points = gate_landmarks(track)[:, :, :2] / body_length(track)
    shoulder, hip, ankle, wrist = (midpoint(points, name)[:, 1] for name in ("shoulder", "hip", "ankle", "wrist"))
    return {
        "hip_height": ankle - hip,
        "shoulder_height": ankle - shoulder,
        "wrist_height": shoulder - wrist,
        "head_height": wrist - points[:, INDEX["nose"], 1],
        "wrist_spread": _distance(points, "wrist"),
        "ankle_spread": _distance(points, "ankle"),
    }


def _distance(points: Floats, name: str) -> Floats:
    return np.asarray(np.linalg.norm(points[:, INDEX[f"left_{name}"]] - points[:, INDEX[f"right_{name}"]], axis=1))
