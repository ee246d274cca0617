"""Figures: both sides of a joint with its reps, and the shape of the set."""

import re
from dataclasses import replace

import numpy as np
import pytest

from core.compare.phase import normalize_rep
from core.corrections import Corrections, mark_partial, move_edges
from core.mannequin import Filming, View, compute_truth, plan_alternating, plan_steady
from core.metrics import Statistic
from core.metrics.trend import Trend
from core.palette import ACCENT, PHASE_COLORS, REP_COLORS, SIDE_COLORS
from core.pipeline import Analysis, correct, summarize
from core.plots import (
    joint_title,
    most_moving_angle,
    moving_joints,
    plot_butterfly,
    plot_joint,
    plot_live,
    plot_overlay,
    plot_tempo,
    plot_trend,
)  # fmt: skip
from core.plots.shape import describe_trend, label_of
from tests.synthetic import EXERCISES, perform


def test_a_joint_shows_both_sides_over_time(analysis):
    figure = plot_joint(analysis, "knee")
    left, right, turns = figure.data
    assert (left.name, right.name, turns.name) == ("Left", "Right", "Turning point")
    np.testing.assert_array_equal(left.y, analysis.angles["left_knee"])
    assert figure.layout.xaxis.title.text == "Time (s)"
    assert figure.layout.yaxis.title.text == "Knee flexion (°)"
    assert "%{x:.2f} s" in left.hovertemplate


def test_who_holds_still_does_not_seem_to_move(analysis):
    """An axis fitted to two degrees of wobble shows them as large as reps."""
    wobble = 97.0 + np.sin(np.arange(len(analysis.track.time_s)))
    still = replace(analysis, angles=analysis.angles | {"left_knee": wobble, "right_knee": wobble})
    for figure in (plot_joint(still, "knee"), plot_live([0, 1], [96.0, 98.0], name="left_knee", end_s=2.0)):
        low, high = figure.layout.yaxis.range
        assert (high - low, (high + low) / 2) == pytest.approx((45.0, 97.0), abs=0.1)
    assert plot_joint(analysis, "knee").layout.yaxis.range is None


def test_every_rep_is_a_numbered_band(analysis):
    figure = plot_joint(analysis, "knee")
    assert [(band.x0, band.x1) for band in figure.layout.shapes] == [
        (rep.start_s, rep.end_s) for rep in analysis.count.reps
    ]
    assert [label.text for label in figure.layout.annotations] == ["1", "2", "3", "4", "5"]


def test_partial_and_edited_reps_are_told_apart(analysis):
    reps = mark_partial(analysis.count.all_reps, 1, is_partial=True)
    figure = plot_joint(correct(analysis, Corrections(reps=reps)), "knee")
    bands = sorted(figure.layout.shapes, key=lambda band: band.x0)
    assert [label.text for label in sorted(figure.layout.annotations, key=lambda label: label.x)] == [
        "1", "partial*", "2", "3", "4",
    ]  # fmt: skip
    assert bands[1].fillcolor != bands[0].fillcolor
    assert (bands[1].line.color, bands[0].line.color != bands[1].line.color) == (REP_COLORS["edited"], True)
    assert "edited by hand" in figure.layout.xaxis.title.text


def test_the_turn_is_marked_on_the_limb_that_moves():
    analysis = summarize(compute_truth(plan_alternating("lunge", count=4), filming=Filming(fps=15)).track)
    colors = set(plot_joint(analysis, "hip").data[-1].marker.color)
    assert colors == {SIDE_COLORS["left"], SIDE_COLORS["right"]}


def test_turning_points_lie_on_the_deepest_part_of_the_curve(analysis):
    turns = plot_joint(analysis, "knee").data[-1]
    assert list(turns.x) == [rep.turn_s for rep in analysis.count.reps]
    assert min(turns.y) > 0.9 * np.nanmax(analysis.angles["left_knee"])


def test_trunk_lean_has_one_curve(analysis):
    assert [trace.name for trace in plot_joint(analysis, "trunk_lean").data] == ["Trunk lean", "Turning point"]


def test_the_joints_that_move_come_first(analysis):
    assert set(moving_joints(analysis, most=3)) >= {"knee", "hip"}
    assert len(moving_joints(analysis, most=2)) == 2


def test_noise_is_no_joint_that_moves(analysis):
    noise = np.random.default_rng(1).normal(0, 90, len(analysis.track.time_s))
    noisy = replace(analysis, angles=analysis.angles | {"left_ankle": noise})
    assert "ankle" not in moving_joints(noisy, most=2)


@pytest.mark.parametrize(("yaw_deg", "drawn"), [(0, ["elbow"]), (90, ["elbow", "hip"])], ids=["front", "side"])
def test_a_joint_that_moves_no_more_than_its_error_there_is_left_out(yaw_deg, drawn):
    """Depth leaks into the hips of a curl, in time with the reps: by 25°, about their error from the front."""
    done = summarize(perform(EXERCISES["curl"], yaw_deg=yaw_deg).track)
    leak_deg = 25 * (1 - np.cos(np.pi * done.track.time_s)) / 2
    leaked = {f"{side}_hip": leak_deg for side in ("left", "right")}
    assert moving_joints(replace(done, angles=done.angles | leaked), most=2) == drawn


def test_some_joint_is_drawn_where_none_moves_beyond_its_error(analysis):
    still = {name: np.zeros_like(values) for name, values in analysis.angles.items()}
    nothing = correct(analysis, Corrections(reps=()))
    nothing = replace(nothing, metrics=replace(nothing.metrics, joint=None), angles=still)
    assert moving_joints(nothing, most=2)


def test_the_turn_is_marked_on_the_side_measured(analysis):
    reps = tuple(replace(rep, joint="right_knee") for rep in analysis.metrics.reps)
    other = replace(analysis, metrics=replace(analysis.metrics, reps=reps))
    assert set(plot_joint(other, "knee").data[-1].marker.color) == {SIDE_COLORS["right"]}


def test_the_live_curve_shows_the_angle_that_moves_most():
    series = {"left_knee": [0.0, 50.0, 100.0], "left_elbow": [10.0, 12.0, 11.0], "left_hip": [np.nan] * 3}
    assert most_moving_angle(series) == "left_knee"
    series["right_ankle"] = [-70.0, 60.0, -70.0]
    assert most_moving_angle(series) == "left_knee"
    assert most_moving_angle({**series, "left_knee": [1.0, 4.0, 2.0]}) == "right_ankle"
    figure = plot_live([0.0, 0.1, 0.2], series["left_knee"], name="left_knee", end_s=5.0)
    assert tuple(figure.layout.xaxis.range) == (0, 5.0)
    assert figure.layout.yaxis.title.text == "Left knee (°)"


@pytest.mark.parametrize(("joint", "title"), [("knee", "Knee flexion"), ("trunk_lean", "Trunk lean")])
def test_titles_are_words(joint, title):
    assert joint_title(joint) == title


@pytest.fixture
def edited(analysis) -> Analysis:
    """Rep 2 moved, rep 4 marked as partial."""
    reps = analysis.count.all_reps
    moved = move_edges(
        reps, 1, start_s=reps[1].start_s + 0.2, end_s=reps[1].end_s,
        time_s=analysis.track.time_s, signal=analysis.count.signal,
    )  # fmt: skip
    return correct(analysis, Corrections(reps=mark_partial(moved, 3, is_partial=True)))


@pytest.fixture
def uneven() -> Analysis:
    """Arms raised to the side, the left to 60 and the right to 90 degrees, seen from the front."""
    both = EXERCISES["lateral_raise"]
    turn = {**both.turn, "left_arm_spread": 60.0, "right_arm_spread": 90.0}
    return summarize(perform(replace(both, turn=turn), yaw_deg=0, drive="left_shoulder").track)


@pytest.fixture
def slow_rate() -> Analysis:
    return summarize(compute_truth(plan_steady("squat", count=3), filming=Filming(fps=5)).track)


def named(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_the_overlay_shows_every_rep_from_start_to_end(analysis):
    drawing = plot_overlay(analysis)
    singles = [trace for trace in drawing.figure.data if trace.name == "Whole reps"]
    assert len(singles) == 5
    assert [trace.showlegend for trace in singles] == [True, False, False, False, False]
    knees = (analysis.angles["left_knee"] + analysis.angles["right_knee"]) / 2
    rep = analysis.metrics.reps[2]
    ends = np.interp([rep.start_s, rep.end_s], analysis.track.time_s, knees)
    np.testing.assert_allclose([singles[2].y[0], singles[2].y[-1]], ends)
    assert max(singles[2].y) == pytest.approx(rep.max_deg, abs=3)
    assert "Rep 3" in singles[2].hovertemplate


def test_a_longer_way_back_makes_no_other_rep(analysis):
    """Three squats, each rising more slowly than the one before: alike by phase, 8 degrees apart by duration."""
    down_s, up_s = 1.0, (1.0, 1.5, 2.0)
    starts_s = np.array([0.0, 2.0, 4.5])
    time_s = np.arange(0, 7.5, 1 / 30)
    moments = [(start, start + down_s, start + down_s + up) for start, up in zip(starts_s, up_s, strict=True)]
    knots_s, knots = np.ravel(moments), np.tile([0.0, 0.5, 1.0], 3)
    knee = 50 - 50 * np.cos(2 * np.pi * np.interp(time_s, knots_s, knots))
    reps = tuple(
        replace(rep, start_s=start, turn_s=turn, end_s=end)
        for rep, (start, turn, end) in zip(analysis.metrics.reps, moments, strict=False)
    )
    uneven = replace(
        analysis,
        track=replace(analysis.track, time_s=time_s),
        angles=dict.fromkeys(analysis.angles, knee),
        metrics=replace(analysis.metrics, reps=reps),
    )
    assert "At the same point of the rep they differ by ±0°" in plot_overlay(uneven).words


@pytest.mark.parametrize(
    ("range_sd", "said"), [(0.0, "° on average, mostly from tempo: one"), (50.0, "° on average: one")]
)
def test_the_spread_at_the_same_point_is_not_that_of_the_range(analysis, range_sd, said):
    statistics = analysis.metrics.statistics | {"rom_deg": Statistic(120.0, range_sd, 5)}
    words = plot_overlay(replace(analysis, metrics=replace(analysis.metrics, statistics=statistics))).words
    assert said in words


def test_the_band_is_the_spread_of_the_whole_reps(edited):
    figure = plot_overlay(edited).figure
    whole = [rep for rep in edited.metrics.reps if not rep.is_partial]
    curves = np.array([normalize_rep(edited, rep) for rep in whole])
    mean = named(figure, "Mean ± SD")
    np.testing.assert_allclose(mean.y, curves.mean(axis=0))
    np.testing.assert_allclose(mean.customdata, curves.std(axis=0, ddof=1))
    band = next(trace for trace in figure.data if trace.fill == "toself")
    np.testing.assert_allclose(band.y[:101], curves.mean(axis=0) + curves.std(axis=0, ddof=1))


def test_a_thin_curve_reads_on_both_backgrounds(analysis):
    """A translucent one would not on the dark page; `test_palette` has the contrast of the full colours."""
    colors = {trace.line.color for trace in plot_overlay(analysis).figure.data if trace.name == "Whole reps"}
    assert colors <= {ACCENT, *SIDE_COLORS.values()}


def test_partial_and_edited_reps_look_different_and_say_so(edited):
    figure = plot_overlay(edited).figure
    looks = {
        (trace.line.color, trace.line.dash)
        for trace in figure.data
        if trace.name in {"Whole reps", "Edited", "Partial"}
    }
    assert len({color for color, _ in looks}) == len({dash for _, dash in looks}) == 3
    assert [label_of(rep) for rep in edited.metrics.reps] == [
        "Rep 1", "Rep 2, edited", "Rep 3", "Partial rep after rep 3, edited", "Rep 4"
    ]  # fmt: skip
    assert label_of(replace(edited.metrics.reps[3], rep=0, is_edited=False)) == "Partial rep before rep 1"
    assert "Rep 2, edited" in named(figure, "Edited").hovertemplate


def test_sides_in_turn_have_a_mean_each(analysis):
    reps = [replace(rep, joint=f"{'left' if at % 2 else 'right'}_knee") for at, rep in enumerate(analysis.metrics.reps)]
    figure = plot_overlay(replace(analysis, metrics=replace(analysis.metrics, reps=tuple(reps)))).figure
    assert named(figure, "Mean ± SD, left").line.color == SIDE_COLORS["left"]
    assert named(figure, "Mean ± SD, right").line.color == SIDE_COLORS["right"]
    assert figure.layout.yaxis.title.text == "Angle (°)"


def test_a_rep_with_a_gap_is_left_out_of_the_overlay(analysis):
    rep = analysis.metrics.reps[1]
    gone = np.abs(analysis.track.time_s - rep.turn_s) < 0.3
    holed = {name: np.where(gone, np.nan, values) for name, values in analysis.angles.items()}
    figure = plot_overlay(replace(analysis, angles=holed)).figure
    assert sum(trace.name == "Whole reps" for trace in figure.data) == 4
    assert normalize_rep(replace(analysis, angles=holed), rep) is None


def test_tempo_bars_add_up_to_the_reps(analysis):
    drawing = plot_tempo(analysis)
    assert [trace.name for trace in drawing.figure.data] == [
        "Lowering", "Pause at the turn", "Lifting", "Pause before the next"
    ]  # fmt: skip
    total = np.sum([trace.x for trace in drawing.figure.data[:3]], axis=0)
    np.testing.assert_allclose(total, [rep.duration_s for rep in analysis.metrics.reps])
    assert named(drawing.figure, "Lowering").marker.color == PHASE_COLORS["eccentric"]
    assert f"lowering {analysis.metrics.statistics['eccentric_s'].mean:.1f}\N{NO-BREAK SPACE}s" in drawing.words
    assert drawing.figure.layout.yaxis.range[0] > drawing.figure.layout.yaxis.range[1], "the first rep is on top"


@pytest.mark.parametrize(("eccentric_first", "first", "last"), [(False, "Lifting", "Lowering"), (None, "Out", "Back")])
def test_halves_are_named_by_the_load_or_not_at_all(analysis, eccentric_first, first, last):
    metrics = replace(analysis.metrics, eccentric_first=eccentric_first)
    traces = plot_tempo(replace(analysis, metrics=metrics)).figure.data
    assert (traces[0].name, traces[2].name) == (first, last)
    np.testing.assert_array_equal(traces[0].x, [rep.to_turn_s for rep in analysis.metrics.reps])


def test_the_trend_is_told_in_words(analysis):
    falling = [replace(rep, rom_deg=120.0 - 5 * at) for at, rep in enumerate(analysis.metrics.reps)]
    drawing = plot_trend(replace(analysis, metrics=replace(analysis.metrics, reps=tuple(falling))))
    assert drawing.words.startswith(
        "Range of motion falls over the set: from about 120 to 100° along the dashed line. Mean"
    )
    line = next(trace for trace in drawing.figure.data if trace.mode == "lines")
    np.testing.assert_allclose(line.y, [120, 100])


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(100, 90, "falls over the set: from about 100 to 90°"), (100, 110, "rises over the set: from about 100 to 110°"),
     (100, 97, "stays about the same, 98°")],
)  # fmt: skip
def test_a_small_trend_is_none(first, last, said):
    assert said in describe_trend("Range", Trend(first, last, is_clear=True), unit="°")


@pytest.mark.parametrize(
    ("values", "said"),
    [((53, 93, 92, 64, 75), "without a clear trend, 75°/s on average"), ((95, 88, 83, 71, 66), "falls over the set")],
    ids=["scatter", "tiring"],
)
def test_scatter_is_no_trend(analysis, values, said):
    reps = [replace(rep, mean_velocity_deg_s=value) for rep, value in zip(analysis.metrics.reps, values, strict=True)]
    drawing = plot_trend(replace(analysis, metrics=replace(analysis.metrics, reps=tuple(reps))))
    assert said in drawing.words.partition("Mean lifting velocity")[2]
    lines = [trace for trace in drawing.figure.data if trace.mode == "lines" and trace.yaxis == "y2"]
    assert len(lines) == ("falls" in said)


def test_the_measured_joint_is_drawn_first(analysis):
    metrics = replace(analysis.metrics, joint="left_ankle")
    assert moving_joints(replace(analysis, metrics=metrics), most=2)[0] == "ankle"


def test_what_the_clip_cuts_is_laid_over_nothing(analysis):
    *others, last = analysis.metrics.reps
    cut = replace(analysis.metrics, reps=(*others, replace(last, is_cut=True)))
    drawing, whole = plot_overlay(replace(analysis, metrics=cut)), plot_overlay(analysis)
    assert len(drawing.figure.data) == len(whole.figure.data) - 1
    assert whole.words.startswith("All reps, from start to end: ")
    assert drawing.words.startswith("4 of 5 reps, from start to end: ")
    assert drawing.words.endswith(" The clip does not hold all of rep 5.")


def test_where_no_two_reps_can_be_laid_over_each_other_it_is_told_what_keeps_which_out(analysis):
    """A trainer read "one was measured throughout" under "2 reps" and asked why."""
    one, other, cut = analysis.metrics.reps[:3]
    gone = np.abs(analysis.track.time_s - other.turn_s) < 0.3
    holed = {name: np.where(gone, np.nan, values) for name, values in analysis.angles.items()}

    def words(*reps):
        return plot_overlay(
            replace(analysis, angles=holed, metrics=replace(analysis.metrics, reps=reps))
        ).words.removeprefix("It takes two reps to lay them over each other")

    assert words(one, other) == ", each seen from start to end. The knee was not seen throughout rep 2."
    assert words(one, replace(cut, is_cut=True)).endswith(". The clip does not hold all of rep 3.")
    slow = replace(cut, rom_deg=float("nan"))
    assert words(one, slow).endswith(". Too few frames of rep 3 were analysed.")
    both = replace(one, is_cut=True), replace(cut, is_cut=True)
    assert words(*both).endswith(". The clip does not hold all of rep 1, rep 3.")
    assert words(one) == "; the set has 1."


def test_partial_reps_do_not_bend_the_trend(edited):
    reps = [replace(rep, rom_deg=20.0 if rep.is_partial else 100.0) for rep in edited.metrics.reps]
    drawing = plot_trend(replace(edited, metrics=replace(edited.metrics, reps=tuple(reps))))
    assert drawing.words.startswith("Range of motion stays about the same, 100°")
    assert list(named(drawing.figure, "Partial").x) == [4]
    assert named(drawing.figure, "Edited").marker.color == REP_COLORS["edited"]


def test_the_butterfly_mirrors_left_and_right(uneven):
    drawing = plot_butterfly(uneven)
    left, right = drawing.figure.data
    assert np.mean(left.x) == pytest.approx(-60, abs=3)
    assert np.mean(right.x) == pytest.approx(90, abs=3)
    assert left.marker.color != right.marker.color
    assert left.marker.pattern.shape != right.marker.pattern.shape
    assert set(drawing.figure.layout.xaxis.ticktext) >= {"0", "30", "60"}
    assert "The right moves 40 % further" in drawing.words
    even = replace(uneven, metrics=replace(uneven.metrics, asymmetry_pct=0.3))
    assert plot_butterfly(even).words.endswith("Both sides move alike.")
    nearly = replace(uneven, metrics=replace(uneven.metrics, asymmetry_pct=-8.0))
    assert re.search(r"The right moves 8 % further, within error \(\d\d %\)\.$", plot_butterfly(nearly).words)


def test_partial_reps_alone_have_no_average_of_the_sides(uneven):
    reps = tuple(replace(rep, is_partial=True) for rep in uneven.metrics.reps)
    drawing = plot_butterfly(replace(uneven, metrics=replace(uneven.metrics, reps=reps)))
    assert len(drawing.figure.data[0].x) == len(reps)
    assert drawing.words == "No whole rep shows both sides, so there is no average."


def test_one_side_alone_is_no_butterfly():
    side = summarize(compute_truth(plan_steady("squat", count=3), filming=Filming(fps=15, view=View(yaw_deg=85))).track)
    drawing = plot_butterfly(side)
    assert drawing.figure is None
    assert "one side is hidden" in drawing.words


@pytest.mark.parametrize("plot", [plot_overlay, plot_tempo, plot_trend, plot_butterfly])
def test_without_reps_there_is_a_reason_and_no_figure(plot, analysis):
    drawing = plot(correct(analysis, Corrections(reps=())))
    assert drawing.figure is None
    assert drawing.words.endswith(".")
    assert len(drawing.words) > 20


@pytest.mark.parametrize("plot", [plot_overlay, plot_tempo, plot_trend])
def test_what_the_rate_withholds_is_not_drawn(plot, slow_rate):
    drawing = plot(slow_rate)
    assert drawing.figure is None
    assert "withheld: 5.0 frames a second" in drawing.words


def test_a_rep_filmed_too_slowly_for_its_range_is_left_out_of_the_overlay(analysis):
    reps = analysis.metrics.reps
    unmeasured = replace(analysis.metrics, reps=(replace(reps[0], rom_deg=float("nan")), *reps[1:]))
    figure = plot_overlay(replace(analysis, metrics=unmeasured)).figure
    assert sum(trace.name == "Whole reps" for trace in figure.data) == len(reps) - 1


@pytest.mark.parametrize("plot", [plot_overlay, plot_tempo, plot_trend])
def test_every_axis_has_a_unit_or_counts_reps(plot, edited):
    layout = plot(edited).figure.to_dict()["layout"]
    titles = [axis["title"]["text"] for name, axis in layout.items() if "axis" in name and axis["title"].get("text")]
    assert titles
    assert all(title == "Rep" or title.endswith(")") for title in titles)
