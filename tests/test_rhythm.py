"""The body's rhythm: what all landmarks do together, where single joints do not show it."""

import tracemalloc

import numpy as np
import pytest

from core.angles import compute_angles
from core.cycles import WIDTH_RATIO, Trace, find_cycles
from core.landmarks import LandmarkTrack
from core.reps import detect_reps
from core.rhythm import find_rhythms, shape_signal
from tests.synthetic import EXERCISES, blend, make_track


def jacks(reps: int, *, rep_s: float, rate_hz: float, noise_px: float = 3.0) -> LandmarkTrack:
    """Return jumping jacks at an even pace, seen from the front."""
    time_s = np.arange(0, reps * rep_s + 0.5 / rate_hz, 1 / rate_hz)
    exercise = EXERCISES["jumping_jack"]
    pose = blend(exercise.start, exercise.turn, (1 - np.cos(2 * np.pi * time_s / rep_s)) / 2)
    return make_track(pose, time_s=time_s, yaw_deg=0.0, noise_px=noise_px)


def nothing_left_out(track: LandmarkTrack) -> np.ndarray:
    return np.zeros(len(track.time_s), dtype=bool)


@pytest.mark.parametrize("rate_hz", [2.25, 3.3, 15.0])
def test_the_rhythm_turns_once_a_rep_down_to_two_samples_each(rate_hz):
    track = jacks(40, rep_s=1.0, rate_hz=rate_hz)
    trace = find_rhythms(track, without=nothing_left_out(track))[0].trace
    crossings = np.count_nonzero(np.diff(np.sign(trace.values)) > 0)
    assert crossings == pytest.approx(40, abs=1)


def test_fast_jacks_at_few_frames_are_counted():
    track = jacks(80, rep_s=0.45, rate_hz=5.0)
    assert detect_reps(track, compute_angles(track)).count == pytest.approx(80, abs=1)


def test_a_turn_of_the_rhythm_that_lasts_longer_is_still_one():
    step_s = np.full(7, 1.0)
    step_s[3] = 2.5
    time_s = np.arange(0, step_s.sum(), 1 / 30)
    turns = np.interp(time_s, np.append(0, step_s.cumsum()), np.arange(8))
    trace = Trace(time_s, -np.cos(2 * np.pi * turns), rate_hz=30.0, path=28.0)
    counts = [find_cycles(trace, hystereses=(0.35,), width_ratio=ratio)[0].count for ratio in (WIDTH_RATIO, np.inf)]
    assert counts == [6, 7]


def test_a_long_clip_takes_no_memory_that_grows_with_its_square():
    track = jacks(500, rep_s=1.2, rate_hz=2.0)
    left_out = nothing_left_out(track)
    find_rhythms(track, without=left_out)  # what it imports is not counted
    tracemalloc.start()
    find_rhythms(track, without=left_out)
    peak_mb = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    assert len(track.time_s) == 1201
    assert peak_mb < 20


def test_noise_has_no_rhythm():
    track = jacks(10, rep_s=2.0, rate_hz=10.0)
    noise = np.random.default_rng(3).normal(0, 20, track.xyz.shape)
    still = LandmarkTrack(track.time_s, track.xyz[:1] + noise, track.visibility, track.world)
    assert find_rhythms(still, without=nothing_left_out(still)) == []


def test_walking_panning_and_zooming_do_not_change_the_shape():
    track = jacks(6, rep_s=2.0, rate_hz=10.0, noise_px=0.0)
    panned = track.xyz + 300 * np.sin(track.time_s)[:, None, None] * [1.0, 0.2, 0.0]
    moved = LandmarkTrack(track.time_s, panned, track.visibility, track.world)
    np.testing.assert_allclose(shape_signal(moved)[0].values, shape_signal(track)[0].values, atol=1e-6)


def test_nobody_has_no_shape_and_no_rhythm():
    time_s = np.arange(30) / 10
    empty = np.full((30, 33, 3), np.nan)
    nobody = LandmarkTrack(time_s, empty, empty[:, :, 0], empty)
    assert shape_signal(nobody) == []
    assert find_rhythms(nobody, without=np.zeros(30, dtype=bool)) == []
    assert detect_reps(nobody, {}).count == 0
