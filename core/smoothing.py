"""From raw angles to smooth ones: gap filling, outliers, a zero-lag low-pass filter.

Time stamps may be uneven (phones record variable rates): the filter runs on an even grid at the
median rate and its output is read back at the true times.
"""

from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.landmarks import MAX_GAP_S

Floats = NDArray[np.float64]

MAX_CUTOFF_HZ = 6.0
"""Human movement holds little above 6 Hz (Winter, Biomechanics and Motor Control, 4th ed., section 2.3.4)."""
CUTOFF_SHARE = 0.4
"""Cut-off as a share of the sampling rate, safely below Nyquist (0.5)."""
HAMPEL_WINDOW = 7
HAMPEL_SIGMAS = 3.0
"""Pearson's usual window and threshold (Hampel filter: Pearson et al., EURASIP J. Adv. Signal Process. 2016:87)."""
MIN_SPIKE_SHARE = 0.15
"""A spike sticks out by at least this share of the trace's range; else the top of a smooth wave, where the
window's own spread is small, would be cut off."""
MIN_SPIKE_STEPS = 1.5
"""And by at least this many of the trace's own steps from sample to sample: the top of a wave of six samples and more
stands out from its window by less, so that a rep of 1 s at 12 Hz keeps the half of its range it would lose."""
HAMPEL_FROM_HZ = 10.0
"""Below this rate a quick rep has fewer than six samples, and its peak is a spike: nothing is taken out."""
LOW_PASS_FROM_HZ = 7.5
"""Below this rate a quick rep (1.3 a second and more) lies close to the cut-off and would be flattened: on RepCount
at 200 frames a clip the low-pass cost a tenth of the counts. Nothing is filtered there."""
FILTER_ORDER = 2
MIN_FILTER_SAMPLES = 8
"""Shorter runs are left as they are: the filter's edges would fill them."""


def smooth_angle(values: Floats, *, time_s: Floats) -> Floats:
    """Fill short gaps, take out spikes and low-pass an angle without lag.

    Parameters
    ----------
    values
        ``(n,)`` in any unit, NaN where not measured.
    time_s
        ``(n,)`` seconds, strictly rising, not necessarily even.

    Returns
    -------
    ``(n,)`` in the unit of `values`. Gaps up to `MAX_GAP_S` are filled; longer ones, and those at the
    ends, stay NaN.

    Notes
    -----
    Each run between long gaps is filtered on its own, order 2 forwards and backwards. Below
    `LOW_PASS_FROM_HZ` gaps are filled and nothing else is done.
    """
    smooth = np.full(len(values), np.nan)
    filled = fill_gaps(values, time_s=time_s)
    for run in finite_runs(filled):
        smooth[run] = _smooth_run(filled[run], time_s[run])
    return smooth


def fill_gaps(values: Floats, *, time_s: Floats) -> Floats:
    """Return a copy with inner gaps of up to `MAX_GAP_S` bridged by straight lines."""
    known = np.flatnonzero(np.isfinite(values))
    filled = np.array(values, dtype=np.float64)
    for before, after in pairwise(known):
        if after - before > 1 and time_s[after] - time_s[before] <= MAX_GAP_S + sample_interval_s(time_s):
            gap = slice(before + 1, after)
            filled[gap] = np.interp(time_s[gap], time_s[[before, after]], values[[before, after]])
    return filled


def finite_runs(values: Floats) -> list[slice]:
    """Return the slices of consecutive finite samples."""
    finite = np.concatenate([[False], np.isfinite(values), [False]])
    edges = np.flatnonzero(finite[1:] != finite[:-1])
    return [slice(int(start), int(stop)) for start, stop in zip(edges[::2], edges[1::2], strict=True)]


def sample_interval_s(time_s: Floats) -> float:
    """Return the median interval between samples in seconds, 0 for fewer than two."""
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0


def _smooth_run(values: Floats, time_s: Floats) -> Floats:
    if len(values) < MIN_FILTER_SAMPLES:
        return values
    interval = sample_interval_s(time_s)
    if interval * LOW_PASS_FROM_HZ > 1.0:
        return values
    samples = max(round((time_s[-1] - time_s[0]) / interval) + 1, MIN_FILTER_SAMPLES)
    smooth = _remove_spikes(values, rate_hz=1.0 / interval)
    return low_pass(smooth, time_s=time_s, samples=samples, cutoff_hz=MAX_CUTOFF_HZ)


def _remove_spikes(values: Floats, *, rate_hz: float) -> Floats:
    if rate_hz < HAMPEL_FROM_HZ:
        return values
    median = _running_median(values)
    spread = 1.4826 * _running_median(np.abs(values - median))
    low, high = np.percentile(values, [5, 95])
    step = np.percentile(np.abs(np.diff(values)), 95)  # the few steps to a spike and back are larger
    limit = np.maximum(HAMPEL_SIGMAS * spread, max(MIN_SPIKE_SHARE * (high - low), MIN_SPIKE_STEPS * step))
    return np.where(np.abs(values - median) > limit, median, values)


def _running_median(values: Floats) -> Floats:
    padded = np.pad(values, HAMPEL_WINDOW // 2, mode="edge")
    return np.asarray(np.median(sliding_window_view(padded, HAMPEL_WINDOW), axis=1))


def low_pass(values: Floats, *, time_s: Floats, samples: int, cutoff_hz: float) -> Floats:
    """Take out what is quicker than a frequency, without lag.

    Parameters
    ----------
    values, time_s
        ``(n,)`` finite; seconds, strictly rising.
    samples
        Of the even grid on which the filter runs, two or more.
    cutoff_hz
        Where half of the height is left; at most `CUTOFF_SHARE` of the grid's rate is.
    """
    even_s = np.linspace(time_s[0], time_s[-1], samples)
    rate_hz = (samples - 1) / (even_s[-1] - even_s[0])
    padding = min(max(3 * FILTER_ORDER + 3, round(rate_hz / cutoff_hz)), samples - 1)  # less than a period rings
    even = np.interp(even_s, time_s, values)
    highest_hz = min(cutoff_hz, CUTOFF_SHARE * rate_hz)
    return np.interp(time_s, even_s, filter_both_ways(even, rate_hz=rate_hz, padding=padding, high_hz=highest_hz))


def filter_both_ways(
    values: Floats, *, rate_hz: float, padding: int, low_hz: float = 0.0, high_hz: float | None = None
) -> Floats:
    """Return what Butterworth filters leave that run forwards and then backwards, so that nothing lags.

    Parameters
    ----------
    values
        ``(n,)`` finite, at even times.
    rate_hz
        Of the samples.
    padding
        Samples, less than n, by which both ends go on turned about their last value.
    low_hz, high_hz
        Between them is kept, at both half of the height; order 1 below, `FILTER_ORDER` above. 0 and None keep all.

    Notes
    -----
    Twice through a filter multiplies each frequency by the square of its gain, which is what is done here. SciPy's
    ``sosfiltfilt`` does the same step by step and brings 70 MB with it, into the web process at the first correction
    as into every worker: see `tests/test_smoothing.py`.
    """
    head = 2 * values[0] - values[padding:0:-1]
    tail = 2 * values[-1] - values[-2 : -padding - 2 : -1]
    padded = np.concatenate([head, values, tail])
    mirrored = np.concatenate([padded, padded[::-1]])  # the transform takes it for endless: its ends have to meet
    warped = np.tan(np.pi * np.fft.rfftfreq(len(mirrored)))  # of the bilinear transform
    gain = np.ones(len(warped))
    if low_hz:
        gain -= 1 / (1 + (warped / np.tan(np.pi * low_hz / rate_hz)) ** 2)
    if high_hz is not None:
        gain /= 1 + (warped / np.tan(np.pi * high_hz / rate_hz)) ** (2 * FILTER_ORDER)
    kept = np.fft.irfft(gain * np.fft.rfft(mirrored), len(mirrored))
    return np.asarray(kept[padding : padding + len(values)])
