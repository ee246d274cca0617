"""The phase of a rep: 0 at its start, 50 % at the turn, 100 % at its end, whatever its tempo.

References
----------
Aligning curves at landmarks and stretching them in between: Kneip & Gasser, Ann Stat 20:1266 (1992); for gait,
Sadeghi et al., Gait Posture 12:257 (2000).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.metrics import RepMetrics
from core.metrics.curve import read_between
from core.pipeline import Analysis

Floats = NDArray[np.float64]
Moments = tuple[float, float, float]
"""Start, turn and end of a rep in seconds."""

PHASE_PCT = np.linspace(0.0, 100.0, 101)
TURN_PCT = 50.0


def pair_in_order(count: int, others: int, *, align: Literal["first", "last"] = "first") -> list[tuple[int, int]]:
    """Pair reps by their places from 0, counted from the first or the last; what has no partner is left out."""
    both = min(count, others)
    start, other_start = (count - both, others - both) if align == "last" else (0, 0)
    return [(start + place, other_start + place) for place in range(both)]


def pair_with_one(count: int, other: int) -> list[tuple[int, int]]:
    """Pair every rep with one and the same rep of the other set: the best one, say."""
    return [(place, other) for place in range(count)]


@dataclass(frozen=True)
class PhaseCurves:
    """An angle over the phase of each rep of a set.

    Attributes
    ----------
    curves
        ``(reps, 101)`` degrees at each of `PHASE_PCT`; a rep with a gap in its angle is a row of NaN.
    mean, sd
        ``(101,)`` over the reps without a gap; NaN where there is none, or only one for `sd` (n - 1).
    """

    curves: Floats
    mean: Floats
    sd: Floats


def phase_curves(time_s: Floats, values: Floats, *, reps: Sequence[Moments]) -> PhaseCurves:
    """Lay the reps of a set over each other by phase.

    Parameters
    ----------
    time_s
        ``(n,)`` seconds, strictly rising.
    values
        ``(n,)`` degrees, NaN where not measured.
    """
    curves = np.array([_phase_curve(time_s, values, rep=rep) for rep in reps]).reshape(-1, len(PHASE_PCT))
    known = curves[np.isfinite(curves).all(axis=1)]
    nothing = np.full(len(PHASE_PCT), np.nan)
    return PhaseCurves(
        curves=curves,
        mean=known.mean(axis=0) if len(known) else nothing,
        sd=known.std(axis=0, ddof=1) if len(known) > 1 else nothing,
    )


def _phase_curve(time_s: Floats, values: Floats, *, rep: Moments) -> Floats:
    """Return ``(101,)`` the values at every percent of the phase; NaN throughout if a sample is missing."""
    curve = read_between(time_s, values, np.interp(PHASE_PCT, (0.0, TURN_PCT, 100.0), rep))
    return np.full(len(PHASE_PCT), np.nan) if curve is None else curve


def normalize_rep(analysis: Analysis, rep: RepMetrics) -> Floats | None:
    """Return ``(101,)`` the rep's angle in degrees at every percent of its phase; None where it has a gap.

    By phase, as sets are compared, and not by duration: a longer pause is no other movement.
    """
    if not rep.joint:
        return None
    at_s = np.interp(PHASE_PCT, (0.0, TURN_PCT, 100.0), (rep.start_s, rep.turn_s, rep.end_s))
    return read_between(analysis.track.time_s, analysis.angle(rep.joint), at_s)
