"""Drawing on a picture: the skeleton of a person, and labels that read on light and dark footage.

Shapes are drawn as masks at twice their size and averaged down, which smooths their edges, and only around the
person: a frame costs a few milliseconds and a few megabytes.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.landmarks import DRAWN, INDEX, SIDES, SKELETON
from core.palette import NEUTRAL, SIDE_COLORS

Floats = NDArray[np.float64]
Box = tuple[int, int, int, int]

LEAST_VISIBILITY = 0.1
"""Fainter than this nothing is drawn: the model guesses."""
_OVERSAMPLING = 2
_JOINT = 1.7
"""Diameter of a joint in thicknesses of a segment."""
_OUTLINE = "#ffffff"
_OUTLINE_OPACITY = 0.75
_PLATE = "#0b1210"
_PLATE_OPACITY = 0.66
"""White text on it keeps 5:1 of contrast even over a white wall."""


def draw_skeleton(picture: Image.Image, xy: Floats, visibility: Floats, *, thickness: float) -> None:
    """Draw a person's segments and joints into an RGB picture.

    Parameters
    ----------
    picture
        Changed in place.
    xy
        ``(33, 2)`` px; NaN where not seen.
    visibility
        ``(33,)`` in [0, 1], the opacity; a segment has that of its fainter end.
    thickness
        Of a segment, px.
    """
    rows = [INDEX[name] for name in DRAWN]
    box = _box_around(xy[rows][visibility[rows] >= LEAST_VISIBILITY], size_wh=picture.size, margin=2 * thickness)
    if box is None:
        return
    opacity = np.where(np.isfinite(xy).all(axis=1) & (visibility >= LEAST_VISIBILITY), visibility, 0.0)
    sides = sorted(SIDES, key=lambda side: opacity[[INDEX[name] for name in DRAWN if name.startswith(side)]].sum())
    layers = [("", NEUTRAL), *((side, SIDE_COLORS[side]) for side in sides)]  # the side seen better on top
    local = (xy - box[:2]) * _OVERSAMPLING
    outline = _Mask(box)
    for side, _ in layers:
        outline.add(local, _OUTLINE_OPACITY * opacity, side=side, thickness=1.6 * thickness)
    outline.paste(picture, _OUTLINE)
    for side, color in layers:
        mask = _Mask(box)
        mask.add(local, opacity, side=side, thickness=thickness)
        mask.paste(picture, color)


def draw_label(picture: Image.Image, text: str, *, xy: tuple[float, float], size: float, anchor: str = "lt") -> Box:
    """Write white text on a dark translucent plate into an RGB picture, kept inside of it.

    Parameters
    ----------
    picture
        Changed in place.
    xy
        px, of the point that `anchor` names: ``l`` or ``r``, then ``t``, ``m`` or ``b``.
    size
        Of the text, px.

    Returns
    -------
    tuple
        Left, top, right and bottom of the plate, px.
    """
    plate, letters = _render_label(text, max(8, round(size)))
    width, height = plate.size
    left = xy[0] - (width if anchor[0] == "r" else 0)
    top = xy[1] - {"t": 0.0, "m": height / 2, "b": height}[anchor[1]]
    at = (_keep(left, picture.width - width), _keep(top, picture.height - height))
    picture.paste(_PLATE, at, plate)
    picture.paste("#ffffff", at, letters)
    return (*at, at[0] + width, at[1] + height)


class _Mask:
    """Where, and how strongly, one colour covers the picture."""

    def __init__(self, box: Box) -> None:
        self._box = box
        size = ((box[2] - box[0]) * _OVERSAMPLING, (box[3] - box[1]) * _OVERSAMPLING)
        self._image = Image.new("L", size)
        self._draw = ImageDraw.Draw(self._image)

    def add(self, xy: Floats, opacity: Floats, *, side: str, thickness: float) -> None:
        """Add the segments and joints of a side, or those between both (``""``)."""
        segments = [(INDEX[one], INDEX[other]) for one, other in SKELETON if _side_of(one, other) == side]
        for one, other in sorted(segments, key=lambda ends: min(opacity[list(ends)])):
            self._line(xy[one], xy[other], strength=min(opacity[one], opacity[other]), thickness=thickness)
        for row in sorted(
            (INDEX[name] for name in DRAWN if _side_of(name, name) == side), key=lambda row: opacity[row]
        ):
            self._dot(xy[row], strength=opacity[row], diameter=_JOINT * thickness)

    def paste(self, picture: Image.Image, color: str) -> None:
        """Let the colour cover the picture."""
        picture.paste(color, self._box[:2], self._image.reduce(_OVERSAMPLING))

    def _line(self, start: Floats, end: Floats, *, strength: float, thickness: float) -> None:
        if strength <= 0:
            return
        ends = [(float(start[0]), float(start[1])), (float(end[0]), float(end[1]))]
        self._draw.line(ends, fill=round(255 * strength), width=max(1, round(thickness * _OVERSAMPLING)))
        for end_xy in (start, end):
            self._dot(end_xy, strength=strength, diameter=thickness)

    def _dot(self, xy: Floats, *, strength: float, diameter: float) -> None:
        if strength <= 0:
            return
        radius = diameter * _OVERSAMPLING / 2
        x, y = float(xy[0]), float(xy[1])
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=round(255 * strength))


def _side_of(one: str, other: str) -> str:
    """Return the side both landmarks are on; empty where they are on none, or on two."""
    return next((side for side in SIDES if one.startswith(side) and other.startswith(side)), "")


def _box_around(points: Floats, *, size_wh: tuple[int, int], margin: float) -> Box | None:
    """Return the part of the picture that the points reach; None where they are all outside."""
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + margin), size_wh).astype(int)
    return (*low.tolist(), *high.tolist()) if (low < high).all() else None


def _keep(value: float, most: int) -> int:
    return max(0, min(round(value), most))


@lru_cache(maxsize=64)
def _render_label(text: str, size: int) -> tuple[Image.Image, Image.Image]:
    """Return the masks of the plate and of the letters on it."""
    font = _font(size)
    ascent, descent = font.getmetrics()
    padding = math.ceil(0.32 * size)
    width, height = math.ceil(font.getlength(text)) + 2 * padding, ascent + descent + padding
    plate = Image.new("L", (width * _OVERSAMPLING, height * _OVERSAMPLING))
    corners = (0, 0, plate.width - 1, plate.height - 1)
    ImageDraw.Draw(plate).rounded_rectangle(corners, radius=0.3 * plate.height, fill=round(255 * _PLATE_OPACITY))
    letters = Image.new("L", (width, height))
    weight = size / 40  # the font that comes with Pillow has one weight, a light one
    ImageDraw.Draw(letters).text(
        (padding, padding / 2), text, fill=255, font=font, stroke_width=weight, stroke_fill=255
    )
    return plate.reduce(_OVERSAMPLING), letters


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font
