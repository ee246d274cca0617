"""Which pose is whose, and who trains: tracks with known answers, no pictures of anybody."""

from dataclasses import dataclass

import numpy as np
import pytest

from core.landmarks import INDEX, LANDMARK_NAMES
from core.mannequin import Filming, Motion, compute_truth, plan_steady
from core.people import body_distance, body_size, choose_body, cover_bodies, link_bodies

FPS, SECONDS = 10, 12
TIME_S = np.arange(FPS * SECONDS) / FPS
SQUATS = plan_steady("squat", count=4, period_s=2.5)
STANDING = Motion("squat", (), lead_in_s=SECONDS)
WALKING = Motion("squat", (), walk_in_s=SECONDS)


@dataclass(frozen=True)
class Person:
    """``(n, 33, 4)`` landmarks in px and ``(n, 33, 3)`` metres, `SECONDS` long."""

    landmarks: np.ndarray
    world: np.ndarray


def film(motion: Motion, *, x: float = 0, scale: float = 1.0, speed: float = 0.0, delay_s: float = 0.0) -> Person:
    """Return a perfect pose model's view of the motion, moved to `x` px, `speed` px/s to the right."""
    track = compute_truth(motion, filming=Filming(fps=FPS, resolution_wh=(300, 400))).track
    rows = np.searchsorted(track.time_s, TIME_S - delay_s).clip(0, len(track.time_s) - 1)
    xyz = track.xyz[rows] * scale
    hips = xyz[:, [INDEX["left_hip"], INDEX["right_hip"]], 0].mean(axis=1)
    xyz[:, :, 0] += (x + speed * TIME_S - (hips if speed else hips.mean()))[:, None]
    return Person(np.concatenate([xyz, track.visibility[rows, :, None]], axis=-1), track.world[rows])


def mirror(person: Person, *, x: float) -> Person:
    """Return what the model says of the mirror image: turned round at `x`, the sides swapped."""
    swapped = [
        INDEX[name.replace("left", "?").replace("right", "left").replace("?", "right")] for name in LANDMARK_NAMES
    ]
    landmarks, world = person.landmarks[:, swapped].copy(), person.world[:, swapped].copy()
    landmarks[..., 0] = 2 * x - landmarks[..., 0]
    world[..., 0] = -world[..., 0]
    return Person(landmarks, world)


def hide(person: Person, frames: slice | np.ndarray) -> Person:
    landmarks, world = person.landmarks.copy(), person.world.copy()
    landmarks[frames], world[frames] = np.nan, np.nan
    return Person(landmarks, world)


def choose(*people: Person):
    passes = np.array([person.landmarks for person in people])
    return choose_body(passes, np.array([person.world for person in people]), time_s=TIME_S)


def swapped_at(first: Person, second: Person, frames: slice) -> tuple[Person, Person]:
    """Return two passes in which the two people change places in `frames`."""
    ours, theirs = hide(first, slice(0)), hide(second, slice(0))
    for mine, other in ((ours, second), (theirs, first)):
        mine.landmarks[frames], mine.world[frames] = other.landmarks[frames], other.world[frames]
    return ours, theirs


def test_size_and_distance_are_in_proportion():
    near, far = film(STANDING, scale=2), film(STANDING)
    assert body_size(near.landmarks) == pytest.approx(2 * body_size(far.landmarks))
    aside = far.landmarks[0] + [body_size(far.landmarks[0]) / 2, 0, 0, 0]
    assert body_distance(far.landmarks[0], aside) == pytest.approx(0.5)


def test_a_covered_body_is_gone_and_the_rest_is_untouched():
    image = np.random.default_rng(1).integers(0, 256, (400, 600, 3), np.uint8)
    body = film(STANDING, x=150).landmarks[0]
    covered = cover_bodies(image, [body])
    x, y = body[INDEX["left_knee"], :2].astype(int)
    assert len(np.unique(covered[y - 5 : y + 5, x - 5 : x + 5].reshape(-1, 3), axis=0)) == 1
    assert (covered[:, 300:] == image[:, 300:]).all()
    assert (cover_bodies(image, []) == image).all()


@pytest.mark.parametrize("other", [0, 1], ids=["seen first", "seen second"])
@pytest.mark.parametrize(
    "somebody",
    [
        film(STANDING, x=500),
        film(STANDING, x=500, scale=1.5),
        film(WALKING, x=-600, speed=150, scale=1.2),
        film(plan_steady("curl", count=1), x=500),
    ],
    ids=["stands", "stands nearer", "walks past", "moves once"],
)
def test_the_one_training_is_followed(somebody, other):
    people = [film(SQUATS, x=150)]
    people.insert(other, somebody)
    choice = choose(*people)
    assert (choice.source == 1 - other).mean() > 0.97
    assert choice.warnings == ("Another person was seen for 12 s; the one followed is the one exercising.",)


def test_two_exercising_the_larger_is_followed_and_said():
    small = film(SQUATS, x=150)
    large = film(plan_steady("squat", count=4, period_s=2.9), x=500, scale=1.3)
    choice = choose(small, large)
    assert (choice.source == 1).all()
    assert choice.warnings[0].startswith(
        "Another person was seen for 12 s; it is not clear which one trains: the larger"
    )


def test_two_exercising_and_two_looking_on_are_told_apart():
    training = film(SQUATS, x=150), film(SQUATS, x=600, delay_s=0.7)
    choice = choose(*training, film(STANDING, x=900), film(STANDING, x=1200))
    assert (choice.source == 0).all()
    assert "not clear which one trains" in choice.warnings[0]


def test_a_mirror_image_is_no_other_person():
    athlete = film(SQUATS, x=150)
    choice = choose(athlete, mirror(athlete, x=300))
    assert (choice.source == 0).all()
    assert choice.warnings[0].startswith("A second figure moving alike was seen for 12 s")


def test_an_inset_is_not_followed_though_it_was_found_first():
    choice = choose(film(SQUATS, x=500, scale=0.4), film(SQUATS, x=150))
    assert (choice.source == 1).all()
    assert "a mirror image or somebody in step" in choice.warnings[0]


def test_who_changes_from_one_pass_to_the_other_is_the_same_body():
    passes = swapped_at(film(SQUATS, x=150), film(STANDING, x=500), slice(40, 80))
    choice = choose(*passes)
    assert (choice.source == np.r_[[0] * 40, [1] * 40, [0] * 40]).all()


def test_a_walker_in_front_does_not_carry_the_body_away():
    athlete, walker = film(SQUATS, x=300), film(WALKING, x=-60, speed=60, scale=1.1)
    crossing, after = slice(50, 70), slice(70, 120)
    first, second = swapped_at(athlete, walker, slice(50, 120))
    source = link_bodies(np.array([first.landmarks, hide(second, crossing).landmarks]), time_s=TIME_S)
    assert (source[0][:50] == 0).all()
    assert (source[0][after] == 1).all()
    assert (source[1][after] == 0).all()


def test_after_a_cut_the_body_is_carried_on():
    wide, near = film(SQUATS, x=150), film(SQUATS, x=200, scale=2)
    cut = Person(np.r_[wide.landmarks[:60], near.landmarks[60:]], np.r_[wide.world[:60], near.world[60:]])
    choice = choose(cut, hide(film(STANDING, x=900), slice(60, None)))
    assert (choice.source == 0).all()
    assert choice.warnings == ("Another person was seen for 6 s; the one followed is the one exercising.",)


def test_where_nobody_is_seen_nothing_is_chosen():
    choice = choose(hide(film(SQUATS), slice(20, 30)), hide(film(STANDING), slice(None)))
    assert (np.flatnonzero(choice.source < 0) == np.arange(20, 30)).all()
    assert choice.warnings == ()
