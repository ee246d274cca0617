"""Smoothing: what it fills, what it leaves, and that it moves nothing in time."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from core.smoothing import FILTER_ORDER, fill_gaps, filter_both_ways, low_pass, smooth_angle

TIME_S = np.arange(0, 10, 0.05)
SINE = 45 + 40 * np.sin(2 * np.pi * 0.5 * TIME_S)


def test_a_slow_movement_passes_unchanged_and_unshifted():
    np.testing.assert_allclose(smooth_angle(SINE, time_s=TIME_S)[5:-5], SINE[5:-5], atol=1.0)


def test_noise_shrinks():
    noisy = SINE + np.random.default_rng(0).normal(0, 4, len(SINE))
    left = smooth_angle(noisy, time_s=TIME_S) - SINE
    assert np.std(left) < 0.8 * np.std(noisy - SINE)


def test_a_spike_is_taken_out():
    spiked = SINE.copy()
    spiked[100] += 80
    np.testing.assert_allclose(smooth_angle(spiked, time_s=TIME_S)[5:-5], SINE[5:-5], atol=5.0)


@pytest.mark.parametrize("rep_s", [1.0, 1.2])
def test_the_peaks_of_quick_reps_are_no_spikes_where_samples_are_few(rep_s):
    """At 9 Hz seven samples span most of a rep of a second."""
    time_s = np.arange(0, 12, 1 / 9)
    smooth = smooth_angle(45 - 45 * np.cos(2 * np.pi * time_s / rep_s), time_s=time_s)
    assert np.ptp(smooth[8:-8]) > 80


@pytest.mark.parametrize(
    ("missing_s", "filled"), [pytest.param(0.4, True, id="short gap"), pytest.param(0.8, False, id="long gap")]
)
def test_only_short_gaps_are_filled(missing_s, filled):
    gap = np.abs(TIME_S - 4.025 - missing_s / 2) < missing_s / 2
    smooth = smooth_angle(np.where(gap, np.nan, SINE), time_s=TIME_S)
    assert np.isfinite(smooth[gap]).all() == filled
    assert np.isfinite(smooth[~gap]).all()


def test_the_ends_are_never_invented():
    values = SINE.copy()
    values[:3] = values[-4:] = np.nan
    smooth = smooth_angle(values, time_s=TIME_S)
    assert np.isnan(smooth[:3]).all()
    assert np.isnan(smooth[-4:]).all()


@pytest.mark.parametrize("rate_hz", [30, 60, 120])
def test_a_line_stays_one_to_its_ends_however_fine_the_grid(rate_hz):
    """Where the low-pass has less than a period to settle in, the ends ring."""
    time_s = np.arange(0, 10, 1 / rate_hz)
    line = 100 * time_s
    np.testing.assert_allclose(low_pass(line, time_s=time_s, samples=len(line), cutoff_hz=3.5), line, atol=0.05)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 8, 20])
def test_short_traces_keep_their_length_and_values(n):
    smooth = smooth_angle(np.full(n, 30.0), time_s=np.arange(n) / 10)
    np.testing.assert_allclose(smooth, np.full(n, 30.0), atol=1e-9)


def test_nan_stays_nan():
    assert np.isnan(smooth_angle(np.full(50, np.nan), time_s=np.arange(50) / 10)).all()


def test_uneven_time_stamps_are_read_as_they_are():
    uneven = TIME_S + np.random.default_rng(1).uniform(-0.02, 0.02, len(TIME_S))
    truth = 45 + 40 * np.sin(2 * np.pi * 0.5 * uneven)
    np.testing.assert_allclose(smooth_angle(truth, time_s=uneven)[5:-5], truth[5:-5], atol=2.0)


def test_fill_gaps_leaves_its_input_alone():
    values = np.array([0.0, np.nan, 2.0])
    np.testing.assert_array_equal(fill_gaps(values, time_s=np.array([0.0, 0.1, 0.2])), [0, 1, 2])
    assert np.isnan(values[1])


@pytest.mark.parametrize(("rep_s", "rate_hz"), [(1.0, 12.0), (1.0, 15.0), (0.7, 15.0), (0.6, 15.0), (0.5, 20.0)])
def test_the_top_of_a_quick_rep_is_no_spike(rep_s, rate_hz):
    """A set of jumping jacks of 50 s is analysed at 12 Hz."""
    time_s = np.arange(0, 10, 1 / rate_hz)
    measured = 50 - 50 * np.cos(2 * np.pi * time_s / rep_s)
    smooth = smooth_angle(measured, time_s=time_s)
    quarter = round(rep_s * rate_hz / 4)  # of a rep, at the filter's edges
    np.testing.assert_allclose(smooth[quarter:-quarter], measured[quarter:-quarter], atol=8)


@pytest.mark.parametrize(("rate_hz", "frames"), [(11.0, 1), (12.0, 1), (15.0, 1), (15.0, 2), (30.0, 2)])
def test_frames_that_the_model_misjudges_are_taken_out(rate_hz, frames):
    time_s = np.arange(0, 8, 1 / rate_hz)
    true = 50 - 50 * np.cos(2 * np.pi * time_s / 2.0)
    measured = true.copy()
    measured[len(true) // 2 :][:frames] += 80
    np.testing.assert_allclose(smooth_angle(measured, time_s=time_s), true, atol=7 * frames)


@pytest.mark.parametrize("samples", [40, 200, 601])
@pytest.mark.parametrize(("low_hz", "high_hz"), [(0.0, 3.5), (0.0, 6.0), (0.3, None), (0.3, 1.0)])
def test_the_filter_is_the_one_that_scipy_runs_step_by_step(samples, low_hz, high_hz):
    rate_hz, padding = 20.0, min(samples - 1, 200)
    values = np.random.default_rng(1).normal(0, 8, samples).cumsum()
    wanted = values
    if low_hz:
        wanted = sosfiltfilt(butter(1, low_hz, "high", fs=rate_hz, output="sos"), wanted, padlen=padding)
    if high_hz:
        wanted = sosfiltfilt(butter(FILTER_ORDER, high_hz, fs=rate_hz, output="sos"), wanted, padlen=padding)
    found = filter_both_ways(values, rate_hz=rate_hz, padding=padding, low_hz=low_hz, high_hz=high_hz)
    np.testing.assert_allclose(found, wanted, atol=0.02 * np.ptp(values))
    np.testing.assert_allclose(
        found[10:-10], wanted[10:-10], atol=(1e-3 if samples > padding + 1 else 0.02) * np.ptp(values)
    )
