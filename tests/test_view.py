"""The view of the camera: bodies turned by known angles, and tracks that try to break it."""

from dataclasses import replace

import numpy as np
import pytest

from core.landmarks import INDEX, LandmarkTrack
from core.view import View, estimate_view, geometric_median
from tests.synthetic import EXERCISES, blend, make_track

TIME_S = np.arange(0, 4, 0.1)


def film(exercise: str, *, yaw_deg: float) -> LandmarkTrack:
    """Two reps; a positive yaw shows the left side."""
    move = EXERCISES[exercise]
    poses = blend(move.start, move.turn, (1 - np.cos(np.pi * TIME_S)) / 2)
    return make_track(poses, time_s=TIME_S, yaw_deg=-yaw_deg, anchor=move.anchor)


def turn(track: LandmarkTrack, matrix: np.ndarray) -> LandmarkTrack:
    return replace(track, xyz=track.xyz @ matrix.T, world=track.world @ matrix.T)


def from_above(track: LandmarkTrack, degrees: float) -> LandmarkTrack:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return turn(track, np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]]))


def without_world(track: LandmarkTrack) -> LandmarkTrack:
    return replace(track, world=np.full_like(track.world, np.nan))


VIEWS = [
    pytest.param(0, "front", id="front"),
    pytest.param(15, "front", id="nearly front"),
    pytest.param(45, "oblique", id="oblique"),
    pytest.param(-45, "oblique", id="oblique, right side nearer"),
    pytest.param(90, "side_left", id="left side"),
    pytest.param(-80, "side_right", id="nearly right side"),
    pytest.param(135, "oblique", id="oblique from behind"),
    pytest.param(180, "back", id="back"),
]


class TestUpright:
    @pytest.mark.parametrize("exercise", ["squat", "curl", "jumping_jack", "deadlift"])
    @pytest.mark.parametrize(("yaw_deg", "name"), VIEWS)
    def test_turned_body(self, exercise, yaw_deg, name):
        view = estimate_view(film(exercise, yaw_deg=yaw_deg))
        assert (view.name, view.posture) == (name, "upright")
        assert np.cos(np.radians(view.yaw_deg - yaw_deg)) > np.cos(np.radians(8))
        assert view.confidence > 0.9

    @pytest.mark.parametrize(
        ("yaw_deg", "name"), [(0, "front"), (45, "oblique"), (90, "side_left"), (-90, "side_right")]
    )
    def test_widths_stand_in_for_world_landmarks(self, yaw_deg, name):
        view = estimate_view(without_world(film("squat", yaw_deg=yaw_deg)))
        assert view.name == name
        assert view.confidence <= 0.6

    @pytest.mark.parametrize(("yaw_deg", "name"), [(90, "side_left"), (-90, "side_right")])
    def test_the_face_tells_the_side_where_visibility_does_not(self, yaw_deg, name):
        track = without_world(film("squat", yaw_deg=yaw_deg))
        assert estimate_view(replace(track, visibility=np.ones_like(track.visibility))).name == name

    def test_no_face_and_no_visibility_is_a_guess_and_no_crash(self):
        track = without_world(film("squat", yaw_deg=90))
        xyz = track.xyz.copy()
        xyz[:, INDEX["nose"]] = np.nan
        view = estimate_view(replace(track, xyz=xyz, visibility=np.ones_like(track.visibility)))
        assert view.name.startswith("side")

    def test_a_walk_in_does_not_turn_the_view(self):
        track, walk = film("squat", yaw_deg=0), film("squat", yaw_deg=90)
        world = np.where((TIME_S < 1.3)[:, None, None], walk.world, track.world)
        view = estimate_view(replace(track, world=world))
        assert view.name == "front"
        assert view.confidence == pytest.approx(0.67, abs=0.05)

    def test_rows_without_a_person_are_left_out(self):
        track = film("squat", yaw_deg=45)
        gone = (TIME_S > 1)[:, None, None]
        seen = estimate_view(
            replace(track, xyz=np.where(gone, np.nan, track.xyz), world=np.where(gone, np.nan, track.world))
        )
        assert seen.name == "oblique"

    @pytest.mark.parametrize(("yaw_deg", "degrees"), [(0, 50), (0, 70), (180, 50)])
    def test_from_above(self, yaw_deg, degrees):
        view = estimate_view(from_above(film("squat", yaw_deg=yaw_deg), degrees))
        assert (view.name, view.posture) == ("above", "upright")

    def test_a_camera_a_little_higher_is_not_above(self):
        assert estimate_view(from_above(film("squat", yaw_deg=0), 15)).name == "front"

    @pytest.mark.parametrize("roll_deg", [-30, 20])
    def test_a_tilted_phone_changes_nothing(self, roll_deg):
        cos, sin = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
        track = film("squat", yaw_deg=60)
        tilted = estimate_view(turn(track, np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])))
        assert (tilted.name, tilted.yaw_deg) == (
            "oblique",
            pytest.approx(estimate_view(track).yaw_deg, abs=1e-6),
        )


class TestLying:
    @pytest.mark.parametrize("exercise", ["push_up", "bench_press", "sit_up"])
    @pytest.mark.parametrize(("yaw_deg", "name"), [(90, "side_left"), (-90, "side_right"), (45, "oblique")])
    def test_seen_from(self, exercise, yaw_deg, name):
        view = estimate_view(film(exercise, yaw_deg=yaw_deg))
        assert (view.name, view.posture) == (name, "lying")

    def test_from_above(self):
        assert estimate_view(from_above(film("push_up", yaw_deg=90), 85)).name == "above"


def without_feet(track: LandmarkTrack) -> LandmarkTrack:
    """As a file of another program that tracks no further than the knees."""
    feet = [INDEX[f"{side}_{point}"] for side in ("left", "right") for point in ("ankle", "heel", "foot_index")]
    xyz, world = track.xyz.copy(), track.world.copy()
    xyz[:, feet] = world[:, feet] = np.nan
    return replace(track, xyz=xyz, world=world)


class TestUnknownFeet:
    @pytest.mark.parametrize("known", [lambda track: track, without_world], ids=["world", "image"])
    @pytest.mark.parametrize("exercise", ["row", "push_up"])
    def test_a_trunk_that_leans_may_stand_or_lie(self, exercise, known):
        view = estimate_view(without_feet(known(film(exercise, yaw_deg=90))))
        assert view.posture == "unknown"
        assert "lying" not in view.words

    @pytest.mark.parametrize("exercise", ["squat", "curl"])
    def test_an_upright_trunk_needs_no_feet(self, exercise):
        track = film(exercise, yaw_deg=45)
        whole, cut = estimate_view(track), estimate_view(without_feet(track))
        assert (cut.posture, cut.yaw_deg, cut.words) == ("upright", whole.yaw_deg, whole.words)

    def test_a_camera_is_above_only_where_the_feet_show_it(self):
        assert estimate_view(without_feet(from_above(film("squat", yaw_deg=0), 50))).name == "front"


class TestOdd:
    @pytest.mark.parametrize("rows", [0, 1, 5])
    def test_nobody(self, rows):
        nothing = np.full((rows, 33, 3), np.nan)
        view = estimate_view(LandmarkTrack(np.arange(rows) / 10, nothing, nothing[:, :, 0], nothing))
        assert (view.name, view.posture, view.confidence) == ("unknown", "unknown", 0.0)
        assert np.isnan(view.yaw_deg)
        assert view.near_side is None
        assert "could not be told" in view.words

    @pytest.mark.parametrize("rows", [1, 3])
    def test_all_points_in_one(self, rows):
        zero = np.zeros((rows, 33, 3))
        assert estimate_view(LandmarkTrack(np.arange(rows) / 10, zero, zero[:, :, 0], zero)).name == "unknown"
        assert estimate_view(LandmarkTrack(np.arange(rows) / 10, zero, zero[:, :, 0], zero * np.nan)).name == "unknown"

    def test_one_row(self):
        track = film("squat", yaw_deg=90)
        first = LandmarkTrack(track.time_s[:1], track.xyz[:1], track.visibility[:1], track.world[:1])
        assert estimate_view(first).name == "side_left"

    def test_a_body_that_spins_is_not_trusted(self):
        spins = [film("squat", yaw_deg=yaw).world[i] for i, yaw in enumerate(np.linspace(0, 720, len(TIME_S)))]
        view = estimate_view(replace(film("squat", yaw_deg=0), world=np.array(spins)))
        assert view.confidence < 0.4

    def test_two_opposite_views_have_no_middle(self):
        track = film("curl", yaw_deg=0)
        world = track.world.copy()
        world[::2, :, 0] *= -1
        assert estimate_view(replace(track, world=world)).name in ("unknown", "front", "back")


@pytest.mark.parametrize(
    ("yaw_deg", "words"),
    [
        (90, "Seen from the left side."),
        (180, "Seen from behind."),
        (-45, "Seen at an angle, from front and right (about 51° off the front)."),
    ],
)
def test_words(yaw_deg, words):
    assert estimate_view(film("curl", yaw_deg=yaw_deg)).words == words


@pytest.mark.parametrize(
    ("name", "yaw_deg", "turn_deg", "near"),
    [("front", 10, 10, None), ("side_right", -100, 80, "right"), ("back", 170, 10, None), ("oblique", 130, 50, "left")],
)
def test_turn_and_near_side(name, yaw_deg, turn_deg, near):
    view = View(name, yaw_deg, "upright", 1.0, "")
    assert (view.turn_deg, view.near_side) == (turn_deg, near)


def test_geometric_median_is_not_moved_by_a_minority():
    points = np.concatenate([np.zeros((6, 2)), np.full((4, 2), 9.0)])
    np.testing.assert_allclose(geometric_median(points), 0, atol=1e-3)
