"""The 33 BlazePose landmarks: names, indices and the points that make each joint.

References
----------
Bazarevsky et al., "BlazePose: On-device Real-time Body Pose tracking", 2020, fig. 3.
https://ai.google.dev/edge/mediapipe/solutions/vision/pose_landmarker
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LANDMARK_NAMES = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_heel", "right_heel", "left_foot_index", "right_foot_index",
)  # fmt: skip
INDEX = {name: index for index, name in enumerate(LANDMARK_NAMES)}
LANDMARK_COUNT = len(LANDMARK_NAMES)

SIDES = ("left", "right")
JOINTS = ("knee", "hip", "elbow", "shoulder", "ankle")
"""Joints measured on both sides, the lower body first: that is the order of plots and exports."""

JOINT_POINTS = {
    "knee": ("hip", "knee", "ankle"),
    "hip": ("shoulder", "hip", "knee"),
    "elbow": ("shoulder", "elbow", "wrist"),
    "shoulder": ("hip", "shoulder", "elbow"),
    "ankle": ("knee", "ankle", "foot_index"),
}
"""Proximal point, vertex and distal point of each joint, without the side."""

SKELETON = (
    ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"),
    *((f"{side}_{one}", f"{side}_{other}") for side in SIDES for one, other in (
        ("shoulder", "elbow"), ("elbow", "wrist"), ("shoulder", "hip"), ("hip", "knee"), ("knee", "ankle"),
        ("ankle", "heel"), ("heel", "foot_index"), ("ankle", "foot_index"),
    )),
)  # fmt: skip
"""The segments drawn over a body, as pairs of landmark names; face and fingers say nothing about a set."""
DRAWN = ("nose", *dict.fromkeys(name for segment in SKELETON for name in segment))
"""The landmarks drawn, in a fixed order: the head, and every end of a segment."""

TRUNK_LEAN = "trunk_lean"
ANGLE_NAMES = (*(f"{side}_{joint}" for joint in JOINTS for side in SIDES), TRUNK_LEAN)
"""Every angle series, in the column order of the exports."""


def joint_indices(joint: str, side: str) -> tuple[int, int, int]:
    """Return the landmark indices (proximal, vertex, distal) of a joint, e.g. ``knee``, ``left``."""
    proximal, vertex, distal = JOINT_POINTS[joint]
    return INDEX[f"{side}_{proximal}"], INDEX[f"{side}_{vertex}"], INDEX[f"{side}_{distal}"]


def angle_indices(name: str) -> list[int]:
    """Return the landmark indices of an angle of `ANGLE_NAMES`."""
    if name == TRUNK_LEAN:
        return [INDEX[f"{side}_{point}"] for side in SIDES for point in ("shoulder", "hip")]
    side, joint = name.split("_")
    return list(joint_indices(joint, side))


def without_side(name: str) -> str:
    """Return ``knee`` for ``left_knee``; what has no side as it is."""
    return name.removeprefix("left_").removeprefix("right_")


def base_joint(name: str | None) -> str | None:
    """Return ``knee`` for ``left_knee`` and so on; None for what is no angle."""
    joint = without_side(name or "")
    return joint if joint in (*JOINTS, TRUNK_LEAN) else None


MAX_GAP_S = 0.5
"""Longest gap bridged by a straight line: half of the quickest counted rep."""
MAX_GAP_ROWS = 10_000
"""Rows put into one gap at most, 5 minutes at 30 Hz: a file may claim that hours lie between two rows."""


@dataclass(frozen=True)
class LandmarkTrack:
    """The landmarks of one person over a clip; everything after the pose model starts from this.

    Attributes
    ----------
    time_s
        ``(n,)`` presentation times in seconds, strictly rising.
    xyz
        ``(n, 33, 3)`` image landmarks, x right, y down, z away from the camera, all in one unit
        (pixels of the analysed frame for clips); NaN rows where no person was found, NaN z where
        the source has none.
    visibility
        ``(n, 33)`` in [0, 1]; 1 where the source has none, NaN where no person was found.
    world
        ``(n, 33, 3)`` metres around the hips, same axes; NaN where unknown.
    """

    time_s: NDArray[np.float64]
    xyz: NDArray[np.float64]
    visibility: NDArray[np.float64]
    world: NDArray[np.float64]

    @property
    def arrays(self) -> tuple[NDArray[np.float64], ...]:
        """All four, in the order of the fields."""
        return self.time_s, self.xyz, self.visibility, self.world

    @property
    def is_seen(self) -> NDArray[np.bool_]:
        """Whether a person was found, ``(n,)``."""
        return np.asarray(np.isfinite(self.xyz[:, :, 0]).any(axis=1))

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "LandmarkTrack":
        """Return the track of some of its rows, by number or by a mask."""
        return LandmarkTrack(*(array[rows] for array in self.arrays))


def insert_gaps(track: LandmarkTrack) -> tuple[LandmarkTrack, NDArray[np.intp]]:
    """Return the track with rows of NaN where it has none for long, and in which rows the samples are now.

    Frames that do not decode, or were never written, leave no row; without one, what comes after a gap would be joined
    to what came before it.

    Parameters
    ----------
    track
        ``n`` samples.

    Returns
    -------
    The track, itself where it has no gap, and ``(n,)`` row numbers.
    """
    steps_s = np.diff(track.time_s)
    interval_s = float(np.median(steps_s)) if len(steps_s) else 0.0
    gaps = np.flatnonzero(steps_s > MAX_GAP_S + interval_s)
    if not len(gaps):
        return track, np.arange(len(track.time_s))
    missing = np.minimum(np.round(steps_s[gaps] / interval_s) - 1, MAX_GAP_ROWS).astype(int)
    filled = [
        np.linspace(track.time_s[gap], track.time_s[gap + 1], count + 2)[1:-1]
        for gap, count in zip(gaps, missing, strict=True)
    ]
    rows = np.arange(len(track.time_s))
    rows += np.r_[0, np.cumsum(missing)][np.searchsorted(gaps, rows)]
    arrays = [np.full((len(rows) + missing.sum(), *each.shape[1:]), np.nan) for each in track.arrays]
    for array, known in zip(arrays, track.arrays, strict=True):
        array[rows] = known
    arrays[0][np.isnan(arrays[0])] = np.concatenate(filled)
    return LandmarkTrack(*arrays), rows
