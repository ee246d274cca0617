"""The body around a skeleton: tapered capsules with radii, colours and flattening.

Radii are metres for the average build (girth / 2π of the ANSUR II medians named in `body`), the
positions anatomical: the calf hangs behind the shank's axis, the kneecap lies in front of the knee,
the joint centres stay inside the flesh where a person's are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.mannequin.body import Build
from core.mannequin.skeleton import SIDE_SIGN, Array, Skeleton, trunk_axes, unit

Colour = tuple[int, int, int]
Axes = tuple[Array, Array, Array]


@dataclass(frozen=True)
class Outfit:
    """Colours of one figure, RGB."""

    skin: Colour = (214, 164, 132)
    hair: Colour = (58, 42, 34)
    shirt: Colour = (44, 122, 128)
    shorts: Colour = (48, 52, 66)
    socks: Colour = (232, 232, 228)
    shoes: Colour = (226, 92, 62)
    soles: Colour = (240, 238, 232)
    eyes: Colour = (38, 32, 30)
    lips: Colour = (172, 98, 88)


@dataclass(frozen=True)
class Part:
    """A capsule over time: two spheres and everything between them.

    Attributes
    ----------
    start, end
        ``(n, 3)`` centres in metres.
    radii_m
        Radius at either centre.
    flat_axis, flatness
        ``(n, 3)`` direction in which the capsule is squashed to ``flatness`` of its thickness, or
        None for a round one.
    """

    start: Array
    end: Array
    radii_m: tuple[float, float]
    colour: Colour
    flat_axis: Array | None = None
    flatness: float = 1.0


def build_parts(skeleton: Skeleton, build: Build, *, outfit: Outfit | None = None) -> list[Part]:
    """Return the parts of a dressed figure around a skeleton of ``n`` frames."""
    colours = outfit or Outfit()
    parts = [*_trunk(skeleton, build, colours), *_head(skeleton, build, colours)]
    for side in SIDE_SIGN:
        parts += _leg(skeleton, side, build, colours) + _arm(skeleton, side, build, colours)
    return parts


def _between(start: Array, end: Array, fraction: float) -> Array:
    return start + fraction * (end - start)


def _trunk(skeleton: Skeleton, build: Build, outfit: Outfit) -> list[Part]:
    forward, left, up = trunk_axes(skeleton)
    pelvis, neck, girth = skeleton["pelvis"], skeleton["neck"], build.trunk_girth
    height = np.linalg.norm(neck - pelvis, axis=-1, keepdims=True)

    def at(ahead: float, aside: float, above: float) -> Array:
        place: Array = pelvis + ahead * girth * forward + aside * left + above * height * up
        return place

    def oval(start: Array, end: Array, radii: tuple[float, float], colour: Colour, flatness: float) -> Part:
        return Part(start, end, (radii[0] * girth, radii[1] * girth), colour, forward, flatness)

    hip = 0.048 * build.stature_m
    parts = [
        oval(at(-0.002, -hip, 0.03), at(-0.002, hip, 0.03), (0.088, 0.088), outfit.shorts, 0.98),
        oval(at(-0.030, -hip, -0.03), at(-0.030, hip, -0.03), (0.086, 0.086), outfit.shorts, 0.95),
        oval(at(0.0, 0.0, 0.12), at(0.0, 0.0, 0.34), (0.150, 0.142), outfit.shorts, 0.74),
        oval(at(0.002, 0.0, 0.24), at(0.002, 0.0, 0.50), (0.152, 0.145), outfit.shirt, 0.75),
        oval(at(0.002, 0.0, 0.50), at(0.002, 0.0, 0.76), (0.145, 0.163), outfit.shirt, 0.72),
        oval(at(0.004, -0.050, 0.79), at(0.004, 0.050, 0.79), (0.110, 0.110), outfit.shirt, 0.97),
        oval(at(-0.006, -0.092, 0.91), at(-0.006, 0.092, 0.91), (0.080, 0.080), outfit.shirt, 0.94),
    ]
    for side in SIDE_SIGN:
        shoulder = skeleton[f"{side}_shoulder"] - 0.012 * up - 0.012 * SIDE_SIGN[side] * left
        parts.append(Part(neck + 0.040 * up - 0.016 * forward, shoulder, (0.046, 0.060), outfit.shirt))
    return parts


def _leg(skeleton: Skeleton, side: str, build: Build, outfit: Outfit) -> list[Part]:
    hip, knee, ankle = (skeleton[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
    heel, toe = skeleton[f"{side}_heel"], skeleton[f"{side}_toe"]
    girth, outward = build.limb_girth, SIDE_SIGN[side] * trunk_axes(skeleton)[1]
    sole = unit(toe - heel)
    shank_up = unit(knee - ankle)
    front = sole - np.sum(sole * shank_up, axis=-1, keepdims=True) * shank_up
    root = hip + 0.016 * outward - 0.02 * shank_up
    calf = _between(knee, ankle, 0.32) - 0.016 * front

    def limb(start: Array, end: Array, radii: tuple[float, float], colour: Colour) -> Part:
        return Part(start, end, (radii[0] * girth, radii[1] * girth), colour)

    return [
        limb(root, knee, (0.082, 0.056), outfit.skin),
        limb(root, _between(root, knee, 0.58), (0.097, 0.081), outfit.shorts),
        limb(knee + 0.010 * front, knee + 0.012 * front - 0.02 * shank_up, (0.050, 0.047), outfit.skin),
        limb(knee - 0.006 * front, calf, (0.049, 0.054), outfit.skin),
        limb(calf, _between(knee, ankle, 0.94), (0.054, 0.034), outfit.skin),
        limb(_between(knee, ankle, 0.80), ankle, (0.040, 0.040), outfit.socks),
        *_shoe(ankle, heel, toe, outfit),
    ]


def _shoe(ankle: Array, heel: Array, toe: Array, outfit: Outfit) -> list[Part]:
    along = unit(toe - heel)
    up = ankle - heel
    up = unit(up - np.sum(up * along, axis=-1, keepdims=True) * along)
    back, front = heel + 0.040 * along, toe - 0.035 * along
    ball = _between(back, front, 0.72)
    return [
        Part(back + 0.004 * up, ball + 0.002 * up, (0.039, 0.047), outfit.soles, up, 0.46),
        Part(ball + 0.002 * up, front + 0.002 * up, (0.047, 0.040), outfit.soles, up, 0.46),
        Part(back + 0.028 * up, ball + 0.020 * up, (0.037, 0.042), outfit.shoes, up, 0.80),
        Part(ball + 0.020 * up, front + 0.014 * up, (0.042, 0.035), outfit.shoes, up, 0.72),
        Part(ankle - 0.008 * up, _between(back, ball, 0.80) + 0.030 * up, (0.043, 0.034), outfit.shoes),
    ]


def _arm(skeleton: Skeleton, side: str, build: Build, outfit: Outfit) -> list[Part]:
    shoulder, elbow, wrist, hand = (skeleton[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist", "hand"))
    girth = build.limb_girth
    along = unit(hand - wrist)
    thumb_side = _thumb_direction(skeleton, side, along)
    palm = np.cross(along, thumb_side)
    knuckles, tips = _between(wrist, hand, 0.52), _between(wrist, hand, 0.90)
    parts = [
        Part(shoulder, elbow, (0.048 * girth, 0.040 * girth), outfit.skin),
        Part(shoulder, _between(shoulder, elbow, 0.50), (0.056 * girth, 0.053 * girth), outfit.shirt),
        Part(elbow, _between(elbow, wrist, 0.28), (0.039 * girth, 0.042 * girth), outfit.skin),
        Part(_between(elbow, wrist, 0.28), wrist, (0.042 * girth, 0.028 * girth), outfit.skin),
        Part(_between(wrist, hand, 0.08), knuckles, (0.032, 0.042), outfit.skin, palm, 0.55),
        Part(
            _between(wrist, hand, 0.15) + 0.022 * thumb_side, knuckles + 0.052 * thumb_side, (0.015, 0.012), outfit.skin
        ),
    ]
    for aside in (-0.027, -0.009, 0.009, 0.027):
        tip = tips + 0.8 * aside * thumb_side - abs(aside) * 0.5 * along
        parts.append(Part(knuckles + aside * thumb_side, tip, (0.0115, 0.0095), outfit.skin))
    return parts


def _thumb_direction(skeleton: Skeleton, side: str, along: Array) -> Array:
    """Point the thumb forward when the arm hangs: between the trunk's front and its midline."""
    forward, left, up = trunk_axes(skeleton)
    wanted = forward + 0.25 * up - 0.15 * SIDE_SIGN[side] * left
    across: Array = wanted - np.sum(wanted * along, axis=-1, keepdims=True) * along
    return unit(across + 1e-6 * left)


def _head(skeleton: Skeleton, build: Build, outfit: Outfit) -> list[Part]:
    """Model a head of 23 cm: skull, jaw, hair, and the features a face detector looks for."""
    at = head_frame(skeleton)
    left = at(0.0, 1.0, 0.0) - at(0.0, 0.0, 0.0)
    neck = skeleton["neck"]
    parts = [
        Part(neck, at(-0.016, 0.0, -0.050), (0.058 * build.limb_girth, 0.056), outfit.skin),
        Part(at(-0.016, 0.0, 0.014), at(0.006, 0.0, 0.012), (0.090, 0.088), outfit.skin, left, 0.86),
        Part(at(0.016, 0.0, 0.022), at(0.046, 0.0, -0.080), (0.079, 0.045), outfit.skin, left, 0.96),
        Part(at(-0.024, 0.0, 0.034), at(-0.010, 0.0, 0.048), (0.092, 0.088), outfit.hair, left, 0.88),
        Part(at(-0.040, 0.0, 0.012), at(-0.046, 0.0, -0.034), (0.072, 0.056), outfit.hair, left, 0.98),
        Part(at(0.094, 0.0, 0.004), at(0.106, 0.0, -0.026), (0.0095, 0.0145), outfit.skin),
        Part(at(0.086, 0.020, -0.061), at(0.086, -0.020, -0.061), (0.0075, 0.0075), outfit.lips),
    ]
    for sign in (1.0, -1.0):
        parts += [
            Part(at(-0.006, 0.079 * sign, 0.008), at(-0.010, 0.079 * sign, -0.026), (0.019, 0.014), outfit.skin),
            Part(at(0.076, 0.033 * sign, 0.006), at(0.077, 0.033 * sign, 0.006), (0.0135, 0.0135), (244, 242, 238)),
            Part(at(0.0835, 0.033 * sign, 0.006), at(0.0845, 0.033 * sign, 0.006), (0.0078, 0.0078), outfit.eyes),
            Part(at(0.089, 0.018 * sign, 0.027), at(0.083, 0.048 * sign, 0.027), (0.0055, 0.0045), outfit.hair),
        ]
    return parts


class _HeadFrame:
    """Positions in the head: metres ahead, to the left and above its centre."""

    def __init__(self, centre: Array, axes: Axes) -> None:
        self._centre, self._axes = centre, axes

    def __call__(self, ahead: float, aside: float, above: float) -> NDArray[np.float64]:
        forward, left, up = self._axes
        return self._centre + ahead * forward + aside * left + above * up


def head_frame(skeleton: Skeleton) -> _HeadFrame:
    """Return the function that places a point in the head."""
    centre = skeleton["head"]
    up, forward = unit(skeleton["crown"] - centre), unit(skeleton["nose"] - centre)
    return _HeadFrame(centre, (forward, np.cross(up, forward), up))


def face_points(skeleton: Skeleton) -> dict[str, Array]:
    """Return the positions of the face's landmarks, by their BlazePose names."""
    at = head_frame(skeleton)
    points = {"nose": at(0.118, 0.0, -0.024)}
    for side, sign in SIDE_SIGN.items():
        points |= {
            f"{side}_eye_inner": at(0.088, 0.018 * sign, 0.006),
            f"{side}_eye": at(0.090, 0.033 * sign, 0.006),
            f"{side}_eye_outer": at(0.080, 0.048 * sign, 0.006),
            f"{side}_ear": at(-0.008, 0.082 * sign, -0.005),
            f"mouth_{side}": at(0.086, 0.024 * sign, -0.061),
        }
    return points


def hand_points(skeleton: Skeleton, side: str) -> dict[str, Array]:
    """Return the positions of a hand's landmarks: knuckles of little and index finger, tip of thumb."""
    wrist, hand = skeleton[f"{side}_wrist"], skeleton[f"{side}_hand"]
    thumb_side = _thumb_direction(skeleton, side, unit(hand - wrist))
    knuckles = _between(wrist, hand, 0.55)
    return {
        f"{side}_pinky": knuckles - 0.030 * thumb_side,
        f"{side}_index": knuckles + 0.030 * thumb_side,
        f"{side}_thumb": knuckles + 0.050 * thumb_side,
    }
