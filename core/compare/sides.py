"""Left against right within a set: by how much, and whether that is more than the error of measurement."""

import math
from dataclasses import dataclass

from core.compare.differences import Verdict
from core.compare.errors_measured import error_of
from core.landmarks import SIDES
from core.metrics import to_statistic
from core.metrics.trend import coverage_factor
from core.pipeline import Analysis

ALIKE_PCT = 0.5
"""Less is 0 % when rounded."""


@dataclass(frozen=True)
class Sides:
    """Which side of a set moves further.

    Attributes
    ----------
    further
        ``left`` or ``right``; empty where both move alike.
    pct
        By how much, of the mean range of both.
    limit_pct
        What error alone exceeds in 1 of 20 sets; NaN where that was not measured.
    """

    further: str
    pct: float
    limit_pct: float

    @property
    def verdict(self) -> Verdict:
        """Whether that is larger than what the camera and the body model make, lies within it, or cannot be judged."""
        if not math.isfinite(self.limit_pct):
            return "unknown"
        return "larger" if self.pct >= self.limit_pct else "within"


def compare_sides(analysis: Analysis) -> Sides | None:
    """Return which side moves further; None where the sides are not compared.

    Notes
    -----
    The camera and the body model are off by other amounts on the left than on the right: a mirrored clip of a squat has
    the same side further than the clip itself. The range of each side has the error of sets filmed alike.
    """
    found_pct = analysis.metrics.asymmetry_pct
    if not math.isfinite(found_pct):
        return None
    left, right = (_mean_rom_deg(analysis, side) for side in SIDES)
    error_deg = error_of(
        "left_right_rom_diff_deg", left - right, view=analysis.view, rate_hz=analysis.sample_rate_hz, is_alike=True
    )
    further = "" if abs(found_pct) < ALIKE_PCT else "left" if found_pct > 0 else "right"
    return Sides(further, abs(found_pct), 100 * coverage_factor(math.inf) * error_deg / (0.5 * (left + right)))


def say_sides(analysis: Analysis) -> str:
    """Return which side moves further, and if that is no more than error; empty where the sides are not compared."""
    sides = compare_sides(analysis)
    if sides is None:
        return ""
    if not sides.further:
        return "both move alike"
    if sides.verdict == "larger":
        return f"{sides.further} moves further"
    return f"{sides.further} further, {say_error(sides)}"


def say_error(sides: Sides) -> str:
    """Return what error has to do with the difference; empty where that is larger."""
    within = f"within error ({sides.limit_pct:.0f} %)"
    return {"larger": "", "within": within, "unknown": "error not known from here"}[sides.verdict]


def _mean_rom_deg(analysis: Analysis, side: str) -> float:
    return to_statistic([getattr(rep, f"{side}_rom_deg") for rep in analysis.metrics.reps if not rep.is_partial]).mean
