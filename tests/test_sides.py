"""Which side moves further, and whether error can make as much of a difference."""

import math
from dataclasses import replace

import pytest

from core.compare.errors_measured import error_of
from core.compare.sides import compare_sides, say_sides
from core.pipeline import Analysis
from core.plots import plot_butterfly
from core.report.document import key_figures
from core.view import View
from tests.report_case import make_analysis

NAN = float("nan")


@pytest.fixture(scope="module")
def front() -> Analysis:
    """A set that shows both sides, from the front."""
    return make_analysis(reps=3, exercise="lateral_raise", yaw_deg=0)


def with_difference(analysis: Analysis, pct: float) -> Analysis:
    return replace(analysis, metrics=replace(analysis.metrics, asymmetry_pct=pct))


def seen_from(analysis: Analysis, name: str, *, yaw_deg: float = NAN) -> Analysis:
    return replace(analysis, view=View(name, yaw_deg, "upright", 0.5, ""))


def in_error(analysis: Analysis, times: float) -> float:
    """Return so many standard deviations of the error of a difference between two ranges, in percent."""
    rom_deg = analysis.metrics.statistics["rom_deg"].mean
    error_deg = error_of("rom_deg", rom_deg, view=analysis.view, rate_hz=analysis.sample_rate_hz, is_alike=True)
    return times * 100 * math.sqrt(2) * error_deg / rom_deg


@pytest.mark.parametrize(
    ("times", "verdict"),
    [
        (0.5, "within"),
        (1.5, "within"),
        (1.9, "within"),
        (2.1, "larger"),
        (4.0, "larger"),
        (-1.9, "within"),
        (-2.1, "larger"),
    ],
)
def test_error_alone_exceeds_the_limit_in_one_of_twenty_sets(front, times, verdict):
    """That is 1.96 standard deviations of a bell curve."""
    sides = compare_sides(with_difference(front, in_error(front, times)))
    assert (sides.verdict, sides.further) == (verdict, "left" if times > 0 else "right")


def test_a_difference_in_words(front):
    assert say_sides(with_difference(front, 0.3)) == "both move alike"
    assert say_sides(with_difference(front, in_error(front, 3))) == "left moves further"
    limit_pct = in_error(front, 1.96)
    assert say_sides(with_difference(front, -2.0)) == f"right further, within error ({limit_pct:.0f} %)"


def test_sides_that_are_not_compared_have_no_words(front):
    hidden = with_difference(front, NAN)
    assert compare_sides(hidden) is None
    assert say_sides(hidden) == ""


@pytest.mark.parametrize(("name", "yaw_deg"), [("unknown", NAN), ("above", 0.0)])
@pytest.mark.parametrize("pct", [2.0, 60.0])
def test_an_error_that_was_never_measured_is_not_exceeded(front, name, yaw_deg, pct):
    """Not even by a difference that would be clear from anywhere else."""
    unsure = seen_from(with_difference(front, pct), name, yaw_deg=yaw_deg)
    assert compare_sides(unsure).verdict == "unknown"
    words = "left further, error not known from here"
    assert say_sides(unsure) == words
    assert next(each.detail for each in key_figures(unsure) if each.label == "Left against right") == words
    assert plot_butterfly(unsure).words.endswith(f"The left moves {pct:.0f} % further, error not known from here.")


@pytest.mark.parametrize("yaw_deg", [0.0, 180.0, -30.0])
def test_a_body_as_far_on_both_sides_moves_alike(yaw_deg):
    assert say_sides(make_analysis(reps=3, exercise="lateral_raise", yaw_deg=yaw_deg)) in ("both move alike", "")
