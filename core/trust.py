"""How far each angle series may be trusted: from where it was filmed and how well its landmarks are seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.depth import lift_share
from core.geometry import VISIBILITY_GATE
from core.landmarks import ANGLE_NAMES, INDEX, LandmarkTrack, angle_indices, without_side
from core.view import View

Floats = NDArray[np.float64]

TURNS_DEG = (0.0, 30.0, 45.0, 60.0, 90.0)
"""Turned away from the front by so much, the clips of the tables below were filmed."""
LIFTED_ERROR_DEG = {
    "knee": (14.8, 10.5, 7.3, 5.7, 4.4),
    "hip": (11.2, 9.3, 6.9, 4.9, 4.7),
    "elbow": (11.7, 13.7, 8.9, 8.0, 7.0),
    "shoulder": (11.2, 7.9, 6.8, 7.5, 7.9),
    "ankle": (14.8, 8.2, 7.7, 8.8, 8.9),
    "trunk_lean": (4.3, 6.6, 5.3, 4.5, 3.6),
}
FLAT_ERROR_DEG = {
    "knee": (49.4, 25.0, 17.5, 10.0, 4.3),
    "hip": (53.1, 26.8, 16.9, 8.3, 4.7),
    "elbow": (32.6, 28.0, 17.8, 10.9, 6.5),
    "shoulder": (28.9, 24.2, 19.8, 14.1, 25.1),
    "ankle": (72.6, 34.0, 21.3, 15.3, 7.0),
    "trunk_lean": (35.2, 16.0, 9.5, 5.0, 2.2),
}
"""RMSE of the near side in degrees, lifted and in the picture: 79 mannequin clips of nine exercises, 15 Hz, 2026-12-01,
where the angle moves by 30° or more (`benchmarks/angles.py`). Real bodies and clothes come on top. Views from behind
were not measured and are taken as from the front."""
FAR_SIDE_DEG = {"knee": 1.0, "hip": 1.0, "elbow": 6.0, "shoulder": 1.0, "ankle": 2.0, "trunk_lean": 0.0}
"""What the limb turned away from the camera adds, same clips (elbow 8 to 13-15 at 45-60°)."""
FACING_TRUNK_DEG = ((0.0, 45.0), (10.0, 0.0))
"""What real bodies add to the lean of the trunk by how far they are turned from the front, 45° and more unmeasured:
four upright ones that face the camera are said to lean by 5 to 15° (medians, clips of the project, 2026-11-28)."""
ABOVE_DEG = 10.0
"""Added for a camera that looks down: rule of thumb, not measured."""
GOOD_UP_TO_DEG, FAIR_UP_TO_DEG = 8.0, 16.0
"""Rules of thumb: good for judging depth, fair for comparing reps of one set, poor beyond."""
SEEN_SHARE, OFTEN_SHARE = 0.2, 0.6
"""Shares of the samples with a person that show all landmarks of the angle: below the first nothing is said, below the
second it is poor."""
SURE_MIN = 0.5
"""Median visibility below which a landmark is rather hidden than seen, and the least confidence in the view."""


@dataclass(frozen=True)
class Trust:
    """How far to trust one angle series.

    Attributes
    ----------
    level
        ``good``, ``fair``, ``poor`` or ``none``.
    reason
        For the trainer, one sentence.
    expected_error_deg
        RMSE of such a view on clips with known angles; NaN where nothing is known.
    """

    level: str
    reason: str
    expected_error_deg: float

    @property
    def words(self) -> str:
        """Return the level as it is said: trust good, or not measured."""
        return "not measured" if self.level == "none" else f"trust {self.level}"


def assess_trust(track: LandmarkTrack, view: View) -> dict[str, Trust]:
    """Return the trust in each of ``ANGLE_NAMES``.

    Parameters
    ----------
    track
        ``n`` samples; any track, an empty one too.
    view
        Of the camera, as by `core.view.estimate_view`.
    """
    person = track.is_seen
    has_world = bool(np.isfinite(track.world).any())
    visibility = np.nan_to_num(track.visibility[person])
    return {name: _assess(name, visibility, view=view, has_world=has_world) for name in ANGLE_NAMES}


def _assess(name: str, visibility: Floats, *, view: View, has_world: bool) -> Trust:
    landmarks = visibility[:, _points(name)]
    label = name.replace("_", " ")
    share = float((landmarks >= VISIBILITY_GATE).all(axis=1).mean()) if len(landmarks) else 0.0
    if share < SEEN_SHARE:
        return Trust("none", f"The {label} is hidden nearly all the time.", float("nan"))
    if view.name == "unknown":
        return Trust("poor", "From where the body was filmed could not be told.", float("nan"))
    error_deg = expected_error_deg(name, view, has_world=has_world)
    if share < OFTEN_SHARE or np.median(landmarks, axis=0).min() < SURE_MIN:
        return Trust("poor", f"The {label} is hidden much of the time: the model guesses it.", error_deg)
    if view.confidence < SURE_MIN:
        return Trust(
            "poor", "The body turns or several people are mixed up: no one view for the whole clip.", error_deg
        )
    level = "good" if error_deg <= GOOD_UP_TO_DEG else "fair" if error_deg <= FAIR_UP_TO_DEG else "poor"
    return Trust(level, _reason(name, view, has_world=has_world), error_deg)


def expected_error_deg(name: str, view: View, *, has_world: bool) -> float:
    """Return the RMSE to be expected of an angle in degrees, NaN in an unknown view."""
    joint = without_side(name)
    share = lift_share(name, view) if has_world else 0.0
    flat, lifted = (float(np.interp(view.turn_deg, TURNS_DEG, t[joint])) for t in (FLAT_ERROR_DEG, LIFTED_ERROR_DEG))
    error_deg = (1.0 - share) * flat + share * lifted
    error_deg += float(np.interp(view.turn_deg, *FACING_TRUNK_DEG)) if joint == "trunk_lean" else 0.0
    error_deg += FAR_SIDE_DEG[joint] if _is_far(name, view) else 0.0
    return round(error_deg + (ABOVE_DEG if view.name == "above" else 0.0), 1)


def _points(name: str) -> list[int]:
    heel = [INDEX[name.replace("ankle", "heel")]] if name.endswith("ankle") else []  # the sole begins there
    return angle_indices(name) + heel


def _is_far(name: str, view: View) -> bool:
    return view.near_side is not None and name.startswith(("left_", "right_")) and not name.startswith(view.near_side)


def _reason(name: str, view: View, *, has_world: bool) -> str:
    how = "measured with estimated depth" if has_world and lift_share(name, view) > 0.5 else "measured in the picture"
    away = ", on the side turned away from the camera" if _is_far(name, view) else ""
    return f"{view.words.removesuffix('.')}: {how}{away}."
