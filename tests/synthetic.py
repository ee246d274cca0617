"""Bodies with exactly known poses, as landmark tracks: no video, no model.

A body is given by where its segments point. Angles are degrees in the sagittal plane, positive
forwards, 0 = upright (trunk from hip to shoulder pointing up, limbs pointing down); `spread` turns
a segment outwards. `EXERCISES` holds a start and a turn pose for each; `perform` moves between them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.angles import compute_angles
from core.landmarks import INDEX, LANDMARK_COUNT, LandmarkTrack
from core.rep_count import Rep, RepCount

LENGTH_M = {"trunk": 0.52, "thigh": 0.42, "shank": 0.42, "upper_arm": 0.30, "forearm": 0.26, "foot": 0.18}
HALF_SHOULDERS_M, HALF_HIPS_M = 0.19, 0.12
PX_PER_M = 300.0
Floats = NDArray[np.float64]
Pose = Mapping[str, float]
Poses = Mapping[str, float | Floats]
"""A pose per sample: every angle a number or ``(n,)``."""


@dataclass(frozen=True)
class Exercise:
    """Two poses to move between, and the points that stay on the floor or the bar."""

    start: Pose
    turn: Pose
    anchor: str = "ankle"


_LEGS = {"thigh": 0.0, "shank": 0.0}
_ARMS = {"upper_arm": 0.0, "forearm": 0.0}
_STAND: Pose = {"trunk": 0.0, **_LEGS, **_ARMS}

_REST = {"foot": 90.0}

EXERCISES: dict[str, Exercise] = {
    "squat": Exercise(
        {**_STAND, "upper_arm": 80, "forearm": 80},
        {"trunk": 40, "thigh": 90, "shank": -30, "upper_arm": 80, "forearm": 80},
    ),
    "deadlift": Exercise(_STAND, {"trunk": 85, "thigh": 15, "shank": -5, "upper_arm": 0, "forearm": 0}),
    "lunge": Exercise(
        {**_STAND, "left_thigh": 25, "left_shank": 0, "right_thigh": -25, "right_shank": -30},
        {**_STAND, "left_thigh": 85, "left_shank": -5, "right_thigh": -10, "right_shank": -95},
        anchor="left_ankle",
    ),
    "calf_raise": Exercise({**_STAND, "foot": 90}, {**_STAND, "foot": 45}, anchor="toe"),
    "curl": Exercise(_STAND, {**_STAND, "upper_arm": 8, "forearm": 140}),
    "overhead_press": Exercise(
        {**_STAND, "upper_arm": 15, "forearm": 165, "arm_spread": 25},
        {**_STAND, "upper_arm": 172, "forearm": 178, "arm_spread": 8},
    ),
    "lateral_raise": Exercise(_STAND, {**_STAND, "arm_spread": 88}),
    "front_raise": Exercise(_STAND, {**_STAND, "upper_arm": 90, "forearm": 90}),
    "jumping_jack": Exercise({**_STAND, "arm_spread": 10}, {**_STAND, "arm_spread": 155, "leg_spread": 28}),
    "row": Exercise(
        {"trunk": 60, "thigh": 20, "shank": -15, "upper_arm": 5, "forearm": 0},
        {"trunk": 60, "thigh": 20, "shank": -15, "upper_arm": -65, "forearm": 30},
    ),
    "pull_up": Exercise(
        {**_STAND, "upper_arm": 178, "forearm": 180, "arm_spread": 12},
        {**_STAND, "upper_arm": 30, "forearm": 175, "arm_spread": 25},
        anchor="wrist",
    ),
    "push_up": Exercise(
        {"trunk": 72, "thigh": -72, "shank": -72, "foot": 0, "upper_arm": 2, "forearm": 0},
        {"trunk": 88, "thigh": -88, "shank": -88, "foot": 0, "upper_arm": -80, "forearm": 12},
        anchor="wrist",
    ),
    "bench_press": Exercise(
        {"trunk": -90, "thigh": 80, "shank": 0, "upper_arm": 180, "forearm": 180},
        {"trunk": -90, "thigh": 80, "shank": 0, "upper_arm": 180, "upper_arm_spread": 95, "forearm": 180},
    ),
    "burpee": Exercise(
        {**_STAND, "foot": 90},
        {"trunk": 80, "thigh": -45, "shank": -110, "foot": 0, "upper_arm": 5, "forearm": 5},
    ),
    "sit_up": Exercise(
        {"trunk": -85, "thigh": 135, "shank": 45, "upper_arm": -100, "forearm": 60},
        {"trunk": 15, "thigh": 135, "shank": 45, "upper_arm": 5, "forearm": 150},
    ),
}


def make_track(
    poses: Poses, *, time_s: Floats, yaw_deg: float, anchor: str = "ankle", noise_px: float = 0.0
) -> LandmarkTrack:
    """Return the track of a body seen by a camera at hip height.

    `yaw_deg` 0: facing the camera; 90: facing the right of the picture, right side seen. The far
    side's limbs get visibility 0.2 in profile, everything else 0.95 (as the real model does).
    """
    metres = _place(poses, anchor, len(time_s))
    yaw = np.radians(yaw_deg)
    left, up, forward = metres[..., 0], metres[..., 1], metres[..., 2]
    x = left * np.cos(yaw) + forward * np.sin(yaw)
    z = left * np.sin(yaw) - forward * np.cos(yaw)
    world = np.stack([x, -up, z], axis=2)
    noise = np.random.default_rng(1).normal(0, noise_px, world.shape)
    visibility = np.full(world.shape[:2], 0.95)
    if abs(np.sin(yaw)) > 0.85:
        far = "left" if np.sin(yaw) > 0 else "right"
        limbs = [f"{far}_{point}" for point in ("elbow", "wrist", "knee", "ankle", "heel", "foot_index")]
        visibility[:, [INDEX[name] for name in limbs]] = 0.2
    hips = world[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1, keepdims=True)
    return LandmarkTrack(
        time_s=time_s,
        xyz=world * PX_PER_M + np.array([400.0, 500.0, 0.0]) + noise,
        visibility=visibility,
        world=world - hips,
    )


def _direction(angle_deg: float | Floats, spread_deg: float | Floats, side: int) -> Floats:
    """Return unit vectors (left, up, forward) of a limb."""
    angle, spread = np.broadcast_arrays(np.radians(angle_deg), np.radians(spread_deg))
    return np.stack([side * np.sin(spread), -np.cos(angle) * np.cos(spread), np.sin(angle) * np.cos(spread)], axis=-1)


def _place(poses: Poses, anchor: str, count: int) -> Floats:
    """Return ``(n, 33, 3)`` metres (left, up, forward) with the anchor at the origin."""
    points = np.zeros((count, LANDMARK_COUNT, 3))
    trunk = -LENGTH_M["trunk"] * _direction(-np.asarray(poses["trunk"]), 0.0, 1)
    for side, sign in (("left", 1), ("right", -1)):
        points[:, INDEX[f"{side}_hip"]] = [sign * HALF_HIPS_M, 0, 0]
        points[:, INDEX[f"{side}_shoulder"]] = trunk + np.array([sign * HALF_SHOULDERS_M, 0.0, 0.0])
        _hang(points, poses, chain=("hip", "thigh", "knee", "shank", "ankle"), side=side, sign=sign)
        _hang(points, poses, chain=("shoulder", "upper_arm", "elbow", "forearm", "wrist"), side=side, sign=sign)
        foot = LENGTH_M["foot"] * _direction(_read(poses, f"{side}_foot"), 0.0, sign)
        points[:, INDEX[f"{side}_foot_index"]] = points[:, INDEX[f"{side}_ankle"]] + foot
        points[:, INDEX[f"{side}_heel"]] = points[:, INDEX[f"{side}_ankle"]] - 0.3 * foot
        for finger in ("pinky", "index", "thumb"):
            points[:, INDEX[f"{side}_{finger}"]] = points[:, INDEX[f"{side}_wrist"]]
    _put_head(points, 1.4 * trunk, forward=_direction(90.0 - np.asarray(poses["trunk"]), 0.0, 1))
    return points - _anchor(points, anchor)[:, None]


def _put_head(points: Floats, head: Floats, *, forward: Floats) -> None:
    for name, index in INDEX.items():
        if index <= INDEX["mouth_right"]:
            wide = 0.08 if "ear" in name else 0.03
            across = 0.0 if name == "nose" else wide if "left" in name else -wide
            points[:, index] = head + [across, 0.0, 0.0] + forward * (0.0 if "ear" in name else 0.1)


def _hang(points: Floats, poses: Poses, *, chain: tuple[str, ...], side: str, sign: int) -> None:
    """Hang two segments on a joint; a pose may name a segment for one side (``left_thigh``)."""
    root, upper, middle, lower, end = chain
    limb = "leg" if root == "hip" else "arm"
    for start, segment, stop in ((root, upper, middle), (middle, lower, end)):
        spread = _read(poses, f"{side}_{limb}_spread") + _read(poses, f"{segment}_spread")
        along = _direction(_read(poses, f"{side}_{segment}"), spread, sign)
        points[:, INDEX[f"{side}_{stop}"]] = points[:, INDEX[f"{side}_{start}"]] + LENGTH_M[segment] * along


def _anchor(points: Floats, anchor: str) -> Floats:
    if anchor.startswith(("left", "right")):
        return points[:, INDEX[anchor]]
    name = {"toe": "foot_index"}.get(anchor, anchor)
    return (points[:, INDEX[f"left_{name}"]] + points[:, INDEX[f"right_{name}"]]) / 2


def blend(start: Pose, turn: Pose, share: Floats) -> Poses:
    """Return the poses at each share, ``(n,)``, of the way from start to turn."""
    return {name: (1 - share) * _read(start, name) + share * _read(turn, name) for name in {*start, *turn}}


def _read(pose: Poses, name: str) -> float | Floats:
    """Return an angle; a side not named follows both, what is not named at all hangs straight."""
    side, _, both = name.partition("_")
    fallback = pose.get(both, _REST.get(both, 0.0)) if side in ("left", "right") else _REST.get(name, 0.0)
    return pose.get(name, fallback)


@dataclass(frozen=True)
class Performance:
    """A set with known answers: what the stages before would hand on."""

    track: LandmarkTrack
    angles: dict[str, Floats]
    count: RepCount


def perform(
    exercise: Exercise,
    *,
    yaw_deg: float = 90.0,
    reps: int = 4,
    rep_s: float = 2.0,
    rate_hz: float = 15.0,
    depth: Callable[[int], float] = lambda _rep: 1.0,
    drive: str | None = None,
    noise_px: float = 0.0,
) -> Performance:
    """Perform an exercise with cosine reps; `depth` gives the share of the way rep 0, 1, ... goes."""
    time_s = np.arange(0, reps * rep_s + 0.5 / rate_hz, 1 / rate_hz)
    number = np.minimum((time_s / rep_s).astype(int), reps - 1)
    share = np.array([depth(int(rep)) for rep in number]) * (1 - np.cos(2 * np.pi * time_s / rep_s)) / 2
    pose = blend(exercise.start, exercise.turn, share)
    track = make_track(pose, time_s=time_s, yaw_deg=yaw_deg, anchor=exercise.anchor, noise_px=noise_px)
    angles = compute_angles(track)
    driving = drive or max(angles, key=lambda name: _range(angles[name]))
    return Performance(track, angles, count_of(angles[driving], joint=driving, reps=reps, rep_s=rep_s))


def count_of(signal: Floats, *, joint: str, reps: int, rep_s: float) -> RepCount:
    """Return the count of back-to-back reps of equal length."""
    counted = [
        Rep(number=i + 1, start_s=i * rep_s, turn_s=(i + 0.5) * rep_s, end_s=(i + 1) * rep_s) for i in range(reps)
    ]
    return RepCount(driving_joint=joint, signal=signal, unit="deg", reps=counted)


def _range(values: Floats) -> float:
    return float(np.ptp(values)) if np.isfinite(values).all() else -1.0
