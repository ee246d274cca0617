"""Find the whole cycles of one signal by hysteresis, and score how much they look like one another."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OVERSAMPLING = 4
"""Points per sample of the cubic spline on which turning points are found (sub-sample times)."""
ROBUST_RANGE_PERCENT = (5.0, 95.0)
END_AMPLITUDE = (0.5, 2.0)
"""A first or last half-cycle outside this share of the median amplitude is set-up or put-down, not a rep."""
TEMPLATE_POINTS = 32
SINGLE_CYCLE_CONSISTENCY = 0.5
"""One cycle has no other to agree with: neither for nor against."""
MIN_SAMPLES = 8
"""Fewer known samples than this show no cycle."""


@dataclass(frozen=True)
class Cycles:
    """Alternating turning points of one signal, and how regular they are.

    Attributes
    ----------
    times_s, values
        ``(m,)`` turning points, alternately high and low; half-cycle ``i`` runs from ``i`` to ``i + 1``.
    first, last
        The turning points between which the cycles are alike; before and after is set-up.
    amplitude
        Median of the half-cycles' heights, unit of the signal.
    quality
        0-1: agreement of the cycles in shape, height and duration, and the share of all movement they explain.
    """

    times_s: Floats
    values: Floats
    first: int
    last: int
    amplitude: float
    quality: float

    @property
    def count(self) -> int:
        """Return the number of whole cycles."""
        return max(0, self.last - self.first) // 2


def find_cycles(values: Floats, *, time_s: Floats, hysteresis: float) -> Cycles | None:
    """Find the cycles of a signal whose turning points differ by at least a share of its range.

    Parameters
    ----------
    values, time_s
        ``(n,)``; NaN samples are bridged, which can hide a cycle but never add one.
    hysteresis
        Share of the robust range (P95 - P5) a half-cycle must reach.

    Returns
    -------
    ``None`` if there is no whole cycle.
    """
    fine_s, fine = _oversample(values, time_s=time_s)
    if len(fine) == 0:
        return None
    turns = _turning_points(fine, threshold=hysteresis * robust_range(fine))
    if len(turns) < 3:
        return None
    heights = np.abs(np.diff(fine[turns]))
    first, last = _alike(heights)
    quality = _quality(fine_s, fine, turns=turns[first : last + 1])
    return Cycles(fine_s[turns], fine[turns], first, last, float(np.median(heights[first:last])), quality)


def robust_range(values: Floats) -> float:
    """Return P95 - P5 of the known values, 0 if there are none."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0
    low, high = np.percentile(known, ROBUST_RANGE_PERCENT)
    return float(high - low)


def _oversample(values: Floats, *, time_s: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(values)
    if known.sum() < MIN_SAMPLES:
        return np.empty(0), np.empty(0)
    steps = np.arange((len(values) - 1) * OVERSAMPLING + 1) / OVERSAMPLING
    fine_s = np.interp(steps, np.arange(len(values)), time_s)
    fine_s = fine_s[(fine_s >= time_s[known][0]) & (fine_s <= time_s[known][-1])]
    from scipy.interpolate import CubicSpline  # noqa: PLC0415  see core.smoothing

    return fine_s, np.asarray(CubicSpline(time_s[known], values[known])(fine_s))


def _turning_points(values: Floats, *, threshold: float) -> NDArray[np.intp]:
    """Return the indices of alternating extremes that differ by at least `threshold`."""
    slope = np.sign(np.diff(values))
    corners = np.flatnonzero(np.concatenate([[True], slope[1:] != slope[:-1], [True]]))
    turns: list[int] = []
    low = high = int(corners[0])
    direction = 0
    for index in map(int, corners):
        high = index if values[index] > values[high] else high
        low = index if values[index] < values[low] else low
        if direction >= 0 and values[high] - values[index] >= threshold:
            turns.append(high)
            direction, low, high = -1, index, index
        elif direction <= 0 and values[index] - values[low] >= threshold:
            turns.append(low)
            direction, low, high = 1, index, index
    if direction:
        turns.append(high if direction == 1 else low)
    return np.array(turns, dtype=np.intp)


def _alike(heights: Floats) -> tuple[int, int]:
    """Return the first and last turning point of the run whose ends are as high as the rest."""
    low, high = np.median(heights) * np.array(END_AMPLITUDE)
    first, last = 0, len(heights)
    while last - first > 2 and not low <= heights[first] <= high:
        first += 1
    while last - first > 2 and not low <= heights[last - 1] <= high:
        last -= 1
    return first, last


def _quality(time_s: Floats, values: Floats, *, turns: NDArray[np.intp]) -> float:
    heights = np.abs(np.diff(values[turns]))
    periods = time_s[turns[2:]] - time_s[turns[:-2]]
    explained = heights.sum() / np.abs(np.diff(values)).sum()
    regular = np.exp(-_variation(heights) - _variation(periods))
    return float(max(_consistency(values, turns=turns, phase=phase) for phase in (0, 1)) * explained * regular)


def _variation(values: Floats) -> float:
    return float(np.std(values) / np.mean(values)) if len(values) else 0.0


def _consistency(values: Floats, *, turns: NDArray[np.intp], phase: int) -> float:
    """Return the share of the cycles' variance that their median shape explains, 0-1."""
    edges = turns[phase::2]
    if len(edges) < 3:
        return SINGLE_CYCLE_CONSISTENCY if len(edges) == 2 else 0.0
    index = np.arange(len(values))
    cycles = np.array([np.interp(np.linspace(a, b, TEMPLATE_POINTS), index, values) for a, b in pairwise(edges)])
    template = np.median(cycles, axis=0)
    residual = np.median(((cycles - template) ** 2).mean(axis=1))
    return float(1.0 / (1.0 + residual / template.var()))
