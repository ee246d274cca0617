"""Counting: known numbers of cycles, and what must not change a count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.landmarks import ANGLE_NAMES, LandmarkTrack
from core.reps import RepCount, detect_reps

REP_S = 2.0


def wave(time_s: np.ndarray, *, cycles: int, sharpness: float = 0.0, rest_s: float = 1.0) -> np.ndarray:
    """Return ``cycles`` cycles of `REP_S` between two rests, 0-1: a sine at sharpness 0, nearly square at 1."""
    phase = np.clip((time_s - rest_s) / REP_S, 0, cycles)
    sine = -np.cos(2 * np.pi * phase)
    steepness = 1 + 6 * sharpness
    return 0.5 + 0.5 * np.tanh(steepness * sine) / np.tanh(steepness)


def squat(flexion: np.ndarray, time_s: np.ndarray) -> tuple[LandmarkTrack, dict[str, np.ndarray]]:
    """Return a track without places (angles only) and its angles for a flexion in 0-1."""
    n = len(time_s)
    angles = {name: np.full(n, 5.0) for name in ANGLE_NAMES}
    for side in ("left", "right"):
        angles[f"{side}_knee"] = 5 + 100 * flexion
        angles[f"{side}_hip"] = 8 + 90 * flexion
    seen = np.isfinite(flexion)
    xyz = np.where(seen[:, None, None], np.zeros((n, 33, 3)), np.nan)
    return LandmarkTrack(
        time_s, xyz, np.where(seen[:, None], np.ones((n, 33)), np.nan), np.full((n, 33, 3), np.nan)
    ), angles


def count(flexion: np.ndarray, time_s: np.ndarray) -> RepCount:
    track, angles = squat(flexion, time_s)
    return detect_reps(track, angles)


def clock(cycles: int, *, rate_hz: float = 15.0, rest_s: float = 1.0) -> np.ndarray:
    return np.arange(0, cycles * REP_S + 2 * rest_s, 1 / rate_hz)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 20), st.floats(0, 1), st.integers(0, 99))
def test_k_cycles_are_k_reps_from_sine_to_square_with_noise(cycles, sharpness, seed):
    time_s = clock(cycles)
    noise = np.random.default_rng(seed).normal(0, 0.02, len(time_s))
    assert count(wave(time_s, cycles=cycles, sharpness=sharpness) + noise, time_s).count == cycles


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 20), st.floats(3.4, 60), st.floats(-100, 1000))
def test_frame_rate_and_time_offset_change_nothing(cycles, rate_hz, offset_s):
    time_s = clock(cycles, rate_hz=rate_hz)
    track, angles = squat(wave(time_s, cycles=cycles), time_s)
    moved = LandmarkTrack(time_s + offset_s, track.xyz, track.visibility, track.world)
    assert detect_reps(moved, angles).count == cycles


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 12), st.floats(0, 8))
def test_stillness_before_and_after_changes_nothing(cycles, rest_s):
    time_s = clock(cycles, rest_s=rest_s)
    assert count(wave(time_s, cycles=cycles, rest_s=rest_s), time_s).count == cycles


@settings(deadline=None, max_examples=12)
@given(st.integers(1, 12), st.floats(0, 1))
def test_played_backwards_is_the_same(cycles, sharpness):
    time_s = clock(cycles)
    assert count(wave(time_s, cycles=cycles, sharpness=sharpness)[::-1], time_s).count == cycles


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 10), st.floats(0, 20), st.floats(0, 3))
def test_a_gap_never_adds_a_rep(cycles, start_s, length_s):
    time_s = clock(cycles)
    flexion = wave(time_s, cycles=cycles)
    flexion[(time_s >= start_s) & (time_s < start_s + length_s)] = np.nan
    track, angles = squat(flexion, time_s)
    assert detect_reps(track, angles).count <= cycles


def test_times_of_the_reps():
    time_s = clock(4, rate_hz=10)
    reps = count(wave(time_s, cycles=4), time_s).reps
    assert [rep.number for rep in reps] == [1, 2, 3, 4]
    np.testing.assert_allclose([rep.turn_s for rep in reps], [2, 4, 6, 8], atol=0.06)
    np.testing.assert_allclose([rep.end_s for rep in reps[:-1]], [3, 5, 7], atol=0.06)
    assert all(rep.start_s < rep.turn_s < rep.end_s for rep in reps)


@pytest.mark.parametrize(
    ("flexion", "words"),
    [
        pytest.param(np.zeros(100), "hardly moves", id="still"),
        pytest.param(np.linspace(0, 1, 100), "no whole cycle", id="one way only"),
        pytest.param(np.full(100, np.nan), "No person", id="nobody"),
        pytest.param(np.empty(0), "No person", id="empty"),
    ],
)
def test_nothing_is_counted_with_a_reason(flexion, words):
    result = count(flexion, np.arange(len(flexion)) / 10)
    assert result.count == 0
    assert result.driving_joint is None
    assert words in result.reason


def test_a_named_joint_drives():
    time_s = clock(3)
    track, angles = squat(wave(time_s, cycles=3), time_s)
    assert detect_reps(track, angles, joint="right_hip").driving_joint == "right_hip"
    assert detect_reps(track, angles, joint="left_elbow").count == 0
    with pytest.raises(ValueError, match="nose"):
        detect_reps(track, angles, joint="nose")
