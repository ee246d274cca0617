"""Which half of a rep lowers the load, told from the picture alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.landmarks import INDEX, LandmarkTrack
from core.movement import rough_body_length
from core.rep_count import Rep
from core.signals import has_places

BODY_TRAVEL_MIN = 0.04
"""Share of the body length of `core.signals` (about 1.3 m) the body must rise or sink: 5 cm,
a low calf raise."""
LIMB_TRAVEL_MIN = 0.10
"""Share of the body length hands or feet must rise or sink with the body still: 13 cm, a short curl."""
LIMB_OVER_BODY = 4.0
"""Hands that travel this many times as far as the body carry the load: a curl with a swinging trunk."""
SPREAD_MIN = 0.15
"""Share of the body length by which feet part in a jumping jack: 20 cm."""
AGREEMENT_MIN = 0.75
"""Share of reps that must move the same way: three of four."""
_HALF_WINDOW_S = 0.1

_BODY = (("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"))
_LIMBS = (("left_wrist", "right_wrist"), ("left_ankle", "right_ankle"))


@dataclass(frozen=True)
class LoadDirection:
    """Which way the load goes from the start of a rep to its turning point.

    Attributes
    ----------
    eccentric_first
        True: it sinks first (squat); False: it rises first (curl); None: cannot be told.
    basis
        In words: what moved, or why nothing can be said.
    """

    eccentric_first: bool | None
    basis: str


def detect_load_direction(track: LandmarkTrack, reps: list[Rep]) -> LoadDirection:
    """Tell eccentric from concentric: in the eccentric half the load sinks.

    Parameters
    ----------
    track
        Landmarks with y down, any unit, the camera upright.
    reps
        The reps of the set.

    Notes
    -----
    The moved mass is the body (shoulders or hips, whichever travels further) where it travels at
    least `BODY_TRAVEL_MIN`: squat, push-up, pull-up, deadlift, sit-up; else hands, then feet:
    curl, press, raise, leg raise. Muscle work is inferred from height, so loads that do not hang
    or stand on the moved part (a cable from above, a band) read the wrong way round.
    Nothing is said of jumping jacks (arms rise while the feet part), of landmarks scaled to the
    body's box (no position), and where reps disagree.
    """
    if not reps:
        return LoadDirection(None, "no reps")
    if not has_places(track):
        return LoadDirection(None, "the landmarks hold no position, so up and down are unknown")
    unit = rough_body_length(track)
    body = max((_sinking(track, reps, names) / unit for names in _BODY), key=_size)
    hands, feet = (_sinking(track, reps, names) / unit for names in _LIMBS)
    limb, name = (hands, "hands") if _size(hands) >= LIMB_TRAVEL_MIN else (feet, "feet")
    if _size(body) >= BODY_TRAVEL_MIN and _size(limb) < LIMB_OVER_BODY * _size(body):
        return _judge(body, "body")
    if _size(limb) < LIMB_TRAVEL_MIN:
        return LoadDirection(None, "neither body, hands nor feet rise or sink with the reps")
    if _size(_spread(track, reps) / unit) >= SPREAD_MIN:
        return LoadDirection(None, "arms and feet part together, and no load goes up or down")
    return _judge(limb, name)


def _judge(sinking: NDArray[np.float64], what: str) -> LoadDirection:
    """Return the direction most reps agree on; `sinking` is positive down."""
    known = sinking[np.isfinite(sinking)]
    share_down = float(np.mean(known > 0))
    if max(share_down, 1 - share_down) < AGREEMENT_MIN:
        return LoadDirection(None, f"the {what} rise in some reps and sink in others")
    sinks = share_down > 0.5
    verb = ("sinks" if sinks else "rises") if what == "body" else ("sink" if sinks else "rise")
    return LoadDirection(sinks, f"the {what} {verb} from start to turn")


def _size(travel: NDArray[np.float64]) -> float:
    """Return the typical travel without its sign; 0 where no rep shows it."""
    known = travel[np.isfinite(travel)]
    return abs(float(np.median(known))) if len(known) else 0.0


def _sinking(track: LandmarkTrack, reps: list[Rep], names: tuple[str, ...]) -> NDArray[np.float64]:
    """Return ``(reps,)`` how far points sink from the ends of a rep to its turn."""
    return _change_to_turn(track, reps, track.xyz[:, [INDEX[name] for name in names], 1].mean(axis=1))


def _spread(track: LandmarkTrack, reps: list[Rep]) -> NDArray[np.float64]:
    """Return ``(reps,)`` how far the ankles part from the ends to the turn."""
    apart = np.abs(track.xyz[:, INDEX["left_ankle"], 0] - track.xyz[:, INDEX["right_ankle"], 0])
    return _change_to_turn(track, reps, apart)


def _change_to_turn(track: LandmarkTrack, reps: list[Rep], values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array(
        [
            _value_at(track.time_s, values, rep.turn_s)
            - (_value_at(track.time_s, values, rep.start_s) + _value_at(track.time_s, values, rep.end_s)) / 2
            for rep in reps
        ]
    )


def _value_at(time_s: NDArray[np.float64], values: NDArray[np.float64], at_s: float) -> float:
    """Return the median value within 0.1 s of a time; NaN where unseen."""
    window = np.abs(time_s - at_s) <= _HALF_WINDOW_S
    window[np.argmin(np.abs(time_s - at_s))] = True
    known = values[window & np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
