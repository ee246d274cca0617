"""Left against right within a set: by how much, and whether that is more than the error of measurement."""

import math

from core.compare.errors_measured import error_of
from core.landmarks import SIDES
from core.metrics import to_statistic
from core.metrics.trend import coverage_factor
from core.pipeline import Analysis

ALIKE_PCT = 0.5
"""Less is 0 % when rounded."""


def sides_limit_pct(analysis: Analysis) -> float:
    """Return the asymmetry index, %, that error alone exceeds in 1 of 20 sets; NaN where that was not measured.

    Notes
    -----
    The camera and the body model are off by other amounts on the left than on the right: a mirrored clip of a squat has
    the same side further than the clip itself. The range of each side has the error of sets filmed alike.
    """
    left, right = (_mean_rom_deg(analysis, side) for side in SIDES)
    error_deg = error_of(
        "left_right_rom_diff_deg", left - right, view=analysis.view, rate_hz=analysis.sample_rate_hz, is_alike=True
    )
    return 100 * coverage_factor(math.inf) * error_deg / (0.5 * (left + right))


def say_sides(analysis: Analysis) -> str:
    """Return which side moves further, and if that is no more than error; empty where the sides are not compared."""
    found_pct, limit_pct = analysis.metrics.asymmetry_pct, sides_limit_pct(analysis)
    if not math.isfinite(found_pct):
        return ""
    if abs(found_pct) < ALIKE_PCT:
        return "both move alike"
    side = "left" if found_pct > 0 else "right"
    if abs(found_pct) < limit_pct:
        return f"{side} further, within error ({limit_pct:.0f} %)"
    return f"{side} moves further"


def _mean_rom_deg(analysis: Analysis, side: str) -> float:
    return to_statistic([getattr(rep, f"{side}_rom_deg") for rep in analysis.metrics.reps if not rep.is_partial]).mean
