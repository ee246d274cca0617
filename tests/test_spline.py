"""The spline: SciPy's to the last digits, and exact where it has to be."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from core.spline import cubic_spline


@pytest.mark.parametrize("samples", [4, 5, 6, 60, 600])
@pytest.mark.parametrize("unevenness", [0.0, 0.5, 0.9])
def test_it_is_the_one_of_scipy(samples, unevenness):
    rng = np.random.default_rng(samples)
    time_s = (np.arange(samples) + unevenness * rng.uniform(-0.5, 0.5, samples)) / 15
    values = rng.normal(0, 30, samples).cumsum()
    at_s = np.linspace(time_s[0], time_s[-1], 7 * samples)
    wanted = CubicSpline(time_s, values)
    found, slopes = cubic_spline(time_s, values, at_s=at_s)
    np.testing.assert_allclose(found, wanted(at_s), atol=1e-6)
    np.testing.assert_allclose(slopes, wanted(at_s, 1), atol=1e-4)


def test_a_parabola_over_a_long_gap_is_met_with_its_slope():
    time_s = np.array([0.0, 5.0, 5.02, 5.04, 5.06, 6.0])
    at_s = np.linspace(0, 6, 50)
    found, slopes = cubic_spline(time_s, 5 * time_s**2, at_s=at_s)
    np.testing.assert_allclose(found, 5 * at_s**2, atol=1e-6)
    np.testing.assert_allclose(slopes, 10 * at_s, atol=1e-6)
