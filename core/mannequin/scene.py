"""The room around a mannequin: a wall, a floor, a mat, and the figure's soft shadow."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.mannequin.camera import Camera
from core.mannequin.raster import F32
from core.mannequin.skeleton import Skeleton

Array = NDArray[np.float64]

_WALL = np.array([206.0, 210.0, 212.0])
_WALL_BAND = np.array([150.0, 170.0, 178.0])
_SKIRTING = np.array([236.0, 234.0, 228.0])
_FLOOR = np.array([176.0, 158.0, 138.0])
_MAT = np.array([72.0, 84.0, 104.0])
_WALL_BEHIND_M = 1.7
_MAT_HALF_M = (1.05, 0.46)
_PLANK_M = 0.16
_FAR_M = 1e3
_SHADOW_HEIGHT_M = 0.7
_FORESHORTENED = 0.5
"""A patch of floor is at most half as tall as wide in the picture, unless seen from high above."""
_SHADED_JOINTS = ("left_toe", "left_heel", "right_toe", "right_heel", "left_wrist", "right_wrist", "left_knee",
                  "right_knee", "pelvis", "neck")  # fmt: skip


@dataclass(frozen=True)
class Room:
    """What stays still: the picture of the room, and where each of its pixels meets the floor.

    Attributes
    ----------
    picture
        ``(h, w, 3)`` RGB bytes.
    floor_x, floor_y
        ``(h, w)`` metres; far away where the pixel shows the wall.
    """

    picture: NDArray[np.uint8]
    floor_x: F32
    floor_y: F32


def paint_room(camera: Camera, skeleton: Skeleton, *, resolution_wh: tuple[int, int], seed: int = 0) -> Room:
    """Paint the empty room seen by a camera, with a mat where the feet (or hands) are."""
    place, rays = camera.rays(resolution_wh)
    to_floor = _distance_to(rays[..., 2], -place[2])
    inward = np.array([camera.axes[2, 0], camera.axes[2, 1], 0.0])
    inward /= np.linalg.norm(inward)
    behind = camera.distance_m + _WALL_BEHIND_M + 0.5 * _depth_of(camera, skeleton)
    to_wall = _distance_to(rays @ inward, np.asarray(behind))
    is_floor = to_floor < to_wall
    hit = place + np.where(is_floor, to_floor, to_wall)[..., None] * rays
    floor = np.where(is_floor[..., None], hit[..., :2], _FAR_M).astype(np.float32)
    picture = np.where(is_floor[..., None], _paint_floor(hit, _mat_centre(skeleton)), _paint_wall(hit[..., 2]))
    picture *= _soft_light(resolution_wh)[..., None]
    picture += np.random.default_rng(seed).normal(0.0, 1.2, picture.shape[:2])[..., None]
    return Room(np.clip(picture, 0, 255).astype(np.uint8), floor[..., 0].copy(), floor[..., 1].copy())


def shade_floor(room: Room, camera: Camera, joints: dict[str, Array], *, picture: F32) -> None:
    """Darken the floor under the joints of one frame (``(3,)`` each), in place."""
    for name in _SHADED_JOINTS:
        x, y, height = joints[name].tolist()
        if height > _SHADOW_HEIGHT_M:
            continue
        spread, strength = 0.075 + 0.28 * height, 0.34 * math.exp(-height / 0.30)
        ground, _, scale = camera.project(np.array([x, y, 0.0]))
        reach = 2.5 * spread * float(scale) + 1
        rows = _window(ground[1], reach * _FORESHORTENED)
        columns = _window(ground[0], reach)
        offset_x, offset_y = room.floor_x[rows, columns] - x, room.floor_y[rows, columns] - y
        fall = strength * np.exp((offset_x * offset_x + offset_y * offset_y) / (-2 * spread * spread))
        picture[rows, columns] *= (1 - fall)[..., None]


def _window(centre: float, reach: float) -> slice:
    return slice(max(0, int(centre - reach)), max(0, int(centre + reach)))


def _distance_to(along: Array, offset: Array) -> Array:
    """Return how far along each ray a plane is met, infinity where it is not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = offset / along
    return np.where(distance > 0, distance, np.inf)


def _depth_of(camera: Camera, skeleton: Skeleton) -> float:
    """Return how much room the movement takes away from the camera, in metres."""
    away = np.concatenate(list(skeleton.values())) @ camera.axes[2]
    return float(np.ptp(away))


def _mat_centre(skeleton: Skeleton) -> Array:
    points = np.concatenate([skeleton[name] for name in _SHADED_JOINTS])
    centre: Array = (points.min(axis=0) + points.max(axis=0))[:2] / 2
    return centre


def _paint_floor(hit: Array, mat_centre: Array) -> Array:
    """Paint planks, and a mat with a lighter seam."""
    plank = np.floor(hit[..., 1] / _PLANK_M)
    tone = 1 + 0.035 * np.sin(plank * 12.9898) + 0.012 * np.sin(hit[..., 0] * 9 + plank * 4.1)
    joint = np.abs(hit[..., 1] / _PLANK_M - plank - 0.5) > 0.485
    floor = _FLOOR * (tone * np.where(joint, 0.93, 1.0))[..., None]
    edge = np.max(np.abs(hit[..., :2] - mat_centre) - _MAT_HALF_M, axis=-1)
    mat = _MAT * np.where(np.abs(edge + 0.04) < 0.008, 1.22, 1.0)[..., None]
    painted: Array = np.where((edge < 0)[..., None], mat, floor)
    return painted


def _paint_wall(height: Array) -> Array:
    """Paint a wall with a darker lower band and a skirting board."""
    band = np.clip((1.02 - height) / 0.012, 0.0, 1.0)[..., None]
    wall = _WALL + band * (_WALL_BAND - _WALL)
    wall = np.where((np.abs(height - 1.035) < 0.016)[..., None], _SKIRTING, wall)
    return np.where((height < 0.10)[..., None], _SKIRTING * np.where(height < 0.012, 0.72, 1.0)[..., None], wall)


def _soft_light(resolution_wh: tuple[int, int]) -> Array:
    """Return a gentle fall-off from the upper left, 1 at its brightest."""
    width, height = resolution_wh
    across, down = np.linspace(0, 1, width)[None, :], np.linspace(0, 1, height)[:, None]
    return 1.03 - 0.20 * (across - 0.35) ** 2 - 0.22 * (down - 0.35) ** 2
