"""Lifting: bodies whose angles in space are exactly known, zooms, gaps and what must stay put."""

from dataclasses import replace

import numpy as np
import pytest

from core.angles import compute_angles
from core.depth import build_segments, follow_scale, lift_segments, lift_share
from core.geometry import angle_between
from core.landmarks import INDEX, SIDES, LandmarkTrack
from core.view import View, estimate_view
from tests.synthetic import EXERCISES, blend, make_track

TIME_S = np.arange(0, 6, 1 / 15)


def film(exercise: str, *, yaw_deg: float, rep_s: float = 2.0) -> LandmarkTrack:
    move = EXERCISES[exercise]
    poses = blend(move.start, move.turn, (1 - np.cos(2 * np.pi * TIME_S / rep_s)) / 2)
    track = make_track(poses, time_s=TIME_S, yaw_deg=yaw_deg, anchor=move.anchor)
    return replace(track, visibility=np.full_like(track.visibility, 0.95))


def true_angles(track: LandmarkTrack) -> dict[str, np.ndarray]:
    """The angles in space: the bodies' world landmarks are exact."""
    segments = build_segments(track.world)
    angles = {}
    for side in SIDES:
        thigh, shank, upper, fore = (segments[f"{side}_{name}"] for name in ("thigh", "shank", "upper_arm", "forearm"))
        angles |= {
            f"{side}_knee": angle_between(thigh, shank),
            f"{side}_hip": angle_between(-segments["trunk"], thigh),
            f"{side}_elbow": angle_between(upper, fore),
            f"{side}_shoulder": angle_between(-segments["trunk"], upper),
        }
    return angles


def rmse(angles: dict[str, np.ndarray], truth: dict[str, np.ndarray]) -> float:
    return float(np.sqrt(np.nanmean([(angles[name] - truth[name]) ** 2 for name in truth])))


def in_picture(track: LandmarkTrack) -> dict[str, np.ndarray]:
    return compute_angles(replace(track, world=np.full_like(track.world, np.nan)))


MOVES = ("squat", "deadlift", "lunge", "curl", "overhead_press", "lateral_raise", "jumping_jack", "pull_up", "push_up")


@pytest.mark.parametrize("exercise", MOVES)
@pytest.mark.parametrize("yaw_deg", [0, 30, -45, 60, 150, 180])
def test_lifted_angles_are_near_the_truth(exercise, yaw_deg):
    track = film(exercise, yaw_deg=yaw_deg)
    assert rmse(compute_angles(track), true_angles(track)) < 12


@pytest.mark.parametrize("exercise", ["squat", "deadlift", "lunge", "curl"])
@pytest.mark.parametrize("yaw_deg", [0, 45])
def test_lifting_beats_the_picture_where_the_movement_leaves_it(exercise, yaw_deg):
    track = film(exercise, yaw_deg=yaw_deg)
    assert rmse(compute_angles(track), true_angles(track)) < 0.7 * rmse(in_picture(track), true_angles(track))


@pytest.mark.parametrize("joint", ["knee", "hip", "ankle"])
def test_a_side_view_is_measured_in_the_picture(joint):
    track = film("squat", yaw_deg=90)
    for side in SIDES:
        name = f"{side}_{joint}"
        np.testing.assert_array_equal(compute_angles(track)[name], in_picture(track)[name])


def test_an_arm_raised_sideways_is_seen_from_the_side():
    track = film("lateral_raise", yaw_deg=90)
    truth, name = true_angles(track)["left_shoulder"], "left_shoulder"
    assert np.abs(in_picture(track)[name] - truth).max() > 60
    assert np.abs(compute_angles(track)[name] - truth).max() < 20


def test_a_segment_along_the_line_of_sight_takes_its_depth_from_the_world():
    """A bench press filmed from the feet: the trunk has no length in the picture."""
    track = film("bench_press", yaw_deg=0)
    angles, truth = compute_angles(track), true_angles(track)
    assert np.isfinite(angles["left_shoulder"]).all()
    assert np.abs(angles["left_elbow"] - truth["left_elbow"]).mean() < 10


def test_the_same_again_is_the_same():
    track = film("squat", yaw_deg=40)
    first, again = compute_angles(track), compute_angles(track)
    for name, values in first.items():
        np.testing.assert_array_equal(values, again[name])


class TestScale:
    def test_a_zoom_changes_no_angle(self):
        track = film("squat", yaw_deg=40)
        zoomed = replace(track, xyz=track.xyz * np.where(TIME_S > 3, 2.0, 1.0)[:, None, None])
        before, after = compute_angles(track), compute_angles(zoomed)
        away = np.abs(TIME_S - 3) > 0.5
        for name in ("left_knee", "right_hip", "left_elbow"):
            np.testing.assert_allclose(after[name][away], before[name][away], atol=3)

    def test_it_follows_a_zoom_and_not_a_pose(self):
        track = film("squat", yaw_deg=0)
        steady = follow_scale(track.xyz[:, :, :2], track.world, time_s=track.time_s)
        np.testing.assert_allclose(steady, 300.0, rtol=1e-6)
        world = track.world * (1 + 0.05 * np.sin(np.pi * TIME_S))[:, None, None]
        assert np.ptp(follow_scale(track.xyz[:, :, :2], world, time_s=track.time_s)) == 0

    def test_it_is_unknown_without_world_landmarks(self):
        track = film("squat", yaw_deg=0)
        assert np.isnan(follow_scale(track.xyz[:, :, :2], track.world * np.nan, time_s=track.time_s)).all()


class TestGaps:
    def test_a_hidden_knee_hides_its_angles_only(self):
        track = film("squat", yaw_deg=40)
        visibility = track.visibility.copy()
        visibility[10:20, INDEX["left_knee"]] = 0.1
        angles = compute_angles(replace(track, visibility=visibility))
        for name in ("left_knee", "left_hip", "left_ankle"):
            assert np.isnan(angles[name][10:20]).all()
            assert np.isfinite(angles[name][:10]).all()
        assert np.isfinite(angles["right_knee"]).all()
        assert np.isfinite(angles["left_elbow"]).all()

    def test_hidden_hips_still_measure_the_elbow(self):
        track = film("curl", yaw_deg=0)
        visibility = track.visibility.copy()
        visibility[:, [INDEX["left_hip"], INDEX["right_hip"]]] = 0.1
        angles = compute_angles(replace(track, visibility=visibility))
        assert np.isnan(angles["left_shoulder"]).all()
        assert np.abs(angles["left_elbow"] - true_angles(track)["left_elbow"]).mean() < 12

    def test_one_hidden_hip_leaves_the_trunk_to_the_other_side(self):
        track = film("squat", yaw_deg=90)
        visibility = track.visibility.copy()
        visibility[:, INDEX["left_hip"]] = 0.1
        angles = compute_angles(replace(track, visibility=visibility))
        assert np.isfinite(angles["right_hip"]).all()
        assert np.isfinite(angles["trunk_lean"]).all()
        assert np.isnan(angles["left_hip"]).all()

    def test_rows_without_world_landmarks_go_by_the_other_cues(self):
        track = film("squat", yaw_deg=50)
        world = track.world.copy()
        world[::3] = np.nan
        angles = compute_angles(replace(track, world=world))
        assert np.isfinite(angles["left_knee"]).all()
        assert rmse(angles, true_angles(track)) < 15

    def test_a_person_who_leaves(self):
        track = film("squat", yaw_deg=30)
        gone = ((TIME_S > 2) & (TIME_S < 3))[:, None, None]
        parts = {name: np.where(gone, np.nan, getattr(track, name)) for name in ("xyz", "world")}
        angles = compute_angles(replace(track, visibility=np.where(gone[:, :, 0], np.nan, track.visibility), **parts))
        assert np.isnan(angles["left_knee"][gone[:, 0, 0]]).all()
        assert np.isfinite(angles["left_knee"][~gone[:, 0, 0]]).all()

    def test_a_segment_never_seen_is_unknown(self):
        track = film("squat", yaw_deg=30)
        xyz = track.xyz.copy()
        xyz[:, INDEX["left_wrist"]] = np.nan
        lifted = lift_segments(replace(track, xyz=xyz), estimate_view(track))
        assert np.isnan(lifted["left_forearm"]).all()
        assert np.isfinite(lifted["right_forearm"]).all()


@pytest.mark.parametrize("rows", [2, 3, 5])
def test_few_rows(rows):
    track = film("squat", yaw_deg=30)
    few = LandmarkTrack(track.time_s[:rows], track.xyz[:rows], track.visibility[:rows], track.world[:rows])
    assert all(np.isfinite(values).all() for values in compute_angles(few).values())


@pytest.mark.parametrize(
    ("name", "out_of_picture_deg", "share"),
    [
        ("left_knee", 90, 0.0),
        ("left_knee", 71, 0.5),
        ("left_knee", 60, 1.0),
        ("trunk_lean", 0, 1.0),
        ("left_elbow", 90, 0.5),
        ("right_shoulder", 90, 1.0),
        ("right_shoulder", np.nan, 0.0),
    ],
)
def test_share_of_depth(name, out_of_picture_deg, share):
    out = np.radians(out_of_picture_deg)
    view = View("", 0.0, "upright", 1.0, "", (np.cos(out), 0.0, np.sin(out)))
    assert lift_share(name, view) == pytest.approx(share, abs=1e-6)
