"""What the browser gets: the same landmarks, angles and reps, small, and nothing where nothing was seen."""

import base64
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import pages
from core.annotate import DRAWN_GAP_S
from core.corrections import MIN_REP_S
from core.landmarks import DRAWN, INDEX, SKELETON
from core.overlay import ABSENT_XY, MARGIN, pack_curves, pack_driving, pack_overlay, pack_reps
from core.pipeline import Analysis, summarize
from core.sampling import SamplingPlan

SIZE_WH = (480, 640)
POINTS = len(DRAWN)


@pytest.fixture
def filmed(analysis) -> Analysis:
    """The result of a clip, not only of landmarks."""
    plan = SamplingPlan(len(analysis.track.time_s), 15.0, 2, SIZE_WH, "")
    return replace(analysis, plan=plan)


def decode(text: str, dtype: str, *shape: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype).reshape(-1, *shape)


def decode_xy(overlay: dict) -> np.ndarray:
    """Return px as the browser computes them, NaN where absent."""
    codes = decode(overlay["xy"], "<u2", POINTS, 2).astype(float)
    codes[codes == ABSENT_XY] = np.nan
    return (codes / (ABSENT_XY - 1) * (1 + 2 * MARGIN) - MARGIN) * overlay["size_wh"]


def with_xy(analysis: Analysis, xy: tuple[float, float]) -> Analysis:
    """Return the analysis with its first nose somewhere else."""
    track = replace(analysis.track, xyz=analysis.track.xyz.copy())
    track.xyz[0, INDEX["nose"], :2] = xy
    return replace(analysis, track=track)


def test_landmarks_arrive_within_a_fiftieth_of_a_pixel(filmed):
    overlay = pack_overlay(filmed)
    expected = filmed.track.xyz[:, [INDEX[name] for name in DRAWN], :2]
    np.testing.assert_allclose(decode_xy(overlay), expected, atol=0.02)
    np.testing.assert_allclose(decode(overlay["time_ms"], "<u4") / 1000, filmed.track.time_s, atol=0.001)
    assert (decode(overlay["visibility"], "u1", POINTS) == 255).all()


def test_segments_and_sides_point_at_the_landmarks_sent(filmed):
    overlay = pack_overlay(filmed)
    assert [(DRAWN[one], DRAWN[other]) for one, other in overlay["segments"]] == list(SKELETON)
    assert overlay["sides"][DRAWN.index("left_knee")] == "left"
    assert overlay["sides"][DRAWN.index("nose")] == ""


@pytest.mark.parametrize(
    ("xy", "is_absent"),
    [
        pytest.param((np.nan, np.nan), True, id="unseen"),
        pytest.param((10.0, np.nan), True, id="half known"),
        pytest.param((-100.0, 700.0), False, id="just outside the frame"),
        pytest.param((-241.0, 100.0), True, id="far outside the frame"),
        pytest.param((0.0, 0.0), False, id="in the corner"),
    ],
)
def test_absence_has_its_own_code(filmed, xy, is_absent):
    nose = decode_xy(pack_overlay(with_xy(filmed, xy)))[0, DRAWN.index("nose")]
    assert np.isnan(nose).all() == is_absent
    if not is_absent:
        np.testing.assert_allclose(nose, xy, atol=0.02)


def test_nobody_is_invisible(filmed):
    track = replace(filmed.track, visibility=np.full_like(filmed.track.visibility, np.nan))
    assert (decode(pack_overlay(replace(filmed, track=track))["visibility"], "u1") == 0).all()


def test_landmarks_without_a_clip_are_not_drawn(analysis):
    assert pack_overlay(analysis) is None


def test_600_frames_stay_below_150_kb(filmed):
    rows = np.arange(600) % len(filmed.track.time_s)
    names = ("time_s", "xyz", "visibility", "world")
    track = replace(filmed.track, **{name: getattr(filmed.track, name)[rows] for name in names})
    angles = {name: values[rows] for name, values in filmed.angles.items()}
    long = replace(filmed, track=track, angles=angles)
    sent = [pack_overlay(long), pack_driving(long), pack_reps(long), pack_curves(long, ["knee", "hip"])]
    assert len(json.dumps(sent[0])) < 80_000
    assert len(json.dumps(sent)) < 150_000


def test_the_driving_angle_is_the_one_the_reps_are_measured_on(filmed):
    driving = pack_driving(filmed)
    both = (filmed.angles["left_knee"] + filmed.angles["right_knee"]) / 2
    expected = filmed.angles.get(driving["joint"], both)
    sent = decode(driving["degrees"], "<f4")
    np.testing.assert_allclose(sent, expected, atol=1e-4)
    assert [round(float(each)) for each in sent] == [round(each) for each in expected], "as the report rounds them"
    assert DRAWN[driving["landmark"]].endswith("_knee")


def test_an_unmeasured_angle_is_no_number(filmed):
    angles = {name: np.full_like(values, np.nan) for name, values in filmed.angles.items()}
    assert np.isnan(decode(pack_driving(replace(filmed, angles=angles))["degrees"], "<f4")).all()


def test_the_trunk_is_written_beside_a_shoulder(filmed):
    metrics = replace(filmed.metrics, joint="trunk_lean")
    driving = pack_driving(replace(filmed, metrics=metrics))
    assert DRAWN[driving["landmark"]].endswith("_shoulder")


def test_nothing_repeating_has_no_driving_angle(filmed):
    assert pack_driving(replace(filmed, metrics=replace(filmed.metrics, joint=None))) is None


def test_reps_that_no_angle_shows_have_no_driving_angle(squat_track):
    hidden = [index for name, index in INDEX.items() if name.endswith(("hip", "knee", "elbow"))]
    squat_track.visibility[3:, hidden] = 0.0  # behind a bench; head, hands and feet go on
    analysis = summarize(squat_track)
    assert (analysis.rep_count, analysis.metrics.joint) == (5, None)
    assert pack_driving(analysis) is None


def test_reps_are_rows_of_the_metrics_and_nan_is_none(filmed):
    reps = list(filmed.metrics.reps)
    reps[1] = replace(reps[1], eccentric_s=float("nan"), is_partial=True, is_edited=True)
    packed = pack_reps(replace(filmed, metrics=replace(filmed.metrics, reps=tuple(reps))))
    assert [rep["row"] for rep in packed] == [0, 1, 2, 3, 4]
    assert (packed[1]["eccentric_s"], packed[1]["is_partial"], packed[1]["is_edited"]) == (None, True, True)
    assert packed[0]["start_s"] == reps[0].start_s
    json.dumps(packed, allow_nan=False)


def test_curves_leave_bands_and_words_to_the_player(filmed):
    (curve,) = pack_curves(filmed, ["knee"])
    figure = json.loads(curve["figure"])
    assert (curve["joint"], curve["title"]) == ("knee", "Knee flexion")
    assert [trace["name"] for trace in figure["data"]] == ["Left", "Right", "Turning point"]
    assert not figure["layout"].keys() & {"shapes", "annotations"}
    assert "yaxis" not in figure["layout"]
    still = replace(filmed, angles={name: np.full_like(values, 97.0) for name, values in filmed.angles.items()})
    (curve,) = pack_curves(still, ["knee"])
    assert json.loads(curve["figure"])["layout"]["yaxis"]["range"] == [74.5, 119.5]


@pytest.mark.parametrize(
    ("script", "name", "value"),
    [
        ("numbers.js", "LONGEST_GAP_S", DRAWN_GAP_S),
        ("numbers.js", "ABSENT_XY", ABSENT_XY),
        ("handles.js", "SHORTEST_REP_S", MIN_REP_S),
    ],
)
def test_the_browser_knows_the_same_numbers(script, name, value):
    text = (Path(pages.__file__).parent / "components/player/browser" / script).read_text(encoding="utf-8")
    assert re.search(rf"^const {name} = (\S+);", text, re.MULTILINE)[1] == f"{value:g}"
