"""What a mannequin does: each exercise as a figure posed at every depth of its movement.

Each function takes the depth of both sides (``(n,)``, 0 at the start of a rep, 1 at its full range)
and the build, and returns a skeleton. Feet or hands that bear weight stay where they are planted;
the knees of a squat are bent to exactly the planned flexion and the trunk leans until the body's
weight is over the middle of the feet, so that the motion looks like a person's.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.mannequin.body import (
    ANKLE_HEIGHT,
    FOOT,
    FOREARM,
    HALF_HIPS,
    HALF_SHOULDERS,
    HEEL_BACK,
    SHANK,
    THIGH,
    TRUNK,
    UPPER_ARM,
    Build,
)
from core.mannequin.skeleton import (
    SIDE_SIGN,
    ArmAngles,
    LegAngles,
    Posture,
    Skeleton,
    compute_skeleton,
    pose_arm,
    pose_foot,
    pose_torso,
    reach_arm,
    reach_leg,
    same_length,
    shift,
)

Array = NDArray[np.float64]
Depth = dict[str, Array]

# Winter 2009, table 4.1: fractions of body mass, head, arms and trunk taken as one.
_TRUNK_MASS, _THIGHS_MASS, _SHANKS_MASS = 0.678, 0.200, 0.093
_TRUNK_CENTRE = 0.626
"""Centre of mass of head, arms and trunk, from hips towards shoulders (Winter 2009, table 4.1)."""
_BALANCE_AHEAD = 0.026
"""Where the weight is kept, ahead of the ankles, as a fraction of stature: about the middle of the foot."""


def squat(depth: Depth, build: Build) -> Skeleton:
    """Bend the knees from 6° to 126° (thighs level), hips back, arms coming forward."""
    both = _both(depth)
    knee = 6 + 120 * both
    shank_tilt = 0.30 * knee
    pelvis = _pelvis_over_feet(knee, shank_tilt, stance=0.088, build=build)
    lean = _balanced_lean(pelvis[:, 0], knee, shank_tilt, arms_ahead=0.035 * both, build=build)
    arms = ArmAngles(shoulder=8 + lean + 76 * both, elbow=12 + 6 * both, plane=12.0)
    return _on_planted_feet(pelvis, lean, (arms, arms), stance=0.088, build=build)


def hinge(depth: Depth, build: Build) -> Skeleton:
    """Bend at the hips with nearly straight knees, arms hanging: a Romanian deadlift."""
    both = _both(depth)
    knee = 8 + 18 * both
    pelvis = _pelvis_over_feet(knee, 2 - 6 * both, stance=0.062, build=build)
    lean = 3 + 72 * both
    arms = ArmAngles(shoulder=lean, elbow=5.0)
    return _on_planted_feet(pelvis, lean, (arms, arms), stance=0.062, build=build)


def curl(depth: Depth, build: Build) -> Skeleton:
    """Bend the elbows from 10° to 140°, each side by its own depth."""
    return _standing({side: ArmAngles(shoulder=4 + 10 * d, elbow=10 + 130 * d) for side, d in depth.items()}, build)


def press(depth: Depth, build: Build) -> Skeleton:
    """Push overhead from the shoulders, the upper arms a little outside the sagittal plane."""
    arms = {side: ArmAngles(shoulder=42 + 126 * d, plane=25.0, elbow=132 - 122 * d) for side, d in depth.items()}
    return _standing(arms, build)


def lateral_raise(depth: Depth, build: Build) -> Skeleton:
    """Raise the nearly straight arms sideways to the shoulders' height."""
    arms = {side: ArmAngles(shoulder=9 + 82 * d, plane=80.0, elbow=12.0) for side, d in depth.items()}
    return _standing(arms, build)


def front_raise(depth: Depth, build: Build) -> Skeleton:
    """Raise the nearly straight arms forward to the shoulders' height."""
    return _standing({side: ArmAngles(shoulder=6 + 86 * d, elbow=8.0) for side, d in depth.items()}, build)


def jumping_jack(depth: Depth, build: Build) -> Skeleton:
    """Jump the feet apart while the arms swing sideways overhead."""
    both = _both(depth)
    arm = ArmAngles(shoulder=12 + 150 * both, plane=86.0, elbow=14.0)
    leg = LegAngles(hip=4.0, knee=8 - 2 * both, ankle=4.0, abduction=2 + 22 * both)
    skeleton = compute_skeleton(Posture(left_arm=arm, right_arm=arm, left_leg=leg, right_leg=leg), build)
    return _on_floor(skeleton, lift=0.20 * both * (1 - both))


def lunge(depth: Depth, build: Build) -> Skeleton:
    """Step forward with one leg, sink until both knees are bent, and step back."""
    both = np.maximum(depth["left"], depth["right"])
    step, ankle_height = 0.44 * build.stature_m, build.length(ANKLE_HEIGHT)
    stride, sink = _smooth(both / 0.7), _smooth((both - 0.1) / 0.9)
    height = ankle_height + build.length(THIGH + SHANK) * (0.998 - 0.13 * stride - 0.26 * sink)
    pelvis = np.stack([step * 0.48 * stride, np.zeros_like(both), height], axis=-1)
    skeleton = pose_torso(pelvis, 2 + 5 * sink, head_lean=2 + 2 * sink, build=build)
    for side in SIDE_SIGN:
        mine = np.where(depth[side] >= both, 1.0, 0.0) * (both > 0)
        pose_arm(skeleton, side, arm=ArmAngles(shoulder=10.0, plane=60.0, elbow=18.0), build=build)
        _lunging_leg(skeleton, side, mine * stride, (1 - mine) * stride, step=step, build=build)
    return same_length(skeleton)


def pushup(depth: Depth, build: Build) -> Skeleton:
    """Lower a straight body between planted hands and toes until the elbows are bent by 95°."""
    elbow = 10 + 85 * _both(depth)
    sole = np.array([0.34, 0.0, -0.94])
    ankle_height = 0.94 * build.length(FOOT - HEEL_BACK) + 0.34 * build.length(ANKLE_HEIGHT - 0.010)
    hips_at = float(_two_bone(np.array(3.0), build.length(THIGH), build.length(SHANK)))
    body = hips_at + build.length(TRUNK)
    wrist_side, wrist_up = build.length(HALF_SHOULDERS) + 0.10, 0.05
    reach = np.sqrt(_two_bone(elbow, build.length(UPPER_ARM), build.length(FOREARM)) ** 2 - 0.10**2)
    wrist_ahead = body * np.cos(np.arcsin((reach[0] + wrist_up - ankle_height) / body)) - 0.03
    tilt = _angle_to_reach(body, np.hypot(wrist_ahead, wrist_up - ankle_height), reach)
    tilt = tilt + np.arctan2(wrist_up - ankle_height, wrist_ahead)
    pelvis = np.stack([hips_at * np.cos(tilt), 0 * tilt, ankle_height + hips_at * np.sin(tilt)], axis=-1)
    lean = 90 - np.degrees(tilt)
    skeleton = pose_torso(pelvis, lean, head_lean=lean - 8, build=build)
    for side, sign in SIDE_SIGN.items():
        wrist = np.array([wrist_ahead, sign * wrist_side, wrist_up])
        pole, hand = np.array([-0.75, sign * 0.6, 0.25]), np.array([1.0, sign * 0.1, -0.25])
        reach_arm(skeleton, side, wrist=wrist, pole=pole, hand=hand, build=build)
        ankle = np.array([0.0, sign * build.length(HALF_HIPS), ankle_height])
        reach_leg(skeleton, side, ankle=ankle, pole=np.array([0.0, 0.0, -1.0]), build=build)
        pose_foot(skeleton, side, sole=sole, build=build)
    return same_length(skeleton)


def situp(depth: Depth, build: Build) -> Skeleton:
    """Lie with bent knees and planted feet, and raise the trunk to upright, hands at the chest."""
    both = _both(depth)
    lean = -86 + 92 * both
    seat = 0.072 * build.stature_m
    skeleton = pose_torso([0.0, 0.0, seat], lean, head_lean=lean + 10, build=build)
    for side, sign in SIDE_SIGN.items():
        pose_arm(skeleton, side, arm=ArmAngles(shoulder=42.0, plane=20.0, elbow=118.0, turn=35.0), build=build)
        ankle = np.array([0.34 * build.stature_m, sign * build.length(0.06), build.length(ANKLE_HEIGHT)])
        reach_leg(skeleton, side, ankle=ankle, pole=np.array([0.2, 0.0, 1.0]), build=build)
        pose_foot(skeleton, side, sole=_sole(0.0, sign), build=build)
    return same_length(skeleton)


def walk(time_s: Array, build: Build) -> Skeleton:
    """Walk forward at a comfortable pace, arriving at x = 0 when ``time_s`` is 0."""
    stride_hz, speed_m_s = 0.9, 1.1
    swing = 2 * np.pi * stride_hz * time_s
    left, right = swing + np.pi, swing
    posture = Posture(
        lean=3.0,
        left_leg=_striding_leg(left),
        right_leg=_striding_leg(right),
        left_arm=ArmAngles(shoulder=-18 * np.sin(left), elbow=18.0),
        right_arm=ArmAngles(shoulder=-18 * np.sin(right), elbow=18.0),
    )
    skeleton = _on_floor(compute_skeleton(posture, build), lift=np.zeros_like(time_s))
    return shift(skeleton, np.stack([speed_m_s * time_s, 0 * time_s, 0 * time_s], axis=-1))


EXERCISES: dict[str, Callable[[Depth, Build], Skeleton]] = {
    "squat": squat,
    "hinge": hinge,
    "lunge": lunge,
    "curl": curl,
    "press": press,
    "lateral_raise": lateral_raise,
    "front_raise": front_raise,
    "jumping_jack": jumping_jack,
    "pushup": pushup,
    "situp": situp,
}
LYING = frozenset({"pushup", "situp"})
"""Exercises one cannot walk into."""


def _both(depth: Depth) -> Array:
    return (depth["left"] + depth["right"]) / 2


def _smooth(fraction: Array) -> Array:
    """Ease from 0 to 1 with no velocity at either end."""
    clipped = np.clip(fraction, 0.0, 1.0)
    return clipped * clipped * (3 - 2 * clipped)


def _striding_leg(phase: Array) -> LegAngles:
    """Return one leg of a walk: the knee bends while the thigh swings forward."""
    return LegAngles(hip=6 + 22 * np.sin(phase), knee=8 + 13 * (1 + np.cos(phase)) ** 2, ankle=2.0)


def _standing(arms: dict[str, ArmAngles], build: Build) -> Skeleton:
    """Stand on both feet with given arms."""
    knee = np.array([6.0])
    pelvis = _pelvis_over_feet(knee, 0.3 * knee, stance=0.062, build=build)
    return _on_planted_feet(pelvis, 1.5, (arms["left"], arms["right"]), stance=0.062, build=build)


def _pelvis_over_feet(knee: Array, shank_tilt: Array, *, stance: float, build: Build) -> Array:
    """Place the hips so that the knees are bent by exactly ``knee`` over feet that stand still."""
    thigh, shank = build.length(THIGH), build.length(SHANK)
    back = shank * np.sin(np.radians(shank_tilt)) - thigh * np.sin(np.radians(knee - shank_tilt))
    aside = build.length(stance - HALF_HIPS)
    height = np.sqrt(_two_bone(knee, thigh, shank) ** 2 - aside**2 - back**2)
    return np.stack([back, np.zeros_like(back), build.length(ANKLE_HEIGHT) + height], axis=-1)


def _balanced_lean(hips_x: Array, knee: Array, shank_tilt: Array, *, arms_ahead: Array, build: Build) -> Array:
    """Lean the trunk until the centre of mass is over the feet; ``arms_ahead`` is their moment, mass × m."""
    knee_x = build.length(SHANK) * np.sin(np.radians(shank_tilt))
    legs = _THIGHS_MASS * (hips_x + knee_x) / 2 + _SHANKS_MASS * knee_x / 2
    ahead = (build.length(_BALANCE_AHEAD) - legs - arms_ahead) / _TRUNK_MASS - hips_x
    lean = np.arcsin(np.clip(ahead / build.length(TRUNK * _TRUNK_CENTRE), -1.0, 1.0))
    return np.degrees(lean) * np.clip(knee / 12, 0.5, 1.0)


def _on_planted_feet(
    pelvis: Array, lean: Array | float, arms: tuple[ArmAngles, ArmAngles], *, stance: float, build: Build
) -> Skeleton:
    skeleton = pose_torso(pelvis, lean, head_lean=0.45 * np.asarray(lean), build=build)
    for (side, sign), arm in zip(SIDE_SIGN.items(), arms, strict=True):
        pose_arm(skeleton, side, arm=arm, build=build)
        ankle = np.array([0.0, sign * build.length(stance), build.length(ANKLE_HEIGHT)])
        reach_leg(skeleton, side, ankle=ankle, pole=_sole(12.0, sign), build=build)
        pose_foot(skeleton, side, sole=_sole(12.0, sign), build=build)
    return same_length(skeleton)


def _sole(toe_out_deg: float, sign: float) -> Array:
    """Return the direction of a flat foot turned outwards."""
    return np.array([np.cos(np.radians(toe_out_deg)), sign * np.sin(np.radians(toe_out_deg)), 0.0])


def _lunging_leg(skeleton: Skeleton, side: str, front: Array, rear: Array, *, step: float, build: Build) -> None:
    """Place one leg of a lunge: in front (a flat foot that steps), or behind (pivoting on its toes)."""
    sign = SIDE_SIGN[side]
    aside = np.full_like(front, sign * build.length(0.058))
    pitch = np.radians(52 * rear)
    sole = np.stack([np.cos(pitch), 0 * pitch, -np.sin(pitch)], axis=-1)
    up = np.stack([np.sin(pitch), 0 * pitch, np.cos(pitch)], axis=-1)
    toes, sole_height = build.length(FOOT - HEEL_BACK), build.length(ANKLE_HEIGHT - 0.010)
    toe = np.stack([toes + step * front, aside, build.length(0.010) + 0.12 * front * (1 - front)], axis=-1)
    ankle = toe - toes * sole + sole_height * up
    reach_leg(skeleton, side, ankle=ankle, pole=np.array([1.0, 0.0, -0.2]), build=build)
    pose_foot(skeleton, side, sole=sole, build=build)


def _on_floor(skeleton: Skeleton, *, lift: Array) -> Skeleton:
    """Lower a figure until its lowest foot touches the floor, then lift it."""
    feet = [skeleton[f"{side}_{part}"][:, 2] for side in SIDE_SIGN for part in ("heel", "toe")]
    drop = lift + 0.010 - np.min(np.broadcast_arrays(*feet), axis=0)
    return shift(skeleton, np.stack([0 * drop, 0 * drop, drop], axis=-1))


def _two_bone(flexion_deg: Array, first: float, second: float) -> Array:
    """Return the distance between the ends of a limb bent by ``flexion_deg`` (law of cosines)."""
    squared: Array = first**2 + second**2 + 2 * first * second * np.cos(np.radians(flexion_deg))
    return np.sqrt(squared)


def _angle_to_reach(radius: float, base: float, reach: Array) -> Array:
    """Return the angle at the pivot of a triangle with sides ``radius``, ``base``, opposite ``reach``."""
    return np.arccos(np.clip((radius**2 + base**2 - reach**2) / (2 * radius * base), -1.0, 1.0))
