"""How far the mean of a set is off, measured: by quantity and by where the camera stood.

Sets of the mannequin through the product's own path against their exactly known angles, `benchmarks/differences.py`:
four exercises, each from four places, each set filmed four times with another depth, tempo and build and the camera up
to 6° off its place; 15 Hz. Real bodies, clothes and loads come on top.
"""

import math

import numpy as np

from core.sampling import VELOCITY_MIN_HZ
from core.view import View

NAN = float("nan")
COUNT_ERROR = 0.265
"""Root mean square error of a count: of 56 real clips .93 were exact and all within one, √.07 (README)."""
MAY_EXCEED = 0.05
"""Share of comparisons in which error alone may exceed a limit."""
TURNS_DEG = (0.0, 45.0, 60.0, 90.0)
"""How far the camera stood from the front."""
ALIKE = {
    "rom_deg": (8.5, 11.8, 8.4, 4.2),
    "max_deg": (7.9, 7.1, 4.1, 2.3),
    "min_deg": (3.1, 5.3, 5.3, 2.9),
    "duration_s": (0.18, 0.10, 0.10, 0.04),
    "eccentric_s": (0.13, 0.10, 0.06, 0.03),
    "concentric_s": (0.11, 0.07, 0.17, 0.03),
    "pause_turn_s": (0.12, 0.07, 0.14, 0.03),
    "mean_velocity_deg_s": (0.16, 0.12, 0.18, 0.03),
    "peak_velocity_deg_s": (0.24, 0.17, 0.12, 0.08),
}
"""Standard deviation of the error between sets of one exercise from one place, 2026-11-28, 64 sets."""
APART = {
    "rom_deg": (14.8, 12.4, 10.7, 6.2),
    "max_deg": (10.5, 8.3, 7.1, 3.4),
    "min_deg": (6.5, 6.3, 6.0, 3.5),
    "duration_s": (0.38, 0.16, 0.17, 0.06),
    "eccentric_s": (0.30, 0.20, 0.17, 0.08),
    "concentric_s": (0.30, 0.18, 0.30, 0.05),
    "pause_turn_s": (0.28, 0.26, 0.30, 0.09),
    "mean_velocity_deg_s": (0.26, 0.18, 0.26, 0.06),
    "peak_velocity_deg_s": (0.77, 0.48, 0.37, 0.31),
}
"""Root mean square of the same errors, what all sets of an exercise have in common included."""
SHARES = ("mean_velocity_deg_s", "peak_velocity_deg_s")
"""Given as shares of the velocity."""
SAME_AS = {"to_turn_s": "eccentric_s", "from_turn_s": "concentric_s", "left_right_rom_diff_deg": "rom_deg"}
"""Quantities measured in the same way as another."""


def count_limit(counted: int) -> float:
    """Return the difference of two equal counts that error alone exceeds in at most 1 of 20 comparisons.

    Whole numbers that are off by one or not at all are no bell curve: each is off in `COUNT_ERROR` squared of the
    clips, so one of two counts is in 1 of 7, and both in opposite directions in 1 of 400.

    Parameters
    ----------
    counted
        How many of the two were counted by RepScope; the others were set by hand.
    """
    some_off = 1 - (1 - COUNT_ERROR**2) ** counted
    return 1.0 if some_off > MAY_EXCEED else 0.0


def error_of(name: str, mean: float, *, view: View, rate_hz: float, is_alike: bool) -> float:
    """Return the standard uncertainty by which the measurement itself shifts the mean of a set.

    Parameters
    ----------
    name, mean
        A field of `RepMetrics`, and its mean over the set.
    view, rate_hz
        Where the camera stood, and the effective sample rate in Hz.
    is_alike
        Whether the other set shows the same exercise from the same place: the part of the error that is the same in
        both then leaves their difference, and what varies between such sets remains.

    Returns
    -------
    float
        In the unit of the mean; NaN where nothing was measured: from above or an unknown view. Views from behind are
        taken as from the front. Below 10 Hz times are taken to be less exact in proportion, which was not measured.
        Left less right has the error of two ranges.
    """
    table = (ALIKE if is_alike else APART).get(SAME_AS.get(name, name))
    if table is None or view.name in ("above", "unknown"):
        return NAN
    error = float(np.interp(view.turn_deg, TURNS_DEG, table))
    if name in SHARES:
        return error * abs(mean)
    if name.endswith("_s"):
        return error * max(1.0, VELOCITY_MIN_HZ / rate_hz)
    return error * math.sqrt(2) if name == "left_right_rom_diff_deg" else error
