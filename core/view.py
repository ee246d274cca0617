"""Where the camera stands around the body: side, oblique, front, back or above; upright or lying.

The axis from the body's right to its left tells it: across the picture from the front, along the line
of sight from the side. It is taken from the model's world landmarks, or else from how wide shoulders
and hips look beside the trunk's length.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import midpoint, right_to_left
from core.landmarks import INDEX, LandmarkTrack

Floats = NDArray[np.float64]

SIDE_FROM_DEG = 66.0
"""Turned away from front or back by this or more is a side view: mannequin clips at 60° are estimated at up to 65°, but
one push-up at 68°; real clips filmed from the side at 69° or more."""
FACING_UP_TO_DEG = 24.0
"""Turned by this or less is a front or back view: mannequin clips at 30° are estimated at 18-41°, from the front at up
to 5°."""
UPRIGHT_DEPTH = 1.25
"""The model flattens those who stand: world depths of the axis times this give the mannequin's yaw (else 52 for 60)."""
AGREES_DEG = 30.0
"""A sample agrees with the clip's view if its own axis lies within this of the clip's."""
WIDTH_RATIOS = (0.03, 0.40, 0.53, 0.63, 0.72)
"""Shoulder width over trunk length of the mannequin at each of `WIDTH_TURNS_DEG`."""
WIDTH_TURNS_DEG = (90.0, 60.0, 45.0, 30.0, 0.0)
WIDTH_CONFIDENCE = 0.6
"""Widths are up to 34° off where shoulders are drawn up, as in a press, and depend on the build."""
LYING_LEAN_DEG = 55.0
SITTING_LEAN_DEG = 30.0
"""Trunk from upright when lying (push-up 70-90, bench 65) and, with the hips down, in a sit-up (median 45-55)."""
BENCH_STANCE, FLOOR_STANCE = 1.0, 0.6
"""Hips over ankles in trunk lengths: standing 1.6, bent over 1.4, deep squat 0.8; bench press up to 0.9, floor 0.3."""
ABOVE_FROM_DEG, ABOVE_TRUNK_DEG, ABOVE_STANCE = 38.0, 20.0, 0.42
"""Tilt towards the camera of body and trunk when one stands below it (body 45-80 from 50-75° above, 33 from 30° above;
trunk less from behind), and hips over ankles in the picture in trunk lengths (0.5-1): a push-up towards the camera has
the tilt only, a bow the trunk's only."""
WORDS = {
    "side_left": "from the left side",
    "side_right": "from the right side",
    "front": "from the front",
    "back": "from behind",
    "above": "from above",
}


@dataclass(frozen=True)
class View:
    """The camera's view of the body, one for the whole clip.

    Attributes
    ----------
    name
        ``side_left`` (the person's left faces the camera), ``side_right``, ``oblique``, ``front``,
        ``back``, ``above`` or ``unknown``.
    yaw_deg
        Of the body about its own long axis, (-180, 180]: 0 front, 90 its left side towards the camera,
        180 back; NaN if unknown.
    posture
        ``upright``, ``lying``, or ``unknown`` where the trunk leans and the feet that would tell are not known.
    confidence
        0-1: share of the samples that agree, less where only widths could be compared.
    words
        For the trainer.
    left_xyz
        Unit vector from the body's right to its left: x right, y down, z away from the camera; NaN if unknown.
    """

    name: str
    yaw_deg: float
    posture: str
    confidence: float
    words: str
    left_xyz: tuple[float, float, float] = (float("nan"),) * 3

    @property
    def turn_deg(self) -> float:
        """How far from facing the camera or turning the back on it: 0 front or back, 90 side; NaN if unknown."""
        return 90.0 - abs(90.0 - abs(self.yaw_deg))

    @property
    def place(self) -> str:
        """The name, but ``oblique_back`` for an oblique view from behind; how far, tells `turn_deg`."""
        return "oblique_back" if self.name == "oblique" and abs(self.yaw_deg) > 90 else self.name

    @property
    def near_side(self) -> str | None:
        """The side nearer to the camera, ``left`` or ``right``; None from front, back, above or unknown."""
        if self.name not in ("side_left", "side_right", "oblique"):
            return None
        return "left" if self.yaw_deg > 0 else "right"


def estimate_view(track: LandmarkTrack) -> View:
    """Estimate from where the body is seen over a clip.

    Parameters
    ----------
    track
        ``n`` samples; NaN rows and missing world landmarks are allowed, and so is an empty track.

    Notes
    -----
    The axis is the geometric median over the samples: up to half of them may show a walk-in, or be
    mistaken by the model, without moving it much. Turning the picture turns axis and trunk alike and
    changes nothing but the posture. 79 mannequin clips are met within 4° on average, 13° at most (a press
    at 60°). A body lying along the picture's height, filmed from straight above, looks like one standing: it is
    called front or back.
    """
    has_world = bool(np.isfinite(track.world).all(axis=2).any())
    points = track.world if has_world else track.xyz[:, :, :2]
    body = points[_seen(points)]
    axis, agreement = _axis_from_world(body) if has_world else _axis_from_widths(track)
    is_above = has_world and _stands_below(body)
    posture = "upright" if is_above else _posture(body)
    if not np.isfinite(axis).all():
        return View("unknown", float("nan"), posture, 0.0, "The view of the camera could not be told.")
    yaw_deg = _yaw_deg(axis, body, depth=UPRIGHT_DEPTH if has_world and posture == "upright" else 1.0)
    name = _name(yaw_deg)
    if is_above or (posture != "upright" and has_world and name in ("front", "back") and _is_level(body)):
        name = "above"
    x, y, z = (float(value) for value in axis)
    return View(name, yaw_deg, posture, agreement, _words(name, yaw_deg, posture), (x, y, z))


def geometric_median(vectors: Floats) -> Floats:
    """Return the point ``(k,)`` with the least sum of distances to ``(n, k)`` finite points, n >= 1.

    References
    ----------
    Weiszfeld's iteration; Vardi and Zhang, PNAS 97:1423 (2000).
    """
    middle = vectors.mean(axis=0)
    for _ in range(50):
        weights = 1.0 / np.maximum(np.linalg.norm(vectors - middle, axis=1), 1e-6)
        middle = (weights[:, None] * vectors).sum(axis=0) / weights.sum()
    return np.asarray(middle)


def _seen(points: Floats) -> NDArray[np.bool_]:
    """Return which samples have both shoulders and hips."""
    trunk = [INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("shoulder", "hip")]
    return np.asarray(np.isfinite(points[:, trunk]).all(axis=(1, 2)))


def _trunk(points: Floats) -> Floats:
    """Return ``(n, k)`` from the middle of the hips to the middle of the shoulders."""
    return midpoint(points, "shoulder") - midpoint(points, "hip")


def _unit(vectors: Floats) -> Floats:
    """Return the vectors of length above 0 scaled to 1."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray((vectors / np.where(length > 0, length, np.nan))[length[:, 0] > 0])


def _axis_from_world(body: Floats) -> tuple[Floats, float]:
    """Return the axis ``(3,)`` and the share of samples that agree with it."""
    axes = _unit(right_to_left(body))
    if not len(axes):
        return np.full(3, np.nan), 0.0
    axis = geometric_median(axes)
    length = np.linalg.norm(axis)
    if length < 1e-3:
        return np.full(3, np.nan), 0.0
    axis = axis / length
    return axis, float((axes @ axis >= np.cos(np.radians(AGREES_DEG))).mean())


def _axis_from_widths(track: LandmarkTrack) -> tuple[Floats, float]:
    """Return the axis and a confidence from widths beside the trunk's length; ``(3,)`` NaN if not seen."""
    xy = track.xyz[:, :, :2][_seen(track.xyz[:, :, :2])]
    trunk_px = np.percentile(np.linalg.norm(_trunk(xy), axis=1), 90) if len(xy) else 0.0
    if trunk_px <= 0:
        return np.full(3, np.nan), 0.0
    shoulders = xy[:, INDEX["left_shoulder"]] - xy[:, INDEX["right_shoulder"]]
    ratio = float(np.median(np.linalg.norm(shoulders, axis=1)) / trunk_px)
    turn = np.radians(np.interp(ratio, WIDTH_RATIOS, WIDTH_TURNS_DEG))
    across = geometric_median(right_to_left(xy))
    across = across / max(float(np.linalg.norm(across)), 1e-9)
    nearer = 1.0 if _left_is_nearer(track, xy) else -1.0
    return np.array([*(np.cos(turn) * across), -np.sin(turn) * nearer]), WIDTH_CONFIDENCE


def _left_is_nearer(track: LandmarkTrack, xy: Floats) -> bool:
    """Tell by which side is seen better, or else by which way the nose points in a side view."""
    limbs = ("elbow", "wrist", "knee", "ankle")
    left, right = (
        np.nan_to_num(track.visibility[:, [INDEX[f"{side}_{name}"] for name in limbs]]).mean()
        for side in ("left", "right")
    )
    if abs(left - right) > 0.05:
        return bool(left > right)
    nose = xy[:, INDEX["nose"]] - midpoint(xy, "ear")
    trunk = _trunk(xy)
    # a left side towards the camera means a face to the left of the way from hips to head
    return (
        bool(np.nanmedian(trunk[:, 0] * nose[:, 1] - trunk[:, 1] * nose[:, 0]) < 0) if np.isfinite(nose).any() else True
    )


def _yaw_deg(axis: Floats, body: Floats, *, depth: float) -> float:
    """Return the yaw; which way the head points in the picture tells front from back."""
    up = _trunk(body)[:, :2].mean(axis=0)
    faces = axis[0] * -up[1] + axis[1] * up[0] >= 0
    across = float(np.hypot(axis[0], axis[1]))
    return float(np.degrees(np.arctan2(-axis[2] * depth, across if faces else -across)))


def _name(yaw_deg: float) -> str:
    turn_deg = 90.0 - abs(90.0 - abs(yaw_deg))
    if turn_deg >= SIDE_FROM_DEG:
        return "side_left" if yaw_deg > 0 else "side_right"
    if turn_deg <= FACING_UP_TO_DEG:
        return "front" if abs(yaw_deg) < 90 else "back"
    return "oblique"


def _posture(body: Floats) -> str:
    """Tell lying from upright by the trunk's lean and the hips' height over the ankles; a little lean needs no feet."""
    trunk, stance = _trunk(body), _stance(body)
    level = np.linalg.norm(np.delete(trunk, 1, axis=1), axis=1)
    lean = float(np.median(np.degrees(np.arctan2(level, -trunk[:, 1])))) if len(body) else float("nan")
    if lean <= SITTING_LEAN_DEG:
        return "upright"
    if not np.isfinite([lean, stance]).all():
        return "unknown"
    return "lying" if stance < FLOOR_STANCE or (lean > LYING_LEAN_DEG and stance < BENCH_STANCE) else "upright"


def _stands_below(body: Floats) -> bool:
    """Tell whether the camera looks down on a standing body: trunk and legs both tilt towards it."""
    whole = midpoint(body, "shoulder") - midpoint(body, "ankle")
    body_deg, trunk_deg = (_tilt_deg(vectors) for vectors in (whole, _trunk(body)))
    is_tilted = body_deg > ABOVE_FROM_DEG and trunk_deg > ABOVE_TRUNK_DEG
    return is_tilted and _stance(body) > ABOVE_STANCE


def _stance(body: Floats) -> float:
    """Return the median height of the hips over the ankles in trunk lengths; NaN if unknown."""
    height = midpoint(body, "ankle")[:, 1] - midpoint(body, "hip")[:, 1]
    if not np.isfinite(height).any():
        return float("nan")
    length = float(np.percentile(np.linalg.norm(_trunk(body), axis=1), 90))
    return float(np.nanmedian(height)) / length if length > 0 else float("nan")


def _is_level(body: Floats) -> bool:
    """Tell whether the trunk lies across the line of sight."""
    return abs(_tilt_deg(_trunk(body))) < ABOVE_FROM_DEG


def _tilt_deg(vectors: Floats) -> float:
    """Return the median tilt of ``(n, 3)`` vectors out of the picture towards the camera, [-90, 90]; NaN if unknown."""
    x, y, z = vectors[np.isfinite(vectors).all(axis=1)].T
    return float(np.median(np.degrees(np.arctan2(-z, np.hypot(x, y))))) if len(x) else float("nan")


def say_place(place: str, *, turn_deg: float) -> str:
    """Return from where a set was filmed, by `place` and `turn_deg` of its view: "from the front"; empty if unknown."""
    if place in ("oblique", "oblique_back"):
        return f"at about {turn_deg:.0f}° off the {'front' if place == 'oblique' else 'back'}"
    return WORDS.get(place, "")


def _words(name: str, yaw_deg: float, posture: str) -> str:
    lying = ", lying" if posture == "lying" else ""
    if name != "oblique":
        return f"Seen {WORDS[name]}{lying}."
    ahead = "front" if abs(yaw_deg) < 90 else "back"
    side = "left" if yaw_deg > 0 else "right"
    turn_deg = 90.0 - abs(90.0 - abs(yaw_deg))
    return f"Seen at an angle, from {ahead} and {side} (about {turn_deg:.0f}° off the {ahead}){lying}."
