"""The stages together: from a drawn clip, or perfect landmarks, to an Analysis with honest warnings."""

import logging
import pickle
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.analyze import analyze_clip
from core.caveats import lost_intervals, track_caveats
from core.corrections import Corrections
from core.errors import NoPersonError, PoseModelError, VideoError
from core.evidence import Evidence
from core.exercises import EXERCISES
from core.follow import Clock, stream_poses
from core.landmarks import INDEX
from core.mannequin import Filming, View, compute_truth, plan_steady
from core.pipeline import (
    Analysis,
    Progress,
    Request,
    correct,
    summarize,
)
from core.pose import PoseSample
from core.rep_count import RepCount
from core.sampling import plan_sampling
from core.video import Frame
from core.video.read import probe
from tests.clips import write_clip
from tests.conftest import nan_track


def finish(run) -> tuple[list[Progress], Analysis]:
    seen = []
    while True:
        try:
            seen.append(next(run))
        except StopIteration as stop:
            return seen, stop.value


class FakeEstimator:
    """Gives the landmarks of a truth, whatever the picture; remembers what it was shown."""

    def __init__(self, track) -> None:
        self._track, self.times_s, self.alive = track, [], 0

    def estimate(self, frame: Frame) -> PoseSample:
        self.times_s.append(frame.time_s)
        row = np.searchsorted(self._track.time_s, frame.time_s - 1e-3) % len(self._track.time_s)
        landmarks = np.column_stack([self._track.xyz[row], self._track.visibility[row]])
        return PoseSample(frame.frame_index, frame.time_s, landmarks, self._track.world[row])

    def forget(self) -> None:
        pass

    def without_lag(self, samples: list[PoseSample]) -> list[PoseSample]:
        return samples


@pytest.mark.model
def test_a_drawn_clip_is_counted_and_measured(squat_clip, request_defaults, caplog):
    path, truth = squat_clip
    with caplog.at_level(logging.INFO, logger="repscope"):
        progress, analysis = finish(analyze_clip(path, request_defaults))
    assert analysis.rep_count == len(truth.turns_s) == 3
    turns_s = [rep.turn_s for rep in analysis.count.reps]
    assert turns_s == pytest.approx(list(truth.turns_s), abs=0.15)
    knee = (analysis.angles["left_knee"] + analysis.angles["right_knee"]) / 2
    true_knee = np.interp(analysis.track.time_s, truth.time_s, truth.angles["left_knee"])
    assert np.sqrt(np.nanmean((knee - true_knee) ** 2)) < 12
    assert np.isfinite(analysis.track.xyz).all()
    assert [step.frames_done for step in progress] == list(range(1, len(progress) + 1))
    assert progress[-1].fraction == pytest.approx(1, abs=0.02)
    assert analysis.timing.total_s >= analysis.timing.decode_s + analysis.timing.pose_s > 0
    assert 50 < analysis.peak_mb < 4000  # of this process, which runs other tests too
    assert "frames analyzed in" in caplog.text
    assert "Video processing complete: " in caplog.text
    assert path.name not in caplog.text


def test_one_frame_is_alive_at_a_time(tmp_path, squat_track):
    path = write_clip(tmp_path / "clip.mp4", frames=30)
    info = probe(path, max_duration_s=60)
    plan = plan_sampling(
        duration_s=info.duration_s, fps=info.fps, size_wh=(64, 48), frame_skip=1, max_frames=99, min_frames=4,
        resize_width=480,
    )  # fmt: skip
    clock = Clock()
    estimator = FakeEstimator(squat_track)
    poses = stream_poses(path, info=info, plan=plan, estimator=estimator, clock=clock)
    for expected in range(1, 5):
        next(poses)
        assert len(estimator.times_s) == expected
    poses.close()
    assert clock.decode_s > 0


@pytest.mark.model
def test_a_clip_without_a_person_says_so(tmp_path, request_defaults):
    path = write_clip(tmp_path / "empty_room.mp4", frames=60, size_wh=(320, 240))
    with pytest.raises(NoPersonError, match="No person was found in any of the 30 analysed frames. Film so"):
        finish(analyze_clip(path, request_defaults))


@pytest.mark.model
def test_a_truncated_clip_gives_a_partial_result_and_a_warning(squat_clip, request_defaults, tmp_path):
    source, _ = squat_clip
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(source.read_bytes()[: source.stat().st_size * 6 // 10])
    _, analysis = finish(analyze_clip(cut, request_defaults))
    assert analysis.warnings[0].startswith("The file ends early: the clip says it lasts")
    assert 1 <= analysis.rep_count <= 2


def test_a_missing_model_is_named(tmp_path, request_defaults):
    path = write_clip(tmp_path / "clip.mp4")
    request = replace(request_defaults, model=tmp_path / "none.task")
    with pytest.raises(PoseModelError, match="POSE_MODEL_PATH names no file"):
        finish(analyze_clip(path, request))


def test_a_file_that_is_no_model_is_named(tmp_path, request_defaults):
    path = write_clip(tmp_path / "clip.mp4")
    (tmp_path / "wrong.task").write_bytes(b"nothing a model would hold" * 100)
    with pytest.raises(PoseModelError, match="cannot be loaded.*make setup"):
        finish(analyze_clip(path, replace(request_defaults, model=tmp_path / "wrong.task")))


def test_a_clip_over_the_duration_limit_is_refused(tmp_path, request_defaults):
    path = write_clip(tmp_path / "clip.mp4", frames=60)
    with pytest.raises(VideoError, match="2 s, the limit is 1 s"):
        finish(analyze_clip(path, replace(request_defaults, max_duration_s=1)))


def test_perfect_landmarks_are_counted(analysis):
    assert analysis.rep_count == 5
    assert analysis.warnings == ()
    assert analysis.sample_rate_hz == pytest.approx(15)


@pytest.mark.parametrize(
    ("fps", "expected"),
    [
        (2.5, "Only 2.5 frames a second were analysed: fast reps may be missed"),
        (5, "5.0 frames a second were analysed: enough to count, too few for range of motion"),
        (8, "8.0 frames a second were analysed: too few for peak velocity"),
    ],
)
def test_a_low_rate_is_told(fps, expected):
    track = compute_truth(plan_steady("squat", count=5, period_s=3), filming=Filming(fps=fps)).track
    assert any(warning.startswith(expected) for warning in summarize(track).warnings)


def test_a_camera_in_front_is_told():
    track = compute_truth(plan_steady("squat", count=5), filming=Filming(fps=15, view=View(yaw_deg=0))).track
    assert any(warning.startswith("The camera is in front: ") for warning in summarize(track).warnings)


@pytest.fixture(scope="module")
def from_the_front() -> Analysis:
    seen = View(yaw_deg=0)
    return summarize(compute_truth(plan_steady("squat", count=5), filming=Filming(fps=15, view=seen)).track)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
@pytest.mark.parametrize("name", ["front", "back", "above"])
def test_advice_where_to_film_from_is_that_of_the_catalog(from_the_front, name, exercise):
    seen = replace(from_the_front, view=replace(from_the_front.view, name=name), warnings=())
    chosen = correct(correct(seen, Corrections(exercise="squat")), Corrections(exercise=exercise.name))
    advised = [words for warning in chosen.warnings for words in re.findall("Film from the (\\w+) to", warning)]
    is_seen = exercise.film_from == "front" and name != "above"  # its joint bends across the picture
    assert advised == ([] if is_seen else [exercise.film_from])


def test_where_to_film_an_unknown_exercise_from_is_left_open(from_the_front):
    view = from_the_front.view
    said = track_caveats(from_the_front.track, from_the_front.count, view=view, rate_hz=15.0, exercise=None)
    assert said[-1].endswith(
        "Film from where they are seen to bend, for most exercises the side, to judge depth and range."
    )


def test_a_lost_person_is_told_with_the_time(squat_track):
    xyz = squat_track.xyz.copy()
    xyz[30:60] = np.nan
    warnings = summarize(replace(squat_track, xyz=xyz)).warnings
    assert "The person was lost for 2.0 s, from 2.0 s to 4.0 s. A rep across it is not measured." in warnings


def test_a_person_lost_at_the_ends_is_told(squat_track):
    xyz = squat_track.xyz.copy()
    xyz[:30], xyz[-30:] = np.nan, np.nan
    cut, end_s = replace(squat_track, xyz=xyz), float(squat_track.time_s[-1])
    assert lost_intervals(cut) == [(0.0, 2.0), (pytest.approx(end_s - 29 / 15), end_s)]
    told = [warning for warning in summarize(cut).warnings if "Nobody" in warning or "person" in warning]
    assert told == ["Nobody is seen before 2.0 s.", f"Nobody is seen after {end_s - 29 / 15:.1f} s."]


@pytest.mark.parametrize("seen", [0, 5])
def test_too_little_of_a_person_is_an_error_not_a_number(seen, squat_track):
    track = nan_track(60)
    track.xyz[:seen] = squat_track.xyz[:seen]
    with pytest.raises(NoPersonError, match=r"in any of the 60|in 5 of 60 analysed frames, the least is 20"):
        summarize(track, min_frames=20)


def test_a_clip_that_is_too_short_is_not_told_to_be_analysed_at_more_frames():
    track = nan_track(10)
    track.xyz[:] = 0.0
    with pytest.raises(
        NoPersonError, match=r"in 10 of 10 analysed frames, the least is 20\. Film a longer set"
    ) as told:
        summarize(track, min_frames=20)
    assert "frame skip" not in str(told.value), "there are no more frames"


def with_angles(analysis: Analysis, angles: dict[str, np.ndarray]) -> Analysis:
    """Return it as if these angles, and its landmarks, had been measured and nothing been counted yet."""
    angles = analysis.angles | angles
    return replace(analysis, angles=angles, evidence=Evidence(analysis.track, angles), found={})


def least_s(task: Callable[[], object]) -> float:
    """Return the least time of three that this thread alone takes: the machine may be busy with others."""
    times_s = []
    for _ in range(3):
        started = time.thread_time()
        task()
        times_s.append(time.thread_time() - started)
    return min(times_s)


def test_recounting_on_another_joint_keeps_the_rest_and_is_fast(analysis):
    sent = pickle.loads(pickle.dumps(analysis))  # as the worker does
    again = correct(sent, Corrections(joint="left_knee"))
    assert (again.count.driving_joint, again.corrections.joint, again.rep_count) == ("left_knee", "left_knee", 5)
    assert again.track is sent.track
    assert again.timing == sent.timing
    whole_s = least_s(lambda: summarize(analysis.track))
    assert least_s(lambda: correct(sent, Corrections(joint="left_knee"))) < 0.5 * whole_s  # about a tenth


@pytest.mark.parametrize(
    "decided",
    [Corrections(exercise="lunge"), Corrections(reps=()), Corrections(joint="left_hip")],
    ids=["exercise", "reps", "joint"],
)
def test_what_was_counted_is_not_counted_again(analysis, decided):
    corrected = correct(analysis, decided)
    assert corrected.found[None] is analysis.found[None]
    assert correct(corrected, Corrections()).count is analysis.count


@pytest.mark.parametrize("joint", ["left_knee", "right_hip", "left_elbow", "trunk_lean"])
def test_a_correction_finds_what_an_analysis_on_that_joint_does(analysis, joint):
    corrected, anew = correct(analysis, Corrections(joint=joint)), summarize(analysis.track, joint=joint)
    np.testing.assert_array_equal(corrected.count.signal, anew.count.signal)
    for name in ("metrics", "recognition", "cues", "warnings"):
        assert repr(getattr(corrected, name)) == repr(getattr(anew, name))  # NaN is as NaN does


def test_why_nothing_was_counted_is_said_before_what_else_there_is_to_say(analysis):
    nothing = RepCount(None, np.full(3, np.nan), "deg", reason="The body hardly moves: nothing to count.")
    said = track_caveats(analysis.track, nothing, view=replace(analysis.view, name="front"), rate_hz=5.0, exercise=None)
    assert said[0] == nothing.reason
    assert len(said) > 1


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ((0.0, 9.0), []),
        ((1.0, 9.0), ["Rep 1 had begun before the clip did: it is counted, but not timed in full."]),
        ((0.0, 8.3), ["Rep 4 ends after the clip does: it is counted, but not timed in full."]),
        ((0.0, 7.6), []),  # one way only: a partial rep, which is not counted and told beside the count
    ],
    ids=["none", "the first", "the last", "half of the last"],
)
def test_a_counted_rep_that_the_clip_cuts_is_told(seconds, said):
    whole = compute_truth(
        plan_steady("squat", count=4, period_s=2), filming=Filming(fps=15, view=View(yaw_deg=90))
    ).track
    cut = summarize(whole.take((whole.time_s >= seconds[0]) & (whole.time_s <= seconds[1])))
    assert [words for words in cut.warnings if "the clip d" in words] == said


def test_a_joint_that_cannot_be_counted_on_says_so(analysis):
    again = correct(analysis, Corrections(joint="left_ankle"))
    flat = correct(
        with_angles(analysis, {"left_elbow": np.zeros(len(analysis.frame_index))}), Corrections(joint="left_elbow")
    )
    assert again.rep_count == 5
    assert flat.rep_count == 0
    assert flat.warnings[-1].startswith("The left elbow does not repeat a movement")


def test_sides_are_not_compared_where_one_is_turned_away():
    side = summarize(compute_truth(plan_steady("squat"), filming=Filming(fps=15, view=View(yaw_deg=90))).track)
    assert side.view.near_side == "left"
    assert np.isnan(side.metrics.asymmetry_pct)
    assert all(np.isnan(rep.left_right_rom_diff_deg) for rep in side.metrics.reps)
    assert "turned away" in side.metrics.reps[0].left_right_note


def test_request_takes_its_defaults_from_the_settings(monkeypatch, tmp_path):
    from core.settings import load_settings

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIDEO_RESIZE_WIDTH", "320")
    request = Request.from_settings(load_settings(), joint="left_knee")
    assert (request.resize_width, request.joint, request.frame_skip) == (320, "left_knee", "auto")


def test_no_path_of_a_clip_is_needed_after_the_run(analysis):
    assert not any(isinstance(value, Path) for value in vars(analysis).values())


def test_a_rep_of_the_hidden_side_alone_is_set_apart(analysis):
    third = analysis.count.reps[2]
    inside = (analysis.track.time_s > third.start_s) & (analysis.track.time_s < third.end_s)
    left = {
        name: np.where(inside, values[~inside].min() + 0.1 * (values - values[~inside].min()), values)
        for name, values in analysis.angles.items()
        if name.startswith("left")
    }
    visibility = analysis.track.visibility.copy()
    visibility[:, [INDEX[f"right_{point}"] for point in ("hip", "knee", "ankle")]] = 0.5
    one_sided = with_angles(replace(analysis, track=replace(analysis.track, visibility=visibility)), left)
    again = correct(one_sided, Corrections())
    assert (again.count.driving_joint, again.metrics.reps[0].joint) == ("right_knee", "left_knee")
    assert [rep.is_partial for rep in again.count.all_reps] == [False, False, True, False, False]
    assert [rep.number for rep in again.count.all_reps] == [1, 2, 2, 3, 4]
    assert again.metrics.statistics["rom_deg"].mean == pytest.approx(analysis.metrics.statistics["rom_deg"].mean, abs=5)
    chosen = correct(one_sided, Corrections(reps=one_sided.count.all_reps))
    assert chosen.rep_count == 5


def test_reps_filmed_too_slowly_are_not_measured_and_are_named():
    """30 frames a second, then three in the dark: the mean of 12 let velocities through that read a third low."""
    whole = compute_truth(plan_steady("squat", count=6, period_s=3), filming=Filming(fps=30)).track
    kept = (whole.time_s < 9) | (np.arange(len(whole.time_s)) % 10 == 0)
    dark = summarize(whole.take(kept))
    assert dark.sample_rate_hz > 10
    late = [rep for rep in dark.metrics.reps if rep.start_s > 9.2]
    assert len(late) >= 2
    assert all(np.isnan([rep.rom_deg, rep.eccentric_s, rep.peak_velocity_deg_s]).all() for rep in late)
    assert all(np.isfinite([rep.rom_deg, rep.peak_velocity_deg_s]).all() for rep in dark.metrics.reps if rep.end_s < 9)
    slow = ", ".join(str(rep.rep) for rep in late)
    assert any(f"too few frames in rep {slow} for" in warning for warning in dark.warnings)


def test_what_repeats_outside_the_count_is_told_until_the_reps_are_set_by_hand(squat_track):
    squats = summarize(squat_track)
    counted = replace(squats.count, uncounted_s=(20.2, 28.1))
    said = track_caveats(squats.track, counted, view=squats.view, rate_hz=15.0, exercise="squat")
    assert said[0].startswith("From 20 s to 28 s something repeats that is not in the count")
    edited = correct(replace(squats, count=counted, warnings=tuple(said)), Corrections(reps=squats.count.all_reps))
    assert not any("something repeats" in warning for warning in edited.warnings)
