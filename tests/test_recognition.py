"""The exercise is named from bodies that do it, whatever the camera's side; otherwise it is left open."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.exercises import BY_NAME, EXERCISES, WORDS, Trait
from core.landmarks import LANDMARK_NAMES, LandmarkTrack
from core.movement import Movement, describe_movement
from core.recognition import rate_exercise, rate_trait, recognize_exercise
from core.rep_count import RepCount
from core.signals import has_places
from tests.synthetic import EXERCISES as PERFORMED
from tests.synthetic import Exercise, Performance, perform

FROM_ANYWHERE = ("deadlift", "lunge", "curl", "overhead_press", "jumping_jack", "pull_up", "bench_press", "sit_up")
FROM_THE_SIDE = ("squat", "calf_raise", "front_raise", "row", "push_up", "burpee")
VIEWS = (
    *((name, yaw) for name in FROM_ANYWHERE for yaw in (0, 30, 60, 90, -90, 180)),
    *((name, yaw) for name in FROM_THE_SIDE for yaw in (30, 60, 90, -60)),
    *(("lateral_raise", yaw) for yaw in (-30, 0, 30, 60, 180)),
)


def recognize(done: Performance):
    return recognize_exercise(done.track, done.angles, done.count)


@pytest.mark.parametrize(("name", "yaw_deg"), VIEWS)
def test_exercise_is_named_from_the_views_that_show_it(name, yaw_deg):
    found = recognize(perform(PERFORMED[name], yaw_deg=yaw_deg, reps=2))
    assert found.exercise == name
    assert found.confidence > 0.5
    assert found.reason.startswith(BY_NAME[name].label)


@pytest.mark.parametrize("name", [name for name in PERFORMED if name != "calf_raise"])
def test_noise_of_the_landmarks_does_not_change_the_name(name):
    found = recognize(perform(PERFORMED[name], yaw_deg=45, noise_px=3.0, reps=2))
    assert found.exercise == name


@given(scale=st.floats(0.1, 10), x=st.floats(-500, 500), y=st.floats(-500, 500))
@settings(max_examples=15)
def test_size_and_place_in_the_picture_do_not_matter(scale, x, y):
    done = perform(PERFORMED["pull_up"], yaw_deg=180)
    moved = replace(done.track, xyz=done.track.xyz * scale + [x, y, 0])
    before, after = (asdict(describe_movement(t, done.angles, done.count.reps)) for t in (done.track, moved))
    assert after == pytest.approx(before, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("name", ["squat", "curl", "overhead_press", "push_up", "deadlift"])
def test_flat_landmarks_without_world_suffice_from_the_side(name):
    done = perform(PERFORMED[name], yaw_deg=90)
    xyz = done.track.xyz.copy()
    xyz[:, :, 2] = np.nan
    flat = LandmarkTrack(done.track.time_s, xyz, done.track.visibility, np.full_like(xyz, np.nan))
    assert recognize(replace(done, track=flat)).exercise == name


class TestLeftOpen:
    def test_without_reps(self):
        done = perform(PERFORMED["squat"])
        found = recognize(replace(done, count=RepCount(None, done.count.signal, "deg")))
        assert found.exercise is None
        assert found.confidence == 0
        assert "Nothing was counted" in found.reason

    def test_a_movement_nobody_named(self):
        kick = Exercise(PERFORMED["curl"].start, {**PERFORMED["curl"].start, "left_thigh": 80, "left_shank": 80})
        found = recognize(perform(kick, yaw_deg=60, drive="left_hip"))
        assert found.exercise is None
        assert found.reason.startswith("unknown, driven by left hip")

    def test_raise_seen_without_depth(self):
        done = perform(PERFORMED["lateral_raise"], yaw_deg=45)
        flat = replace(done.track, world=np.full_like(done.track.world, np.nan))
        found = recognize(replace(done, track=flat))
        assert found.exercise is None
        assert "could be" in found.reason
        assert "lateral raise" in found.reason
        assert "front raise" in found.reason

    def test_legs_out_of_the_picture_are_not_invented(self):
        done = perform(PERFORMED["overhead_press"], yaw_deg=0)
        visibility = done.track.visibility.copy()
        legs = [i for i, name in enumerate(LANDMARK_NAMES) if any(p in name for p in ("knee", "ankle", "heel", "foot"))]
        visibility[:, legs] = 0.05
        track = replace(done.track, visibility=visibility)
        angles = done.angles | {f"{s}_{j}": np.full(len(track.time_s), np.nan) for s in ("left", "right") for j in ("knee", "ankle", "hip")}  # fmt: skip  # noqa: E501
        movement = describe_movement(track, angles, done.count.reps)
        assert np.isnan([movement.knee, movement.stance_low, movement.feet_apart]).all()
        assert recognize_exercise(track, angles, done.count).exercise == "overhead_press"

    def test_near_miss_says_what_is_missing(self):
        leaning = Exercise(PERFORMED["curl"].start, {**PERFORMED["curl"].turn, "trunk": -42.0})
        found = recognize(perform(leaning, yaw_deg=90))
        assert found.exercise is None
        assert found.reason == "unknown, driven by right elbow: nearest is curl, but trunk leans up to 42°"


class TestHangs:
    """Which share of the travel is the shoulders'."""

    def test_hands_that_are_not_known_leave_it_open(self):
        done = perform(PERFORMED["pull_up"], yaw_deg=0)
        hands = [i for i, name in enumerate(LANDMARK_NAMES) if "wrist" in name]
        xyz = done.track.xyz.copy()
        xyz[3:, hands] = np.nan
        movement = describe_movement(replace(done.track, xyz=xyz), done.angles, done.count.reps)
        assert movement.body_travel > 0.1
        assert movement.hangs == 0.5

    def test_so_does_a_body_that_stays_where_it_is(self):
        seated = {"trunk": 0.0, "thigh": 90.0, "shank": 0.0, "upper_arm": 0.0, "forearm": 0.0}
        done = perform(Exercise(seated, {**seated, "shank": 80.0}, anchor="hip"), yaw_deg=90, drive="right_knee")
        movement = describe_movement(done.track, done.angles, done.count.reps)
        assert (movement.body_travel, movement.hangs) == (0.0, 0.5)


class TestTraits:
    MOVEMENT = Movement(**dict.fromkeys(Movement.__dataclass_fields__, 50.0))

    @pytest.mark.parametrize(
        ("at", "is_least", "rating"),
        [(50, True, 0.5), (45, True, 0.75), (60, True, 0.0), (40, True, 1.0), (45, False, 0.25), (60, False, 1.0)],
    )
    def test_rating_goes_over_softly(self, at, is_least, rating):
        assert rate_trait(Trait("knee", at, 10, is_least), self.MOVEMENT) == pytest.approx(rating)

    def test_unseen_number_neither_proves_nor_refutes(self):
        blind = replace(self.MOVEMENT, knee=float("nan"))
        assert rate_trait(Trait("knee", 50, 10, True), blind) == pytest.approx(0.6)
        assert rate_exercise(BY_NAME["squat"], blind) == 0

    def test_every_trait_reads_a_number_that_exists_and_has_words(self):
        numbers = {trait.number for exercise in EXERCISES for trait in exercise.traits}
        assert numbers <= set(Movement.__dataclass_fields__)
        assert set(WORDS) == set(Movement.__dataclass_fields__)


def test_box_scaled_landmarks_have_no_position():
    done = perform(PERFORMED["curl"], yaw_deg=0)
    low, high = done.track.xyz.min(axis=1, keepdims=True), done.track.xyz.max(axis=1, keepdims=True)
    boxed = replace(done.track, xyz=(done.track.xyz - low) / (high - low)[:, :, :1])
    assert has_places(done.track)
    assert not has_places(perform_boxed(PERFORMED["squat"]))
    assert np.isnan(describe_movement(perform_boxed(PERFORMED["squat"]), done.angles, done.count.reps).body_travel)
    assert boxed.xyz[:, :, :2].min() == 0


def perform_boxed(exercise: Exercise) -> LandmarkTrack:
    done = perform(exercise, yaw_deg=60)
    low, high = done.track.xyz.min(axis=1, keepdims=True), done.track.xyz.max(axis=1, keepdims=True)
    return replace(done.track, xyz=(done.track.xyz - low) / (high - low)[:, :, :1])


def test_a_track_without_a_person_shows_no_travel():
    done = perform(PERFORMED["curl"])
    empty = replace(done.track, xyz=np.full_like(done.track.xyz, np.nan))
    assert np.isnan(describe_movement(empty, done.angles, done.count.reps).body_travel)
