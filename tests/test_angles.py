"""Angles: known poses, and what must not change them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.angles import compute_angles
from core.geometry import angle_between
from core.landmarks import ANGLE_NAMES, INDEX, LANDMARK_NAMES, LandmarkTrack, without_side
from core.view import estimate_view

STANDING = {
    "nose": (0, -175), "shoulder": (0, -150), "hip": (0, -90), "knee": (0, -45), "ankle": (0, 0),
    "foot_index": (20, 0), "elbow": (0, -120), "wrist": (0, -95),
}  # fmt: skip
"""A side view, pixels, y down; everyone faces right."""


def make_track(**points: tuple[float, float]) -> LandmarkTrack:
    places = {**STANDING, **points}
    xyz = np.zeros((1, 33, 3))
    for name, index in INDEX.items():
        xyz[0, index, :2] = places.get(without_side(name), (0, 0))
    return LandmarkTrack(np.zeros(1), xyz, np.ones((1, 33)), np.full((1, 33, 3), np.nan))


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


OTHER = [INDEX[name.replace("left", "\0").replace("right", "left").replace("\0", "right")] for name in LANDMARK_NAMES]
MIRROR = np.array([-1.0, 1.0, 1.0])


def random_body(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A body that wriggles, as ``(9, 33, 3)`` image landmarks in pixels and world landmarks in metres."""
    rng = np.random.default_rng(seed)
    world = rng.normal(0, 0.3, (1, 33, 3)) + rng.normal(0, 0.1, (9, 33, 3))
    return world * 200 + rng.normal(0, 10, world.shape), world


def angles_of(xyz: np.ndarray, world: np.ndarray) -> dict[str, np.ndarray]:
    return compute_angles(LandmarkTrack(np.arange(len(xyz)) / 10, xyz, np.ones((len(xyz), 33)), world))


bodies = st.tuples(st.integers(0, 10_000).map(random_body), st.booleans()).map(
    lambda drawn: drawn[0] if drawn[1] else (drawn[0][0], drawn[0][1] * np.nan)
)
"""With and without world landmarks: lifted and in the picture."""


@given(bodies, st.floats(-500, 500), st.floats(0.1, 10))
def test_shift_and_scale_change_nothing(body, shift, scale):
    xyz, world = body
    before, after = angles_of(xyz, world), angles_of(xyz * scale + shift, world)
    for name in ANGLE_NAMES:
        np.testing.assert_allclose(after[name], before[name], atol=1e-5)


@given(bodies, st.floats(-np.pi, np.pi))
def test_rotation_of_the_picture_changes_the_trunk_lean_only(body, turn):
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    before, after = angles_of(*body), angles_of(*(points @ rotation for points in body))
    for name in ANGLE_NAMES[:-1]:
        np.testing.assert_allclose(after[name], before[name], atol=1e-5)


@given(bodies)
def test_a_mirror_swaps_the_sides(body):
    before, after = angles_of(*body), angles_of(*((points * MIRROR)[:, OTHER] for points in body))
    for name in ANGLE_NAMES:
        np.testing.assert_allclose(after[_other_side(name)], before[name], atol=1e-5)


@given(bodies)
def test_angles_stay_in_their_range(body):
    for name, values in angles_of(*body).items():
        low, high = (-90, 90) if name.endswith("ankle") else (0, 180)
        assert ((values >= low) & (values <= high)).all()


@given(st.integers(0, 10_000))
def test_one_row_is_measured_in_the_picture(seed):
    xyz, world = random_body(seed)
    for name, values in angles_of(xyz[:1], world[:1]).items():
        np.testing.assert_array_equal(values, angles_of(xyz[:1], world[:1] * np.nan)[name])


def test_a_given_view_is_used():
    xyz, world = random_body(1)
    track = LandmarkTrack(np.arange(9) / 10, xyz, np.ones((9, 33)), world)
    view = estimate_view(track)
    for name, values in compute_angles(track, view=view).items():
        np.testing.assert_array_equal(values, compute_angles(track)[name])


@pytest.mark.parametrize(
    ("first", "second", "degrees"),
    [
        pytest.param([1, 0], [0, 2], 90, id="right angle"),
        pytest.param([1, 0, 0], [1e-9, 0, 0], 0, id="along"),
        pytest.param([1, 1, 1], [-1, -1, -1], 180, id="against"),
        pytest.param([1, 0], [1, 1e-10], np.degrees(1e-10), id="tiny angle keeps its digits"),
        pytest.param([0, 0, 1], [0, 1, 1], 45, id="in depth"),
        pytest.param([0, 0], [1, 0], np.nan, id="no length"),
        pytest.param([np.nan, 0], [1, 0], np.nan, id="unknown"),
    ],
)
def test_angle_between(first, second, degrees):
    angle = angle_between(np.array([first], dtype=float), np.array([second], dtype=float))
    assert angle[0] == pytest.approx(degrees, nan_ok=True)


def _other_side(name: str) -> str:
    return name.replace("left", "\0").replace("right", "left").replace("\0", "right")
