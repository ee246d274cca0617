"""What is measured for each kind of fault, on one rep of a set."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.landmarks import INDEX, SIDES, LandmarkTrack
from core.metrics import RepMetrics, SetMetrics

Floats = NDArray[np.float64]

SEEN_MIN = 0.5
"""Least visibility of a landmark a cue rests on."""
USUAL_MIN_REPS = 3
"""Reps it takes to call a range usual."""


@dataclass(frozen=True)
class Scene:
    """What every measure reads.

    Attributes
    ----------
    track, angles, metrics
        Of the whole set.
    points
        ``(n, 33, 2)`` image landmarks, the median of three samples; NaN where not seen well.
    near
        The side the camera sees, in a profile view; of no meaning in others.
    """

    track: LandmarkTrack
    angles: dict[str, Floats]
    metrics: SetMetrics
    points: Floats
    near: str

    def window(self, rep: RepMetrics) -> NDArray[np.int64]:
        """Return the samples of a rep."""
        return np.flatnonzero((self.track.time_s >= rep.start_s) & (self.track.time_s <= rep.end_s))

    def low_window(self, rep: RepMetrics) -> NDArray[np.int64]:
        """Return the samples with the rep's own low: before the turn if it rises first."""
        return self._half(rep, only=self.metrics.eccentric_first is False)

    def high_window(self, rep: RepMetrics) -> NDArray[np.int64]:
        """Return those with its own high: before the turn if it sinks first."""
        return self._half(rep, only=self.metrics.eccentric_first is True)

    def _half(self, rep: RepMetrics, *, only: bool) -> NDArray[np.int64]:
        window = self.window(rep)
        before_turn = window[self.track.time_s[window] <= rep.turn_s]
        return before_turn if only and len(before_turn) else window

    def middle(self, name: str, at: int) -> Floats:
        """Return the point between the left and the right landmark."""
        return 0.5 * (self.point(f"left_{name}", at) + self.point(f"right_{name}", at))

    def point(self, name: str, at: int) -> Floats:
        """Return ``(2,)`` a landmark at sample `at`; NaN if not seen."""
        return np.asarray(self.points[at, INDEX[name]])

    def near_point(self, name: str, at: int) -> Floats:
        """Return a landmark of the near side."""
        return self.point(f"{self.near}_{name}", at)


Finding = tuple[int, float]
"""Sample number and value; a NaN value means it cannot be measured."""
Measure = Callable[[Scene, RepMetrics], Finding]


def steady_points(track: LandmarkTrack) -> Floats:
    """Return ``(n, 33, 2)`` medians of three: no cue rests on a single frame."""
    seen = np.where((track.visibility >= SEEN_MIN)[:, :, None], track.xyz[:, :, :2], np.nan)
    before, after = seen[[0, *range(len(seen) - 1)]], seen[[*range(1, len(seen)), -1]]
    steady = np.median([before, seen, after], axis=0)
    return np.where(np.isfinite(steady), steady, seen)


def _lowest(scene: Scene, rep: RepMetrics, name: str) -> int:
    """Return the sample at which a landmark (mean of both sides) is lowest."""
    return _farthest_down(scene.low_window(rep), scene.track.xyz[:, :, 1], name)


def _highest(scene: Scene, rep: RepMetrics, name: str) -> int:
    """Return the sample at which it is highest."""
    return _farthest_down(scene.high_window(rep), -scene.track.xyz[:, :, 1], name)


def _farthest_down(window: NDArray[np.int64], down: Floats, name: str) -> int:
    place = down[window][:, [INDEX[f"left_{name}"], INDEX[f"right_{name}"]]].mean(axis=1)
    return int(window[np.nanargmax(place)]) if np.isfinite(place).any() else int(window[0])


def _thigh_above_parallel(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the thigh stops above the horizontal at the deepest, degrees; where both are seen, the lower one.

    Seen from a little above or in front, the two differ by up to 29 degrees: one of them alone is the camera's doing.
    """
    at = _lowest(scene, rep, "hip")
    thighs = [scene.point(f"{side}_hip", at) - scene.point(f"{side}_knee", at) for side in SIDES]
    above_deg = {side: np.degrees(np.arctan2(-y, abs(x))) for side, (x, y) in zip(SIDES, thighs, strict=True)}
    return at, float(above_deg[scene.near] if np.isnan(above_deg[scene.near]) else np.nanmin(list(above_deg.values())))


def _knee_past_toes(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the knee is ahead of the toes at the deepest, percent of the shank."""
    at = _lowest(scene, rep, "hip")
    knee, ankle, toes, heel = (scene.near_point(name, at) for name in ("knee", "ankle", "foot_index", "heel"))
    forward = np.sign(toes[0] - heel[0])
    return at, float(100 * forward * (knee[0] - toes[0]) / np.linalg.norm(knee - ankle))


def _trunk_past_shin(scene: Scene, rep: RepMetrics) -> Finding:
    """How much more the trunk leans than the shin at the deepest, degrees."""
    at = _lowest(scene, rep, "hip")
    trunk = scene.near_point("shoulder", at) - scene.near_point("hip", at)
    shin = scene.near_point("knee", at) - scene.near_point("ankle", at)
    return at, abs(_lean(trunk)) - abs(_lean(shin))


def _trunk_lean(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the trunk leans at the deepest, degrees."""
    at = _lowest(scene, rep, "hip")
    return at, abs(_lean(scene.near_point("shoulder", at) - scene.near_point("hip", at)))


def _lean(upward: Floats) -> float:
    """Return the angle of a segment from the vertical, degrees, right positive."""
    return float(np.degrees(np.arctan2(upward[0], -upward[1])))


def _knees_inward(scene: Scene, rep: RepMetrics) -> Finding:
    """How much closer together the knees are than the ankles at the deepest, percent."""
    at = _lowest(scene, rep, "hip")
    knees = abs(scene.point("left_knee", at)[0] - scene.point("right_knee", at)[0])
    ankles = abs(scene.point("left_ankle", at)[0] - scene.point("right_ankle", at)[0])
    hips = abs(scene.point("left_hip", at)[0] - scene.point("right_hip", at)[0])
    return at, float(100 * (1 - knees / ankles)) if ankles > 0.5 * hips else float("nan")


def _hip_line(scene: Scene, at: int) -> float:
    """Return how far the hip hangs off the line shoulder to ankle, degrees.

    Positive towards the floor, negative above the line.
    """
    shoulder, hip, ankle = (scene.near_point(name, at) for name in ("shoulder", "hip", "ankle"))
    upper, lower = hip - shoulder, ankle - hip
    cross = upper[0] * lower[1] - upper[1] * lower[0]
    bend = np.degrees(np.arctan2(cross, (upper * lower).sum()))
    return float(-bend * np.sign(ankle[0] - shoulder[0]))


def _hips_sag(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the hips hang below the line, degrees."""
    return _worst(scene, rep, lambda at: _hip_line(scene, at))


def _hips_high(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the hips stand above the line, degrees."""
    return _worst(scene, rep, lambda at: -_hip_line(scene, at))


def _worst(scene: Scene, rep: RepMetrics, measure: Callable[[int], float]) -> Finding:
    """Return the upper tenth of a measure, and when: one bad frame is no fault."""
    window = scene.window(rep)
    values = np.array([measure(int(at)) for at in window])
    if not np.isfinite(values).any():
        return int(window[0]), float("nan")
    value = float(np.nanpercentile(values, 90))
    return int(window[np.nanargmin(np.abs(values - value))]), value


def _elbow_short(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the elbow stays short of a right angle at the lowest, degrees."""
    at, flexion_deg = _largest(scene.low_window(rep), scene.angles[f"{scene.near}_elbow"])
    return at, 90.0 - flexion_deg


def _upper_arm_swing(scene: Scene, rep: RepMetrics) -> Finding:
    """Through how many degrees the upper arm swings."""
    shoulder = scene.angles[f"{scene.near}_shoulder"]
    at, high = _largest(scene.window(rep), shoulder)
    _, low = _largest(scene.window(rep), -shoulder)
    return at, high + low


def _trunk_swing(scene: Scene, rep: RepMetrics) -> Finding:
    """Through how many degrees the trunk swings, backward lean included."""
    window = scene.window(rep)
    leans = np.array([_lean(scene.near_point("shoulder", int(at)) - scene.near_point("hip", int(at))) for at in window])
    if not np.isfinite(leans).any():
        return int(window[0]), float("nan")
    low, high = np.nanpercentile(leans, [5, 95])
    return int(window[np.nanargmax(np.abs(leans - np.nanmedian(leans)))]), float(high - low)


def _hands_uneven(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the line of the hands tilts against that of the hips, degrees."""
    at = _highest(scene, rep, "wrist")
    hands, hips = (
        _tilt(scene.point(f"left_{name}", at) - scene.point(f"right_{name}", at)) for name in ("wrist", "hip")
    )
    return at, abs(hands - hips)


def _tilt(across: Floats) -> float:
    """Return the angle of a line from the horizontal in degrees, (-90, 90]."""
    return float(np.degrees(np.arctan(across[1] / across[0]))) if across[0] != 0 else 90.0


def _chin_below_hands(scene: Scene, rep: RepMetrics) -> Finding:
    """How far the mouth stays below the wrists at the highest, percent of the trunk.

    The bar lies above the wrists and the chin below the mouth, so who passes has the chin under the bar.
    """
    at = _highest(scene, rep, "shoulder")
    mouth = 0.5 * (scene.point("mouth_left", at) + scene.point("mouth_right", at))
    trunk = scene.middle("shoulder", at) - scene.middle("hip", at)
    return at, float(100 * (mouth[1] - scene.middle("wrist", at)[1]) / np.linalg.norm(trunk))


def _arms_bent_low(scene: Scene, rep: RepMetrics) -> Finding:
    """By how many degrees the straighter elbow stays bent at the low end."""
    return _arms_bent(scene, scene.low_window(rep))


def _arms_bent_high(scene: Scene, rep: RepMetrics) -> Finding:
    """By how many degrees the straighter elbow stays bent at the high end."""
    return _arms_bent(scene, scene.high_window(rep))


def _arms_bent(scene: Scene, window: NDArray[np.int64]) -> Finding:
    straighter = np.fmin(scene.angles["left_elbow"], scene.angles["right_elbow"])
    at, straightness = _largest(window, -straighter)
    return at, -straightness


def _range_short(scene: Scene, rep: RepMetrics) -> Finding:
    """By how many percent the range stays under the median of the whole reps."""
    at = int(np.argmin(np.abs(scene.track.time_s - rep.turn_s)))
    ranges = [one.rom_deg for one in scene.metrics.reps if not one.is_partial and np.isfinite(one.rom_deg)]
    return at, 100 * (1 - rep.rom_deg / float(np.median(ranges))) if len(ranges) >= USUAL_MIN_REPS else float("nan")


def _largest(window: NDArray[np.int64], values: Floats) -> Finding:
    """Return the sample and the value of the largest; NaN where none is known."""
    if not np.isfinite(values[window]).any():
        return int(window[0]), float("nan")
    at = int(window[np.nanargmax(values[window])])
    return at, float(values[at])


MEASURES: dict[str, Measure] = {
    "squat_depth": _thigh_above_parallel,
    "knee_past_toes": _knee_past_toes,
    "trunk_past_shin": _trunk_past_shin,
    "knees_inward": _knees_inward,
    "lunge_lean": _trunk_lean,
    "hips_sag": _hips_sag,
    "hips_high": _hips_high,
    "push_up_depth": _elbow_short,
    "upper_arm_swing": _upper_arm_swing,
    "trunk_swing": _trunk_swing,
    "hands_uneven": _hands_uneven,
    "lockout": _arms_bent_high,
    "dead_hang": _arms_bent_low,
    "chin_below_hands": _chin_below_hands,
    "range_short": _range_short,
}
"""What measures each kind of cue; larger is worse."""
