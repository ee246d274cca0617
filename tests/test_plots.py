"""Figures: both sides of a joint, a numbered band per rep, turning points where the curve turns."""

import numpy as np
import pytest

from core.plots import joint_title, most_moving_angle, moving_joints, plot_joint, plot_live


def test_a_joint_shows_both_sides_over_time(analysis):
    figure = plot_joint(analysis, "knee")
    left, right, turns = figure.data
    assert (left.name, right.name, turns.name) == ("Left", "Right", "Turning point")
    np.testing.assert_array_equal(left.y, analysis.angles["left_knee"])
    assert figure.layout.xaxis.title.text == "Time (s)"
    assert figure.layout.yaxis.title.text == "Knee flexion (°)"
    assert "%{x:.2f} s" in left.hovertemplate


def test_every_rep_is_a_numbered_band(analysis):
    figure = plot_joint(analysis, "knee")
    assert [(band.x0, band.x1) for band in figure.layout.shapes] == [
        (rep.start_s, rep.end_s) for rep in analysis.count.reps
    ]
    assert [label.text for label in figure.layout.annotations] == ["1", "2", "3", "4", "5"]


def test_turning_points_lie_on_the_deepest_part_of_the_curve(analysis):
    turns = plot_joint(analysis, "knee").data[-1]
    assert list(turns.x) == [rep.turn_s for rep in analysis.count.reps]
    assert min(turns.y) > 0.9 * np.nanmax(analysis.angles["left_knee"])


def test_trunk_lean_has_one_curve(analysis):
    assert [trace.name for trace in plot_joint(analysis, "trunk_lean").data] == ["Trunk lean", "Turning point"]


def test_the_joints_that_move_come_first(analysis):
    assert set(moving_joints(analysis, most=3)) >= {"knee", "hip"}
    assert len(moving_joints(analysis, most=2)) == 2


def test_the_live_curve_shows_the_angle_that_moves_most():
    series = {"left_knee": [0.0, 50.0, 100.0], "left_elbow": [10.0, 12.0, 11.0], "left_hip": [np.nan] * 3}
    assert most_moving_angle(series) == "left_knee"
    figure = plot_live([0.0, 0.1, 0.2], series["left_knee"], name="left_knee", end_s=5.0)
    assert tuple(figure.layout.xaxis.range) == (0, 5.0)
    assert figure.layout.yaxis.title.text == "Left knee (°)"


@pytest.mark.parametrize(("joint", "title"), [("knee", "Knee flexion"), ("trunk_lean", "Trunk lean")])
def test_titles_are_words(joint, title):
    assert joint_title(joint) == title
