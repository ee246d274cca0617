"""Where the picture is taken from: a pinhole camera that keeps the whole movement in view."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.mannequin.skeleton import Skeleton

Array = NDArray[np.float64]
_MARGIN_M = 0.16
"""Flesh around the joints, so that hands, hair and shoes stay inside the picture."""


@dataclass(frozen=True)
class View:
    """The camera's place around the figure.

    Attributes
    ----------
    yaw_deg
        0 sees the front, 90 the figure's left side, 180 its back, 270 (or −90) its right side.
    elevation_deg
        Positive looks down on the figure.
    distance_m
        From the figure; 4 m is a phone across the gym. Large values approach a parallel projection.
    fill
        Share of the picture the movement takes up, in the direction that limits it.
    """

    yaw_deg: float = 90.0
    elevation_deg: float = 4.0
    distance_m: float = 4.2
    fill: float = 0.86


FRONT = View(yaw_deg=0.0)
LEFT_SIDE = View(yaw_deg=90.0)
RIGHT_SIDE = View(yaw_deg=-90.0)


@dataclass(frozen=True)
class Camera:
    """A pinhole camera aimed at a movement; pixels with x right and y down."""

    target: Array
    axes: Array
    """``(3, 3)``: rows are the camera's right, down and away directions in the world."""
    distance_m: float
    focal_px: float
    centre_px: tuple[float, float]

    def to_camera(self, points: Array) -> Array:
        """Return ``(..., 3)`` metres to the right of, below and away from the target."""
        turned: Array = (points - self.target) @ self.axes.T
        return turned

    def project(self, points: Array) -> tuple[Array, Array, Array]:
        """Project world points to the picture.

        Returns
        -------
        tuple
            ``(..., 2)`` pixels; ``(...)`` depth away from the camera relative to the target in
            pixels at the target's scale; ``(...)`` pixels per metre at each point.
        """
        seen = self.to_camera(points)
        scale = self.focal_px / (self.distance_m + seen[..., 2])
        xy = seen[..., :2] * scale[..., None] + np.asarray(self.centre_px)
        return xy, seen[..., 2] * self.focal_px / self.distance_m, scale

    def rays(self, resolution_wh: tuple[int, int]) -> tuple[Array, Array]:
        """Return the camera's place ``(3,)`` and each pixel's viewing direction ``(h, w, 3)``."""
        width, height = resolution_wh
        x = (np.arange(width) + 0.5 - self.centre_px[0]) / self.focal_px
        y = (np.arange(height) + 0.5 - self.centre_px[1]) / self.focal_px
        across, down = np.meshgrid(x, y)
        seen = np.stack([across, down, np.ones_like(across)], axis=-1)
        return self.target - self.distance_m * self.axes[2], seen @ self.axes


def aim_camera(view: View, skeleton: Skeleton, *, resolution_wh: tuple[int, int]) -> Camera:
    """Aim at the middle of a movement from a view, and zoom until all of it is in the picture."""
    points = np.concatenate(list(skeleton.values()))
    low, high = points.min(axis=0), points.max(axis=0)
    camera = Camera((low + high) / 2, _camera_axes(view), view.distance_m, 1.0, (0.0, 0.0))
    xy, _, scale = camera.project(points)
    margin = _MARGIN_M * scale[:, None]
    left_top, right_bottom = (xy - margin).min(axis=0), (xy + margin).max(axis=0)
    span, size = right_bottom - left_top, np.asarray(resolution_wh, dtype=np.float64)
    focal_px = float(np.min(view.fill * size / span))
    centre = size / 2 - focal_px * (left_top + right_bottom) / 2
    return Camera(camera.target, camera.axes, view.distance_m, focal_px, (float(centre[0]), float(centre[1])))


def _camera_axes(view: View) -> Array:
    yaw, pitch = np.radians(view.yaw_deg), np.radians(view.elevation_deg)
    right = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    away = -np.array([np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch)])
    return np.stack([right, np.cross(away, right), away])
