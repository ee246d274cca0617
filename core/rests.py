"""When a movement comes to rest: at home before and after a rep, and where it turns. A rest is part of no movement."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEAR_SHARE = 0.10
"""Of the way: nearer than this to where a movement ends it has arrived, but for noise; the landmarks of a held position
wobble by 5 to 10 degrees."""
STRETCH = np.pi / 2 / (np.arccos(2 * NEAR_SHARE - 1) - np.pi / 2)
"""A raised cosine needs so many times as long from half its way to the end as from there to `NEAR_SHARE`."""
SETTLED_S = 0.2
"""A rest of this length has a middle to measure from; an instant has only its extreme."""
LEAST_REST_S = 0.1
"""A shorter rest is the curve's own roundness."""
STILL_S = 5.0
"""Who does not move for longer stands or lies there; a pause inside a set, to breathe or to re-grip, is shorter."""
AROUND_S = 1.0
"""Kept of the stillness beside a movement: a rep is seen to leave home and to come back."""
_STEPS = 200


def arrival_s(time_s: Floats, values: Floats) -> float:
    """Return when a movement arrives: from then to the last of its times it rests.

    Parameters
    ----------
    time_s
        ``(m,)`` seconds from where it is under way to where it is over; falling ones find when it departs.
    values
        ``(m,)`` any unit, none of them NaN.

    Notes
    -----
    A movement slows down before it ends, and noise hides the end. So the end is told from where the movement is half
    done and nearly done, as if it went on along a raised cosine. On 45 sets of the mannequin (2026-11-28) a rest
    between two reps and a pause at the turn so found are off by 0.2 s (RMS); told from where the speed falls below a
    tenth of its peak, by 0.8 and 0.4. What is held wobbles around its middle and not around its extreme: where
    there is a rest it is told again from there, which makes a hold of 3 s with a wobble of 3 % (RMS) 3.0 s long
    instead of 2.6.
    """
    found_s = _arrive(time_s, values, end=float(values[-1]))
    resting = (time_s - found_s) * (time_s[-1] - found_s) >= 0
    if abs(time_s[-1] - found_s) < SETTLED_S or not resting.any():
        return found_s
    again_s = _arrive(time_s, values, end=float(np.median(values[resting])))
    return again_s if abs(time_s[-1] - again_s) > abs(time_s[-1] - found_s) else found_s


def _arrive(time_s: Floats, values: Floats, *, end: float) -> float:
    share = (values - end) / ((values[0] - end) or np.nan)
    if not (share <= NEAR_SHARE).any():
        return float(time_s[-1])
    half_s, near_s = (float(time_s[np.argmax(share <= level)]) for level in (0.5, NEAR_SHARE))
    found_s = half_s + STRETCH * (near_s - half_s)
    return found_s if abs(found_s - half_s) < abs(time_s[-1] - half_s) else float(time_s[-1])


def home_s(time_s: Floats, values: Floats) -> float:
    """Return `arrival_s`, or the last time where what is left of it is no rest."""
    found_s, last_s = arrival_s(time_s, values), float(time_s[-1])
    return found_s if abs(last_s - found_s) > LEAST_REST_S else last_s


def trim_rests(reps_s: Floats, values: Floats, *, time_s: Floats) -> Floats:
    """Return reps that begin where they leave home and end where they are back.

    Parameters
    ----------
    reps_s
        ``(k, 3)`` start, turn and end of each, s, with rests at home in them.
    values, time_s
        ``(n,)`` the signal they were counted on, NaN where unknown, and its times.
    """
    known = np.isfinite(values)

    def at_home(turn_s: float, end_s: float) -> float:
        at_s = np.linspace(turn_s, end_s, _STEPS)
        return home_s(at_s, np.interp(at_s, time_s[known], values[known]))

    trimmed = [(at_home(turn, start), turn, at_home(turn, end)) for start, turn, end in reps_s]
    return np.array(trimmed).reshape(-1, 3)


def find_still(values: Floats, *, time_s: Floats, least_range: float) -> NDArray[np.bool_]:
    """Tell where nothing moves for `STILL_S` and more, but for `AROUND_S` beside what does; ``(n,)``.

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
