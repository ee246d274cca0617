"""Find the whole cycles of one signal by hysteresis, and score how much they look like one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.smoothing import filter_both_ways, low_pass
from core.spline import cubic_spline

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

FINE_RATE_HZ = 60.0
"""Rate of the cubic spline on which turning points are found between samples: to 17 ms where samples allow."""
MAX_OVERSAMPLING = 4
"""Points per sample at most; a turn is not known better than that."""
MAX_HZ = 3.5
"""The quickest reps counted, small hops, come three a second. Cycles are told from what a trace holds below this:
between it and the 6 Hz of a rep's shape, landmarks that jitter made cycles of their own, the more the higher the rate.
"""
COUNT_FILTER_FROM_HZ = 10.0
"""Below this rate little above `MAX_HZ` is left: `core.smoothing` takes it out, and below its own 7.5 Hz the samples
hold hardly any. Taking out more would only flatten quick reps."""
MIN_SAMPLES = 8
"""Fewer known samples than this show no cycle."""
ROBUST_RANGE_PERCENT = (5.0, 95.0)
"""Of the design: a twentieth of the samples may be wrong at either end."""
END_HEIGHT = (0.5, 2.0)
"""A first or last half-cycle outside this share of the median height is set-up or put-down, not a rep."""
HEIGHT_RATIO = 2.0
"""A cycle less than half as high as the median is a partial rep or a set-up movement, one twice as high is no rep."""
PARTIAL_HEIGHT = 0.3
"""A partial rep is at least this share as high as the median; less is fidgeting."""
WIDTH_RATIO = 2.0
"""One whose far half lasts less than half or more than twice as long as the median's is no rep of the set either."""
SLOW_RATIO = 3.0
"""But up to this many times as wide is a slow rep of the set if it is as high, moves out and home once, and is not the
first: a weight lifted at .5 m/s when fresh is lifted at .17 in the last rep before failure (bench press:
Gonzalez-Badillo and Sanchez-Medina, Int. J. Sports Med. 31, 2010). It has no vote: in noise, two reps run together are
as wide."""
SLOW_DETOUR = 1.3
"""Way of its far half over that to the turn and back: a sticking point stops, two reps run together turn back by a half
and more. Noise of 5 degrees may turn a rep of 60 or more back once on each way."""
OUTLIER_SPREADS = 4.0 * 1.4826
"""These ratios hold for even sets; in an uneven one they widen to four robust standard deviations (MAD) of the set."""
FIRST_HOME = 1.1
"""With as many cycles either way, home is where the clip starts, unless the others have this many times the quality."""
REST_RATIO = 2.0
"""Leaving home slower than this many times the second half of the way out is a rest before the rep."""
SHAPE_POINTS = 32
"""Points at which two cycles are compared."""
SINGLE_SIMILARITY = 0.5
"""One cycle has no other to agree with: neither for nor against."""
BAND = (0.55, 1.7)
"""Band kept around a known cycle frequency: from half as slow to not quite the double, which is the first harmonic."""


@dataclass(frozen=True)
class Trace:
    """A signal on a fine, gapless grid.

    Attributes
    ----------
    time_s, values
        ``(m,)`` from the first known sample to the last; gaps are bridged by straight lines, which can hide
        a cycle but never add one.
    rate_hz
        Of the samples.
    path
        How far the signal moved up and down in all before it was reduced to a band, same unit as the values.
    measured
        ``(m,)`` with what the values hold no more, to tell when the cycles begin, turn and end; None: the values.
    """

    time_s: Floats
    values: Floats
    rate_hz: float
    path: float
    measured: Floats | None = None


@dataclass(frozen=True)
class Cycles:
    """Moves away from the home level and back: ``k`` whole cycles.

    Attributes
    ----------
    starts_s, rises_s, turns_s, falls_s, ends_s
        ``(k,)`` when each leaves home, is half-way out, turns, is half-way back, and is home.
    heights
        ``(k,)`` the smaller of the ways out and back, unit of the signal.
    quality
        0-1: share of all movement that the cycles explain, each as far as it resembles its neighbour.
    is_upward
        Home is the low side.
    partial
        Start, turn and end in seconds of each cycle too low by `HEIGHT_RATIO`, down to `PARTIAL_HEIGHT`: not counted.
    slow
        Start, turn and end in seconds of each slow rep, see `SLOW_RATIO`: not in `count`, which has a vote.
    lead_s, tail_s
        Turning points of a half-cycle before the first and after the last cycle, NaN if there is none.
    """

    starts_s: Floats
    rises_s: Floats
    turns_s: Floats
    falls_s: Floats
    ends_s: Floats
    heights: Floats
    quality: float
    is_upward: bool
    partial: tuple[tuple[float, float, float], ...] = ()
    slow: tuple[tuple[float, float, float], ...] = ()
    lead_s: float = float("nan")
    tail_s: float = float("nan")

    @property
    def count(self) -> int:
        """Return the number of whole cycles."""
        return len(self.turns_s)

    @property
    def height(self) -> float:
        """Return the median height, unit of the signal."""
        return median(self.heights)

    @property
    def period_s(self) -> float:
        """Return the median time from one turn to the next; NaN for a single cycle."""
        return median(np.diff(self.turns_s)) if self.count > 1 else float("nan")


def make_trace(values: Floats, *, time_s: Floats) -> Trace | None:
    """Return the signal on a fine grid, ``None`` if too little of it is known.

    Parameters
    ----------
    values, time_s
        ``(n,)``, NaN where unknown; seconds.
    """
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < MIN_SAMPLES:
        return None
    inside = slice(known[0], known[-1] + 1)
    bridged = np.interp(time_s[inside], time_s[known], values[known])
    rate_hz = (len(bridged) - 1) / float(np.ptp(time_s[inside]))
    finer = int(np.clip(round(FINE_RATE_HZ / rate_hz), 1, MAX_OVERSAMPLING))
    steps = np.arange((len(bridged) - 1) * finer + 1) / finer
    fine_s = np.interp(steps, np.arange(len(bridged)), time_s[inside])
    fine, _ = cubic_spline(time_s[inside], bridged, at_s=fine_s)
    if rate_hz < COUNT_FILTER_FROM_HZ:
        return Trace(fine_s, fine, rate_hz, path=float(np.abs(np.diff(fine)).sum()))
    counted = low_pass(fine, time_s=fine_s, samples=len(fine_s), cutoff_hz=MAX_HZ)
    return Trace(fine_s, counted, rate_hz, path=float(np.abs(np.diff(counted)).sum()), measured=fine)


def band_pass(trace: Trace, *, period_s: float) -> Trace:
    """Return the trace reduced to cycles of about a period: drift and noise taken out, rests flat.

    A trace too coarse to hold the band's low corner is returned as it is.
    """
    fine_hz = (len(trace.time_s) - 1) / float(np.ptp(trace.time_s))
    low_hz, high_hz = (share / period_s for share in BAND)
    if low_hz >= fine_hz / 2:
        return trace
    values = filter_both_ways(
        trace.values,
        rate_hz=fine_hz,
        padding=min(len(trace.values) - 1, round(3 * period_s * fine_hz)),
        low_hz=low_hz,
        high_hz=high_hz if high_hz < 0.45 * trace.rate_hz else None,
    )
    return Trace(trace.time_s, values, trace.rate_hz, trace.path)


def robust_range(values: Floats) -> float:
    """Return P95 - P5 of the known values, 0 if there are none."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return 0.0
    low, high = np.percentile(known, ROBUST_RANGE_PERCENT)
    return float(high - low)


def find_cycles(trace: Trace, *, hystereses: Sequence[float], width_ratio: float = WIDTH_RATIO) -> list[Cycles]:
    """Find the cycles whose turning points differ by at least a share of the signal's range.

    Parameters
    ----------
    trace
        From `make_trace` or `band_pass`.
    hystereses
        Shares of the robust range (P95 - P5) a half-cycle must reach; each makes one result.
    width_ratio
        A cycle whose far half lasts so many times longer or shorter than the median's is none of the set.

    Returns
    -------
    One result for each hysteresis that finds any. Home is the side, low or high, that gives more cycles; of as many
    either way the one where the clip starts, unless the others are clearly better (`FIRST_HOME`).
    """
    found: dict[bytes, Cycles | None] = {}
    results = []
    signal_range = robust_range(trace.values)
    for hysteresis in hystereses:
        turns = _turning_points(trace.values, threshold=hysteresis * signal_range)
        key = turns.tobytes()
        if key not in found:
            found[key] = _best_home(trace, turns, width_ratio=width_ratio)
        if (cycles := found[key]) is not None:
            results.append(cycles)
    return results


def _best_home(trace: Trace, turns: Indices, *, width_ratio: float) -> Cycles | None:
    """Return the cycles between these turning points from the better home; None where there are none."""
    if len(turns) < 3:
        return None
    at = turns if trace.measured is None else _as_measured(turns, trace, trace.measured)
    kept = _trim(turns, trace.values)
    turns, at = turns[kept], at[kept]
    best = _cycles(trace, turns, at, phase=0, width_ratio=width_ratio)
    if len(turns) > 3:
        other = _cycles(trace, turns, at, phase=1, width_ratio=width_ratio)
        if (other.count, other.quality) > (best.count, FIRST_HOME * best.quality):
            best = other
    return best if best.count else None


def _turning_points(values: Floats, *, threshold: float) -> Indices:
    """Return the indices of alternating extremes that differ by at least `threshold`."""
    slope = np.sign(np.diff(values))
    corners = np.flatnonzero(np.concatenate([[True], slope[1:] != slope[:-1], [True]]))
    levels = values[corners].tolist()  # plain numbers: an array's own are slow one by one
    turns: list[int] = []
    low = high = direction = 0
    for at, level in enumerate(levels):
        high = at if level > levels[high] else high
        low = at if level < levels[low] else low
        if direction >= 0 and levels[high] - level >= threshold:
            turns.append(high)
            direction, low, high = -1, at, at
        elif direction <= 0 and level - levels[low] >= threshold:
            turns.append(low)
            direction, low, high = 1, at, at
    if direction:
        turns.append(high if direction == 1 else low)
    return corners[np.array(turns, dtype=np.intp)]


def _as_measured(turns: Indices, trace: Trace, measured: Floats) -> Indices:
    """Return where the measured values turn around each of the alternating turning points of a trace."""
    first = 1.0 if trace.values[turns[0]] > trace.values[turns[1]] else -1.0
    between = (turns[1:] + turns[:-1] + 1) // 2  # each part has its own turn in it, also of two neighbours
    parts = np.split(first * measured, between)
    found = [part.argmin() if at % 2 else part.argmax() for at, part in enumerate(parts)]
    return np.append(0, between) + found


def _trim(turns: Indices, values: Floats) -> slice:
    """Return which turns are left without the half-cycles at both ends that are far from as high as the rest."""
    heights = np.abs(np.diff(values[turns]))
    low, high = median(heights) * np.array(END_HEIGHT)
    first, last = 0, len(heights)
    while last - first > 2 and not low <= heights[first] <= high:
        first += 1
    while last - first > 2 and not low <= heights[last - 1] <= high:
        last -= 1
    return slice(first, last + 1)


def _cycles(trace: Trace, turns: Indices, at: Indices, *, phase: int, width_ratio: float) -> Cycles:
    """Cut at every second turning point from `phase` on; keep the cycles as high and as wide as the others.

    Their times are those of the turning points `at`, where the measured values turn.
    """
    knots = _knots(trace.values, turns[phase:])
    start, rise, turn, fall, end = knots
    heights = np.minimum(*(np.abs(trace.values[turn] - trace.values[home]) for home in (start, end)))
    width_off = outliers(trace.time_s[fall] - trace.time_s[rise], ratio=width_ratio)
    height_off = outliers(heights, ratio=HEIGHT_RATIO)
    kept = (width_off == 0) & (height_off == 0)
    moved = sum(np.abs(trace.values[turn] - trace.values[home]) for home in (start, end))[kept]
    times = _tighten(trace.time_s[knots])
    similar = _similarity(trace, times[:, kept], heights=heights[kept])
    if trace.measured is not None:
        times = _tighten(trace.time_s[_knots(trace.measured, at[phase:])])
    starts_s, rises_s, turns_s, falls_s, ends_s = times[:, kept]
    shallow = times[:, (height_off < 0) & (width_off == 0) & (heights >= PARTIAL_HEIGHT * median(heights))]
    slow = (height_off == 0) & (width_off > 0)
    if slow.any():  # seldom, and telling takes a look at all of the trace
        slow &= _are_slow(trace, knots, kept=kept)
    has_tail = (len(turns) - phase) % 2 == 0
    return Cycles(
        starts_s=starts_s,
        rises_s=rises_s,
        turns_s=turns_s,
        falls_s=falls_s,
        ends_s=ends_s,
        heights=heights[kept],
        quality=float((moved * similar).sum() / max(trace.path, 1e-9)),
        is_upward=bool(trace.values[turn[0]] > trace.values[start[0]]),
        partial=tuple((a, b, c) for a, b, c in shallow[[0, 2, 4]].T.tolist()),
        slow=tuple((a, b, c) for a, b, c in times[[0, 2, 4]][:, slow].T.tolist()),
        lead_s=float(trace.time_s[at[0]]) if phase else float("nan"),
        tail_s=float(trace.time_s[at[-1]]) if has_tail else float("nan"),
    )


def _are_slow(trace: Trace, knots: Indices, *, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which cycles may be slow reps of the set, by `SLOW_RATIO` and `SLOW_DETOUR`."""
    if not kept.any():
        return kept
    _, rise, turn, fall, _ = knots
    widths = trace.time_s[fall] - trace.time_s[rise]
    way = np.append(0.0, np.abs(np.diff(trace.values)).cumsum())
    straight = sum(np.abs(trace.values[turn] - trace.values[half]) for half in (rise, fall))
    later = np.arange(len(kept)) > np.argmax(kept)
    is_short = widths <= SLOW_RATIO * median(widths[kept])
    return np.asarray(later & is_short & (way[fall] - way[rise] <= SLOW_DETOUR * straight))


def _knots(values: Floats, turns: Indices) -> Indices:
    """Return ``(5, k)`` indices: home, half-way out, turn, half-way back, home.

    Half-way is where the signal is nearest to home and half as far out as it turns.
    """
    start, turn, end = turns[:-2:2], turns[1:-1:2], turns[2::2]
    if not len(turn):
        return np.empty((5, 0), dtype=np.intp)
    half = np.repeat(0.5 * (values[turns[1:]] + values[turns[:-1]]), np.diff(turns))
    inside = values[turns[0] : turns[-1]]
    is_out = inside >= half if values[turn[0]] > values[start[0]] else inside <= half
    out = turns[0] + np.flatnonzero(is_out)
    rise, fall = out[np.searchsorted(out, start)], out[np.searchsorted(out, end) - 1]
    return np.array([start, rise, turn, fall, end], dtype=np.intp)


def median(sizes: Floats) -> float:
    """Return what ``np.median`` does, in a seventh of its time: a count takes thousands, of a few sizes each."""
    ordered, half = np.sort(sizes), len(sizes) // 2
    return float(0.5 * (ordered[half] + ordered[~half]))


def outliers(sizes: Floats, *, ratio: float) -> NDArray[np.int_]:
    """Return for each size 0 if it is as the others, -1 or 1 if it is far smaller or larger.

    Parameters
    ----------
    sizes
        ``(k,)`` positive; with fewer than three nothing is known of any.
    ratio
        Of a size to the median from which it is far off; in uneven sets more, see `OUTLIER_SPREADS`.
    """
    if len(sizes) < 3:
        return np.zeros(len(sizes), dtype=np.int_)
    logs = np.log(np.maximum(sizes, 1e-9))
    off = logs - median(logs)
    limit = max(np.log(ratio), OUTLIER_SPREADS * median(np.abs(off)))
    return np.where(np.abs(off) > limit, np.sign(off), 0).astype(np.int_)


def _similarity(trace: Trace, times: Floats, *, heights: Floats) -> Floats:
    """Return for each cycle how much it resembles the better of its neighbours, 0-1.

    Correlation of the shapes, times the ratio of the heights, times the root of that of the widths.
    """
    start, rise, _, fall, end = times
    if len(start) < 2:
        return np.full(len(start), SINGLE_SIMILARITY)
    at = start[:, None] + (end - start)[:, None] * np.linspace(0, 1, SHAPE_POINTS)
    shapes = np.interp(at.ravel(), trace.time_s, trace.values).reshape(at.shape)
    shapes -= shapes.mean(axis=1, keepdims=True)
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True) + 1e-9
    alike = np.zeros(len(start) + 1)  # nothing is beside the first and the last
    alike[1:-1] = np.clip((shapes[1:] * shapes[:-1]).sum(axis=1), 0, 1) * _ratio(heights) * np.sqrt(_ratio(fall - rise))
    return np.maximum(alike[1:], alike[:-1])


def _ratio(sizes: Floats) -> Floats:
    """Return the smaller over the larger of each two neighbours."""
    smaller, larger = np.minimum(sizes[1:], sizes[:-1]), np.maximum(sizes[1:], sizes[:-1])
    return np.asarray(smaller / np.maximum(larger, 1e-9))


def _tighten(times: Floats) -> Floats:
    """Return the ``(5, k)`` times of `_knots` with rests at home taken out of the cycles.

    The second half of the way out tells how long the first took: a signal at rest is home until then.
    """
    start, rise, turn, fall, end = times
    quarter = median(np.concatenate([turn - rise, fall - turn])) if len(turn) else 0.0
    out, back = np.maximum(turn - rise, quarter), np.maximum(fall - turn, quarter)
    half = 0.5 * (fall - rise)  # held out there, where it turns is chance
    start = np.where(rise - start > REST_RATIO * np.minimum(out, half), np.maximum(start, rise - out), start)
    end = np.where(end - fall > REST_RATIO * np.minimum(back, half), np.minimum(end, fall + back), end)
    return np.array([start, rise, turn, fall, end])
