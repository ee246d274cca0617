"""Counting: known numbers of cycles, and what must not change a count."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cycles import find_cycles, make_trace
from core.evidence import Evidence
from core.landmarks import ANGLE_NAMES, INDEX, LandmarkTrack, without_side
from core.pipeline import summarize
from core.rep_count import RepCount
from core.reps import detect_reps, find_uncounted
from core.signals import body_length, build_signals
from core.smoothing import smooth_angle
from tests.synthetic import EXERCISES, PX_PER_M, Exercise, make_track, perform

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


@settings(max_examples=25)
@given(st.integers(1, 20), st.floats(0, 1), st.integers(0, 99))
def test_k_cycles_are_k_reps_from_sine_to_square_with_noise(cycles, sharpness, seed):
    time_s = clock(cycles)
    noise = np.random.default_rng(seed).normal(0, 0.02, len(time_s))
    assert count(wave(time_s, cycles=cycles, sharpness=sharpness) + noise, time_s).count == cycles


@pytest.mark.parametrize("seed", [11, 49, 55, 88, 92])
def test_two_reps_held_at_their_turn_are_alike_wherever_noise_puts_the_turn(seed):
    time_s = clock(2)
    noise = np.random.default_rng(seed).normal(0, 0.02, len(time_s))
    assert count(wave(time_s, cycles=2, sharpness=1.0) + noise, time_s).count == 2


@pytest.mark.parametrize("rate_hz", [7.5, 15.0, 30.0])
@pytest.mark.parametrize("drift", [-0.02, 0.0, 0.02])
def test_a_short_stand_before_and_after_the_set_belongs_to_no_rep(rate_hz, drift):
    rest_s = 0.4
    time_s = clock(5, rate_hz=rate_hz, rest_s=rest_s)
    reps = count(wave(time_s, cycles=5, rest_s=rest_s) + drift * time_s, time_s).reps
    assert len(reps) == 5
    assert reps[0].start_s == pytest.approx(rest_s, abs=0.12)
    assert reps[-1].end_s == pytest.approx(rest_s + 5 * REP_S, abs=0.12)


@settings(max_examples=12)
@given(st.integers(1, 20), st.floats(3.4, 60), st.floats(-100, 1000))
def test_frame_rate_and_time_offset_change_nothing(cycles, rate_hz, offset_s):
    time_s = clock(cycles, rate_hz=rate_hz)
    track, angles = squat(wave(time_s, cycles=cycles), time_s)
    moved = LandmarkTrack(time_s + offset_s, track.xyz, track.visibility, track.world)
    assert detect_reps(moved, angles).count == cycles


@settings(max_examples=12)
@given(st.integers(1, 12), st.floats(0, 8))
def test_stillness_before_and_after_changes_nothing(cycles, rest_s):
    time_s = clock(cycles, rest_s=rest_s)
    assert count(wave(time_s, cycles=cycles, rest_s=rest_s), time_s).count == cycles


def bending(flexion: np.ndarray, time_s: np.ndarray) -> tuple[LandmarkTrack, dict[str, np.ndarray]]:
    """Return `squat` with a body that goes down by a third of its length."""
    _, angles = squat(flexion, time_s)
    track = track_of(angles, time_s)
    for name in ("left_ankle", "right_ankle"):
        track.xyz[:, INDEX[name], 1] -= 55 * flexion
    for name in ("left_knee", "right_knee"):
        track.xyz[:, INDEX[name], :2] += np.stack([40 * flexion, -40 * flexion], axis=1)
    return track, angles


@pytest.mark.parametrize(("cycles", "rest_s"), [(1, 60.0), (2, 60.0), (3, 150.0)])
@pytest.mark.parametrize("joint", [None, "knee"])
def test_a_few_reps_in_minutes_of_standing_are_counted_where_they_are(cycles, rest_s, joint):
    time_s = clock(cycles, rest_s=rest_s)
    noise = np.random.default_rng(0).normal(0, 0.02, len(time_s))
    found = detect_reps(*bending(wave(time_s, cycles=cycles, rest_s=rest_s) + noise, time_s), joint=joint)
    turns_s = [rest_s + REP_S * (k + 0.5) for k in range(cycles)]
    assert [rep.turn_s for rep in found.reps] == pytest.approx(turns_s, abs=0.2)
    assert found.reps[0].start_s == pytest.approx(rest_s, abs=0.4)
    assert found.reps[-1].end_s == pytest.approx(rest_s + REP_S * cycles, abs=0.4)
    assert found.signal.shape == time_s.shape


@pytest.mark.parametrize("cycles", [1, 2])
def test_hands_that_play_in_a_long_standing_are_no_reps(cycles):
    """By 7 cm where the body is 1.7 m long: a single of 2 s in 42 s was counted as 20 reps."""
    time_s = clock(cycles, rest_s=20.0)
    track, angles = bending(wave(time_s, cycles=cycles, rest_s=20.0), time_s)
    rate_hz = np.random.default_rng(0).uniform(0.3, 0.6, len(time_s))
    plays = 7 * np.sin(2 * np.pi * np.cumsum(rate_hz * np.gradient(time_s)))
    track.xyz[:, INDEX["left_wrist"], 0] += plays
    track.xyz[:, INDEX["right_wrist"], 0] -= plays
    assert detect_reps(track, angles).count == cycles


def test_heavy_singles_a_minute_apart_are_one_set():
    time_s = np.arange(0, 190, 1 / 5)
    turns_s = [5.0, 65.0, 125.0, 185.0]
    away = np.clip(np.abs(time_s - np.array(turns_s)[:, None]).min(axis=0), 0, 1)
    found = detect_reps(*bending(0.5 + 0.5 * np.cos(np.pi * away), time_s))
    assert [rep.turn_s for rep in found.reps] == pytest.approx(turns_s, abs=0.2)
    assert all(rep.end_s - rep.start_s < 3 for rep in found.reps)


@settings(max_examples=12)
@given(st.integers(1, 12), st.floats(0, 1))
def test_played_backwards_is_the_same(cycles, sharpness):
    time_s = clock(cycles)
    assert count(wave(time_s, cycles=cycles, sharpness=sharpness)[::-1], time_s).count == cycles


@settings(max_examples=25)
@given(st.integers(1, 10), st.floats(0, 20), st.floats(0, 3))
def test_a_gap_never_adds_a_rep(cycles, start_s, length_s):
    time_s = clock(cycles)
    flexion = wave(time_s, cycles=cycles)
    flexion[(time_s >= start_s) & (time_s < start_s + length_s)] = np.nan
    track, angles = squat(flexion, time_s)
    assert detect_reps(track, angles).count <= cycles


@pytest.mark.parametrize(("before_s", "after_s"), [(0, 20), (0, 120), (120, 0), (60, 60)])
def test_an_empty_room_before_and_after_the_set_changes_nothing(before_s, after_s):
    empty = [np.full(round(length_s * 15), np.nan) for length_s in (before_s, after_s)]
    flexion = np.concatenate([empty[0], wave(clock(5), cycles=5), empty[1]])
    track, angles = squat(flexion, np.arange(len(flexion)) / 15)
    angles |= {name: np.full(len(flexion), 5.0) for name in ("left_hip", "right_hip")}
    angles["right_knee"] = 0.8 * angles["right_knee"]
    track.visibility[:, [INDEX["left_hip"], INDEX["left_knee"], INDEX["left_ankle"]]] -= 0.5
    found = detect_reps(track, angles)
    assert (found.count, found.driving_joint, found.reason) == (5, "right_knee", "")
    np.testing.assert_allclose([rep.turn_s - before_s for rep in found.reps], [2, 4, 6, 8, 10], atol=0.06)


def test_who_is_seen_without_a_joint_is_told_so():
    time_s = clock(5)
    track, _ = squat(wave(time_s, cycles=5), time_s)
    result = detect_reps(track, {name: np.full(len(time_s), np.nan) for name in ANGLE_NAMES})
    assert result.count == 0
    assert "no joint for long enough" in result.reason


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


def test_a_named_joint_counts_only_what_it_shows_clearly_itself():
    time_s = clock(6)
    track, angles = squat(wave(time_s, cycles=6), time_s)
    slow = 0.5 - 0.5 * np.cos(2 * np.pi * np.clip((time_s - 1) / (2 * REP_S), 0, 3))
    angles["left_elbow"] = 5 + 40 * slow + 30 * wave(time_s, cycles=6)
    assert detect_reps(track, angles).count == 6
    named = detect_reps(track, angles, joint="left_elbow")
    assert named.count == 3
    assert named.score > 0.3


def track_of(angles: dict[str, np.ndarray], time_s: np.ndarray, *, hip_x: np.ndarray | None = None) -> LandmarkTrack:
    """Return a standing body 170 long, moved sideways by `hip_x`."""
    heights = {"shoulder": -150.0, "hip": -90.0, "knee": -45.0, "ankle": 0.0, "elbow": -120.0, "wrist": -95.0}
    xyz = np.zeros((len(time_s), 33, 3))
    for name, index in INDEX.items():
        part = without_side(name)
        xyz[:, index, 0] = (0.0 if hip_x is None else hip_x) + (10.0 if name.startswith("left") else -10.0)
        xyz[:, index, 1] = heights.get(part, -160.0)
    return LandmarkTrack(time_s, xyz, np.ones((len(time_s), 33)), np.full((len(time_s), 33, 3), np.nan))


@pytest.mark.parametrize(
    ("twice", "counted"), [(("elbow",), 5), (("elbow", "shoulder", "ankle"), 10)], ids=["alone", "with others"]
)
def test_a_joint_that_bends_twice_a_rep_counts_the_reps_of_the_body(twice, counted):
    time_s = clock(5, rate_hz=30.0)
    once = wave(time_s, cycles=5)
    track, angles = squat(once, time_s)
    half_way = 4 * once * (1 - once)  # there on the way down, and again on the way up
    for side in ("left", "right"):
        for joint in ("elbow", "shoulder", "ankle"):
            angles[f"{side}_{joint}"] = 10 + 80 * (half_way if joint in twice else once)
    found = detect_reps(track, angles, joint="elbow")
    assert found.count == counted
    if counted == 5:
        assert found.reason.startswith("The elbow bends twice in each rep of the body: the reps are those of the ")
        assert found.driving_joint is not None
        assert not found.driving_joint.endswith("elbow")
    else:
        assert found.driving_joint.endswith("elbow")


def test_walking_through_the_picture_is_no_exercise():
    time_s = clock(5)
    _, angles = squat(wave(time_s, cycles=5), time_s)
    standing, walking = track_of(angles, time_s), track_of(angles, time_s, hip_x=100 * time_s)
    assert detect_reps(standing, angles).count == 5
    result = detect_reps(walking, angles)
    assert (result.count, result.driving_joint) == (0, None)
    assert "walks" in result.reason


@pytest.mark.parametrize("cycles", [1, 2, 4])
def test_a_short_set_between_walking_in_and_out_is_counted(cycles):
    rest_s = 5.0
    time_s = clock(cycles, rest_s=rest_s)
    _, angles = squat(wave(time_s, cycles=cycles, rest_s=rest_s), time_s)
    on_the_spot = np.clip(time_s, rest_s - 1, rest_s + 1 + cycles * REP_S)
    assert np.mean(on_the_spot != time_s) > 0.4
    result = detect_reps(track_of(angles, time_s, hip_x=100 * (time_s - on_the_spot)), angles)
    assert result.count == cycles


@pytest.mark.parametrize("seed", range(5))
def test_the_noise_of_a_body_that_stands_still_is_no_set(seed):
    time_s = np.arange(0, 12, 1 / 15)
    noise = np.random.default_rng(seed)
    angles = {name: 10 + smooth_angle(noise.normal(0, 9, len(time_s)), time_s=time_s) for name in ANGLE_NAMES}
    assert detect_reps(track_of(angles, time_s), angles).count == 0


@pytest.mark.parametrize("seed", range(5))
def test_landmarks_that_jump_on_a_body_that_stands_still_are_no_set(seed):
    """By 2.5 % of its length, each by itself: of a person far away or in bad light: 8 to 50 reps were counted."""
    time_s, rng = np.arange(0, 30, 1 / 7.5), np.random.default_rng(seed)
    track = make_track(EXERCISES["squat"].start, time_s=time_s, yaw_deg=60.0)
    noise = 0.025 * body_length(track) / PX_PER_M * rng.normal(size=(2, *track.xyz.shape))
    track = replace(track, xyz=track.xyz + PX_PER_M * noise[0], world=track.world + noise[1])
    assert summarize(track).count.count == 0


def test_a_second_exercise_in_the_clip_is_found():
    time_s = clock(12, rest_s=4.0)
    _, angles = squat(wave(time_s, cycles=6, rest_s=4.0), time_s)
    track = track_of(angles, time_s)
    assert find_uncounted(detect_reps(track, angles), Evidence(track, angles)) is None
    for side in ("left", "right"):
        angles[f"{side}_elbow"] = 10 + 100 * wave(time_s, cycles=4, rest_s=20.0)
        angles[f"{side}_shoulder"] = 10 + 40 * wave(time_s, cycles=4, rest_s=20.0)
    count = detect_reps(track, angles)
    assert count.count == 6
    assert find_uncounted(count, Evidence(track, angles)) == pytest.approx((20, 28), abs=0.2)


@pytest.mark.parametrize("cycles", [8, 20, 40])
def test_small_reps_that_one_joint_alone_shows_are_counted_however_many(cycles):
    rng = np.random.default_rng(0)
    ends_s = np.cumsum(np.append(1.0, 1.6 * rng.uniform(0.7, 1.5, cycles)))
    time_s = np.arange(0, ends_s[-1] + 2, 1 / 8)
    angles = {name: np.full(len(time_s), np.nan) for name in ANGLE_NAMES}
    for name in ("left_elbow", "left_shoulder", "trunk_lean"):
        angles[name] = smooth_angle(rng.normal(10, 6, len(time_s)), time_s=time_s)
    phase = np.interp(time_s, ends_s, np.arange(cycles + 1))
    angles["left_elbow"] += rng.uniform(12, 16, cycles + 1)[phase.astype(int)] * (1 - np.cos(2 * np.pi * phase))
    assert abs(detect_reps(track_of(angles, time_s), angles).count - cycles) <= 1


def test_a_cut_of_the_film_is_not_walking():
    time_s = clock(6)
    _, angles = squat(wave(time_s, cycles=6), time_s)
    cut = track_of(angles, time_s, hip_x=np.where(time_s > 7, 300.0, 0.0))
    assert detect_reps(cut, angles).count == 6


def test_a_person_who_flickers_was_not_there():
    time_s = clock(5)
    track, angles = squat(wave(time_s, cycles=5), time_s)
    gone = np.arange(len(time_s)) % 8 > 4
    flicker = LandmarkTrack(time_s, np.where(gone[:, None, None], np.nan, track.xyz), track.visibility, track.world)
    assert "No person" in detect_reps(flicker, angles).reason


def test_a_person_lost_in_every_fifth_frame_is_there():
    time_s = clock(5, rate_hz=15.0)
    track, angles = squat(wave(time_s, cycles=5), time_s)
    lost = np.arange(len(time_s)) % 5 == 4
    dropped = replace(track, xyz=np.where(lost[:, None, None], np.nan, track.xyz))
    assert detect_reps(dropped, angles).count == 5


@pytest.mark.parametrize("first_s", [1.0, 8.0, 14.0])
def test_legs_that_are_hidden_for_a_third_of_the_set_do_not_outvote_the_trunk(first_s):
    """As behind a bench or a plate: the legs, more angles and larger ones, counted 7 of 10 reps."""
    time_s = clock(10)
    bent = wave(time_s, cycles=10)
    track, angles = squat(bent, time_s)
    hidden = (time_s >= first_s) & (time_s < first_s + 7)
    for name in ANGLE_NAMES:
        if name.endswith(("knee", "hip")):
            angles[name] = np.where(hidden, np.nan, angles[name])
    angles["trunk_lean"] = 5 + 40 * bent
    angles["left_shoulder"] = angles["right_shoulder"] = 5 + 80 * bent
    assert detect_reps(track, angles).count == 10


def test_limbs_that_take_turns_are_counted_each_and_in_all():
    time_s = clock(6)
    angles = {name: np.full(len(time_s), 5.0) for name in ANGLE_NAMES}
    left = np.where((time_s - 1) // REP_S % 2 == 0, wave(time_s, cycles=6), 0.0)
    angles["left_elbow"], angles["right_elbow"] = 5 + 110 * left, 5 + 110 * (wave(time_s, cycles=6) - left)
    reps = detect_reps(squat(left, time_s)[0], angles, joint="left_elbow").reps
    assert len(reps) == 3
    reps = detect_reps(squat(left, time_s)[0], angles).reps
    assert [rep.number for rep in reps] == [1, 2, 3, 4, 5, 6]
    assert {rep.side for rep in reps} <= {"left", "right", "both"}


@pytest.mark.parametrize(
    ("left", "driver"), [pytest.param(0.5, "right_knee", id="hidden"), pytest.param(0.95, "left_knee", id="seen")]
)
def test_of_two_sides_that_agree_the_one_seen_better_is_named(left, driver):
    time_s = clock(5)
    track, angles = squat(wave(time_s, cycles=5), time_s)
    angles |= {name: np.full(len(time_s), 5.0) for name in ("left_hip", "right_hip")}
    angles["right_knee"] = 0.8 * angles["right_knee"]
    track.visibility[:, [INDEX["left_hip"], INDEX["left_knee"], INDEX["left_ankle"]]] = left
    result = detect_reps(track, angles)
    assert (result.driving_joint, result.count) == (driver, 5)


def test_a_shallow_rep_is_kept_apart():
    time_s = clock(7)
    depth = np.where((time_s > 5) & (time_s < 7), 0.35, 1.0)
    result = count(depth * wave(time_s, cycles=7), time_s)
    assert result.count == 6
    assert [(rep.number, rep.is_partial) for rep in result.partial_reps] == [(2, True)]
    assert result.partial_reps[0].turn_s == pytest.approx(6, abs=0.1)


def in_turn(lengths_s: list[float], *, rate_hz: float = 15.0, rest_s: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return reps of these lengths one after the other between two rests, 0-1, and their times."""
    edges_s = rest_s + np.cumsum([0.0, *lengths_s])
    time_s = np.arange(0, edges_s[-1] + rest_s, 1 / rate_hz)
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.interp(time_s, edges_s, np.arange(len(edges_s)))), time_s


@pytest.mark.parametrize(
    ("lengths_s", "counted"),
    [
        pytest.param([2, 2, 2, 2, 2, 5], 6, id="last, ground out"),
        pytest.param([2, 2, 2, 5, 2, 2], 6, id="paused in the middle"),
        pytest.param([2, 2, 4.5], 3, id="third of three"),
        pytest.param([5, 2, 2, 2, 2, 2], 5, id="before the set: bending to the bar"),
        pytest.param([2, 2, 2, 2, 2, 9], 5, id="far slower than any rep"),
    ],
)
def test_a_slow_rep_is_one_of_an_even_set_unless_it_comes_first(lengths_s, counted):
    flexion, time_s = in_turn(lengths_s)
    result = count(flexion, time_s)
    assert result.count == counted
    if lengths_s[-1] > 2 and counted == len(lengths_s):
        assert result.reps[-1].end_s == pytest.approx(1 + sum(lengths_s), abs=0.2)


def test_two_reps_that_noise_runs_together_are_no_slow_rep():
    flexion, time_s = in_turn([2, 2, 2, 2, 2])
    between = (time_s > 8) & (time_s < 10)
    flexion[between] = np.maximum(flexion[between], 0.75)
    cycles = find_cycles(make_trace(flexion, time_s=time_s), hystereses=(0.35,))[0]
    assert (cycles.count, cycles.slow) == (3, ())


def test_a_rep_cut_by_the_end_of_the_clip_is_marked_and_not_counted():
    time_s = clock(4)
    kept = time_s < 8.2
    result = count(wave(time_s, cycles=4)[kept], time_s[kept])
    assert result.count == 3
    assert [(rep.cut_end, rep.is_partial) for rep in result.partial_reps] == [(True, True)]


@pytest.mark.parametrize("missing", [0.0, 0.4])
def test_a_whole_rep_that_the_clip_cuts_before_it_is_home_is_marked(missing):
    time_s = clock(4, rate_hz=30.0, rest_s=0.0)
    whole = wave(time_s, cycles=4, rest_s=0.0)
    stays = time_s <= time_s[-1] - missing * REP_S / 2
    result = count(whole[stays], time_s[stays])
    assert [rep.cut_end for rep in result.reps] == [False, False, False, missing > 0]
    backwards = count(whole[stays][::-1], time_s[stays])
    assert [rep.cut_start for rep in backwards.reps] == [missing > 0, False, False, False]


def test_a_partial_rep_ends_where_the_person_is_last_seen():
    time_s = clock(4, rate_hz=30.0, rest_s=0.0)
    flexion = wave(time_s, cycles=4, rest_s=0.0)
    gone = time_s > 3.4 * REP_S
    result = count(np.where(gone, np.nan, flexion), time_s)
    (partial,) = result.partial_reps
    assert partial.cut_end
    assert partial.end_s == pytest.approx(time_s[~gone][-1])


def test_a_rest_between_reps_belongs_to_none():
    time_s = np.arange(0, 20, 1 / 15)
    flexion = wave(time_s, cycles=2) + wave(time_s, cycles=2, rest_s=13.0)
    reps = count(flexion, time_s).reps
    assert len(reps) == 4
    assert reps[1].end_s < 6.5
    assert reps[2].start_s > 11.5


def test_landmarks_scaled_frame_by_frame_offer_no_displacement():
    """Nor is a body scaled that is as wide in every frame: a squat with the arms held out, from the front."""
    arms_out = {"upper_arm": 0.0, "forearm": 0.0, "arm_spread": 90.0}
    squat_down = EXERCISES["squat"]
    done = perform(Exercise({**squat_down.start, **arms_out}, {**squat_down.turn, **arms_out}), yaw_deg=0)
    low, high = done.track.xyz.min(axis=1, keepdims=True), done.track.xyz.max(axis=1, keepdims=True)
    boxed = replace(done.track, xyz=(done.track.xyz - low) / (high - low)[:, :, 1:2])  # all as tall as each other
    assert "hip_height" in {signal.name for signal in build_signals(done.track, done.angles)}
    assert "hip_height" not in {signal.name for signal in build_signals(boxed, done.angles)}


def test_the_other_signals_are_offered_for_the_override():
    time_s = clock(4)
    result = count(wave(time_s, cycles=4), time_s)
    offered = {alternative.joint: alternative.count for alternative in result.alternatives}
    assert result.driving_joint not in offered
    assert offered["hip"] == 4
    assert all("_in_space" not in name for name in offered)
