"""Where in a clip the body moves at all: who stands or lies there for long makes no reps meanwhile."""

import numpy as np
from numpy.typing import NDArray

from core.landmarks import LandmarkTrack
from core.rhythm import SHAPE
from core.signals import FUSIONS, Signal
from core.votes import MIN_RANGE_DEG

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

STILL_S = 5.0
"""Who does not move for longer stands or lies there; a pause inside a set, to breathe or to re-grip, is shorter."""
BRIEF_SHARE = 0.25
"""Share of the clip up to which movement is brief. Longer movement is more than the twentieth of the samples that the
robust range of a signal leaves out (`core.cycles`), and is counted with the stillness around it."""
CLEAR_RATIO = 1.5
"""Who moves briefly does so by this many times what is stillness: 23 degrees of a limb of a third of the body, as an
elbow does by 45. Noise that is not quite still in places stays below."""
AROUND_S = 1.0
"""Kept of the stillness beside a movement: a rep is seen to leave home and to come back."""


def find_brief_moves(track: LandmarkTrack, signals: list[Signal]) -> Mask:
    """Tell where the body or one of its fused angles moves, ``(n,)``, in a clip that is mostly stillness.

    All false where movement is not brief, or no more than noise: then the clip is counted as a whole. Angles tell too,
    because push-ups seen from above hardly change the body's shape.

    Parameters
    ----------
    track
        ``n`` samples.
    signals
        Of them; only `SHAPE`, without which nothing is told, and `FUSIONS` count.
    """
    none = np.zeros(len(track.time_s), dtype=bool)
    shape = next((signal for signal in signals if signal.name == SHAPE), None)
    if shape is None:
        return none
    least_range = MIN_RANGE_DEG / shape.per_unit_deg
    moves = ~find_still(shape.values, time_s=track.time_s, least_range=least_range)
    if not _are_brief(moves) or np.ptp(shape.values[track.is_seen]) < CLEAR_RATIO * least_range:
        return none
    for signal in signals:
        if signal.name in FUSIONS:
            moves |= ~find_still(signal.values, time_s=track.time_s, least_range=MIN_RANGE_DEG)
    return moves if _are_brief(moves) else none


def _are_brief(moves: Mask) -> bool:
    return bool(moves.sum() <= BRIEF_SHARE * len(moves))


def find_still(values: Floats, *, time_s: Floats, least_range: float) -> Mask:
    """Tell where nothing moves for `STILL_S` and more, ``(n,)``; not within `AROUND_S` of what does.

    Parameters
    ----------
    values, time_s
        ``(n,)`` a signal of the whole body, NaN where it is not seen, and its times.
    least_range
        A smaller range is stillness, unit of the values.
    """
    still = np.zeros(len(values), dtype=bool)
    for first, last in enumerate(np.searchsorted(time_s, time_s + STILL_S)):
        window = values[first : last + 1]
        if last < len(values) and (np.isnan(window).all() or np.nanmax(window) - np.nanmin(window) < least_range):
            still[first : last + 1] = True
    moves_s = time_s[~still]
    near = np.searchsorted(moves_s, time_s + AROUND_S) > np.searchsorted(moves_s, time_s - AROUND_S)
    return still & ~near
