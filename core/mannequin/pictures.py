"""Draw the pictures of the guide: ``python -m core.mannequin.pictures FOLDER``; about 10 kB each."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.mannequin.camera import FRONT, LEFT_SIDE, View
from core.mannequin.clip import Filming, iter_images
from core.mannequin.flesh import Outfit
from core.mannequin.motions import Motion, RepPlan

Image = NDArray[np.uint8]

SIZE_WH = (300, 400)
_DRAWN_WH = (600, 800)
_FPS = 5
_QUALITY = 82
_WALL = (150, 170, 178)


@dataclass(frozen=True)
class Picture:
    """One picture: an exercise at its turn, seen from somewhere, by a camera that may be a bad one."""

    name: str
    exercise: str = "squat"
    view: View = LEFT_SIDE
    outfit: Outfit = field(default_factory=Outfit)
    spoil: Callable[[Image], Image] | None = None


def _darken(image: Image) -> Image:
    """Return the picture as a phone takes it in the dark: a quarter of the light, and grain."""
    grain = np.random.default_rng(0).normal(0, 14, image.shape)
    return np.clip(image * 0.24 + grain, 0, 255).astype(np.uint8)


def _cut_off(image: Image) -> Image:
    """Return the middle of the picture: head and feet are outside."""
    height, width = image.shape[:2]
    return image[round(0.44 * height) : round(0.84 * height), round(0.38 * width) : round(0.78 * width)]


_CAMOUFLAGE = Outfit(shirt=_WALL, shorts=_WALL, socks=_WALL, shoes=(176, 158, 138))

PICTURES = (
    Picture("side"),
    Picture("oblique", view=View(yaw_deg=60.0)),
    Picture("front", view=FRONT),
    Picture("far", view=View(yaw_deg=90.0, fill=0.26)),
    Picture("cut", spoil=_cut_off),
    Picture("dark", spoil=_darken),
    Picture("above", view=View(yaw_deg=70.0, elevation_deg=58.0)),
    Picture("camouflage", outfit=_CAMOUFLAGE),
    Picture("lunge", "lunge"),
    Picture("deadlift", "hinge"),
    Picture("push_up", "pushup"),
    Picture("sit_up", "situp"),
    Picture("overhead_press", "press"),
    Picture("curl", "curl"),
    Picture("lateral_raise", "lateral_raise", FRONT),
    Picture("front_raise", "front_raise"),
    Picture("jumping_jack", "jumping_jack", FRONT),
)
"""The squat's own picture is ``side``."""


def draw(picture: Picture) -> Image:
    """Return a picture as ``(400, 300, 3)`` RGB bytes."""
    filming = Filming(view=picture.view, resolution_wh=_DRAWN_WH, fps=_FPS)
    motion = Motion(picture.exercise, (RepPlan(side="left" if picture.exercise == "lunge" else "both"),))
    images = iter_images(motion, filming=filming, outfit=picture.outfit)
    image = _at(images, round(motion.turns_s[0] * _FPS))
    if picture.spoil:
        image = picture.spoil(image)
    return np.asarray(cv2.resize(image, SIZE_WH, interpolation=cv2.INTER_AREA), np.uint8)


def _at(images: Iterator[Image], index: int) -> Image:
    for _ in range(index):
        next(images)
    return next(images)


def main(arguments: list[str]) -> int:
    """Draw every picture into the folder given."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m core.mannequin.pictures FOLDER\n")
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        path = folder / f"{picture.name}.jpg"
        cv2.imwrite(str(path), cv2.cvtColor(draw(picture), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
