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
SWING_SHARE = 0.125
"""Of the way: who stops this near home is home, and the limb may swing on from there; inside a set a rep ends up to
12 % off where it began."""
UNDER_WAY = 0.5
"""Of a way's mean speed: what goes on as fast has not arrived. A raised cosine is slower in its last 2.6 % alone."""
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
    """Return `arrival_s`, or when it first stops near home; the last time where what is left of it is no rest."""
    last_s = float(time_s[-1])
    found_s = min(arrival_s(time_s, values), _stop_s(time_s, values), key=lambda at_s: abs(at_s - time_s[0]))
    return found_s if abs(last_s - found_s) > LEAST_REST_S else last_s


def _stop_s(time_s: Floats, values: Floats) -> float:
    """Return when a movement nearer than `SWING_SHARE` gets no nearer for `LEAST_REST_S`; the last time if never."""
    if abs(time_s[-1] - time_s[0]) <= LEAST_REST_S:
        return float(time_s[-1])
    share = (values - values[-1]) / ((values[0] - values[-1]) or np.nan)
    rest = int(LEAST_REST_S * (len(values) - 1) / abs(time_s[-1] - time_s[0])) + 1
    ahead = np.lib.stride_tricks.sliding_window_view(share, rest + 1)
    stops = (ahead[:, 0] <= SWING_SHARE) & (ahead[:, 0] <= ahead.min(axis=1))
    return float(time_s[np.argmax(stops)]) if stops.any() else float(time_s[-1])


def trim_rests(reps_s: Floats, values: Floats, *, time_s: Floats, beside_s: Floats | None = None) -> Floats:
    """Return reps that begin where they leave home and end where they are back.

    Parameters
    ----------
    reps_s
        ``(k, 3)`` start, turn and end of each, s, with rests at home in them, or cut while still under way.
    values, time_s
        ``(n,)`` the signal they were counted on, NaN where unknown, and its times.
    beside_s
        ``(j, 3)`` others, without rests, which these do not reach into.

    Notes
    -----
    No part of a rep is what goes on by more than `NEAR_SHARE` beyond its other end and beyond where reps of the set
    meet: a hip that straightens after the last squat, a body that drops off the bar. Those two are apart in a set that
    drifts with the camera.
    """
    known = np.isfinite(values)
    known_s, seen = time_s[known], values[known]
    reps_s = _go_on(reps_s, seen, time_s=known_s)
    ordered = reps_s[np.argsort(reps_s[:, 1])]
    homes = np.interp(np.concatenate([ordered[1:, 0], ordered[:-1, 2]]), known_s, seen)

    def at_home(turn_s: float, end_s: float, other_s: float) -> float:
        at_s = np.linspace(turn_s, end_s, _STEPS)
        way = np.interp(at_s, known_s, seen)
        if len(homes):
            sign = np.sign(way[-1] - way[0])
            home = sign * max(sign * np.interp(other_s, known_s, seen), sign * np.median(homes))
            if sign * (way[-1] - home) > NEAR_SHARE * abs(home - way[0]):
                way = sign * np.minimum(sign * way, sign * home)
        return home_s(at_s, way)

    starts_s, _, ends_s = np.empty((3, 0)) if beside_s is None else beside_s.T
    trimmed = [
        (
            max([at_home(turn, start, end), *ends_s[ends_s <= turn]]),
            turn,
            min([at_home(turn, end, start), *starts_s[starts_s >= turn]]),
        )
        for start, turn, end in reps_s
    ]
    return np.array(trimmed).reshape(-1, 3)


def _go_on(reps_s: Floats, values: Floats, *, time_s: Floats) -> Floats:
    """Return the reps with their ends where the movement home is no longer `UNDER_WAY`, at most at the next rep."""

    def until(turn_s: float, end_s: float) -> float:
        sign = np.sign(end_s - turn_s)
        others_s = sign * reps_s[:, 0 if sign > 0 else 2]
        room_s = min(others_s[others_s > sign * turn_s], default=np.inf)
        after_s = np.sort(sign * time_s)
        after_s = sign * after_s[(after_s > sign * end_s) & (after_s <= room_s)]
        at_s = np.concatenate([[turn_s, end_s], after_s])
        ways = np.diff(np.interp(at_s, time_s, values))
        speeds = ways * np.sign(ways[0]) / np.maximum(np.abs(np.diff(at_s)), 1e-9)
        return float(at_s[1 + np.argmin(np.append(speeds[1:] >= UNDER_WAY * max(speeds[0], 1e-9), False))])

    return np.array([(until(turn, start), turn, until(turn, end)) for start, turn, end in reps_s]).reshape(-1, 3)
