"""When a set begins and ends: the stand before the first rep and after the last belongs to neither."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HOME_SHARE = 0.05
"""Of a rep's height: nearer than this to where it begins or ends the body is at home, but for noise."""
HOME_STRETCH = np.pi / 2 / (np.arccos(2 * HOME_SHARE - 1) - np.pi / 2)
"""A raised cosine needs so many times as long from half its height to home as from there to `HOME_SHARE`."""
LEAST_REST_S = 0.1
"""A shorter rest is the curve's own roundness; a stand before and after the set lasts longer."""
_STEPS = 200


def trim_rests(reps_s: Floats, values: Floats, *, time_s: Floats) -> Floats:
    """Return reps without the rest before the first and after the last; between reps it is nobody's to give.

    Parameters
    ----------
    reps_s
        ``(k, 3)`` start, turn and end of each, in order, s.
    values, time_s
        ``(n,)`` the signal they were counted on, NaN where unknown, and its times.
    """
    trimmed = reps_s.copy()
    if len(trimmed):
        trimmed[0, 0] = _at_home(trimmed[0, 1], trimmed[0, 0], values, time_s=time_s)
        trimmed[-1, 2] = _at_home(trimmed[-1, 1], trimmed[-1, 2], values, time_s=time_s)
    return trimmed


def _at_home(turn_s: float, home_s: float, values: Floats, *, time_s: Floats) -> float:
    """Return when a rep leaves or reaches home: as found, or nearer to its turn where a rest lies between."""
    known = np.isfinite(values)
    at_s = np.linspace(turn_s, home_s, _STEPS)
    shape = np.interp(at_s, time_s[known], values[known])
    share = (shape - shape[-1]) / ((shape[0] - shape[-1]) or np.nan)
    if not (share <= HOME_SHARE).any():
        return home_s
    half_s, near_s = (float(at_s[np.argmax(share <= level)]) for level in (0.5, HOME_SHARE))
    reached_s = half_s + HOME_STRETCH * (near_s - half_s)
    rest_s = abs(home_s - turn_s) - abs(reached_s - turn_s)
    return reached_s if rest_s > LEAST_REST_S else home_s
