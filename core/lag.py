"""How late the pose model's landmarks are, taken out again.

In VIDEO mode MediaPipe smooths the landmarks of a single person forwards in time, so that all of them trail behind the
body: limbs by 15 ms, a trunk by 25 (79 mannequin clips, 15 Hz), which is 3° of a hip that bends by 150° a second. The
same filter run from the last sample to the first is early by as much.
"""

import numpy as np
from numpy.typing import NDArray

from core.geometry import midpoint

Floats = NDArray[np.float64]

LEAST_HZ = np.repeat([0.05, 0.1], 3)
HZ_PER_SPEED = np.repeat([80.0, 40.0], 3)
"""Cut-off at rest, and what a speed of one region a second (landmarks), one metre a second (world landmarks) adds."""
SPEED_HZ = 1.0
"""Cut-off of the speed itself. All as in MediaPipe's ``pose_landmarks_detector_graph.cc`` of 0.10.31."""
REGION_RADII = 2.5
"""Side of the region MediaPipe looks at over the way from the hips to the farthest landmark: 1.25 times a circle around
the body, which it does not give out; a quarter more or less moves the landmarks by 5 ms."""
LEAST_INTERVAL_S = 1e-3
"""MediaPipe counts time in ms, and no two frames are of the same."""


def remove_lag(landmarks: Floats, world: Floats, *, time_s: Floats) -> tuple[Floats, Floats]:
    """Return landmarks and world landmarks where the body was at their times.

    Parameters
    ----------
    landmarks, world
        ``(n, 33, 3)`` px and metres, of one run of the model; rows of NaN where nobody was found, which stay so, and
        with which the filter begins anew.
    time_s
        ``(n,)`` seconds, rising.

    References
    ----------
    Casiez, Roussel and Vogel: 1 € Filter, CHI 2012.
    """
    hips = midpoint(landmarks, "hip")[:, None, :2]
    region = REGION_RADII * np.linalg.norm(landmarks[:, :, :2] - hips, axis=2).max(axis=1, initial=0.0)
    scale = np.repeat(np.column_stack([region, np.ones_like(region)]), 3, axis=1)[:, None]
    found = np.concatenate([landmarks, world], axis=2)
    smooth = found.copy()
    speed = np.zeros(found.shape[1:])
    for now in range(len(found) - 2, -1, -1):
        if not np.isfinite(found[now + 1, 0, 0]):
            speed[:] = 0.0
            continue
        interval_s = max(time_s[now + 1] - time_s[now], LEAST_INTERVAL_S)
        step = (found[now] - found[now + 1]) / (scale[now] * interval_s)
        speed += _share(SPEED_HZ, interval_s) * (step - speed)
        share = _share(LEAST_HZ + HZ_PER_SPEED * np.abs(speed), interval_s)
        smooth[now] = share * found[now] + (1.0 - share) * smooth[now + 1]
    return smooth[:, :, :3], smooth[:, :, 3:]


def _share(cutoff_hz: Floats | float, interval_s: float) -> Floats:
    """Return the weight of a new value in a low-pass filter of order 1."""
    turns = 2.0 * np.pi * interval_s * np.asarray(cutoff_hz)
    return np.asarray(turns / (1.0 + turns))
