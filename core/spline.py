"""The cubic spline through samples, which meets a turning point that lies between two of them."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def cubic_spline(time_s: Floats, values: Floats, *, at_s: Floats) -> tuple[Floats, Floats]:
    """Return the values of the spline at some times, and its slopes.

    Parameters
    ----------
    time_s, values
        ``(n,)`` seconds, strictly rising, and values in any unit, finite; four or more.
    at_s
        ``(m,)`` from the first of these times to the last.

    Returns
    -------
    ``(m,)`` in the unit, and ``(m,)`` in the unit a second.

    Notes
    -----
    SciPy's ``CubicSpline`` computes the same and brings 45 MB with it, into the web process at the first correction
    as into every worker: see `tests/test_spline.py`. The ends are "not a knot": the first two pieces are one
    polynomial, and so are the last two.

    References
    ----------
    C. de Boor, A Practical Guide to Splines, revised edition (2001), chapter IV.
    """
    steps = np.diff(time_s)
    rises = np.diff(values) / steps
    slopes = _slopes(steps, rises)
    piece = np.clip(np.searchsorted(time_s, at_s, side="right") - 1, 0, len(steps) - 1)
    h, rise, first, second = steps[piece], rises[piece], slopes[piece], slopes[piece + 1]
    x = at_s - time_s[piece]
    bend, twist = (3 * rise - 2 * first - second) / h, (first + second - 2 * rise) / h**2
    return values[piece] + x * (first + x * (bend + x * twist)), first + x * (2 * bend + 3 * x * twist)


def _slopes(steps: Floats, rises: Floats) -> Floats:
    """Return the ``(n,)`` slopes at the samples with which curvature is continuous: three of them in each equation."""
    before, after = steps[:-1], steps[1:]
    both = before + after
    first = ((3 * before[0] + 2 * after[0]) * after[0] * rises[0] + before[0] ** 2 * rises[1]) / both[0]
    last = ((3 * after[-1] + 2 * before[-1]) * before[-1] * rises[-1] + after[-1] ** 2 * rises[-2]) / both[-1]
    sums = np.concatenate([[first], 3 * (after * rises[:-1] + before * rises[1:]), [last]])
    own = np.concatenate([[after[0]], 2 * both, [before[-1]]])
    return _solve(np.append(after, both[-1]), own, np.append(both[0], before), sums)


def _solve(earlier: Floats, own: Floats, later: Floats, sums: Floats) -> Floats:
    """Solve ``earlier[i-1] x[i-1] + own[i] x[i] + later[i] x[i+1] = sums[i]`` for x by Thomas's elimination."""
    lower, upper, middle, right = earlier.tolist(), later.tolist(), own.tolist(), sums.tolist()
    for row in range(1, len(right)):
        share = lower[row - 1] / middle[row - 1]
        middle[row] -= share * upper[row - 1]
        right[row] -= share * right[row - 1]
    right[-1] /= middle[-1]
    for row in range(len(right) - 2, -1, -1):
        right[row] = (right[row] - upper[row] * right[row + 1]) / middle[row]
    return np.array(right)
