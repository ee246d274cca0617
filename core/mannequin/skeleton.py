"""Joint positions from joint angles, and joint angles back from positions.

World axes: x the way the figure faces when upright, y to its left, z up, in metres; the floor is
z = 0. A skeleton is a ``dict`` of joint name to ``(n, 3)`` positions, one row per frame, so a whole
clip is posed at once. Left and right are the figure's own.

Notes
-----
Angles follow the project's convention: clinical flexion, 0 = straight; shoulder = elevation of the
upper arm from the trunk's axis, 0 = arm at the side; ankle 0 = sole at right angle to the shank,
dorsiflexion positive. Hip and shoulder are measured against the trunk's midline (middle of the hips
to middle of the shoulders), as a clinician does: shoulders are wider than hips, so a line from the
same side's shoulder to its hip would read several degrees in a straight figure seen from the front.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.mannequin.body import (
    ANKLE_HEIGHT,
    FOOT,
    FOREARM,
    HALF_HIPS,
    HALF_SHOULDERS,
    HAND,
    HEAD_CENTRE,
    HEEL_BACK,
    SHANK,
    THIGH,
    TRUNK,
    UPPER_ARM,
    Build,
)

Array = NDArray[np.float64]
Skeleton = dict[str, Array]

SIDE_SIGN = {"left": 1.0, "right": -1.0}
_MAX_STRETCH = 0.9999
"""A limb reaching for a point too far away stops just short of straight."""


@dataclass(frozen=True)
class ArmAngles:
    """One arm; every field a number or ``(n,)``, degrees.

    Attributes
    ----------
    shoulder
        Elevation from the trunk's axis.
    plane
        The plane it is raised in: 0 to the front, 90 to the side.
    elbow
        Flexion, towards further elevation.
    turn
        Rotation of the forearm's plane about the upper arm, positive inwards.
    """

    shoulder: ArrayLike = 0.0
    plane: ArrayLike = 0.0
    elbow: ArrayLike = 0.0
    turn: ArrayLike = 0.0


@dataclass(frozen=True)
class LegAngles:
    """One leg; every field a number or ``(n,)``, degrees; abduction moves the thigh outwards."""

    hip: ArrayLike = 0.0
    knee: ArrayLike = 0.0
    ankle: ArrayLike = 0.0
    abduction: ArrayLike = 0.0


@dataclass(frozen=True)
class Posture:
    """A whole figure by its angles; ``lean`` 90 is prone, −90 supine."""

    lean: ArrayLike = 0.0
    left_arm: ArmAngles = ArmAngles()
    right_arm: ArmAngles = ArmAngles()
    left_leg: LegAngles = LegAngles()
    right_leg: LegAngles = LegAngles()
    head_lean: ArrayLike | None = None


def compute_skeleton(posture: Posture, build: Build, *, pelvis: ArrayLike = (0.0, 0.0, 0.0)) -> Skeleton:
    """Pose a figure by its angles, the middle of the hips at ``pelvis``."""
    head_lean = posture.lean if posture.head_lean is None else posture.head_lean
    skeleton = pose_torso(pelvis, posture.lean, head_lean=head_lean, build=build)
    for side, arm, leg in (
        ("left", posture.left_arm, posture.left_leg),
        ("right", posture.right_arm, posture.right_leg),
    ):
        pose_arm(skeleton, side, arm=arm, build=build)
        pose_leg(skeleton, side, leg=leg, build=build)
    return same_length(skeleton)


def pose_torso(pelvis: ArrayLike, lean: ArrayLike, *, head_lean: ArrayLike, build: Build) -> Skeleton:
    """Place hips, shoulders, neck and head; ``pelvis`` is the middle of the hips."""
    pelvis = np.atleast_2d(np.asarray(pelvis, dtype=np.float64))
    _, up = _leaning_axes(lean)
    left = np.array([[0.0, 1.0, 0.0]])
    head_forward, head_up = _leaning_axes(head_lean)
    neck = pelvis + build.length(TRUNK) * up
    head = neck + build.length(0.035) * up + build.length(HEAD_CENTRE - 0.035) * head_up + 0.02 * head_forward
    skeleton = {
        "pelvis": pelvis,
        "neck": neck,
        "head": head,
        "nose": head + 0.11 * head_forward,
        "crown": head + 0.11 * head_up,
    }
    for side, sign in SIDE_SIGN.items():
        skeleton[f"{side}_hip"] = pelvis + sign * build.length(HALF_HIPS) * left
        skeleton[f"{side}_shoulder"] = neck + sign * build.length(HALF_SHOULDERS) * left
    return skeleton


def pose_arm(skeleton: Skeleton, side: str, *, arm: ArmAngles, build: Build) -> None:
    """Hang an arm by its angles from a skeleton that has its torso."""
    forward, left, up = trunk_axes(skeleton)
    outward = left * SIDE_SIGN[side]
    plane, elevation, elbow, turn = _radians(arm.plane, arm.shoulder, arm.elbow, arm.turn)
    away = np.cos(plane) * forward + np.sin(plane) * outward
    upper = -np.cos(elevation) * up + np.sin(elevation) * away
    raising = np.sin(elevation) * up + np.cos(elevation) * away
    inward = np.cos(plane) * -outward + np.sin(plane) * forward
    bending = np.cos(turn) * raising + np.sin(turn) * inward
    fore = np.cos(elbow) * upper + np.sin(elbow) * bending
    elbow_xyz = skeleton[f"{side}_shoulder"] + build.length(UPPER_ARM) * upper
    wrist = elbow_xyz + build.length(FOREARM) * fore
    skeleton |= {f"{side}_elbow": elbow_xyz, f"{side}_wrist": wrist, f"{side}_hand": wrist + build.length(HAND) * fore}


def pose_leg(skeleton: Skeleton, side: str, *, leg: LegAngles, build: Build) -> None:
    """Hang a leg by its angles from a skeleton that has its torso."""
    forward, left, up = trunk_axes(skeleton)
    hip, knee, ankle, abduction = _radians(leg.hip, leg.knee, leg.ankle, leg.abduction)
    sagittal = np.sin(hip) * forward - np.cos(hip) * up
    thigh = np.cos(abduction) * sagittal + np.sin(abduction) * left * SIDE_SIGN[side]
    front = np.cos(hip) * forward + np.sin(hip) * up
    shank = np.cos(knee) * thigh - np.sin(knee) * front
    shank_front = np.cos(knee) * front + np.sin(knee) * thigh
    knee_xyz = skeleton[f"{side}_hip"] + build.length(THIGH) * thigh
    skeleton[f"{side}_knee"] = knee_xyz
    skeleton[f"{side}_ankle"] = knee_xyz + build.length(SHANK) * shank
    pose_foot(skeleton, side, sole=np.cos(ankle) * shank_front - np.sin(ankle) * shank, build=build)


def pose_foot(skeleton: Skeleton, side: str, *, sole: ArrayLike, build: Build) -> None:
    """Add heel and toe to a leg; ``sole`` is the direction from heel to toe."""
    along = unit(np.asarray(sole, dtype=np.float64))
    ankle = skeleton[f"{side}_ankle"]
    under = ankle - build.length(ANKLE_HEIGHT - 0.010) * _across(skeleton[f"{side}_knee"] - ankle, along)
    skeleton[f"{side}_heel"] = under - build.length(HEEL_BACK) * along
    skeleton[f"{side}_toe"] = under + build.length(FOOT - HEEL_BACK) * along


def reach_leg(skeleton: Skeleton, side: str, *, ankle: ArrayLike, pole: ArrayLike, build: Build) -> None:
    """Bend a leg so that its ankle is at a point, the knee towards ``pole``."""
    skeleton[f"{side}_ankle"] = np.atleast_2d(np.asarray(ankle, dtype=np.float64))
    skeleton[f"{side}_knee"] = _bend(
        skeleton[f"{side}_hip"], skeleton[f"{side}_ankle"], (build.length(THIGH), build.length(SHANK)), pole=pole
    )


def reach_arm(
    skeleton: Skeleton, side: str, *, wrist: ArrayLike, pole: ArrayLike, hand: ArrayLike, build: Build
) -> None:
    """Bend an arm so that its wrist is at a point, the elbow towards ``pole``, the hand along ``hand``."""
    skeleton[f"{side}_wrist"] = np.atleast_2d(np.asarray(wrist, dtype=np.float64))
    skeleton[f"{side}_elbow"] = _bend(
        skeleton[f"{side}_shoulder"],
        skeleton[f"{side}_wrist"],
        (build.length(UPPER_ARM), build.length(FOREARM)),
        pole=pole,
    )
    skeleton[f"{side}_hand"] = skeleton[f"{side}_wrist"] + build.length(HAND) * unit(np.asarray(hand, dtype=np.float64))


def shift(skeleton: Skeleton, offset: ArrayLike) -> Skeleton:
    """Move every joint by ``offset``, ``(3,)`` or ``(n, 3)`` metres."""
    return {name: xyz + np.asarray(offset, dtype=np.float64) for name, xyz in skeleton.items()}


def same_length(skeleton: Skeleton) -> Skeleton:
    """Repeat still joints so that every array has the same number of rows."""
    rows = max(len(xyz) for xyz in skeleton.values())
    return {name: np.broadcast_to(xyz, (rows, 3)).copy() for name, xyz in skeleton.items()}


def trunk_axes(skeleton: Skeleton) -> tuple[Array, Array, Array]:
    """Return the trunk's unit vectors (forward, left, up), each ``(n, 3)``."""
    up = unit(skeleton["neck"] - skeleton["pelvis"])
    left = _across(skeleton["left_shoulder"] - skeleton["right_shoulder"], up)
    return np.cross(left, up), left, up


def compute_true_angles(skeleton: Skeleton) -> dict[str, Array]:
    """Measure every joint angle of a skeleton from its positions in space.

    Returns
    -------
    dict
        ``core.landmarks.ANGLE_NAMES`` to ``(n,)`` degrees. Hip extension and backward lean are
        negative; every other angle but the ankle's is at least 0.
    """
    forward, _, up = trunk_axes(skeleton)
    angles: dict[str, Array] = {}
    for side in SIDE_SIGN:
        thigh = skeleton[f"{side}_knee"] - skeleton[f"{side}_hip"]
        shank = skeleton[f"{side}_ankle"] - skeleton[f"{side}_knee"]
        upper = skeleton[f"{side}_elbow"] - skeleton[f"{side}_shoulder"]
        fore = skeleton[f"{side}_wrist"] - skeleton[f"{side}_elbow"]
        sole = skeleton[f"{side}_toe"] - skeleton[f"{side}_heel"]
        bend = np.where(np.sum(thigh * forward, axis=-1) < 0, -1.0, 1.0)
        angles |= {
            f"{side}_knee": angle_between(thigh, shank),
            f"{side}_hip": bend * angle_between(-up, thigh),
            f"{side}_elbow": angle_between(upper, fore),
            f"{side}_shoulder": angle_between(-up, upper),
            f"{side}_ankle": angle_between(sole, shank) - 90.0,
        }
    lean_sign = np.where(np.sum(up * _level_forward(skeleton), axis=-1) < 0, -1.0, 1.0)
    return angles | {"trunk_lean": lean_sign * angle_between(up, np.array([[0.0, 0.0, 1.0]]))}


def angle_between(first: Array, second: Array) -> Array:
    """Return the angle between vectors in degrees, stable near 0 and 180."""
    cross = np.linalg.norm(np.cross(first, second), axis=-1)
    angle: Array = np.degrees(np.arctan2(cross, np.sum(first * second, axis=-1)))
    return angle


def unit(vectors: Array) -> Array:
    """Return vectors scaled to length 1 along the last axis."""
    scaled: Array = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled


def _level_forward(skeleton: Skeleton) -> Array:
    """Return the horizontal direction the figure faces, wherever its trunk leans."""
    _, left, _ = trunk_axes(skeleton)
    return np.cross(left, np.array([[0.0, 0.0, 1.0]]))


def _leaning_axes(lean: ArrayLike) -> tuple[Array, Array]:
    (angle,) = _radians(lean)
    forward = np.cos(angle) * np.array([[1.0, 0.0, 0.0]]) - np.sin(angle) * np.array([[0.0, 0.0, 1.0]])
    up = np.sin(angle) * np.array([[1.0, 0.0, 0.0]]) + np.cos(angle) * np.array([[0.0, 0.0, 1.0]])
    return forward, up


def _radians(*angles_deg: ArrayLike) -> tuple[Array, ...]:
    """Return each angle as an ``(n, 1)`` column of radians."""
    return tuple(np.radians(np.atleast_1d(np.asarray(angle, dtype=np.float64)))[:, None] for angle in angles_deg)


def _across(vectors: Array, axis: Array) -> Array:
    """Return the unit part of ``vectors`` at right angles to the unit ``axis``."""
    return unit(vectors - np.sum(vectors * axis, axis=-1, keepdims=True) * axis)


def _bend(root: Array, end: Array, lengths: tuple[float, float], *, pole: ArrayLike) -> Array:
    """Return the middle joint of a two-bone limb from ``root`` to ``end``."""
    first, second = lengths
    along = end - root
    distance = np.linalg.norm(along, axis=-1, keepdims=True)
    reach = np.minimum(distance, _MAX_STRETCH * (first + second))
    foot = (first**2 - second**2 + reach**2) / (2 * reach)
    height = np.sqrt(np.maximum(first**2 - foot**2, 0.0))
    axis = along / distance
    middle: Array = root + foot * axis + height * _across(np.broadcast_to(np.asarray(pole), axis.shape), axis)
    return middle
