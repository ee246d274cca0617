"""Angles: known poses, and what must not change them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.angles import compute_angles
from core.landmarks import ANGLE_NAMES, INDEX, LANDMARK_NAMES, LandmarkTrack

STANDING = {
    "nose": (0, -175), "shoulder": (0, -150), "hip": (0, -90), "knee": (0, -45), "ankle": (0, 0),
    "foot_index": (20, 0), "elbow": (0, -120), "wrist": (0, -95),
}  # fmt: skip
"""A side view, pixels, y down; everyone faces right."""


def make_track(**points: tuple[float, float]) -> LandmarkTrack:
    places = {**STANDING, **points}
    xyz = np.zeros((1, 33, 3))
    for name, index in INDEX.items():
        xyz[0, index, :2] = places.get(name.removeprefix("left_").removeprefix("right_"), (0, 0))
    return LandmarkTrack(np.zeros(1), xyz, np.ones((1, 33)), np.full((1, 33, 3), np.nan))


def random_track(xyz: np.ndarray) -> LandmarkTrack:
    n = len(xyz)
    return LandmarkTrack(np.arange(n) / 10, xyz, np.ones((n, 33)), np.full((n, 33, 3), np.nan))


@pytest.mark.parametrize(
    ("points", "name", "degrees"),
    [
        pytest.param({}, "left_knee", 0, id="straight knee"),
        pytest.param({"ankle": (-45, -45)}, "right_knee", 90, id="right angle at the knee"),
        pytest.param({"knee": (45, -90)}, "left_hip", 90, id="thigh level"),
        pytest.param({"wrist": (25, -120)}, "left_elbow", 90, id="forearm forward"),
        pytest.param({"elbow": (0, -180)}, "right_shoulder", 180, id="arm overhead"),
        pytest.param({}, "left_shoulder", 0, id="arm at the side"),
        pytest.param({}, "left_ankle", 0, id="foot flat"),
        pytest.param({"foot_index": (20, -20)}, "left_ankle", 45, id="toes up"),
        pytest.param({"foot_index": (20, 20)}, "left_ankle", -45, id="on tiptoe"),
        pytest.param({}, "trunk_lean", 0, id="upright"),
        pytest.param({"shoulder": (60, -90)}, "trunk_lean", 90, id="trunk level"),
    ],
)
def test_known_poses(points, name, degrees):
    assert compute_angles(make_track(**points))[name] == pytest.approx(degrees, abs=1e-6)


def test_every_angle_is_there_in_the_order_of_the_exports():
    assert tuple(compute_angles(make_track())) == ANGLE_NAMES


def test_nothing_in_nothing_out():
    empty = LandmarkTrack(np.empty(0), np.empty((0, 33, 3)), np.empty((0, 33)), np.empty((0, 33, 3)))
    assert all(len(values) == 0 for values in compute_angles(empty).values())


def test_missing_person_and_hidden_landmark_are_nan():
    track = make_track()
    hidden = track.visibility.copy()
    hidden[0, INDEX["left_ankle"]] = 0.1
    angles = compute_angles(LandmarkTrack(track.time_s, track.xyz, hidden, track.world))
    assert np.isnan(angles["left_knee"][0])
    assert angles["right_knee"][0] == 0
    gone = LandmarkTrack(track.time_s, track.xyz * np.nan, track.visibility * np.nan, track.world)
    assert all(np.isnan(values).all() for values in compute_angles(gone).values())


poses = st.integers(0, 10_000).map(lambda seed: np.random.default_rng(seed).normal(0, 100, (3, 33, 3)))


@given(poses, st.floats(-500, 500), st.floats(0.1, 10), st.booleans())
def test_shift_and_scale_change_nothing(xyz, shift, scale, mirror):
    before = compute_angles(random_track(xyz))
    after = compute_angles(random_track((xyz * [-1, 1, 1] if mirror else xyz) * scale + shift))
    for name in ANGLE_NAMES:
        np.testing.assert_allclose(after[name], before[name], atol=1e-6)


@given(poses, st.floats(-np.pi, np.pi))
def test_rotation_of_the_picture_changes_the_trunk_lean_only(xyz, turn):
    cos, sin = np.cos(turn), np.sin(turn)
    rotated = xyz @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    before, after = compute_angles(random_track(xyz)), compute_angles(random_track(rotated))
    for name in ANGLE_NAMES[:-1]:
        np.testing.assert_allclose(after[name], before[name], atol=1e-6)


@given(poses)
def test_swapping_the_limbs_swaps_the_sides(xyz):
    other = [INDEX[_other_side(name)] for name in LANDMARK_NAMES]
    before, after = compute_angles(random_track(xyz)), compute_angles(random_track(xyz[:, other]))
    for name in ANGLE_NAMES:
        np.testing.assert_array_equal(after[_other_side(name)], before[name])


def _other_side(name: str) -> str:
    return name.replace("left", "\0").replace("right", "left").replace("\0", "right")
