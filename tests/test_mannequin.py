"""The mannequin is what accuracy is measured with, so its own truth is checked first."""

import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from core.landmarks import ANGLE_NAMES, INDEX, LANDMARK_NAMES, joint_indices
from core.mannequin import (
    AVERAGE,
    BUILDS,
    EXERCISES,
    LEFT_SIDE,
    RIGHT_SIDE,
    ArmAngles,
    Filming,
    LegAngles,
    Motion,
    Posture,
    RepPlan,
    View,
    compute_skeleton,
    compute_true_angles,
    compute_truth,
    draw_clip,
    iter_images,
    plan_alternating,
    plan_steady,
    plan_tempo,
    pose_motion,
)
from core.mannequin.__main__ import main
from core.mannequin.body import FOREARM, SHANK, THIGH, TRUNK, UPPER_ARM
from core.mannequin.camera import aim_camera

PARALLEL = 500.0
"""Metres away: far enough that perspective bends no angle by 0.1 degree."""
SMALL = Filming(resolution_wh=(120, 160), fps=10.0)
ONE_SQUAT = plan_steady("squat", count=1, period_s=1.0)


def flexion_2d(track, joint, side):
    first, vertex, last = (track.xyz[:, index, :2] for index in joint_indices(joint, side))
    one, two = vertex - first, last - vertex
    return np.degrees(np.abs(np.arctan2(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0], np.sum(one * two, axis=1))))


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize(
    ("posture", "asked"),
    [
        pytest.param(Posture(), dict.fromkeys(ANGLE_NAMES, 0.0), id="straight"),
        pytest.param(Posture(left_leg=LegAngles(knee=90)), {"left_knee": 90, "right_knee": 0}, id="knee"),
        pytest.param(Posture(right_leg=LegAngles(hip=70, knee=20)), {"right_hip": 70, "right_knee": 20}, id="hip"),
        pytest.param(Posture(left_leg=LegAngles(hip=-15)), {"left_hip": -15}, id="hip extension"),
        pytest.param(Posture(left_leg=LegAngles(ankle=-25)), {"left_ankle": -25}, id="plantarflexion"),
        pytest.param(Posture(right_arm=ArmAngles(elbow=140)), {"right_elbow": 140, "left_elbow": 0}, id="elbow"),
        pytest.param(Posture(left_arm=ArmAngles(shoulder=90)), {"left_shoulder": 90}, id="arm forward"),
        pytest.param(Posture(left_arm=ArmAngles(shoulder=120, plane=90)), {"left_shoulder": 120}, id="arm sideways"),
        pytest.param(Posture(right_arm=ArmAngles(shoulder=40, elbow=60, turn=35)), {"right_elbow": 60}, id="turned"),
        pytest.param(Posture(lean=35), {"trunk_lean": 35, "left_hip": 0, "left_shoulder": 0}, id="lean"),
        pytest.param(Posture(lean=90), {"trunk_lean": 90}, id="prone"),
        pytest.param(Posture(lean=-85, left_leg=LegAngles(hip=50)), {"trunk_lean": -85, "left_hip": 50}, id="supine"),
    ],
)
def test_a_posture_has_exactly_the_angles_asked(posture, asked, build):
    angles = compute_true_angles(compute_skeleton(posture, build))
    assert set(angles) == set(ANGLE_NAMES)
    for name, degrees in asked.items():
        assert angles[name] == pytest.approx([degrees], abs=1e-6), name


def test_angles_may_be_a_whole_movement():
    sweep = np.linspace(0, 120, 7)
    angles = compute_true_angles(compute_skeleton(Posture(left_arm=ArmAngles(elbow=sweep)), AVERAGE))
    assert angles["left_elbow"] == pytest.approx(sweep)
    assert angles["right_elbow"] == pytest.approx(np.zeros(7), abs=1e-6)


@pytest.mark.parametrize(("view", "side"), [(LEFT_SIDE, "left"), (RIGHT_SIDE, "right")], ids=["left", "right"])
@pytest.mark.parametrize("exercise", ["hinge", "curl", "front_raise"])
def test_the_side_view_shows_the_true_angles(exercise, view, side):
    shot = Filming(view=replace(view, distance_m=PARALLEL, elevation_deg=0.0), fps=10.0)
    truth = compute_truth(plan_steady(exercise, count=1), filming=shot)
    for joint in ("knee", "hip", "elbow"):
        assert flexion_2d(truth.track, joint, side) == pytest.approx(truth.angles[f"{side}_{joint}"], abs=2.0), joint
    assert flexion_2d(truth.track, "elbow", side) == pytest.approx(truth.angles[f"{side}_elbow"], abs=0.2)


def test_the_camera_shows_left_and_right_where_a_viewer_sees_them():
    front = compute_truth(ONE_SQUAT, filming=Filming(view=View(yaw_deg=0))).track.xyz
    assert (front[:, INDEX["left_shoulder"], 0] > front[:, INDEX["right_shoulder"], 0]).all()
    assert (front[:, INDEX["nose"], 2] < front[:, INDEX["left_ear"], 2]).all()
    left = compute_truth(ONE_SQUAT, filming=Filming(view=LEFT_SIDE)).track.xyz
    assert (left[:, INDEX["nose"], 0] < left[:, INDEX["left_ear"], 0]).all()
    assert (left[:, INDEX["left_knee"], 2] < left[:, INDEX["right_knee"], 2]).all()
    assert (left[:, INDEX["left_ankle"], 1] > left[:, INDEX["left_hip"], 1]).all()


@pytest.mark.parametrize("exercise", [name for name in EXERCISES if name != "lunge"])
def test_both_sides_move_alike(exercise):
    angles = compute_truth(plan_steady(exercise, count=1)).angles
    for joint in ("knee", "hip", "elbow", "shoulder", "ankle"):
        assert angles[f"left_{joint}"] == pytest.approx(angles[f"right_{joint}"], abs=1e-6), joint


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.name)
@pytest.mark.parametrize("exercise", EXERCISES)
def test_bones_keep_their_length_and_nothing_sinks_into_the_floor(exercise, build):
    motion = plan_alternating(exercise, count=2)
    skeleton = pose_motion(motion, np.linspace(0, motion.duration_s, 60), build=build)
    bones = {
        ("hip", "knee"): THIGH,
        ("knee", "ankle"): SHANK,
        ("shoulder", "elbow"): UPPER_ARM,
        ("elbow", "wrist"): FOREARM,
    }
    for (upper, lower), fraction in bones.items():
        for side in ("left", "right"):
            length = np.linalg.norm(skeleton[f"{side}_{upper}"] - skeleton[f"{side}_{lower}"], axis=1)
            assert length == pytest.approx(build.length(fraction), rel=1e-6), (side, upper)
    trunk = np.linalg.norm(skeleton["neck"] - skeleton["pelvis"], axis=1)
    assert trunk == pytest.approx(build.length(TRUNK))
    assert min(xyz[:, 2].min() for xyz in skeleton.values()) > -0.005


def test_squatting_feet_stay_planted_and_the_knees_bend_as_planned():
    truth = compute_truth(plan_steady("squat", count=2))
    skeleton = pose_motion(truth.motion, truth.time_s)
    assert np.ptp(skeleton["left_ankle"], axis=0) == pytest.approx(np.zeros(3), abs=1e-9)
    assert truth.angles["left_knee"].min() == pytest.approx(6.0, abs=0.1)
    assert truth.angles["left_knee"].max() == pytest.approx(126.0, abs=0.1)


@pytest.mark.parametrize(
    ("exercise", "driver", "range_deg"),
    [("squat", "left_knee", 120), ("hinge", "left_hip", 90), ("curl", "left_elbow", 130),
     ("press", "left_shoulder", 126),
     ("lateral_raise", "left_shoulder", 82), ("jumping_jack", "left_shoulder", 150), ("pushup", "left_elbow", 85),
     ("situp", "trunk_lean", 92)],
)  # fmt: skip
def test_turning_points_are_where_the_angle_turns(exercise, driver, range_deg):
    truth = compute_truth(plan_steady(exercise, count=3, period_s=2.0), filming=Filming(fps=100.0))
    values = truth.angles[driver]
    assert np.ptp(values) == pytest.approx(range_deg, rel=0.12)
    rest = values[0]
    for start, turn, end in zip(truth.starts_s, truth.turns_s, truth.ends_s, strict=True):
        inside = (truth.time_s >= start) & (truth.time_s <= end)
        peak = truth.time_s[inside][np.argmax(np.abs(values[inside] - rest))]
        assert peak == pytest.approx(turn, abs=0.02)
        assert np.interp([start, end], truth.time_s, values) == pytest.approx([rest, rest], abs=0.5)


def test_times_follow_the_plan():
    motion = Motion("curl", (RepPlan(1.0, hold_s=0.5, back_s=2.0, rest_s=3.0), RepPlan(0.5, back_s=0.5)), lead_in_s=1.0)
    assert motion.starts_s == pytest.approx([1.0, 7.5])
    assert motion.turns_s == pytest.approx([2.25, 8.0])
    assert motion.ends_s == pytest.approx([4.5, 8.5])
    assert motion.duration_s == pytest.approx(9.1)


def test_partial_reps_reach_only_their_depth():
    truth = compute_truth(plan_tempo("curl", (2.0, 1.0, 3.0), depths=(1.0, 0.5, 1.0)))
    at_turn = np.interp(truth.turns_s, truth.time_s, truth.angles["left_elbow"])
    assert at_turn == pytest.approx([140, 75, 140], abs=1.0)


def test_alternating_limbs_move_one_at_a_time():
    truth = compute_truth(plan_alternating("curl", count=2, period_s=2.0))
    left, right = (np.interp(truth.turns_s, truth.time_s, truth.angles[f"{side}_elbow"]) for side in ("left", "right"))
    assert left == pytest.approx([140, 10], abs=1.0)
    assert right == pytest.approx([10, 140], abs=1.0)


def test_walking_in_comes_before_the_set_and_ends_in_its_first_posture():
    motion = replace(plan_steady("squat", count=1), walk_in_s=2.0)
    truth = compute_truth(motion, filming=Filming(fps=50.0))
    skeleton = pose_motion(motion, truth.time_s)
    assert skeleton["pelvis"][0, 0] < -1.0
    assert truth.starts_s[0] == pytest.approx(2.6)
    assert np.max(np.abs(np.diff(skeleton["left_knee"], axis=0))) < 0.10
    assert truth.angles["left_knee"][truth.time_s < 1.4].max() > 30


@pytest.mark.parametrize(
    ("motion", "match"),
    [(plan_steady("yodel"), "unknown exercise 'yodel'"), (replace(plan_steady("pushup"), walk_in_s=1.0), "walk into")],
    ids=["unknown", "walk into a push-up"],
)
def test_impossible_plans_are_refused(motion, match):
    with pytest.raises(ValueError, match=match):
        compute_truth(motion)


def test_the_same_seed_draws_the_same_pixels_and_another_does_not():
    def first(seed):
        return next(iter_images(ONE_SQUAT, filming=replace(SMALL, noise=10.0, seed=seed)))

    assert np.array_equal(first(3), first(3))
    assert not np.array_equal(first(3), first(4))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_whole_figure_is_in_the_picture_where_the_truth_says(exercise):
    shot = replace(SMALL, fps=3.0, view=View(yaw_deg=50))
    motion = plan_steady(exercise, count=1, period_s=1.4)
    xyz = compute_truth(motion, filming=shot).track.xyz
    assert (xyz[..., 0] > 2).all()
    assert (xyz[..., 0] < 118).all()
    assert (xyz[..., 1] > 2).all()
    assert (xyz[..., 1] < 158).all()
    images = np.stack(list(iter_images(motion, filming=shot)))
    near = np.round(xyz[:, [INDEX["left_shoulder"]], :2]).astype(int)
    colours = images[np.arange(len(images))[:, None], near[..., 1], near[..., 0]].astype(int)
    assert (colours.sum(axis=-1) < 420).all(), "the shirt is darker than the room"


def test_truth_has_every_landmark_of_the_model():
    track = compute_truth(ONE_SQUAT).track
    assert track.xyz.shape[1:] == (len(LANDMARK_NAMES), 3)
    assert np.isfinite(track.xyz).all()
    assert (np.linalg.norm(track.world, axis=-1) > 0).all()
    assert track.world[:, INDEX["nose"], 1].max() < 0 < track.world[:, INDEX["left_heel"], 1].min()


def test_a_camera_far_away_sees_world_landmarks_to_scale():
    skeleton = pose_motion(ONE_SQUAT, np.array([0.0]))
    camera = aim_camera(View(yaw_deg=30, distance_m=PARALLEL), skeleton, resolution_wh=(480, 640))
    xy, _, scale = camera.project(skeleton["left_knee"])
    seen = camera.to_camera(skeleton["left_knee"])
    assert xy == pytest.approx(seen[:, :2] * scale[:, None] + camera.centre_px)


@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_a_clip_decodes_with_the_rotation_it_was_stored_with(tmp_path: Path, rotation_deg):
    path, shot = tmp_path / "clip.mp4", replace(SMALL, rotation_deg=rotation_deg)
    truth = draw_clip(path, ONE_SQUAT, filming=shot)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert [float(frame.time) for frame in frames] == pytest.approx(truth.time_s, abs=1e-3)
    assert {frame.rotation % 360 for frame in frames} == {-rotation_deg % 360}
    upright = np.rot90(frames[0].to_ndarray(format="rgb24"), -rotation_deg // 90)
    drawn = next(iter_images(ONE_SQUAT, filming=shot))
    assert upright.shape == drawn.shape
    assert np.abs(upright.astype(float) - drawn).mean() < 6


def test_a_variable_rate_clip_keeps_its_own_times(tmp_path: Path):
    path = tmp_path / "vfr.mp4"
    truth = draw_clip(path, ONE_SQUAT, filming=replace(SMALL, fps=15.0, jitter=0.8, seed=5))
    with av.open(str(path)) as container:
        times = np.array([float(frame.time) for frame in container.decode(video=0)])
    assert times == pytest.approx(truth.time_s, abs=1e-3)
    assert np.ptp(np.diff(times)) > 0.01
    assert (np.diff(times) > 0).all()


def test_the_command_needs_a_path(capsys):
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_writes_a_small_sample_clip(tmp_path: Path, capsys):
    path = tmp_path / "sample.mp4"
    assert main([str(path)]) == 0
    assert "sample.mp4" in capsys.readouterr().out
    assert path.stat().st_size < 1_000_000
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames / 30 == pytest.approx(12.8, abs=0.5)


def test_drawing_imports_no_pose_model():
    modules = [sys.modules[name] for name in sys.modules if name.startswith("core.mannequin")]
    assert modules
    assert not any("mediapipe" in vars(module) for module in modules)


@pytest.mark.model
@pytest.mark.parametrize("yaw_deg", [0.0, 60.0, -90.0])
@pytest.mark.parametrize("exercise", ["squat", "pushup"])
def test_the_pose_model_sees_a_person_in_every_frame(exercise, yaw_deg):
    from core.model import model_path
    from core.pose import open_pose
    from core.video import Frame

    shot = Filming(view=View(yaw_deg=yaw_deg), fps=10.0)
    motion = plan_steady(exercise, count=1, period_s=2.0)
    truth = compute_truth(motion, filming=shot)
    with open_pose(model_path()) as estimator:
        frames = (Frame(i, i / shot.fps, image) for i, image in enumerate(iter_images(motion, filming=shot)))
        seen = np.array([estimator.estimate(frame).landmarks for frame in frames])
    assert np.isfinite(seen).all(axis=(1, 2)).mean() > 0.95
    body = slice(INDEX["left_shoulder"], None)
    error_px = np.linalg.norm(seen[:, body, :2] - truth.track.xyz[:, body, :2], axis=-1)
    assert np.nanmedian(error_px) < 0.03 * shot.resolution_wh[1]
