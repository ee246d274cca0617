"""Tests of the band around a period."""

import numpy as np

from core.cycles import Trace, band_pass


def test_period_shorter_than_the_trace_can_hold_leaves_it_unfiltered() -> None:
    time_s = np.append(np.arange(30) / 30, 1000.0)
    values = np.sin(2 * np.pi * np.arange(31) / 10)
    trace = Trace(time_s, values, 31 / 1000, float(np.abs(np.diff(values)).sum()))
    np.testing.assert_array_equal(band_pass(trace, period_s=1.0).values, values)
