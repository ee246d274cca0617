"""Moves that look like a rep on the driving joint but not on the rest of the body: lifting the weight, getting up."""

import numpy as np
from numpy.typing import NDArray

from core.cycles import PARTIAL_HEIGHT
from core.signals import MIN_COVERAGE, coverage

Floats = NDArray[np.float64]

SHAPE_POINTS = 16
"""Points at which two reps are compared."""
FEWEST_REPS = 4
"""With fewer it is not known what the set looks like."""
FEWEST_SAMPLES = 4
"""A rep sampled less often has no shape to compare: straight lines from sample to sample leave out more than
1 - cos(180/4) = 29 % of its swing, and what they leave out depends on where the samples fall."""
MIN_DISTANCE_DEG = 15.0
"""Two equal reps are up to 14 degrees apart: the noise of the landmarks (10 degrees) is in both, and so is one
that is lowered twice as slowly as the others."""
DISTANCE_RATIO = 4.0
"""A ghost is this many times as far from its most similar rep as reps of the set usually are. In a set of two kinds of
rep, or of several ghosts, the distances are spread; no wider bound then, which those would hide behind."""
PAUSE_RATIO = 1.5
"""A pause this many times the usual interval is a rest; set-up and put-down come beside one, or at the ends."""
MAX_SHARE = 1.0 / 3.0
"""If more of the reps stand out, the set is varied and nothing is known of any."""


def find_ghosts(angles: dict[str, Floats], *, time_s: Floats, reps_s: Floats) -> NDArray[np.bool_]:
    """Tell which reps are unlike every other one of the set.

    Parameters
    ----------
    angles
        Smoothed angles in degrees, ``(n,)`` each; NaN is bridged.
    time_s
        ``(n,)`` seconds.
    reps_s
        ``(k, 3)`` start, turn and end of each rep in order of time, seconds.

    Returns
    -------
    ``(k,)``; all false where the set is too short, too varied or too sparsely sampled to tell.

    Notes
    -----
    Two reps are as far apart as the median of their angles is (root mean square over the rep), so a limb that is hidden
    or misjudged decides nothing. Each is held against its most similar rep, not against the typical one: two views of a
    cut film are two kinds of rep, and both stay. What is met in the middle of a set is a rep, however odd it looks. A
    rep that the clip cuts is compared as far as it goes, with those that the clip shows some of the same part of.
    """
    none = np.zeros(len(reps_s), dtype=bool)
    inside = np.asarray(((time_s >= reps_s[:, :1]) & (time_s <= reps_s[:, 2:])).any(axis=0))
    known = [v for v in angles.values() if coverage(v, within=inside) >= MIN_COVERAGE]
    if len(reps_s) < FEWEST_REPS or not known or _samples_a_rep(reps_s, time_s=time_s) < FEWEST_SAMPLES:
        return none
    nearest = _nearest(known, time_s=time_s, reps_s=reps_s)
    alone = nearest > max(DISTANCE_RATIO * np.median(nearest), MIN_DISTANCE_DEG)
    return alone & _is_beside_rest(reps_s[:, 1]) if alone.mean() <= MAX_SHARE else none


def find_shallow(roms_deg: Floats) -> NDArray[np.bool_]:
    """Tell which reps the measured joint hardly makes: less than `PARTIAL_HEIGHT` of the set's median range.

    They were counted on a limb that the camera hides, and the one it sees does not do them.

    Parameters
    ----------
    roms_deg
        ``(k,)`` range of motion of each, degrees; NaN, not measured, tells nothing.

    Returns
    -------
    ``(k,)``; all false where there are few, or many: limbs that take turns move on one side in every second rep.
    """
    known = roms_deg[np.isfinite(roms_deg)]
    if len(known) < FEWEST_REPS:
        return np.zeros(len(roms_deg), dtype=bool)
    shallow = roms_deg < PARTIAL_HEIGHT * np.median(known)
    return shallow if shallow.mean() <= MAX_SHARE else np.zeros_like(shallow)


def _samples_a_rep(reps_s: Floats, *, time_s: Floats) -> float:
    return float(np.median(reps_s[:, 2] - reps_s[:, 0]) / np.median(np.diff(time_s)))


def _is_beside_rest(turns_s: Floats) -> NDArray[np.bool_]:
    """Tell which reps are the first or the last of a row without a rest."""
    intervals_s = np.diff(turns_s)
    rests = intervals_s > PAUSE_RATIO * np.median(intervals_s)
    return np.append(rests, True) | np.insert(rests, 0, True)


def _nearest(known: list[Floats], *, time_s: Floats, reps_s: Floats) -> Floats:
    """Return the ``(k,)`` distance of each rep to the most similar other one, degrees."""
    start, end = _whole(reps_s, time_s=time_s)
    at = start[:, None] + (end - start)[:, None] * np.linspace(0, 1, SHAPE_POINTS)
    inside = (at >= time_s[0]) & (at <= time_s[-1])
    shapes = np.array([np.interp(at, time_s[np.isfinite(v)], v[np.isfinite(v)]) for v in known])
    apart = np.array(
        [
            np.median(_root_mean_square(shapes - shape[:, None], where=inside & seen), axis=0)
            for shape, seen in zip(shapes.swapaxes(0, 1), inside, strict=True)
        ]
    )
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart.min(axis=1))


def _whole(reps_s: Floats, *, time_s: Floats) -> tuple[Floats, Floats]:
    """Return starts and ends; those that the clip cuts are put where the halves of the other reps would have them."""
    start, turn, end = reps_s.T
    step_s = float(np.median(np.diff(time_s)))
    out, back = np.median(turn - start), np.median(end - turn)
    return (
        np.where(start < time_s[0] + step_s, np.minimum(start, turn - out), start),
        np.where(end > time_s[-1] - step_s, np.maximum(end, turn + back), end),
    )


def _root_mean_square(values: Floats, *, where: NDArray[np.bool_]) -> Floats:
    """Return it over the last axis; infinite where nothing can be: the end of one and the start of another."""
    squares, known = (values**2 * where).sum(axis=-1), where.sum(axis=-1)
    return np.asarray(np.sqrt(np.divide(squares, known, out=np.full(squares.shape, np.inf), where=known > 0)))
