"""Landmarks to joint angles: clinical flexion in degrees, 0 = straight.

In the picture where the joint moves in its plane, lifted into space where the camera sees it at a slant.
A single row, as of the live curve, is measured in the picture.
"""

import numpy as np
from numpy.typing import NDArray

from core.depth import Segments, build_segments, lift_segments, lift_share
from core.geometry import angle_between, gate_landmarks
from core.landmarks import ANGLE_NAMES, SIDES, TRUNK_LEAN, LandmarkTrack
from core.swaps import unswap_legs
from core.view import View, estimate_view

Floats = NDArray[np.float64]


def compute_angles(track: LandmarkTrack, *, view: View | None = None) -> dict[str, Floats]:
    """Compute every joint angle of a track, in degrees.

    Parameters
    ----------
    track
        ``n`` samples of 33 landmarks; one row is enough.
    view
        Of the camera; None estimates it.

    Returns
    -------
    dict
        For each name in ``ANGLE_NAMES`` an ``(n,)`` array in degrees. Knee, hip and elbow: flexion in
        [0, 180], 0 = straight. Shoulder: elevation of the upper arm from the trunk in [0, 180], 0 = arm
        at the side. Ankle: 0 = foot at a right angle to the shank, dorsiflexion positive, [-90, 90].
        Trunk lean: shoulders against hips from the vertical, [0, 180]. NaN where a landmark is missing or
        its visibility is below `core.geometry.VISIBILITY_GATE`.

    Notes
    -----
    Hip and shoulder are measured against the trunk's midline, the ankle against the sole (heel to toe).
    """
    track = unswap_legs(track)
    flat = _measure(build_segments(gate_landmarks(track)[:, :, :2]))
    if len(track.time_s) < 2 or not np.isfinite(track.world).any():
        return flat
    view = estimate_view(track) if view is None else view
    lifted = _measure(lift_segments(track, view))
    return {name: _blend(flat[name], lifted[name], share=lift_share(name, view)) for name in ANGLE_NAMES}


def _measure(segments: Segments) -> dict[str, Floats]:
    trunk = segments["trunk"]
    angles = {TRUNK_LEAN: angle_between(trunk, np.zeros_like(trunk) - np.eye(trunk.shape[1])[1])}
    for side in SIDES:
        thigh, shank, sole, upper_arm, forearm = (
            segments[f"{side}_{name}"] for name in ("thigh", "shank", "sole", "upper_arm", "forearm")
        )
        angles |= {
            f"{side}_knee": angle_between(thigh, shank),
            f"{side}_hip": angle_between(-trunk, thigh),
            f"{side}_elbow": angle_between(upper_arm, forearm),
            f"{side}_shoulder": angle_between(-trunk, upper_arm),
            f"{side}_ankle": angle_between(shank, sole) - 90.0,
        }
    return {name: angles[name] for name in ANGLE_NAMES}


def _blend(flat: Floats, lifted: Floats, *, share: float) -> Floats:
    if share in (0.0, 1.0):
        return lifted if share else flat
    return (1.0 - share) * flat + share * np.where(np.isfinite(lifted), lifted, flat)
