"""Numbers of reps and sets against traces and bodies whose answers are known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corrections import Corrections
from core.landmarks import ANGLE_NAMES, INDEX, SIDES, LandmarkTrack, base_joint
from core.mannequin import Filming, Motion, RepPlan, View, compute_truth, plan_tempo
from core.metrics import SetMetrics, Statistic, compute_metrics, to_statistic
from core.metrics.curve import cut_curve, find_pause
from core.metrics.direction import detect_load_direction
from core.metrics.joint import choose_joint, driven_side
from core.pipeline import correct, summarize
from core.recognition import recognize_exercise
from core.rep_count import Rep, RepCount, renumber
from tests.synthetic import EXERCISES, Performance, perform


def metrics_of(done: Performance, rate_hz: float = 15.0) -> SetMetrics:
    return compute_metrics(done.track, done.angles, done.count, sample_rate_hz=rate_hz)


def trace_set(trace: np.ndarray, time_s: np.ndarray, reps: list[Rep], joint: str = "left_knee") -> Performance:
    """A still body whose one angle follows a trace."""
    still = perform(EXERCISES["squat"], reps=1).track
    rows = np.zeros(len(time_s), dtype=int)
    track = LandmarkTrack(time_s, still.xyz[rows], np.full((len(time_s), 33), 0.95), still.world[rows])
    angles = {name: np.zeros(len(time_s)) for name in ANGLE_NAMES} | {joint: trace}
    return Performance(track, angles, RepCount(joint, trace, "deg", reps=reps))


def ease(time_s: np.ndarray, moments_s: list[float]) -> np.ndarray:
    """0 degrees, along half a cosine to 90, held, and back again: leaving, arriving, departing, back home."""
    share = np.interp(time_s, moments_s, [0, 1, 1, 0])
    return 45 - 45 * np.cos(np.pi * share)


def half_hidden(done: Performance, *, side: str, when: np.ndarray | slice = slice(None)) -> Performance:
    """The same angles, but a side's limbs are seen badly."""
    visibility = done.track.visibility.copy()
    limbs = [INDEX[f"{side}_{point}"] for point in ("elbow", "wrist", "knee", "ankle")]
    visibility[when] = np.where(np.isin(np.arange(33), limbs), 0.55, visibility[when])
    return replace(done, track=replace(done.track, visibility=visibility))


class TestOneRep:
    def test_cosine_rep_has_known_range_and_velocity(self):
        time_s = np.arange(0, 2.001, 1 / 15)
        trace = 50 - 50 * np.cos(np.pi * time_s)
        (rep,) = metrics_of(trace_set(trace, time_s, [Rep(1, 0.0, 1.0, 2.0)])).reps
        assert rep.rom_deg == pytest.approx(100, abs=0.5)
        assert (rep.min_deg, rep.max_deg) == pytest.approx((0, 100), abs=0.5)
        assert rep.peak_velocity_deg_s == pytest.approx(50 * np.pi, rel=0.02)
        assert rep.pause_turn_s == 0, "it never rests"

    def test_a_rep_that_pauses_has_known_phases(self):
        time_s = np.arange(-0.5, 5.5, 1 / 30)
        trace = ease(time_s, [0.4, 1.4, 2.4, 4.4])
        (rep,) = metrics_of(trace_set(trace, time_s, [Rep(1, 0.4, 1.9, 4.4)])).reps
        assert rep.to_turn_s == pytest.approx(1.0, abs=0.1)
        assert rep.pause_turn_s == pytest.approx(1.0, abs=0.1)
        assert rep.from_turn_s == pytest.approx(2.0, abs=0.1)
        assert math.isnan(rep.pause_top_s), "no rep follows"

    def test_a_slow_lowering_beside_a_quick_lift_is_no_pause(self):
        plan = RepPlan(out_s=5.0, back_s=0.5)
        track = compute_truth(Motion("squat", (plan,) * 3), filming=Filming(fps=15)).track
        tempo = [float(part) for part in summarize(track).metrics.tempo.split("-")]
        assert tempo[0] > 3.5, tempo
        assert tempo[1] < 0.6, tempo
        assert tempo[2] == pytest.approx(0.5, abs=0.15), tempo

    def test_a_position_held_with_a_wobble_is_a_pause_and_no_movement(self):
        """As the landmarks of a lock-out are: 4 degrees to and fro, slower and faster."""
        time_s = np.arange(-0.5, 6.5, 1 / 15)
        trace = ease(time_s, [0.5, 1.5, 4.5, 5.5])
        wobble = 4 * np.sin(2 * np.pi * 1.1 * time_s) * ((time_s > 1.5) & (time_s < 4.5))
        (rep,) = metrics_of(trace_set(trace - np.abs(wobble), time_s, [Rep(1, 0.5, 4.1, 5.5)])).reps
        assert rep.to_turn_s == pytest.approx(1.0, abs=0.15)
        assert rep.pause_turn_s == pytest.approx(3.0, abs=0.2)
        assert rep.from_turn_s == pytest.approx(1.0, abs=0.15)
        assert rep.mean_velocity_deg_s == pytest.approx(90, rel=0.1)

    @given(out_s=st.floats(0.4, 4), hold_s=st.floats(0, 3), back_s=st.floats(0.4, 4), range_deg=st.floats(20, 150))
    @settings(max_examples=40)
    def test_phases_add_up_to_the_duration(self, out_s, hold_s, back_s, range_deg):
        end_s = out_s + hold_s + back_s
        time_s = np.arange(0, end_s + 0.05, 1 / 15)
        trace = np.interp(time_s, [0, out_s, out_s + hold_s, end_s], [0, range_deg, range_deg, 0])
        (rep,) = metrics_of(trace_set(trace, time_s, [Rep(1, 0.0, out_s + hold_s / 2, end_s)])).reps
        phases = (rep.to_turn_s, rep.pause_turn_s, rep.from_turn_s)
        assert min(phases) >= 0
        assert sum(phases) == pytest.approx(rep.duration_s)

    def test_rests_between_reps_are_no_part_of_them(self):
        """The same rep six times; only how long the athlete stands before the next one varies."""
        rests_s = (0.0, 0.5, 2.0, 0.8, 7.0, 0.0)
        plans = tuple(RepPlan(out_s=1.5, back_s=1.0, rest_s=rest_s) for rest_s in rests_s)
        track = compute_truth(Motion("squat", plans), filming=Filming(fps=15)).track
        metrics = summarize(track).metrics
        assert [rep.duration_s for rep in metrics.reps] == pytest.approx([2.5] * 6, abs=0.15)
        pauses_s = [rep.pause_top_s for rep in metrics.reps]
        assert pauses_s[:4] == pytest.approx(rests_s[:4], abs=0.15)
        assert all(math.isnan(pause_s) for pause_s in pauses_s[4:]), "one is a rest, after the other nothing follows"
        assert metrics.consistency > 0.97
        assert metrics.time_under_tension_s == pytest.approx(6 * 2.5 + sum(rests_s[:4]), abs=0.5)
        assert "Rests, 7 s after rep 5: not in tempo, cadence and time under tension." in metrics.notes

    def test_ends_drawn_by_hand_through_a_rest_change_no_tempo(self):
        plans = (RepPlan(out_s=1.2, back_s=1.0, rest_s=1.5),) * 5
        found = summarize(compute_truth(Motion("squat", plans), filming=Filming(fps=15)).track)
        drawn = [replace(rep, start_s=rep.start_s - 0.7, end_s=rep.end_s + 0.6) for rep in found.count.reps[1:4]]
        reps = (found.count.reps[0], replace(drawn[0], is_edited=True), *drawn[1:], found.count.reps[4])
        edited = correct(found, Corrections(reps=renumber(reps))).metrics
        for field in ("duration_s", "to_turn_s", "pause_turn_s", "from_turn_s", "pause_top_s", "mean_velocity_deg_s"):
            before, after = ([getattr(rep, field) for rep in metrics.reps] for metrics in (found.metrics, edited))
            assert after == pytest.approx(
                before, abs=0.12 if field.endswith("_s") and "deg" not in field else 6, nan_ok=True
            )
        assert edited.reps[1].start_s == drawn[0].start_s, "as the trainer drew it"

    def test_two_reps_made_one_have_no_pause_between_them_and_no_half_of_less_than_no_time(self):
        """A lunge so merged was lowered for -2.7 s and lasted 2.1 of its 5.3 s."""
        plans = tuple(RepPlan(out_s=1.2, back_s=1.0, rest_s=rest_s) for rest_s in (0.8, 0.4, 0.8, 0.8, 0.8))
        found = summarize(compute_truth(Motion("squat", plans), filming=Filming(fps=15)).track)
        for row in range(4):
            one, other = found.count.reps[row : row + 2]
            for turn_s in (one.turn_s, other.turn_s):
                merged = replace(one, turn_s=turn_s, end_s=other.end_s, is_edited=True)
                reps = (*found.count.reps[:row], merged, *found.count.reps[row + 2 :])
                edited = correct(found, Corrections(reps=renumber(reps))).metrics.reps[row]
                assert edited.duration_s == pytest.approx(other.end_s - one.start_s, abs=0.15)
                assert min(edited.to_turn_s, edited.from_turn_s) >= 0.9, "each half has its own way at least"
                assert edited.pause_turn_s == pytest.approx(0, abs=0.15)

    def test_a_limb_that_waits_for_the_other_is_not_in_its_rep(self):
        plans = tuple(RepPlan(out_s=1.0, back_s=1.0, side=side) for side in ("left", "right") * 3)
        track = compute_truth(Motion("curl", plans), filming=Filming(view=View(yaw_deg=0), fps=15)).track
        reps = summarize(track).metrics.reps
        assert [rep.side for rep in reps] == ["left", "right"] * 3
        assert [rep.duration_s for rep in reps] == pytest.approx([2.0] * 6, abs=0.15)

    def test_tempo_is_that_of_the_joint_it_stands_beside(self):
        """Raised arms are counted on the wrists, which are widest apart long before the arms are up."""
        plans = (RepPlan(out_s=1.5, back_s=1.0, depth=1.0),) * 4
        truth = compute_truth(Motion("lateral_raise", plans), filming=Filming(view=View(yaw_deg=0), fps=15))
        analysis = summarize(truth.track)
        assert analysis.count.driving_joint == "wrist_spread"
        assert [rep.joint for rep in analysis.metrics.reps] == ["shoulder"] * 4
        assert [rep.turn_s for rep in analysis.metrics.reps] == pytest.approx(truth.turns_s, abs=0.1)
        assert [rep.to_turn_s for rep in analysis.metrics.reps] == pytest.approx([1.5] * 4, abs=0.15)
        assert [rep.pause_turn_s for rep in analysis.metrics.reps] == pytest.approx([0] * 4, abs=0.1)

    def test_a_single_rep_has_a_tempo_without_the_pause_that_follows_none(self):
        track = compute_truth(Motion("squat", (RepPlan(1.5, 0.0, 1.0),)), filming=Filming(fps=15)).track
        tempo = summarize(track, joint="left_knee").metrics.tempo.split("-")
        assert [float(part) for part in tempo[:3]] == pytest.approx([1.4, 0.1, 0.9], abs=0.15)
        assert tempo[3] == "?"

    def test_gap_in_the_rep_withholds_instead_of_guessing(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=3)
        hole = (done.track.time_s > 2.5) & (done.track.time_s < 3.2)
        holed = {name: np.where(hole, np.nan, values) for name, values in done.angles.items()}
        count = replace(done.count, signal=holed["right_knee"])
        reps = compute_metrics(done.track, holed, count, sample_rate_hz=15).reps
        assert math.isnan(reps[1].rom_deg)
        assert math.isnan(reps[1].eccentric_s)
        assert reps[1].quality == 0
        assert reps[1].quality_reason == "parts of it were not measured"
        assert reps[0].rom_deg > 80

    @pytest.mark.parametrize(
        ("rate_hz", "rom_known", "velocity_known"),
        [(29.97, True, True), (9.99, True, True), (8.0, True, False), (3.75, False, False)],
    )
    def test_rate_gates_what_is_claimed(self, rate_hz, rom_known, velocity_known):
        result = metrics_of(perform(EXERCISES["squat"], drive="right_knee", rate_hz=rate_hz, rep_s=4), rate_hz)
        rep = result.reps[0]
        assert math.isfinite(rep.rom_deg) is rom_known
        assert math.isfinite(rep.eccentric_s) is rom_known
        assert math.isfinite(rep.peak_velocity_deg_s) is velocity_known
        assert math.isfinite(rep.right_rom_deg) is rom_known
        assert bool(result.tempo) is rom_known
        assert any("withheld" in note for note in result.notes) is not velocity_known

    def test_rep_unlike_the_others_has_low_quality(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=5)
        odd = (done.track.time_s > 4) & (done.track.time_s < 6)
        angles = dict(done.angles)
        angles["right_knee"] = np.where(odd, 600 * np.sin(9 * done.track.time_s), angles["right_knee"])
        reps = compute_metrics(done.track, angles, done.count, sample_rate_hz=15).reps
        assert reps[2].quality < 0.5
        assert reps[2].quality_reason == "it moves unlike the other reps"
        assert {rep.quality_reason for rep in (*reps[:2], *reps[3:])} == {"clear"}

    def test_of_two_reps_none_is_unlike_the_others(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=2)
        odd = done.track.time_s > 2
        angles = done.angles | {
            "right_knee": np.where(odd, 60 * np.sin(9 * done.track.time_s), done.angles["right_knee"])
        }
        reps = compute_metrics(done.track, angles, done.count, sample_rate_hz=15).reps
        assert [rep.quality_reason for rep in reps] == ["clear", "clear"]


class TestSides:
    def test_uneven_depth_is_seen_from_the_front(self):
        squat = EXERCISES["lateral_raise"]
        uneven = replace(squat, turn={**squat.turn, "left_arm_spread": 60.0, "right_arm_spread": 90.0})
        result = metrics_of(perform(uneven, yaw_deg=0, drive="left_shoulder"))
        assert result.reps[0].left_right_rom_diff_deg == pytest.approx(-30, abs=2)
        assert (result.reps[0].left_rom_deg, result.reps[0].right_rom_deg) == pytest.approx((60, 90), abs=2)
        assert result.asymmetry_pct == pytest.approx(100 * -30 / 75, abs=3)
        assert result.reps[0].left_right_timing_ms == pytest.approx(0, abs=30)

    def test_late_side_is_timed(self):
        time_s = np.arange(0, 4.01, 1 / 15)
        done = trace_set(50 - 50 * np.cos(np.pi * time_s), time_s, [Rep(1, 0, 1, 2), Rep(2, 2, 3, 4)])
        done.angles["right_knee"] = 50 - 50 * np.cos(np.pi * (time_s - 0.1))
        assert metrics_of(done).reps[0].left_right_timing_ms == pytest.approx(-100, abs=15)

    def test_hidden_side_is_withheld_with_a_reason(self):
        result = metrics_of(perform(EXERCISES["squat"], yaw_deg=90, drive="right_knee"))
        assert math.isnan(result.reps[0].left_right_rom_diff_deg)
        assert "hidden" in result.reps[0].left_right_note
        assert math.isnan(result.reps[0].left_rom_deg)
        assert result.reps[0].right_rom_deg == pytest.approx(result.reps[0].rom_deg)
        assert math.isnan(result.asymmetry_pct)
        assert result.asymmetry_note

    def test_one_armed_rep_is_not_called_uneven(self):
        curl = EXERCISES["curl"]
        one_arm = replace(curl, turn={**curl.turn, "left_forearm": 0.0, "left_upper_arm": 0.0})
        rep = metrics_of(perform(one_arm, yaw_deg=45, drive="right_elbow")).reps[0]
        assert math.isnan(rep.left_right_rom_diff_deg)
        assert rep.left_right_note == "the right side does the rep alone"
        assert math.isnan(rep.left_rom_deg)
        assert rep.right_rom_deg > 100

    def test_shared_reps_are_measured_on_the_side_seen_better(self):
        done = half_hidden(perform(EXERCISES["squat"], yaw_deg=45, drive="left_knee"), side="left")
        result = metrics_of(done)
        assert {rep.joint for rep in result.reps} == {result.joint} == {"right_knee"}
        assert result.reps[0].quality_reason == "clear"

    def test_the_side_the_trainer_chose_is_measured(self):
        done = half_hidden(perform(EXERCISES["squat"], yaw_deg=45, drive="left_knee"), side="left")
        result = compute_metrics(done.track, done.angles, done.count, sample_rate_hz=15, chosen_joint="left_knee")
        assert {rep.joint for rep in result.reps} == {"left_knee"}

    @pytest.mark.parametrize("driver", ["left_elbow", "elbow"])
    def test_a_side_that_moves_alone_is_measured(self, driver):
        curl = EXERCISES["curl"]
        far_arm = replace(curl, turn={**curl.turn, "right_forearm": 0.0, "right_upper_arm": 0.0})
        done = perform(far_arm, yaw_deg=45, drive="left_elbow")
        result = metrics_of(replace(done, count=replace(done.count, driving_joint=driver)))
        assert {rep.joint for rep in result.reps} == {"left_elbow"}
        hidden = metrics_of(half_hidden(done, side="left"))
        assert {rep.joint for rep in hidden.reps} == {"left_elbow"}
        assert hidden.reps[0].rom_deg > 100

    @pytest.mark.parametrize("driver", ["knee", "hip_height"])
    def test_all_reps_of_a_set_are_measured_on_one_side(self, driver):
        done = perform(EXERCISES["squat"], yaw_deg=45, drive="left_knee", reps=4)
        late = done.track.time_s > 5
        count = replace(done.count, driving_joint=driver)
        swapped = half_hidden(half_hidden(done, side="left", when=late), side="right", when=~late)
        result = metrics_of(replace(swapped, count=count))
        assert len({rep.joint for rep in result.reps}) == 1

    def test_alternating_sides_are_compared_over_the_set(self):
        time_s = np.arange(0, 8.01, 1 / 15)
        wave = 0.5 - 0.5 * np.cos(np.pi * time_s)
        left_turn = (time_s // 2) % 2 == 0
        reps = [Rep(i + 1, 2 * i, 2 * i + 1, 2 * i + 2, side="left" if i % 2 == 0 else "right") for i in range(4)]
        done = trace_set(np.where(left_turn, 100 * wave, 0), time_s, reps)
        done.angles["right_knee"] = np.where(left_turn, 0, 80 * wave)
        result = metrics_of(replace(done, count=replace(done.count, driving_joint="knee")))
        assert result.reps[1].joint == "right_knee"
        assert result.asymmetry_pct == pytest.approx(100 * 20 / 90, abs=2)
        assert "over the set" in result.reps[0].left_right_note
        roms = [(rep.left_rom_deg, rep.right_rom_deg) for rep in result.reps[:2]]
        np.testing.assert_allclose(roms, [(100, np.nan), (np.nan, 80)], atol=1)


class TestDirection:
    @pytest.mark.parametrize(
        ("name", "yaw_deg", "eccentric_first"),
        [
            ("squat", 90, True),
            ("squat", 0, True),
            ("deadlift", 90, True),
            ("lunge", 60, True),
            ("push_up", 90, True),
            ("bench_press", 90, True),
            ("curl", 0, False),
            ("overhead_press", 0, False),
            ("lateral_raise", 0, False),
            ("pull_up", 180, False),
            ("sit_up", 90, False),
            ("row", 90, False),
            ("calf_raise", 90, False),
            ("jumping_jack", 0, None),
        ],
    )
    def test_load_sinks_or_rises_first(self, name, yaw_deg, eccentric_first):
        done = perform(EXERCISES[name], yaw_deg=yaw_deg)
        assert detect_load_direction(done.track, done.count.reps).eccentric_first is eccentric_first

    def test_tempo_follows_the_load(self):
        lowering_first = metrics_of(perform(EXERCISES["squat"], drive="right_knee"))
        lifting_first = metrics_of(perform(EXERCISES["curl"], drive="right_elbow"))
        assert lowering_first.reps[0].eccentric_s == lowering_first.reps[0].to_turn_s
        assert lifting_first.reps[0].eccentric_s == lifting_first.reps[0].from_turn_s
        assert lifting_first.phase_basis == "the hands rise from start to turn"

    def test_box_scaled_landmarks_leave_the_halves_unnamed(self):
        done = perform(EXERCISES["squat"], drive="right_knee")
        low, high = done.track.xyz.min(axis=1, keepdims=True), done.track.xyz.max(axis=1, keepdims=True)
        boxed = replace(done.track, xyz=(done.track.xyz - low) / (high - low)[:, :, :1])
        result = compute_metrics(boxed, done.angles, done.count, sample_rate_hz=15)
        assert result.eccentric_first is None
        assert math.isnan(result.reps[0].eccentric_s)
        assert result.reps[0].to_turn_s > 0.5
        assert any("no position" in note for note in result.notes)

    def test_still_body_says_so(self):
        time_s = np.arange(0, 2.01, 1 / 15)
        result = metrics_of(trace_set(np.sin(time_s), time_s, [Rep(1, 0.0, 1.0, 2.0)]))
        assert result.eccentric_first is None
        assert "rise or sink" in result.phase_basis


class TestSet:
    def test_no_reps_give_nan_and_no_crash(self):
        still = perform(EXERCISES["squat"], reps=2)
        empty = RepCount(None, np.full(len(still.track.time_s), np.nan), "deg")
        result = compute_metrics(still.track, still.angles, empty, sample_rate_hz=15)
        assert result.reps == ()
        assert result.joint is None
        assert result.tempo == ""
        assert math.isnan(result.cadence_per_min)
        assert result.statistics["rom_deg"].n == 0

    def test_a_single_rep_has_no_cadence(self):
        result = metrics_of(perform(EXERCISES["squat"], drive="right_knee", reps=1, rep_s=3))
        assert result.reps[0].duration_s == pytest.approx(3)
        assert math.isnan(result.cadence_per_min)

    def test_even_set_is_consistent_and_timed(self):
        result = metrics_of(perform(EXERCISES["squat"], drive="right_knee", reps=5, rep_s=3))
        assert result.consistency > 0.98
        assert result.cadence_per_min == pytest.approx(20)
        assert result.time_under_tension_s == pytest.approx(15)
        assert math.isnan(result.velocity_loss_pct)
        assert result.velocity_loss_note == "about the same"
        assert [float(part) for part in result.tempo.split("-")] == pytest.approx([1.4, 0.1, 1.4, 0.1], abs=0.11)

    def test_what_two_limbs_do_at_once_is_under_tension_once(self):
        done = perform(EXERCISES["curl"], reps=4)
        both = [Rep(n, 1.5 * n, 1.5 * n + 1, 1.5 * n + 2, side=SIDES[n % 2]) for n in range(4)]
        result = metrics_of(replace(done, count=replace(done.count, reps=both)))
        assert result.time_under_tension_s == pytest.approx(6.5)
        assert sum(rep.duration_s for rep in result.reps) == pytest.approx(8)

    def test_tiring_set_loses_velocity(self):
        lengths_s = (2.0, 2.3, 2.5, 2.9, 3.2)
        track = compute_truth(plan_tempo("squat", lengths_s), filming=Filming(fps=30)).track
        metrics = summarize(track).metrics
        assert metrics.velocity_loss_pct == pytest.approx(100 * (1 - lengths_s[0] / lengths_s[-1]), abs=4)
        assert metrics.velocity_loss_note == ""

    def test_one_slow_rep_at_the_end_is_no_trend(self):
        track = compute_truth(plan_tempo("squat", (2.0, 2.6, 1.9, 2.1, 2.5)), filming=Filming(fps=30)).track
        metrics = summarize(track).metrics
        assert math.isnan(metrics.velocity_loss_pct)
        assert metrics.velocity_loss_note == "no clear trend"

    def test_two_reps_are_no_trend(self):
        metrics = metrics_of(perform(EXERCISES["squat"], drive="right_knee", reps=2))
        assert math.isnan(metrics.velocity_loss_pct)
        assert metrics.velocity_loss_note == "needs 3 whole reps with a velocity"

    def test_the_put_down_that_the_clip_cuts_is_no_rep_to_pause_before(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=4)
        *whole, last = done.count.reps
        racked = replace(last, start_s=last.start_s + 0.5, is_partial=True, cut_end=True)
        shallow = replace(racked, cut_end=False)
        pauses_s = [
            metrics_of(replace(done, count=replace(done.count, reps=whole, partial_reps=[each]))).reps[2].pause_top_s
            for each in (racked, shallow)
        ]
        assert math.isnan(pauses_s[0])
        assert pauses_s[1] == pytest.approx(0.5)

    def test_a_rest_between_two_sets_is_in_no_cadence(self):
        plans = [RepPlan(out_s=1.0, back_s=1.0, rest_s=rest_s) for rest_s in (0, 0, 20.0, 0, 0, 0)]
        track = compute_truth(Motion("squat", tuple(plans)), filming=Filming(fps=15)).track
        assert summarize(track).metrics.cadence_per_min == pytest.approx(30, rel=0.05)

    def test_a_rest_before_a_partial_rep_at_the_end_is_not_taken_from_the_whole_ones(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=8, rep_s=2)
        whole, last = done.count.reps[:4], replace(done.count.reps[7], is_partial=True)
        result = metrics_of(replace(done, count=replace(done.count, reps=whole, partial_reps=[last])))
        assert any(note.startswith("Rests, 6 s after rep 4") for note in result.notes)
        assert result.cadence_per_min == pytest.approx(30)

    def test_partial_reps_are_shown_but_not_averaged(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=4, depth=lambda rep: 0.4 if rep == 3 else 1.0)
        *whole, partial = done.count.reps
        count = replace(done.count, reps=whole, partial_reps=[partial])
        result = compute_metrics(done.track, done.angles, count, sample_rate_hz=15)
        assert [rep.is_partial for rep in result.reps] == [False, False, False, True]
        assert result.statistics["rom_deg"].n == 3
        assert result.reps[3].rom_deg < result.statistics["rom_deg"].mean / 2

    def test_velocity_of_a_half_that_the_clip_cuts_is_not_known(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=4)
        *others, last = done.count.reps
        early = replace(last, end_s=last.turn_s + 0.3 * (last.end_s - last.turn_s))
        cut = metrics_of(replace(done, count=replace(done.count, reps=[*others, replace(early, cut_end=True)])))
        assert [math.isfinite(rep.mean_velocity_deg_s) for rep in cut.reps] == [True, True, True, False]

    def test_what_the_clip_cuts_is_no_time_under_tension(self):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=3)
        first, *others = done.count.reps
        whole = metrics_of(done).time_under_tension_s
        half_done = replace(first, is_partial=True)
        for partial, counted_s in (
            (half_done, whole),
            (replace(half_done, cut_start=True), whole - (first.end_s - first.start_s)),
        ):
            count = replace(done.count, reps=others, partial_reps=[partial])
            assert metrics_of(replace(done, count=count)).time_under_tension_s == pytest.approx(counted_s)

    @pytest.mark.parametrize("cut", ["cut_start", "cut_end"])
    def test_a_half_cut_by_the_clip_is_not_averaged(self, cut):
        done = perform(EXERCISES["squat"], drive="right_knee", reps=4)
        last = done.count.reps[3]
        half = replace(last, start_s=last.turn_s) if cut == "cut_start" else replace(last, end_s=last.turn_s)
        counted = replace(half, **{cut: True})  # as the trainer may decide
        count = replace(done.count, reps=[*done.count.reps[:3], counted])
        result = compute_metrics(done.track, done.angles, count, sample_rate_hz=15)
        name, other = ("to_turn_s", "from_turn_s") if cut == "cut_start" else ("from_turn_s", "to_turn_s")
        assert math.isnan(getattr(result.reps[3], name))
        assert getattr(result.reps[3], other) > 0.5
        assert result.statistics[name].n == 3
        assert result.statistics[name].mean == pytest.approx(result.reps[0].to_turn_s, abs=0.1)

    def test_displacement_driver_is_measured_on_the_joint_moving_with_it(self):
        done = perform(EXERCISES["squat"])
        hip_y = done.track.xyz[:, INDEX["right_hip"], 1]
        count = replace(done.count, driving_joint="hip_height", signal=-hip_y, unit="body lengths")
        result = compute_metrics(done.track, done.angles, count, sample_rate_hz=15)
        assert result.joint in ("right_knee", "right_hip")
        assert result.reps[0].rom_deg > 90

    def test_statistic_ignores_what_is_unknown(self):
        assert to_statistic([1.0, math.nan, 3.0]) == Statistic(2.0, pytest.approx(math.sqrt(2)), 2)
        assert math.isnan(to_statistic([1.0]).sd)


@pytest.mark.parametrize(
    ("name", "joint", "side"),
    [
        ("left_knee", "knee", "left"),
        ("elbow", "elbow", None),
        ("trunk_lean", "trunk_lean", None),
        ("hip_height", None, None),
        (None, None, None),
    ],
)
def test_driving_signal_names_its_joint_and_side(name, joint, side):
    assert base_joint(name) == joint
    assert driven_side(name) == side


def test_displacement_that_no_angle_follows_has_no_joint():
    done = perform(EXERCISES["squat"])
    flat = {name: np.zeros_like(values) for name, values in done.angles.items()}
    assert choose_joint(done.track, flat, replace(done.count, driving_joint="hip_height")) is None
    result = compute_metrics(done.track, flat, replace(done.count, driving_joint="hip_height"), sample_rate_hz=15)
    assert math.isnan(result.reps[0].rom_deg)


def test_curve_outside_the_samples_is_none():
    time_s = np.arange(0, 1, 0.1)
    assert cut_curve(time_s, time_s, start_s=0.2, end_s=0.3) is None
    curve = cut_curve(time_s, time_s, start_s=0.1, end_s=0.8)
    assert curve is not None
    assert find_pause(curve, 0.4) == (0.4, 0.4)


@given(
    holes=st.lists(st.integers(0, 120), max_size=60),
    bounds=st.lists(st.floats(-0.5, 8.5), min_size=3, max_size=9, unique=True),
    name=st.sampled_from(["squat", "push_up", "jumping_jack"]),
    driver=st.sampled_from(["left_knee", "elbow", "trunk_lean", "hip_height"]),
)
@settings(max_examples=30)
def test_holes_and_odd_reps_give_nan_not_a_crash(holes, bounds, name, driver):
    done = perform(EXERCISES[name], yaw_deg=60)
    xyz = done.track.xyz.copy()
    xyz[holes] = np.nan
    gone = np.isnan(xyz[:, :, 0])
    track = replace(done.track, xyz=xyz, visibility=np.where(gone, np.nan, done.track.visibility))
    angles = {key: np.where(gone[:, 0], np.nan, values) for key, values in done.angles.items()}
    times = sorted(bounds)
    reps = [Rep(i + 1, *times[2 * i : 2 * i + 3]) for i in range((len(times) - 1) // 2)]
    count = RepCount(driver, angles["left_knee"], "deg", reps=reps)
    result = compute_metrics(track, angles, count, sample_rate_hz=15)
    assert len(result.reps) == len(reps)
    assert all(0 <= rep.quality <= 1 for rep in result.reps)
    assert recognize_exercise(track, angles, count).confidence <= 1
