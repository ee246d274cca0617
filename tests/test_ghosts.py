"""What looks like a rep on one joint but not on the body is none."""

from dataclasses import replace

import numpy as np
import pytest

from core.angles import compute_angles
from core.ghosts import find_ghosts, find_shallow
from core.mannequin import Filming, compute_truth
from core.mannequin.motions import Motion, RepPlan
from core.pipeline import summarize
from core.reps import detect_reps
from tests.synthetic import EXERCISES, blend, make_track

REP_S = 2.0


def squats_after_a_pick_up(reps: int) -> tuple:
    """Return squats, arms ahead, after the weight is lifted: bent over, then held to the chest."""
    time_s = np.arange(0, (reps + 1) * REP_S + 0.01, 1 / 12)
    share = (1 - np.cos(2 * np.pi * time_s / REP_S)) / 2
    squat = EXERCISES["squat"]
    pose = {
        name: np.broadcast_to(angle, time_s.shape).copy()
        for name, angle in blend(squat.start, squat.turn, share).items()
    }
    first = time_s < REP_S
    pose["trunk"][first] += 45 * share[first]
    pose["upper_arm"][first] = 20 * share[first]
    pose["forearm"][first] = 90 * (1 - share[first])
    track = make_track(pose, time_s=time_s, yaw_deg=60, anchor=squat.anchor, noise_px=1.0)
    return track, compute_angles(track)


def test_a_pick_up_that_bends_the_knees_is_no_squat():
    result = detect_reps(*squats_after_a_pick_up(6))
    assert result.count == 6
    assert [rep.number for rep in result.reps] == [1, 2, 3, 4, 5, 6]
    assert result.reps[0].turn_s == pytest.approx(1.5 * REP_S, abs=0.15)


def reps_of(turns_s: list[float]) -> np.ndarray:
    return np.array([(turn - 1, turn, turn + 1) for turn in turns_s])


def angles_of(time_s: np.ndarray, *, odd: list[float]) -> dict[str, np.ndarray]:
    """Return three angles that go 60 degrees out and back every 2 s; around the odd times they stay out."""
    out = 30 - 30 * np.cos(np.pi * time_s)
    for turn in odd:
        out = np.where(np.abs(time_s - turn) < 0.95, 100.0, out)
    return dict.fromkeys(("left_knee", "left_hip", "trunk_lean"), out)


@pytest.mark.parametrize(
    ("odd", "ghosts"),
    [
        pytest.param([], [], id="all alike"),
        pytest.param([1.0], [0], id="first"),
        pytest.param([13.0], [6], id="last"),
        pytest.param([7.0], [], id="in the middle of the set"),
        pytest.param([1.0, 13.0], [], id="two that are alike"),
    ],
)
def test_one_that_is_alone_at_an_end_is_a_ghost(odd, ghosts):
    time_s = np.arange(0, 14.05, 0.1)
    reps = reps_of([1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0])
    assert np.flatnonzero(find_ghosts(angles_of(time_s, odd=odd), time_s=time_s, reps_s=reps)).tolist() == ghosts


def test_an_uneven_set_does_not_hide_its_ghost():
    depths = (1.0, 1.7, 1.4, 1.2, 0.85, 0.9, 0.95)
    time_s = np.arange(0, 2 * len(depths), 1 / 15)
    angles = angles_of(time_s, odd=[1.0])
    uneven = np.where(time_s < 2, 1.0, np.array(depths)[(time_s // 2).astype(int)])
    reps_s = reps_of([2.0 * number + 1 for number in range(len(depths))])
    ghosts = find_ghosts({name: values * uneven for name, values in angles.items()}, time_s=time_s, reps_s=reps_s)
    assert np.flatnonzero(ghosts).tolist() == [0]


def test_three_reps_are_too_few_to_tell():
    time_s = np.arange(0, 6, 0.1)
    angles = angles_of(time_s, odd=[1.0])
    assert not find_ghosts(angles, time_s=time_s, reps_s=reps_of([1.0, 3.0, 5.0])).any()
    assert not find_ghosts({}, time_s=time_s, reps_s=reps_of([1.0, 3.0, 5.0, 7.0])).any()


@pytest.mark.parametrize("ends_s", [(0.4, 14.0), (0.0, 13.6)], ids=["the first", "the last"])
def test_a_rep_that_the_clip_cuts_is_compared_as_far_as_it_goes(ends_s):
    first_s, last_s = ends_s
    time_s = np.arange(first_s, last_s + 0.05, 0.1)
    reps = np.clip(reps_of([1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0]), first_s, last_s)
    assert not find_ghosts(angles_of(time_s, odd=[]), time_s=time_s, reps_s=reps).any()


@pytest.mark.parametrize("ends_s", [(0.0, 16.0), (0.98, 15.02)], ids=["both whole", "no moment of the rep in both"])
def test_where_the_clip_cuts_both_ends_the_ghost_beside_a_rest_is_found(ends_s):
    first_s, last_s = ends_s
    time_s = np.arange(first_s, last_s + 0.01, 0.1)
    reps = np.clip(reps_of([1.0, 3.0, 5.0, 7.0, 11.0, 13.0, 15.0]), first_s, last_s)
    ghosts = find_ghosts(angles_of(time_s, odd=[7.0]), time_s=time_s, reps_s=reps)
    assert np.flatnonzero(ghosts).tolist() == [3]


@pytest.mark.parametrize(("samples_a_rep", "ghosts"), [(3, []), (6, [0])])
def test_what_is_hardly_sampled_has_no_shape_to_compare(samples_a_rep, ghosts):
    time_s = np.arange(0, 14.05, 2.0 / samples_a_rep)
    reps = reps_of([1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0])
    assert np.flatnonzero(find_ghosts(angles_of(time_s, odd=[1.0]), time_s=time_s, reps_s=reps)).tolist() == ghosts


@pytest.mark.parametrize(
    ("roms_deg", "shallow"),
    [
        pytest.param([124, 130, 18, 135, 126], [2], id="hardly any"),
        pytest.param([124, 130, 45, 135, 126], [], id="a third is a rep of less range"),
        pytest.param([124, 5, 130, 8, 126, 6, 135], [], id="limbs in turn"),
        pytest.param([124, 130, 18], [], id="too few"),
        pytest.param([124, np.nan, 18, 135, 126, np.nan], [2], id="not measured tells nothing"),
        pytest.param([np.nan] * 6, [], id="nothing measured"),
    ],
)
def test_what_the_measured_joint_hardly_makes_is_shallow(roms_deg, shallow):
    assert np.flatnonzero(find_shallow(np.array(roms_deg, dtype=float))).tolist() == shallow


def test_the_rest_inside_a_set_makes_no_ghost_of_its_first_rep():
    """Reps inside a set hold part of the rests between them, the first and the last do not."""
    rng = np.random.default_rng(3)
    motion = Motion("squat", (RepPlan(out_s=1.0, hold_s=1.0, back_s=1.0),) * 5, lead_in_s=0.7, lead_out_s=0.6)
    track = compute_truth(motion, filming=Filming(fps=15)).track
    for _ in range(6):
        shaken = replace(track, xyz=track.xyz + rng.normal(0, 1.0, track.xyz.shape))
        assert summarize(shaken).rep_count == 5


@pytest.mark.parametrize("out_s", [1.0, 1.5, 2.0])
def test_a_rep_that_is_lowered_more_slowly_than_the_others_is_one(out_s):
    plans = (RepPlan(out_s=out_s, back_s=1.0), *[RepPlan(out_s=1.0, back_s=1.0)] * 4)
    motion = Motion("squat", plans, lead_in_s=0.7, lead_out_s=0.6)
    assert summarize(compute_truth(motion, filming=Filming(fps=15)).track).rep_count == 5
