"""Faults put into bodies are found, and nothing is said of clean ones or from views that cannot show them."""

from dataclasses import replace

import numpy as np
import pytest

from core.cues import Cue, compute_cues, say_checked
from core.cues.measures import MEASURES
from core.exercises import BY_NAME, CUE_RULES, EXERCISES, FOR_ANY
from core.landmarks import INDEX
from core.metrics import compute_metrics
from core.recognition import Recognition
from core.view import View
from tests.synthetic import EXERCISES as PERFORMED
from tests.synthetic import Exercise, Performance, perform

VIEW_YAW = {"side_right": 90.0, "side_left": -90.0, "front": 0.0, "back": 180.0, "oblique": 45.0}


def seen_from(view: str) -> View:
    return View(view, -VIEW_YAW[view], "upright", 1.0, "")


def faulty(name: str, **turn: float) -> Exercise:
    """The exercise with another pose at its turn."""
    return replace(PERFORMED[name], turn={**PERFORMED[name].turn, **turn})


def cues_of(done: Performance, exercise: str | None, view: str, rate_hz: float = 15.0) -> list[Cue]:
    metrics = compute_metrics(done.track, done.angles, done.count, sample_rate_hz=rate_hz)
    found = Recognition(exercise, 0.9, "")
    return compute_cues(done.track, done.angles, seen_from(view), recognition=found, metrics=metrics)


def checked(name: str | None, view: str, *, rate_hz: float = 15.0, reps: int = 3, **turn: float) -> str:
    done = perform(faulty(name or "squat", **turn), yaw_deg=VIEW_YAW[view], reps=reps, rate_hz=rate_hz)
    metrics = compute_metrics(done.track, done.angles, done.count, sample_rate_hz=rate_hz)
    found = Recognition(name, 0.9, "")
    return say_checked(done.track, done.angles, seen_from(view), recognition=found, metrics=metrics)


def kinds(cues: list[Cue]) -> set[str]:
    return {cue.kind for cue in cues}


@pytest.mark.parametrize(("visibility", "found"), [(0.9, set()), (0.3, {"squat_depth"})])
def test_a_leg_that_is_seen_to_be_deep_enough_is_no_shallow_squat(visibility, found):
    """The camera stands a little too high: only the nearer thigh seems to stop early."""
    done = perform(faulty("squat", thigh=65), yaw_deg=VIEW_YAW["side_right"], reps=3)
    xyz, seen = done.track.xyz.copy(), done.track.visibility.copy()
    hip, knee = INDEX["left_hip"], INDEX["left_knee"]
    xyz[:, knee, 1] = np.minimum(xyz[:, knee, 1], xyz[:, hip, 1])
    seen[:, [hip, knee]] = visibility
    track = replace(done.track, xyz=xyz, visibility=seen)
    assert kinds(cues_of(replace(done, track=track), "squat", "side_right")) & {"squat_depth"} == found


FAULTS = [
    ("squat", "side_right", {"thigh": 65}, "squat_depth", 25),
    ("squat", "side_left", {"thigh": 65}, "squat_depth", 25),
    ("squat", "side_right", {"shank": -50, "thigh": 100}, "knee_past_toes", None),
    ("squat", "side_right", {"trunk": 68, "shank": -20}, "trunk_past_shin", 48),
    ("squat", "front", {"thigh_spread": -6, "shank_spread": 14}, "knees_inward", None),
    ("lunge", "side_right", {"trunk": 50}, "lunge_lean", 50),
    ("push_up", "side_right", {"thigh": -120, "shank": -120}, "hips_sag", 32),
    ("push_up", "side_left", {"thigh": -120, "shank": -120}, "hips_sag", 32),
    ("push_up", "side_right", {"thigh": -48, "shank": -48}, "hips_high", 40),
    ("push_up", "side_right", {"upper_arm": -35, "forearm": 12}, "push_up_depth", 43),
    ("curl", "side_right", {"upper_arm": 50, "forearm": 160}, "upper_arm_swing", 50),
    ("curl", "side_right", {"trunk": -25}, "trunk_swing", 25),
    ("overhead_press", "side_right", {"upper_arm": 140, "forearm": 190}, "lockout", 50),
]


@pytest.mark.parametrize(("name", "view", "turn", "kind", "value"), FAULTS)
def test_fault_is_found_in_every_rep_and_measured(name, view, turn, kind, value):
    done = perform(faulty(name, **turn), yaw_deg=VIEW_YAW[view], reps=3)
    found = [cue for cue in cues_of(done, name, view) if cue.kind == kind]
    assert [cue.rep for cue in found] == [1, 2, 3]
    for cue, rep in zip(found, done.count.reps, strict=True):
        assert rep.start_s <= cue.time_s <= rep.end_s
        assert cue.value > cue.threshold == CUE_RULES[kind].threshold
        assert cue.text.startswith(f"Rep {cue.rep}, {cue.time_s:.1f} s: ")
        assert cue.source
        if value is not None:
            assert cue.value == pytest.approx(value, abs=4)


CLEAN = [
    ("squat", "side_right"), ("squat", "side_left"), ("squat", "oblique"), ("deadlift", "side_right"),
    ("push_up", "side_right"), ("push_up", "side_left"), ("curl", "side_right"), ("curl", "front"),
    ("overhead_press", "front"), ("lateral_raise", "front"), ("front_raise", "side_left"), ("lunge", "side_right"),
    ("pull_up", "back"), ("bench_press", "side_right"), ("sit_up", "side_right"), ("jumping_jack", "front"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "view"), CLEAN)
def test_clean_reps_get_no_cue(name, view):
    assert cues_of(perform(PERFORMED[name], yaw_deg=VIEW_YAW[view], reps=3), name, view) == []


@pytest.mark.parametrize("view", ["front", "back", "oblique"])
def test_faults_of_the_side_are_not_judged_from_elsewhere(view):
    shallow = faulty("squat", thigh=60, trunk=68)
    side_kinds = {"squat_depth", "knee_past_toes", "trunk_past_shin"}
    assert not kinds(cues_of(perform(shallow, yaw_deg=VIEW_YAW[view]), "squat", view)) & side_kinds


def test_uneven_press_is_seen_against_the_hips_not_the_picture():
    uneven = faulty("overhead_press", left_upper_arm=120, left_forearm=150)
    done = perform(uneven, yaw_deg=0, reps=3)
    assert kinds(cues_of(done, "overhead_press", "front")) >= {"hands_uneven"}
    level = perform(PERFORMED["overhead_press"], yaw_deg=0, reps=3)
    tilt = np.radians(12)
    turned = level.track.xyz.copy()
    turned[:, :, :2] = turned[:, :, :2] @ np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    tilted = replace(level, track=replace(level.track, xyz=turned))
    assert "hands_uneven" not in kinds(cues_of(tilted, "overhead_press", "front"))


def test_pull_up_that_stays_low_and_never_hangs():
    pull_up = PERFORMED["pull_up"]
    half = replace(
        pull_up,
        start={**pull_up.start, "upper_arm": 140, "forearm": 195},
        turn={**pull_up.turn, "upper_arm": 105, "forearm": 185, "arm_spread": 20},
    )
    found = cues_of(perform(half, yaw_deg=180, reps=3), "pull_up", "back")
    assert "chin_below_hands" in kinds(found)


def test_bent_hang_is_seen():
    done = perform(PERFORMED["pull_up"], yaw_deg=180, reps=3)
    bent = {name: values + 45 if "elbow" in name else values for name, values in done.angles.items()}
    assert "dead_hang" in kinds(cues_of(replace(done, angles=bent), "pull_up", "back"))


def test_shallow_rep_among_full_ones_is_named_alone():
    done = perform(PERFORMED["curl"], yaw_deg=90, reps=5, depth=lambda rep: 0.65 if rep == 3 else 1.0)
    (cue,) = [one for one in cues_of(done, "curl", "side_right") if one.kind == "range_short"]
    assert cue.rep == 4
    assert cue.value == pytest.approx(35, abs=3)
    assert cue.severity == "hint"


def test_two_reps_make_no_usual_range():
    done = perform(PERFORMED["curl"], reps=2, depth=lambda rep: 0.4 if rep else 1.0)
    assert cues_of(done, "curl", "side_right") == []


class TestNothingIsSaid:
    SHALLOW = faulty("squat", thigh=60)

    def test_of_an_unknown_exercise(self):
        assert cues_of(perform(self.SHALLOW), None, "side_right") == []

    def test_below_the_rate_that_supports_range(self):
        assert cues_of(perform(self.SHALLOW, rate_hz=5), "squat", "side_right", rate_hz=5) == []

    def test_of_partial_reps(self):
        done = perform(self.SHALLOW, reps=3)
        count = replace(done.count, reps=[], partial_reps=done.count.reps)
        assert cues_of(replace(done, count=count), "squat", "side_right") == []

    def test_of_landmarks_that_are_hidden(self):
        done = perform(self.SHALLOW, reps=3, drive="right_hip")
        hidden = replace(done.track, visibility=np.full_like(done.track.visibility, 0.3))
        metrics = compute_metrics(done.track, done.angles, done.count, sample_rate_hz=15)
        for view in ("side_right", "front"):
            found = compute_cues(
                hidden,
                done.angles,
                seen_from(view),
                recognition=Recognition("squat", 1, ""),
                metrics=metrics,
            )
            assert found == []

    def test_where_no_landmark_is_known(self):
        done = perform(PERFORMED["push_up"], reps=3)
        metrics = compute_metrics(done.track, done.angles, done.count, sample_rate_hz=15)
        lost = replace(done.track, xyz=np.full_like(done.track.xyz, np.nan))
        blind = {name: np.full_like(values, np.nan) for name, values in done.angles.items()}
        for exercise in ("push_up", "curl", "pull_up", "overhead_press"):
            for view in ("side_right", "front"):
                found = compute_cues(
                    lost, blind, seen_from(view), recognition=Recognition(exercise, 1, ""), metrics=metrics
                )
                assert found == []


def test_every_rule_has_a_measure_a_source_and_an_exercise():
    used = {kind for exercise in EXERCISES for kind in exercise.cues} | set(FOR_ANY)
    assert used == set(CUE_RULES) == set(MEASURES)
    assert all(rule.source and rule.severity in ("hint", "warning") for rule in CUE_RULES.values())
    assert BY_NAME["squat"].cues[0] == "squat_depth"


def test_what_was_looked_for_is_told_apart_from_what_this_view_hides():
    assert checked("squat", "front") == (
        "Not to be seen from here; film from the side: too little depth, knees past the toes at the bottom, "
        "too much trunk lean at the bottom. "
        "Checked, not found: knees inward at the bottom, reps of short range. "
        "Never judged, the model sees no point between shoulders and hips: a rounded back."
    )


def test_what_was_found_is_not_told_again():
    shallow, clean = checked("squat", "side_right", thigh=65), checked("squat", "side_right")
    assert "Checked, not found: too little depth, " in clean
    assert "too little depth" not in shallow


def test_what_was_not_measured_is_no_clean_bill():
    said = checked("squat", "side_right", rate_hz=5.0)
    assert "Too few analysed frames a second to judge (5.0, it takes 7.5): too little depth, " in said
    assert said.count("to judge") == 1, "the rate is the one reason, for the range too"
    assert "Checked" not in said


def test_too_few_reps_for_a_usual_range_are_the_reason_told():
    said = checked("squat", "side_right", reps=2)
    assert "Checked, not found: too little depth, " in said
    assert "Too few reps to judge (2, it takes 3): reps of short range." in said


def test_landmarks_that_are_hidden_are_the_reason_where_rate_and_reps_are_enough():
    done = perform(PERFORMED["squat"], reps=3)
    metrics = compute_metrics(done.track, done.angles, done.count, sample_rate_hz=15.0)
    hidden = replace(done.track, visibility=np.zeros_like(done.track.visibility))
    found = Recognition("squat", 0.9, "")
    said = say_checked(hidden, done.angles, seen_from("side_right"), recognition=found, metrics=metrics)
    assert "Not measured well enough to judge: too little depth, " in said


def test_form_of_an_unknown_exercise_is_not_judged():
    assert checked(None, "front") == "The exercise was not recognised, so its form was not judged."
