"""Points and angles of landmarks: what everything that measures on a body shares."""

import numpy as np
from numpy.typing import NDArray

from core.landmarks import INDEX, LandmarkTrack

Floats = NDArray[np.float64]

VISIBILITY_GATE = 0.3
"""Below this visibility a landmark is a guess of the model and its angle NaN."""


def gate_landmarks(track: LandmarkTrack) -> Floats:
    """Return ``(n, 33, 3)`` landmarks with NaN where the visibility is below the gate."""
    visible = np.nan_to_num(track.visibility) >= VISIBILITY_GATE
    return np.where(visible[:, :, None], track.xyz, np.nan)


def midpoint(points: Floats, name: str) -> Floats:
    """Return the ``(n, k)`` point between the left and the right landmark of a name; NaN if either is."""
    middle: Floats = 0.5 * (points[:, INDEX[f"left_{name}"]] + points[:, INDEX[f"right_{name}"]])
    return middle


def right_to_left(points: Floats) -> Floats:
    """Return ``(n, k)`` from the right side of the trunk to its left, shoulders and hips together."""
    across: Floats = sum(
        (points[:, INDEX[f"left_{name}"]] - points[:, INDEX[f"right_{name}"]] for name in ("shoulder", "hip")),
        start=np.zeros(points[:, 0].shape),
    )
    return across


def angle_between(first: Floats, second: Floats) -> Floats:
    """Return the angle between ``(n, 2 or 3)`` vectors in degrees, [0, 180]; NaN for zero or NaN vectors.

    Notes
    -----
    ``atan2`` of the cross and dot product keeps its precision near 0 and 180 degrees, where ``arccos``
    of a normalised dot product loses half of its digits.
    """
    dot = (first * second).sum(axis=1)
    across = _cross(first, second, 0, 1)
    if first.shape[1] == 3:
        across = np.sqrt(across**2 + _cross(first, second, 1, 2) ** 2 + _cross(first, second, 2, 0) ** 2)
    angle = np.degrees(np.arctan2(np.abs(across), dot))
    return np.where((first**2).sum(axis=1) * (second**2).sum(axis=1) > 0, angle, np.nan)


def _cross(first: Floats, second: Floats, i: int, j: int) -> Floats:
    product: Floats = first[:, i] * second[:, j] - first[:, j] * second[:, i]
    return product
