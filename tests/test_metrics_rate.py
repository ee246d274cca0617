"""What too few frames withhold, in the clip or within one rep: nothing is told from less."""

import io
import json
import math
from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from core.corrections import Corrections
from core.export import to_json, to_xlsx
from core.landmarks import LandmarkTrack
from core.mannequin import Filming, Motion, RepPlan, View, compute_truth
from core.metrics import compute_metrics
from core.pipeline import Analysis, correct, summarize
from core.plots import plot_tempo
from core.rep_count import Rep, renumber
from core.report.document import key_figures
from tests.test_metrics import trace_set


def squats(*rests_s: float, fps: float = 30.0, view: View | None = None) -> LandmarkTrack:
    """A squat of 2.5 s for each of the rests that follow them."""
    plans = tuple(RepPlan(out_s=1.5, back_s=1.0, rest_s=rest_s) for rest_s in rests_s)
    filming = Filming(fps=fps) if view is None else Filming(fps=fps, view=view)
    return compute_truth(Motion("squat", plans), filming=filming).track


def slowed(track: LandmarkTrack, *, between_s: tuple[float, float], keep: int) -> LandmarkTrack:
    """Every `keep`-th sample of a stretch, as a phone records it in poor light."""
    start_s, end_s = between_s
    inside = np.flatnonzero((track.time_s >= start_s) & (track.time_s <= end_s))
    kept = np.ones(len(track.time_s), dtype=bool)
    kept[inside] = np.arange(len(inside)) % keep == 0
    return track.take(np.flatnonzero(kept))


def slowed_in(track: LandmarkTrack, *reps: int) -> Analysis:
    """The analysis of a track of which these reps, and a third of a second around, have 5 samples a second."""
    found = summarize(track).metrics.reps
    for rep in (found[number - 1] for number in reps):
        track = slowed(track, between_s=(rep.start_s - 0.3, rep.end_s + 0.3), keep=6)
    return summarize(track)


class TestSlowedCamera:
    def test_the_reps_in_which_it_slowed_down_are_told(self):
        (told,) = (words for words in slowed_in(squats(1.5, 1.5, 0.0), 2).warnings if "slowed down" in words)
        assert "in rep 2 for" in told

    def test_a_rep_filmed_faster_than_the_rest_of_the_clip_is_not(self):
        found = slowed_in(squats(*(0.0,) * 9), 1, 2, 3, 4, 6, 7, 8, 9)
        assert found.sample_rate_hz < 10, "so that rep 5, at 30, supports more than the clip does"
        assert not any("slowed down" in words for words in found.warnings)

    def test_nor_is_one_filmed_fast_enough_all_the_same(self):
        track = slowed(squats(1.5, 1.5, 0.0), between_s=(4.0, 6.5), keep=2)
        assert summarize(track).warnings == ()


class TestTimeUnderTension:
    def test_a_pause_that_the_rate_withholds_is_not_taken_for_none(self):
        """Three seconds at home after each of five reps were left out, silently."""
        track = squats(3.0, 3.0, 3.0, 3.0, 0.0)
        assert summarize(track).metrics.time_under_tension_s == pytest.approx(5 * 2.5 + 4 * 3.0, abs=0.5)
        slow = summarize(track.take(np.arange(0, len(track.time_s), 6)))
        assert slow.sample_rate_hz == pytest.approx(5.0, abs=0.1)
        assert slow.rep_count == 5
        assert math.isnan(slow.metrics.time_under_tension_s)
        why = "5.0 frames a second, the pauses between reps need 7.5"
        assert slow.metrics.time_under_tension_note == why
        assert f"Time under tension withheld: {why}." in slow.metrics.notes

    def test_nor_is_that_of_one_rep_in_which_the_camera_slowed_down(self):
        slow = slowed_in(squats(1.5, 1.5, 1.5, 1.5, 0.0), 3)
        assert slow.sample_rate_hz > 15
        assert math.isnan(slow.metrics.time_under_tension_s)
        assert slow.metrics.time_under_tension_note == "too few frames a second for the pause after rep 3"

    def test_a_partial_rep_before_the_first_is_told_by_what_follows_it(self):
        slow = slowed_in(squats(1.5, 7.0, 1.5, 1.5, 0.0), 1)
        reps = (replace(slow.count.reps[0], is_partial=True, is_edited=True), *slow.count.reps[1:])
        metrics = correct(slow, Corrections(reps=renumber(reps))).metrics
        assert metrics.reps[0].rep == 0
        why = "too few frames a second for the pause after partial rep before rep 1"
        assert metrics.time_under_tension_note == why
        rested = summarize(squats(7.0, 1.5, 1.5, 1.5, 0.0))
        reps = (replace(rested.count.reps[0], is_partial=True, is_edited=True), *rested.count.reps[1:])
        (note,) = (each for each in correct(rested, Corrections(reps=renumber(reps))).metrics.notes if "Rests" in each)
        assert note.startswith("Rests, 7 s after partial rep before rep 1: ")

    @pytest.mark.parametrize(
        ("rests_s", "slow_rep"),
        [pytest.param((0.0, 0.0, 0.0), 3, id="after the last"), pytest.param((1.0, 9.0, 0.0), 2, id="a rest")],
    )
    def test_a_pause_that_is_none_of_the_sum_is_no_loss(self, rests_s, slow_rep):
        track = squats(*rests_s)
        slow = slowed_in(track, slow_rep).metrics
        assert math.isnan(slow.reps[slow_rep - 1].rom_deg), "its own numbers are withheld"
        assert slow.time_under_tension_s == pytest.approx(summarize(track).metrics.time_under_tension_s, abs=0.3)
        assert slow.time_under_tension_note == ""

    def test_nor_is_the_one_before_what_the_clip_cuts(self):
        track = squats(1.0, 1.0, 1.0, 1.0)
        ends_s = summarize(track).metrics.reps[3].turn_s + 0.2
        cut = track.take(np.flatnonzero(track.time_s < ends_s))
        whole, slow = summarize(cut).metrics, slowed_in(cut, 3).metrics
        assert [(rep.is_partial, rep.is_cut) for rep in slow.reps[2:]] == [(False, False), (True, True)]
        assert slow.time_under_tension_s == pytest.approx(whole.time_under_tension_s, abs=0.3)

    def test_a_single_rep_needs_no_pause(self):
        track = squats(0.0)
        alone = summarize(track.take(np.arange(0, len(track.time_s), 6)), joint="left_knee").metrics
        assert len(alone.reps) == 1
        assert alone.time_under_tension_s == pytest.approx(2.5, abs=0.3)

    def test_why_it_is_withheld_is_said_with_it(self):
        slow = slowed_in(squats(1.5, 1.5, 0.0), 2)
        why = "too few frames a second for the pause after rep 2"
        (figure,) = [each for each in key_figures(slow) if each.label == "Time in reps and pauses"]
        assert (figure.value, figure.detail) == ("–", f"Withheld: {why}")
        sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(slow, clip="set.mp4"))).worksheets[0]
        (row,) = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Time in reps and pauses (s)"]
        assert (row[1], row[4]) == (None, why)
        assert json.loads(to_json(slow, clip="set.mp4"))["set"]["time_under_tension_s"] is None

    def test_it_is_no_reason_for_what_else_is_not_drawn(self):
        assert "tension" not in plot_tempo(slowed_in(squats(1.5, 0.0), 1, 2)).words


class TestSides:
    def test_reps_too_slow_for_a_range_are_not_compared_between_sides(self):
        """Most of the clip is filmed fast enough, but none of its reps."""
        slow = slowed_in(squats(9.0, 0.0, view=View(yaw_deg=0)), 1, 2)
        assert slow.sample_rate_hz > 15
        assert [math.isnan(rep.rom_deg) for rep in slow.metrics.reps] == [True, True]
        assert math.isnan(slow.metrics.asymmetry_pct)
        assert slow.metrics.asymmetry_note == "too few frames a second"

    def test_only_those_with_a_range_are(self):
        time_s = np.arange(0, 6.01, 1 / 30)
        wave = 0.5 - 0.5 * np.cos(np.pi * time_s)
        reps = [Rep(number, 2 * number - 2, 2 * number - 1, 2 * number) for number in (1, 2, 3)]
        done = trace_set(100 * wave, time_s, reps)
        done.angles["right_knee"] = np.where(time_s > 4, 60 * wave, 80 * wave)
        kept = (time_s < 4) | (np.arange(len(time_s)) % 6 == 0)
        angles = {name: values[kept] for name, values in done.angles.items()}
        count = replace(done.count, signal=done.count.signal[kept])
        slow = compute_metrics(done.track.take(np.flatnonzero(kept)), angles, count, sample_rate_hz=20)
        assert [math.isfinite(rep.right_rom_deg) for rep in slow.reps] == [True, True, False]
        assert slow.asymmetry_pct == pytest.approx(100 * 20 / 90, abs=1)

    def test_nor_are_any_where_the_whole_clip_is_too_slow(self):
        track = squats(0.0, 0.0, 0.0, view=View(yaw_deg=0))
        assert math.isfinite(summarize(track).metrics.asymmetry_pct)
        slow = summarize(track.take(np.arange(0, len(track.time_s), 6))).metrics
        assert math.isnan(slow.asymmetry_pct)
        assert slow.asymmetry_note == "too few frames a second"
