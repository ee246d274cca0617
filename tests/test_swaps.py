"""Legs the model has exchanged are put back, and nothing else is touched."""

from dataclasses import replace

import numpy as np
import pytest

from core.landmarks import INDEX, LandmarkTrack
from core.swaps import find_swapped_legs, unswap_legs
from tests.synthetic import EXERCISES, blend, make_track

TIME_S = np.arange(0, 6, 1 / 15)
LEG_POINTS = ("knee", "ankle", "heel", "foot_index")


def lunge(*, yaw_deg: float = 90, rep_s: float = 2.0) -> LandmarkTrack:
    move = EXERCISES["lunge"]
    poses = blend(move.start, move.turn, (1 - np.cos(2 * np.pi * TIME_S / rep_s)) / 2)
    return make_track(poses, time_s=TIME_S, yaw_deg=yaw_deg, anchor=move.anchor, noise_px=1.0)


def exchange(track: LandmarkTrack, samples: list[int]) -> LandmarkTrack:
    left, right = ([INDEX[f"{side}_{name}"] for name in LEG_POINTS] for side in ("left", "right"))
    parts = {}
    for name in ("xyz", "world", "visibility"):
        parts[name] = getattr(track, name).copy()
        for sample in samples:
            parts[name][sample, left + right] = getattr(track, name)[sample, right + left]
    return replace(track, **parts)


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param([40], id="one"),
        pytest.param([20, 21, 22], id="three in a row"),
        pytest.param([10, 30, 31, 50, 70, 71], id="here and there"),
        pytest.param([89], id="the last"),
    ],
)
@pytest.mark.parametrize("yaw_deg", [90, -60])
def test_exchanged_legs_are_put_back(samples, yaw_deg):
    track = lunge(yaw_deg=yaw_deg)
    broken = exchange(track, samples)
    assert np.flatnonzero(find_swapped_legs(broken.xyz[:, :, :2])).tolist() == samples
    mended = unswap_legs(broken)
    for name in ("xyz", "world", "visibility"):
        np.testing.assert_array_equal(getattr(mended, name), getattr(track, name))


def test_a_clean_track_is_handed_on_as_it_is():
    track = lunge()
    assert unswap_legs(track) is track


@pytest.mark.parametrize("exercise", ["squat", "deadlift", "curl", "jumping_jack", "push_up", "burpee"])
@pytest.mark.parametrize("yaw_deg", [0, 45, 90])
def test_other_exercises_are_left_alone(exercise, yaw_deg):
    move = EXERCISES[exercise]
    poses = blend(move.start, move.turn, (1 - np.cos(np.pi * TIME_S)) / 2)
    track = make_track(poses, time_s=TIME_S, yaw_deg=yaw_deg, anchor=move.anchor, noise_px=2.0)
    assert unswap_legs(track) is track


def test_legs_too_fast_for_the_sampling_are_left_alone():
    """Running on the spot at two samples a step: every other sample looks exchanged."""
    track = lunge()
    every_other = exchange(track, list(range(0, len(TIME_S), 2)))
    assert unswap_legs(every_other) is every_other


def test_across_a_gap():
    track = exchange(lunge(), [40])
    xyz = track.xyz.copy()
    xyz[30:35] = np.nan
    assert np.flatnonzero(find_swapped_legs(xyz[:, :, :2])).tolist() == [40]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_too_few_rows_to_tell(rows):
    assert not find_swapped_legs(lunge().xyz[:rows, :, :2]).any()


def test_a_body_of_no_size():
    assert not find_swapped_legs(np.zeros((9, 33, 2))).any()


def test_a_small_step_as_the_clip_begins_is_a_step():
    """In the middle an exchange needs two switches; at the start one would do, and the first sample be changed."""
    one, other = (
        {"trunk": 0.0, "left_thigh": a, "left_shank": a, "right_thigh": -a, "right_shank": -a} for a in (3, -3)
    )
    steps = blend(one, other, np.minimum(np.arange(len(TIME_S)), 1.0))
    track = make_track({"upper_arm": 0.0, "forearm": 0.0, **steps}, time_s=TIME_S, yaw_deg=90)
    assert unswap_legs(track) is track
