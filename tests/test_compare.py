"""Comparing two sets: phases, pairs, uncertainty and verdicts with known answers."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import stdtrit
from streamlit.testing.v1 import AppTest

from core.compare import (
    Estimate,
    are_opposite,
    compare_sets,
    measure_alike,
    minimal_detectable_change,
    moments_in_phase,
    pair_in_order,
    pair_with_one,
)
from core.compare import errors_measured as measured
from core.compare.differences import are_places_alike
from core.compare.phase import phase_curves
from core.compare.reps import from_turn_to_turn
from core.corrections import Corrections
from core.mannequin import Filming, Motion, RepPlan, compute_truth, plan_steady
from core.mannequin import View as Camera
from core.metrics import RepMetrics
from core.metrics.trend import coverage_factor
from core.pipeline import Analysis, correct, summarize
from core.view import View

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def squats(
    *, depth: float = 1.0, period_s: float = 2.0, count: int = 5, yaw_deg: float = 90, exercise="squat"
) -> Analysis:
    reps = tuple(RepPlan(out_s=period_s / 2, back_s=period_s / 2, depth=depth) for _ in range(count))
    filming = Filming(view=Camera(yaw_deg=yaw_deg), fps=15)
    return summarize(compute_truth(Motion(exercise, reps), filming=filming).track)


def row(one: Analysis, other: Analysis, name: str):
    return next(each for each in compare_sets(*measure_alike(one, other)).differences if each.name == name)


def test_pairs():
    assert pair_in_order(3, 2) == [(0, 0), (1, 1)]
    assert pair_in_order(3, 2, align="last") == [(1, 0), (2, 1)]
    assert pair_with_one(3, 1) == [(0, 1), (1, 1), (2, 1)]
    assert pair_in_order(0, 4) == []


def test_reps_of_any_tempo_lie_over_each_other_by_phase():
    time_s = np.linspace(0, 10, 1001)
    values = np.interp(time_s, [1, 2, 4, 5, 8, 9], [0, 90, 0, 0, 90, 0])
    found = phase_curves(time_s, values, reps=[(1, 2, 4), (5, 8, 9)])
    np.testing.assert_allclose(found.curves[0], found.curves[1], atol=1e-9)
    assert found.mean[[0, 25, 50, 75, 100]] == pytest.approx([0, 45, 90, 45, 0])
    np.testing.assert_allclose(found.sd, 0, atol=1e-9)


def test_a_rep_with_a_gap_is_left_out_of_the_mean():
    time_s = np.linspace(0, 10, 1001)
    values = np.interp(time_s, [1, 2, 3, 5, 6, 7], [0, 90, 0, 0, 60, 0])
    values[150] = np.nan
    found = phase_curves(time_s, values, reps=[(1, 2, 3), (5, 6, 7)])
    assert np.isnan(found.curves[0]).all()
    assert found.mean.max() == pytest.approx(60)
    assert np.isnan(found.sd).all()


def test_no_rep_gives_no_curve():
    found = phase_curves(np.arange(10.0), np.zeros(10), reps=[])
    assert found.curves.shape == (0, 101)
    assert np.isnan(found.mean).all()


@pytest.mark.parametrize("freedom", [2, 2.2, 3, 4.5, 7, 12, 25, 100, 1e6])
def test_the_coverage_factor_is_students_t(freedom):
    assert coverage_factor(freedom) == pytest.approx(stdtrit(freedom, 0.975), rel=0.006)


def test_the_detectable_change_of_many_reps_is_1_96_root_of_the_sum():
    many = Estimate(100, sd=0.0, n=10_000, error=3.0)
    assert minimal_detectable_change(many, replace(many, error=4.0)) == pytest.approx(1.96 * 5, rel=1e-3)


def test_the_detectable_change_of_few_reps_is_larger_by_students_t():
    few = Estimate(100, sd=6.0, n=4, error=0.0)
    standard = math.hypot(3, 3)  # SEM 6/√4 each; 3 + 3 degrees of freedom
    assert minimal_detectable_change(few, few) == pytest.approx(2.447 * standard, rel=1e-3)


def test_one_rep_says_nothing_of_its_spread():
    assert math.isnan(minimal_detectable_change(Estimate(1, math.nan, 1, 0.1), Estimate(1, 0.1, 5, 0.1)))


@pytest.mark.parametrize("seed", range(3))
def test_sets_that_do_not_differ_pass_the_limit_in_one_of_twenty(seed):
    """Simulated: five reps each, drawn around one truth, each camera off by its own error."""
    rng = np.random.default_rng(seed)
    passed = 0
    for _ in range(2000):
        sets = []
        for _ in range(2):
            reps = rng.normal(100 + rng.normal(0, 3), 5, 5)
            sets.append(Estimate(reps.mean(), reps.std(ddof=1), 5, 3.0))
        passed += abs(sets[0].mean - sets[1].mean) > minimal_detectable_change(*sets)
    assert 0.03 < passed / 2000 < 0.065


def test_a_much_deeper_slower_set_is_told_apart_and_itself_is_not():
    shallow, deep = squats(depth=0.6), squats(period_s=3.4)
    changed = {each.name: each.verdict for each in compare_sets(*measure_alike(shallow, deep)).differences}
    assert changed["rom_deg"] == changed["max_deg"] == changed["duration_s"] == changed["eccentric_s"] == "larger"
    assert changed["reps"] == "within"
    same = compare_sets(deep, deep)
    assert {each.verdict for each in same.differences} <= {"within", "unknown"}
    assert same.is_alike
    assert not same.warnings


def test_a_shallow_squat_counted_on_the_hip_is_measured_on_the_knee_like_the_deep_one():
    shallow, deep = squats(depth=0.6), squats()
    one, other = measure_alike(shallow, deep)
    assert compare_sets(one, other).joint == "knee"
    assert one.rep_count == shallow.rep_count
    assert measure_alike(deep, deep) == (deep, deep)


def test_where_the_other_set_stays_on_its_joint_neither_is_measured_anew():
    shallow, chosen = squats(depth=0.6), correct(squats(), Corrections(joint="left_ankle", exercise="squat"))
    for sets in ((shallow, chosen), (chosen, shallow)):
        assert [id(each) for each in measure_alike(*sets)] == [id(each) for each in sets]


def test_what_the_trainer_chose_stays():
    chosen = correct(squats(), Corrections(joint="left_hip", exercise="squat"))
    assert measure_alike(chosen, squats())[0] is chosen


def test_the_change_is_b_less_a():
    assert row(squats(depth=0.6), squats(), "rom_deg").change > 20
    assert row(squats(count=5), squats(count=3), "reps").change == -2
    assert row(squats(count=5), squats(count=4), "reps").verdict == "within"
    assert row(squats(count=5), squats(count=3), "reps").verdict == "larger"


def by_hand(analysis: Analysis) -> Analysis:
    return correct(analysis, Corrections(reps=analysis.count.all_reps))


@pytest.mark.parametrize("hands", [0, 1, 2])
def test_counts_that_do_not_differ_pass_the_limit_in_at_most_one_of_twenty(hands):
    """Summed up over what was measured: the rest of the exact ones is one off."""
    one_off = measured.COUNT_ERROR**2 / 2
    off = {-1: one_off, 0: 1 - 2 * one_off, 1: one_off}
    sets = [by_hand(squats()) if place < hands else squats() for place in range(2)]
    each = [{0: 1.0} if place < hands else off for place in range(2)]
    limit = row(*sets, "reps").detectable
    passed = sum(each[0][one] * each[1][other] for one in each[0] for other in each[1] if abs(one - other) > limit)
    assert passed <= 0.05
    assert row(by_hand(squats(count=5)), by_hand(squats(count=4)), "reps").verdict == "larger"


@pytest.mark.parametrize(
    ("yaws_deg", "is_alike"),
    [
        ((45, 135), False), ((20, 160), False), ((0, 180), False), ((60, 120), False),
        ((80, 100), True), ((-90, 90), True), ((-45, 45), True), ((130, -135), True),
    ],
)  # fmt: skip
def test_from_before_and_from_behind_are_other_places(yaws_deg, is_alike):
    comparison = compare_sets(*(squats(yaw_deg=yaw) for yaw in yaws_deg))
    assert comparison.is_alike == is_alike
    assert any("The camera stood elsewhere" in warning for warning in comparison.warnings) != is_alike


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("above", "back", False), ("above", "side_left", False), ("above", "unknown", False), ("above", "above", True),
        ("back", "back", True), ("side_left", "oblique", True), ("side_right", "oblique_back", True),
        ("side_left", "oblique_back", True), ("side_right", "oblique", True), ("oblique", "oblique_back", False),
    ],
)  # fmt: skip
def test_places_of_other_names(one, other, is_alike):
    assert are_places_alike((one, 65.0), (other, 70.0)) == is_alike
    assert not are_places_alike((one, 65.0), (other, 81.0))


def test_other_views_are_warned_of_and_judged_with_the_whole_error():
    side, front = squats(), squats(yaw_deg=20)
    comparison = compare_sets(side, front)
    assert not comparison.is_alike
    assert any("The camera stood elsewhere" in warning for warning in comparison.warnings)
    alike = row(side, side, "rom_deg").detectable
    assert next(each for each in comparison.differences if each.name == "rom_deg").detectable > 1.5 * alike


def test_two_places_of_the_same_words_are_told_apart_in_degrees():
    """Of two push-ups it was said that the camera stood elsewhere, and of both: from the right side."""
    one = squats()
    for yaws_deg, words in ((-95.0, -69.0), "A at 95° and B at 69°"), ((70.0, 90.0), "A at 70° and B at 90°"):
        sets = [replace(one, view=replace(one.view, name="side_right", yaw_deg=yaw_deg)) for yaw_deg in yaws_deg]
        (warning,) = [each for each in compare_sets(*sets).warnings if "The camera stood elsewhere" in each]
        assert f"Both: {one.view.words[0].lower()}{one.view.words[1:-1]}, but {words} around the body" in warning
    unknown = replace(one, view=replace(one.view, name="unknown", yaw_deg=math.nan))
    assert "nan" not in " ".join(compare_sets(unknown, unknown).warnings)


def test_other_joints_are_not_compared_in_degrees():
    comparison = compare_sets(squats(), squats(exercise="curl"))
    rows = {each.name: each for each in comparison.differences}
    assert comparison.joint is None
    assert rows["rom_deg"].verdict == "unknown"
    assert rows["rom_deg"].reason == "measured on knee in A and on elbow in B"
    assert math.isfinite(rows["duration_s"].change)
    assert "The exercises differ: A is squat, B is curl." in comparison.warnings


def test_an_exercise_that_is_not_clear_is_not_said_to_differ():
    unclear = squats()
    unclear = replace(unclear, recognition=replace(unclear.recognition, exercise=None))
    warnings = compare_sets(squats(), unclear).warnings
    assert "The exercises are not known to be the same: A is squat, B is not clear." in warnings


def test_a_single_rep_is_said_to_be_too_few():
    one = row(squats(count=1), squats(), "rom_deg")
    assert one.verdict == "unknown"
    assert "single rep" in one.reason


def view_at(turn_deg: float, name: str = "oblique") -> View:
    return View(name, turn_deg, "upright", 1.0, "")


def test_errors_are_read_off_by_view_and_grow_below_ten_frames_a_second():
    at = {"mean": 100.0, "rate_hz": 15.0, "is_alike": True}
    assert measured.error_of("rom_deg", view=view_at(90), **at) == measured.ALIKE["rom_deg"][-1]
    assert measured.error_of("rom_deg", view=view_at(75), **at) == pytest.approx((8.4 + 4.2) / 2)
    assert measured.error_of("left_right_rom_diff_deg", view=view_at(90), **at) == pytest.approx(4.2 * math.sqrt(2))
    assert measured.error_of("peak_velocity_deg_s", view=view_at(90), **at) == pytest.approx(8)
    assert measured.error_of("eccentric_s", view=view_at(90), **(at | {"rate_hz": 5.0})) == pytest.approx(0.06)
    assert math.isnan(measured.error_of("rom_deg", view=view_at(90, "above"), **at))
    assert math.isnan(measured.error_of("quality", view=view_at(90), **at))


def test_every_measured_error_belongs_to_a_number_of_a_rep_and_alike_is_no_larger_than_apart():
    assert measured.ALIKE.keys() == measured.APART.keys() <= RepMetrics.__dataclass_fields__.keys()
    for name, alike in measured.ALIKE.items():
        assert len(alike) == len(measured.TURNS_DEG)
        assert all(one <= other * 1.001 for one, other in zip(alike, measured.APART[name], strict=True)), name


def test_the_error_of_a_count_is_that_of_the_readme():
    exact = float(re.search(r"\| phone and web clips \| 56 \| (\.\d+) \| 1\.00 \|", README)[1])
    assert math.sqrt(1 - exact) == pytest.approx(measured.COUNT_ERROR, abs=0.005)


def from_the_bottom(count: int) -> Analysis:
    """Return squats of a clip that begins and ends at the bottom: counted from bottom to bottom."""
    whole = squats(count=count + 1)
    bottoms = [rep.turn_s for rep in whole.metrics.reps]
    inside = (whole.track.time_s >= bottoms[0] - 0.1) & (whole.track.time_s <= bottoms[-1] + 0.1)
    track = whole.track
    return summarize(
        replace(track, **{name: getattr(track, name)[inside] for name in ("time_s", "xyz", "visibility", "world")})
    )


@pytest.mark.parametrize("count", [2, 5])
def test_a_set_counted_from_the_bottom_goes_down_together_with_one_counted_from_the_top(count):
    one, other = squats(count=3), from_the_bottom(count)
    assert are_opposite(one, other)
    moments = moments_in_phase(one, other)
    assert [len(reps) for reps in moments] == ([2, 2] if count == 2 else [3, 4])
    bends = []
    for each, reps in zip((one, other), moments, strict=True):
        curve = phase_curves(each.track.time_s, each.angle("left_knee"), reps=reps).mean
        bends.append(curve[50] > curve[0])
    assert bends[0] == bends[1]


def test_sets_that_begin_alike_keep_their_reps():
    one, other = squats(count=3), squats(count=2, period_s=3)
    assert not are_opposite(one, other)
    assert [len(reps) for reps in moments_in_phase(one, other)] == [3, 2]
    assert moments_in_phase(one, other)[0][0] == (
        one.metrics.reps[0].start_s,
        one.metrics.reps[0].turn_s,
        one.metrics.reps[0].end_s,
    )


def test_pauses_at_opposite_ends_are_not_compared():
    assert "turn at the top" in row(squats(count=3), from_the_bottom(5), "pause_turn_s").reason


def test_no_rep_is_made_over_a_long_rest():
    reps = [(0.0, 1.0, 2.0), (2.2, 3.0, 4.0), (9.5, 10.5, 11.5)]
    assert from_turn_to_turn(reps) == [(1.0, 2.1, 3.0)]


@pytest.mark.parametrize(
    ("first", "second", "label", "reason"),
    [
        (True, True, "Mean velocity, lifting", ""),
        (None, None, "Mean velocity, whole rep", ""),
        (True, None, "Mean velocity, whole rep", "one set is measured while lifting, the other over whole reps"),
    ],
)
def test_velocity_says_which_part_of_the_rep_it_is_of(first, second, label, reason):
    set_ = summarize(compute_truth(plan_steady("squat", count=4), filming=Filming(fps=15)).track)
    one, other = (
        replace(set_, metrics=replace(set_.metrics, eccentric_first=eccentric_first))
        for eccentric_first in (first, second)
    )
    (row,) = (row for row in compare_sets(one, other).differences if row.name == "mean_velocity_deg_s")
    assert (row.label, row.reason) == (label, reason)


def test_what_cannot_be_compared_is_told_apart_though_its_names_hold_commas():
    def show() -> None:
        import streamlit as st

        from pages.components.differences_table.table import show_differences

        show_differences(st.session_state["comparison"])

    slow = summarize(compute_truth(plan_steady("squat", count=4), filming=Filming(fps=8)).track)
    app = AppTest.from_function(show)
    app.session_state["comparison"] = compare_sets(slow, slow)
    app.run()
    assert not app.exception
    assert any("mean velocity, lifting; peak velocity:" in caption.value for caption in app.caption)
    exact = f"{1 - measured.COUNT_ERROR**2:.2f}".removeprefix("0")
    assert f"| {exact} | 1.00 |" in README
    assert f"of 56 real clips {exact} were counted exactly" in "".join(each.value for each in app.markdown)
