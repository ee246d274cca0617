"""Whether a number changes over a set, and by how much: a straight line through the reps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_REPS = 3
"""Through two a line always fits, and nothing tells how far it is off."""
STEADY_PCT = 5.0
"""A line that changes by less of its first value over the set is steady (rule of thumb: about the error with which
range is measured)."""
_T_95 = {
    1: 12.706, 1.25: 8.041, 1.5: 6.053, 2: 4.303, 2.5: 3.558, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 8: 2.306,
    10: 2.228, 15: 2.131, 30: 2.042, math.inf: 1.960,
}  # fmt: skip
"""Student's t by degrees of freedom; between them it is close to linear in their inverse. SciPy's own takes 28 MB."""


@dataclass(frozen=True)
class Trend:
    """A straight line through a number of each rep.

    Attributes
    ----------
    first, last
        The line at the first and at the last rep that has the number.
    is_clear
        Its slope differs from none by more than error does in 1 of 20 sets (Student's t).
    """

    first: float
    last: float
    is_clear: bool

    @property
    def is_steady(self) -> bool:
        """Whether it changes by less than `STEADY_PCT`, clear or not."""
        return abs(self.last - self.first) < STEADY_PCT / 100 * abs(self.first)


def fit_trend(values: Sequence[float], *, at: Sequence[int] | None = None) -> Trend | None:
    """Return the least-squares line through the known values; None for fewer than `FEWEST_REPS`.

    Parameters
    ----------
    values
        Of each rep, NaN where unknown.
    at
        Their places in the set; None counts them.
    """
    places = np.arange(len(values)) if at is None else np.asarray(at)
    y = np.asarray(values, dtype=float)
    x, y = places[np.isfinite(y)], y[np.isfinite(y)]
    if len(x) < FEWEST_REPS:
        return None
    slope, offset = np.polyfit(x, y, 1)
    misses = y - (slope * x + offset)
    slope_error = math.sqrt(float((misses**2).sum()) / (len(x) - 2) / float(((x - x.mean()) ** 2).sum()))
    first, last = (float(slope * end + offset) for end in x[[0, -1]])
    return Trend(first, last, bool(abs(slope) > coverage_factor(len(x) - 2) * slope_error))


def coverage_factor(freedom: float) -> float:
    """Return the two-sided 95 % point of Student's t, 0.6 % at most too large from two degrees of freedom on."""
    if freedom < 1:
        return float("nan")
    return float(np.interp(1 / freedom, [1 / each for each in reversed(_T_95)], list(reversed(_T_95.values()))))
