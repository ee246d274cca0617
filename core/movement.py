"""How the body stands and moves within the reps, free of distance and size."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import VISIBILITY_GATE, angle_between, midpoint, right_to_left
from core.landmarks import INDEX, JOINTS, SIDES, LandmarkTrack, joint_indices
from core.rep_count import Rep
from core.signals import BODY_TORSOS, has_places

Floats = NDArray[np.float64]
Measure = Callable[[NDArray[np.int64]], float]
"""Takes the sample numbers of one rep and returns what is measured in it; NaN where that is not seen."""

SEEN_MIN = 0.5
"""Median visibility above which the model says a landmark is rather seen than hidden."""
AWAY_WIDTH = 0.2
"""Body lengths by which shoulders and hips together must be turned round to be seen from behind: about half
of their full width (biacromial .26 and hip breadth .19 of shoulder height; Drillis and Contini 1966)."""
_NAN = float("nan")
_MIN_SAMPLES = 4


@dataclass(frozen=True)
class Movement:
    """The movement of one set: medians over its reps, NaN where not seen.

    Lengths are in body lengths (shoulder to ankle, about 1.3 m). Positions come from the 3-D world
    landmarks where there are any, else from the image.

    Attributes
    ----------
    knee, hip, elbow, shoulder, ankle
        Range of motion in degrees, of the side that moves more among those seen.
    lean_low, lean_high, lean_range
        Least and largest angle of the trunk from upright, and their difference; degrees, 90 lying.
    stance_low, stance_high
        Least and largest height of the hips over the ankles: .6 standing, 0 lying or hands-and-feet.
    hands_low, hands_high
        Least and largest height of the wrists over the shoulders: -.4 hanging, .35 overhead.
    hands_out
        How far the wrists are out to the side less how far to the front, where highest.
    feet_part
        Change of the distance between the ankles across the body.
    feet_apart, thighs_differ
        Where the knees bend most: horizontal distance of the ankles, and how much further one
        thigh points down than the other.
    body_travel
        Rise and fall of the shoulders in the picture; NaN where landmarks hold no position.
    hangs
        Share of the shoulders in the travel of shoulders and wrists: 1 the hands are fixed and the
        body moves, 0 the other way round; .3 is added for a body seen from behind, as pull-ups
        mostly are, and .5 stands for an unknown share.
    """

    knee: float
    hip: float
    elbow: float
    shoulder: float
    ankle: float
    lean_low: float
    lean_high: float
    lean_range: float
    stance_low: float
    stance_high: float
    hands_low: float
    hands_high: float
    hands_out: float
    feet_part: float
    feet_apart: float
    thighs_differ: float
    body_travel: float
    hangs: float


@dataclass(frozen=True)
class _Body:
    """The body as it stands in the room: x right, y down, z away from the camera.

    Attributes
    ----------
    points
        ``(n, 33, 3)`` in body lengths.
    across, forward
        ``(n, 3)`` horizontal unit vectors, from its right to its left and to where it faces; NaN without world
        landmarks.
    """

    points: Floats
    across: Floats
    forward: Floats


def describe_movement(track: LandmarkTrack, angles: dict[str, Floats], reps: list[Rep]) -> Movement:
    """Measure posture and movement over the reps of a set.

    Parameters
    ----------
    track
        ``n`` samples.
    angles
        Smoothed angles in degrees, ``(n,)`` each.
    reps
        At least one.
    """
    windows = [np.flatnonzero((track.time_s >= rep.start_s) & (track.time_s <= rep.end_s)) for rep in reps]
    body = _orient(track)
    measures = {
        **{joint: _widest_side(track, angles, joint) for joint in JOINTS},
        **_posture_measures(track, body),
        **_hand_measures(track, body),
        **_foot_measures(track, body),
    }
    numbers = {name: _over_reps(windows, measure) for name, measure in measures.items()}
    return Movement(**numbers, **_travels(track, body, windows))


def _orient(track: LandmarkTrack) -> _Body:
    """Scale the body to body lengths and find the directions it faces, horizontally.

    Without world landmarks the body is taken as flat, for the depth of image landmarks is mostly
    noise; its directions are then unknown. Image landmarks may be scaled frame by frame.
    """
    has_world = bool(np.isfinite(track.world).any())
    points = track.world if has_world else np.concatenate([track.xyz[:, :, :2], 0 * track.xyz[:, :, :1]], axis=2)
    trunk = np.linalg.norm(midpoint(points, "shoulder") - midpoint(points, "hip"), axis=1)
    length = np.full(len(trunk), _median(trunk)) if has_world else trunk
    points = points / np.where(length > 0, BODY_TORSOS * length, np.nan)[:, None, None]
    across = right_to_left(points) * [1.0, 0.0, 1.0]
    width = np.linalg.norm(across, axis=1, keepdims=True)
    across = across / np.where(width > 0, width, np.nan) if has_world else np.full_like(across, np.nan)
    # x right, y down, z away from the camera: facing the camera, the left is at +x and forward is -z
    forward = np.stack([across[:, 2], np.zeros(len(across)), -across[:, 0]], axis=1)
    return _Body(points, across, forward)


def _posture_measures(track: LandmarkTrack, body: _Body) -> dict[str, Measure]:
    trunk = midpoint(body.points, "shoulder") - midpoint(body.points, "hip")
    lean = angle_between(trunk, np.broadcast_to([0.0, -1.0, 0.0], trunk.shape))
    points = {side: [INDEX[f"{side}_ankle"]] for side in SIDES}
    ankles = np.mean([body.points[:, points[side][0], 1] for side in _seen_sides(track, points)], axis=0)
    stance = np.where(_sees_feet(track), ankles - midpoint(body.points, "hip")[:, 1], np.nan)
    return {
        "lean_low": _low(lean),
        "lean_high": _high(lean),
        "lean_range": _range(lean),
        "stance_low": _low(stance),
        "stance_high": _high(stance),
    }


def _hand_measures(track: LandmarkTrack, body: _Body) -> dict[str, Measure]:
    reach = {side: body.points[:, INDEX[f"{side}_wrist"]] - body.points[:, INDEX[f"{side}_shoulder"]] for side in SIDES}
    outward = {"left": body.across, "right": -body.across}
    sides = _seen_sides(track, {side: [INDEX[f"{side}_wrist"]] for side in SIDES})
    height = np.mean([-reach[side][:, 1] for side in sides], axis=0)
    out = np.mean([(reach[side] * (outward[side] - body.forward)).sum(axis=1) for side in sides], axis=0)
    return {"hands_low": _low(height), "hands_high": _high(height), "hands_out": _where_highest(height, out)}


def _foot_measures(track: LandmarkTrack, body: _Body) -> dict[str, Measure]:
    between = body.points[:, INDEX["left_ankle"]] - body.points[:, INDEX["right_ankle"]]
    sideways = np.abs(between[:, 0]) if np.isnan(body.across).all() else (between * body.across).sum(axis=1)
    down = {side: body.points[:, INDEX[f"{side}_knee"], 1] - body.points[:, INDEX[f"{side}_hip"], 1] for side in SIDES}
    bend = np.where(_sees_feet(track), -(down["left"] + down["right"]), np.nan)  # standing, thighs point down
    return {
        "feet_part": _range(np.where(_sees_feet(track), sideways, np.nan)),
        "feet_apart": _where_highest(bend, np.hypot(between[:, 0], between[:, 2])),
        "thighs_differ": _where_highest(bend, np.abs(down["left"] - down["right"])),
    }


def _travels(track: LandmarkTrack, body: _Body, windows: list[NDArray[np.int64]]) -> dict[str, float]:
    """Return how far the shoulders travel in the picture, and if the hands do."""
    away = 0.3 * float(_median(right_to_left(body.points)[:, 0]) < -AWAY_WIDTH)
    if not has_places(track):
        return {"body_travel": _NAN, "hangs": 0.5 + away}
    unit = rough_body_length(track)
    body_travel, hand_travel = (
        _over_reps(windows, _range(midpoint(track.xyz, name)[:, 1] / unit)) for name in ("shoulder", "wrist")
    )
    both = body_travel + hand_travel
    share = body_travel / both if both > 0 else 0.5
    return {"body_travel": body_travel, "hangs": min(1.0, share + away)}


def rough_body_length(track: LandmarkTrack) -> float:
    """Return the body's length in the landmarks' unit, hidden landmarks taken as guessed; NaN if never seen.

    It need only be about right, and from the side, where one shoulder and hip are hidden, there is no other; where
    what is hidden must not count, it is `core.signals.body_length`.
    """
    lengths = np.linalg.norm((midpoint(track.xyz, "shoulder") - midpoint(track.xyz, "hip"))[:, :2], axis=1)
    return BODY_TORSOS * _median(lengths[lengths > 0])


def _widest_side(track: LandmarkTrack, angles: dict[str, Floats], joint: str) -> Measure:
    """Return the range of the side that moves more: limbs may alternate."""
    sides = _seen_sides(track, {side: list(joint_indices(joint, side)) for side in SIDES})

    def measure(window: NDArray[np.int64]) -> float:
        ranges = [_range(angles[f"{side}_{joint}"])(window) for side in sides]
        return max((value for value in ranges if np.isfinite(value)), default=_NAN)

    return measure


def _sees_feet(track: LandmarkTrack) -> bool:
    """Tell if at least one foot is in the picture; the model invents the rest."""
    return max(_median(track.visibility[:, INDEX[f"{side}_ankle"]]) for side in SIDES) >= VISIBILITY_GATE


def _seen_sides(track: LandmarkTrack, points: dict[str, list[int]]) -> list[str]:
    """Return the sides rather seen than hidden; the better one if neither is."""
    visibility = {side: _median(track.visibility[:, indices].min(axis=1)) for side, indices in points.items()}
    seen = [side for side in SIDES if visibility[side] >= SEEN_MIN]
    return seen or [max(SIDES, key=lambda side: np.nan_to_num(visibility[side]))]


def _over_reps(windows: list[NDArray[np.int64]], measure: Measure) -> float:
    return _median(np.array([measure(window) for window in windows]))


def _low(values: Floats) -> Measure:
    return lambda window: _percentile(values[window], 5)


def _high(values: Floats) -> Measure:
    return lambda window: _percentile(values[window], 95)


def _range(values: Floats) -> Measure:
    return lambda window: _percentile(values[window], 95) - _percentile(values[window], 5)


def _where_highest(height: Floats, values: Floats) -> Measure:
    """Return the value where `height` is in its upper tenth."""

    def measure(window: NDArray[np.int64]) -> float:
        return _median(values[window][height[window] >= _percentile(height[window], 90)])

    return measure


def _percentile(values: Floats, share: float) -> float:
    """Return a percentile of the known values; NaN for fewer than four."""
    known = np.sort(values[np.isfinite(values)])
    if len(known) < _MIN_SAMPLES:
        return _NAN
    return float(np.interp(share / 100 * (len(known) - 1), np.arange(len(known)), known))  # as np.percentile, sooner


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else _NAN
