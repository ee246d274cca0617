"""The annotated video, decoded again: skeleton, angle, reps and time where and when they should be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from core.annotate import Interpolation, Overlay, annotate_clip, clock_text
from core.corrections import Corrections, delete_rep, move_edges
from core.draw import draw_label, draw_skeleton
from core.errors import JobError, VideoError, WriteError
from core.jobs import annotate_in_worker
from core.landmarks import INDEX
from core.mannequin import Filming, Truth, View, draw_clip, plan_steady
from core.palette import SIDE_COLORS
from core.pipeline import Analysis, correct, summarize
from core.sampling import SamplingPlan
from core.video import Frame
from core.video.read import probe
from core.worker import WorkerPool
from tests.conftest import nan_track
from tests.server import wait_until
from tests.test_video import read

SIZE_WH = (360, 480)
SHIFT = 1.5
"""The analysed frame is larger than the clip by this, so that forgetting to scale shows."""


@pytest.fixture(scope="module")
def filmed(tmp_path_factory) -> tuple[Path, Truth]:
    """Three squats from the side, the left one, nothing but the mannequin moving."""
    path = tmp_path_factory.mktemp("annotate") / "squats.mp4"
    shot = Filming(view=View(yaw_deg=80), resolution_wh=SIZE_WH, fps=30)
    return path, draw_clip(path, plan_steady("squat", count=3, period_s=1.4), filming=shot)


def analyse(clip: Path, truth: Truth, *, unseen_s: tuple[float, float] = (9e9, 9e9), every: int = 2) -> Analysis:
    """What an analysis with a perfect pose model makes of every second frame, blind for a while."""
    track = truth.track
    rows = np.arange(0, len(track.time_s), every)
    hidden = ((track.time_s > unseen_s[0]) & (track.time_s < unseen_s[1]))[rows]
    xyz, world, visibility = track.xyz[rows] * SHIFT, track.world[rows].copy(), track.visibility[rows].copy()
    xyz[hidden], world[hidden], visibility[hidden] = np.nan, np.nan, np.nan
    visibility[:, [row for name, row in INDEX.items() if name.startswith("right")]] *= 0.4
    seen = replace(track, time_s=track.time_s[rows], xyz=xyz, world=world, visibility=visibility)
    size_wh = (round(SIZE_WH[0] * SHIFT), round(SIZE_WH[1] * SHIFT))
    plan = SamplingPlan(len(rows), 30 / every, every, size_wh, "")
    return replace(summarize(seen, joint="left_knee"), info=probe(clip, max_duration_s=60), plan=plan, frame_index=rows)


def annotate(clip: Path, analysis: Analysis, folder: Path) -> tuple[list[Frame], list[float]]:
    shares = list(annotate_clip(clip, analysis, folder))
    return read(folder / "annotated.mp4"), shares


def rgb(color: str) -> np.ndarray:
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)])


def distance(image: np.ndarray, xy: np.ndarray, color: str) -> float:
    """How far the colour around a point is from another, in levels."""
    x, y = np.round(xy[:2]).astype(int)
    return float(np.abs(image[y - 1 : y + 2, x - 1 : x + 2].mean(axis=(0, 1)) - rgb(color)).max())


def where(truth: Truth, name: str, time_s: float) -> np.ndarray:
    track = truth.track
    return np.array([np.interp(time_s, track.time_s, track.xyz[:, INDEX[name], axis]) for axis in (0, 1)])


def test_the_skeleton_is_where_the_joints_are(filmed, tmp_path):
    clip, truth = filmed
    frames, shares = annotate(clip, analyse(clip, truth), tmp_path)
    assert len(frames) == len(truth.time_s)
    assert [frame.time_s for frame in frames] == pytest.approx(truth.time_s, abs=0.002)
    for frame in frames[5:-5:7]:
        for joint in ("left_knee", "left_hip", "left_ankle", "left_shoulder"):
            at = where(truth, joint, frame.time_s)
            assert distance(frame.image, at, SIDE_COLORS["left"]) < 45, (joint, frame.time_s)
    originals = read(clip)
    assert min(distance(frame.image, where(truth, "left_knee", frame.time_s), SIDE_COLORS["left"])
               for frame in originals) > 60  # fmt: skip
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.95 < shares[-1] <= 1


def test_nothing_is_drawn_where_nobody_was_seen(filmed, tmp_path):
    clip, truth = filmed
    frames, _ = annotate(clip, analyse(clip, truth, unseen_s=(1.0, 2.4)), tmp_path)
    blue = {
        round(frame.time_s, 2): distance(frame.image, where(truth, "left_knee", frame.time_s), SIDE_COLORS["left"])
        for frame in frames
    }
    assert max(far for time_s, far in blue.items() if time_s < 0.9 or time_s > 2.5) < 45
    assert min(far for time_s, far in blue.items() if 1.2 < time_s < 2.2) > 60


def test_a_short_gap_is_bridged(filmed, tmp_path):
    clip, truth = filmed
    frames, _ = annotate(clip, analyse(clip, truth, unseen_s=(0.2, 0.6)), tmp_path)
    middle = min(frames, key=lambda frame: abs(frame.time_s - 0.4))
    assert distance(middle.image, where(truth, "left_hip", 0.4), SIDE_COLORS["left"]) < 60


def test_what_is_hardly_seen_is_fainter(filmed, tmp_path):
    clip, truth = filmed
    analysis = analyse(clip, truth)
    seen_well = replace(analysis, track=replace(analysis.track, visibility=np.ones_like(analysis.track.visibility)))
    image = read(clip)[40].image
    time_s = float(truth.time_s[40])
    strong, faint = (Overlay(each, size_wh=SIZE_WH).draw(image, time_s=time_s) for each in (seen_well, analysis))
    at = where(truth, "right_wrist", time_s)
    assert distance(strong, at, SIDE_COLORS["right"]) < distance(faint, at, SIDE_COLORS["right"]) - 20
    assert distance(faint, at, SIDE_COLORS["right"]) < distance(image, at, SIDE_COLORS["right"]) - 10


def read_label(frame: Frame, texts: list[str], *, xy: tuple[float, float], size: float, anchor: str = "lt") -> str:
    """Which of the texts stands there: the one whose letters, drawn once more, are most like what is seen."""
    unlike = {}
    for text in texts:
        picture = Image.new("RGB", SIZE_WH)
        left, top, right, bottom = draw_label(picture, text, xy=xy, size=size, anchor=anchor)
        letters = np.asarray(picture.convert("L"))[top:bottom, left:right] > 150
        unlike[text] = (letters ^ (frame.image[top:bottom, left:right].mean(axis=2) > 150)).mean()
    return min(unlike, key=unlike.__getitem__)


def counted(frames: list[Frame], analysis: Analysis) -> list[int]:
    """What the rep counter shows in each frame."""
    margin, total = 0.03 * SIZE_WH[0], analysis.rep_count
    texts = [f"{done} / {total} reps" for done in range(total + 1)]
    shown = [read_label(frame, texts, xy=(margin, margin), size=0.085 * SIZE_WH[0]) for frame in frames]
    return [int(text.split()[0]) for text in shown]


def test_the_counter_goes_up_when_a_rep_ends(filmed, tmp_path):
    clip, truth = filmed
    analysis = analyse(clip, truth)
    frames, _ = annotate(clip, analysis, tmp_path)
    counts = counted(frames, analysis)
    ends_s = [rep.end_s for rep in analysis.count.reps]
    assert ends_s == pytest.approx(truth.ends_s, abs=0.15)
    assert counts == [sum(end_s <= frame.time_s for end_s in ends_s) for frame in frames]
    assert counts[-1] == 3


def test_a_correction_is_what_is_counted_and_said(filmed, tmp_path):
    clip, truth = filmed
    found = analyse(clip, truth)
    reps = delete_rep(tuple(found.count.reps), 1)
    edited = correct(found, Corrections(joint="left_knee", reps=reps))
    frames, _ = annotate(clip, edited, tmp_path)
    assert counted(frames, edited)[-1] == 2
    picture, margin = Image.new("RGB", SIZE_WH), 0.03 * SIZE_WH[0]
    counter = draw_label(picture, "2 / 2 reps", xy=(margin, margin), size=0.085 * SIZE_WH[0])
    box = draw_label(picture, "reps edited", xy=(margin, counter[3] + margin / 3), size=0.042 * SIZE_WH[0])
    plain, _ = annotate(clip, found, tmp_path)
    area = (slice(box[1] + 2, box[3] - 2), slice(box[0] + 4, box[2] - 4))
    assert plain[0].image[area].mean() > frames[0].image[area].mean() + 60, "a plate says that reps were edited"


def test_the_driving_angle_stands_beside_its_joint(filmed, tmp_path):
    clip, truth = filmed
    analysis = analyse(clip, truth)
    frames, _ = annotate(clip, analysis, tmp_path)
    assert analysis.metrics.joint == "left_knee"
    texts = [f"{degrees}°" for degrees in range(180)]
    for frame in frames[10:-10:10]:
        x, y = where(truth, "left_knee", frame.time_s)
        place = {"xy": (x - 0.03 * SIZE_WH[0], y), "size": 0.046 * SIZE_WH[0], "anchor": "rm"}  # away from the hips
        angle = np.interp(frame.time_s, analysis.track.time_s, analysis.angles["left_knee"])
        assert int(read_label(frame, texts, **place)[:-1]) == pytest.approx(angle, abs=2.5), frame.time_s


def test_the_time_is_shown(filmed, tmp_path):
    clip, truth = filmed
    frames, _ = annotate(clip, analyse(clip, truth), tmp_path)
    texts = [f"0:{tenths / 10:04.1f}" for tenths in range(60)]
    place = {"xy": (0.97 * SIZE_WH[0], 0.03 * SIZE_WH[0]), "size": 0.042 * SIZE_WH[0], "anchor": "rt"}
    shown = [read_label(frame, texts, **place) for frame in frames[::15]]
    assert [float(text[2:]) for text in shown] == pytest.approx(truth.time_s[::15], abs=0.051)


def test_without_reps_there_is_no_counter_and_without_a_person_no_skeleton(filmed, tmp_path):
    clip, truth = filmed
    analysis = analyse(clip, truth)
    track = nan_track(len(analysis.track.time_s))
    empty = replace(
        analysis,
        track=track,
        count=replace(analysis.count, reps=[], partial_reps=[]),
        metrics=replace(analysis.metrics, joint=None, reps=[]),
    )
    image = np.full((*SIZE_WH[::-1], 3), 120, np.uint8)
    drawn = Overlay(empty, size_wh=SIZE_WH).draw(image, time_s=1.0)
    changed = (drawn != image).any(axis=2)
    assert changed[:, : SIZE_WH[0] // 2].sum() == 0
    assert changed[:40, SIZE_WH[0] // 2 :].any(), "the time is there"


@pytest.mark.parametrize("size_wh", [(1280, 720), (1280, 960), (720, 1280)], ids=["16:9", "4:3", "upright"])
def test_the_letters_are_read_on_a_phone_held_upright(filmed, size_wh):
    """A landscape clip is shown 390 px wide there: what was of its height alone came down to 6 px."""
    found = analyse(*filmed)
    edited = correct(found, Corrections(joint="left_knee", reps=delete_rep(tuple(found.count.reps), 1)))
    nobody = nan_track(len(edited.track.time_s))
    empty = replace(edited, track=nobody, metrics=replace(edited.metrics, joint=None))
    image = np.full((*size_wh[::-1], 3), 120, np.uint8)
    is_label = (Overlay(empty, size_wh=size_wh).draw(image, time_s=1.0) != image).any(axis=2)
    least = draw_label(Image.new("RGB", size_wh), "0", xy=(0, 0), size=12 * size_wh[0] / 390)[3]
    counter_and_edited, time = (is_label[:, at].any(axis=1) for at in np.split(np.arange(size_wh[0]), 2))
    for rows, labels in ((counter_and_edited, 2), (time, 1)):
        edges = np.flatnonzero(np.diff(rows.astype(int)))
        heights = np.diff(edges)[::2]
        assert len(heights) == labels
        assert heights.min() >= least - 2, f"{heights} px of {least}"  # rounded corners and edges
    assert np.flatnonzero(counter_and_edited).max() < size_wh[1] / 3, "the picture is what is looked at"


# -- what is written ---------------------------------------------------------


@pytest.mark.parametrize(
    ("filming", "size_wh", "fps"),
    [
        (Filming(view=View(yaw_deg=80), resolution_wh=(360, 480), rotation_deg=90), (360, 480), 30),
        (Filming(view=View(yaw_deg=80), resolution_wh=(640, 360), fps=60), (640, 360), 30),
        (Filming(view=View(yaw_deg=80), resolution_wh=(360, 480), jitter=0.4, seed=3), (360, 480), 30),
        (Filming(view=View(yaw_deg=80), resolution_wh=(1080, 1440), fps=12), (960, 1280), 12),
    ],
    ids=["rotated", "60 fps", "variable rate", "large"],
)
def test_it_is_upright_and_plays_everywhere(tmp_path, filming, size_wh, fps):
    clip = tmp_path / "clip.mp4"
    truth = draw_clip(clip, plan_steady("squat", count=1, period_s=1.5), filming=filming)
    info = probe(clip, max_duration_s=60)
    plan = SamplingPlan(len(truth.time_s), 30, 1, (info.width, info.height), "")
    analysis = replace(summarize(truth.track, joint="right_knee"), info=info, plan=plan)
    frames, _ = annotate(clip, analysis, tmp_path)
    made = probe(tmp_path / "annotated.mp4", max_duration_s=60)
    assert (made.container, made.codec, made.pixel_format, made.rotation_deg) == ("mov", "h264", "yuv420p", 0)
    assert (made.width, made.height) == size_wh
    data = (tmp_path / "annotated.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    times_s = np.array([frame.time_s for frame in frames])
    assert len(times_s) == pytest.approx(made.duration_s * fps, abs=1.5)
    assert np.abs(times_s[:, None] - truth.time_s[None]).min(axis=1).max() < 0.002
    scale = size_wh[0] / info.width
    for frame in frames[3:-3:5]:
        at = where(truth, "left_hip", frame.time_s) * scale
        assert distance(frame.image, at, SIDE_COLORS["left"]) < 70


def test_made_again_it_replaces_the_earlier_one(filmed, tmp_path):
    clip, truth = filmed
    found = analyse(clip, truth)
    annotate(clip, found, tmp_path)
    first = (tmp_path / "annotated.mp4").read_bytes()
    signal = found.count.signal
    moved = move_edges(tuple(found.count.reps), 0, start_s=0.2, end_s=1.0, time_s=found.track.time_s, signal=signal)
    annotate(clip, correct(found, Corrections(reps=moved)), tmp_path)
    assert (tmp_path / "annotated.mp4").read_bytes() != first
    assert [path.name for path in tmp_path.iterdir()] == ["annotated.mp4"]


def test_a_full_disk_is_said_and_leaves_nothing(filmed, tiny_disk):
    clip, truth = filmed
    (tiny_disk / "other").write_bytes(bytes(1020 * 1024))
    with pytest.raises(
        WriteError, match=r"annotated video could not be written.*disk is full \(0\.0 MB free\).*Delete"
    ):
        list(annotate_clip(clip, analyse(clip, truth), tiny_disk))
    assert [path.name for path in tiny_disk.iterdir()] == ["other"]


def test_a_dropped_result_is_said(filmed, tmp_path):
    clip, truth = filmed
    with pytest.raises(WriteError, match="no longer on the server"):
        list(annotate_clip(clip, analyse(clip, truth), tmp_path / "gone"))


def test_a_clip_that_is_gone_leaves_nothing(filmed, tmp_path):
    clip, truth = filmed
    with pytest.raises(VideoError, match="cannot be read"):
        list(annotate_clip(tmp_path / "gone.mp4", analyse(clip, truth), tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_given_up_it_leaves_the_earlier_one(filmed, tmp_path):
    clip, truth = filmed
    (tmp_path / "annotated.mp4").write_bytes(b"earlier")
    steps = annotate_clip(clip, analyse(clip, truth), tmp_path)
    next(steps)
    next(steps)
    steps.close()
    assert [path.name for path in tmp_path.iterdir()] == ["annotated.mp4"]
    assert (tmp_path / "annotated.mp4").read_bytes() == b"earlier"


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with WorkerPool() as made:
        yield made


def test_in_the_worker(pool, filmed, tmp_path):
    clip, truth = filmed
    job = pool.submit(annotate_in_worker, clip, analyse(clip, truth), tmp_path)
    assert job.result(60) is None
    assert job.take_messages()[0] == 0
    assert len(read(tmp_path / "annotated.mp4")) == len(truth.time_s)


@pytest.mark.parametrize("end", ["kill", "cancel"])
def test_a_worker_that_is_stopped_in_the_middle_leaves_nothing(pool, filmed, tmp_path, end):
    clip, truth = filmed
    job = pool.submit(annotate_in_worker, clip, analyse(clip, truth), tmp_path)
    shares = [0.0]
    assert wait_until(lambda: shares.extend(job.take_messages()) or max(shares) > 0.2, timeout_s=60)
    assert not job.has_ended
    if end == "kill":
        for child in psutil.Process().children(recursive=True):
            if "core.worker.inside" in " ".join(child.cmdline()):
                child.kill()
    else:
        job.cancel()
    with pytest.raises(JobError):
        job.result(30)
    pool.shutdown()  # the process is gone for certain
    assert list(tmp_path.iterdir()) == []


# -- between samples ---------------------------------------------------------


@pytest.mark.parametrize(
    ("time_s", "expected"),
    [(0.0, 0.0), (0.25, 5.0), (0.5, 10.0), (1.0, 15.0), (0.75, 12.5), (1.5, np.nan), (1.05, 15.0), (-0.05, 0.0),
     (-0.2, np.nan), (3.2, np.nan), (2.95, 30.0)],
)  # fmt: skip
def test_values_between_samples(time_s, expected):
    values = Interpolation(np.array([0.0, 0.5, 1.0, 2.0, 3.0]), np.array([[0.0], [10.0], [15.0], [np.nan], [30.0]]))
    assert values.at(time_s) == pytest.approx(expected, nan_ok=True)


def test_no_samples_give_no_value():
    assert np.isnan(Interpolation(np.arange(3.0), np.full((3, 2), np.nan)).at(1.0)).all()


# -- drawing -----------------------------------------------------------------


@pytest.mark.parametrize("wall", ["#ffffff", "#000000", "#0072b2", "#8a8a8a"])
def test_text_is_readable_on_any_wall(wall):
    picture = Image.new("RGB", (200, 80), wall)
    draw_label(picture, "3 / 5", xy=(10, 10), size=40)
    linear = np.asarray(picture)[15:60, 15:100].astype(float) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    plate = np.median(luminance[luminance < 0.5])
    assert (luminance.max() + 0.05) / (plate + 0.05) > 4.5


@pytest.mark.parametrize("xy", [(-50, -50), (1000, 1000), (199, 40)])
def test_a_label_stays_in_the_picture(xy):
    picture = Image.new("RGB", (200, 80))
    left, top, right, bottom = draw_label(picture, "94°", xy=xy, size=20, anchor="lm")
    assert 0 <= left < right <= 200
    assert 0 <= top < bottom <= 80


@pytest.mark.parametrize("offset", [0, -60, 150, 5000], ids=["inside", "cut left", "cut right", "outside"])
def test_a_body_that_leaves_the_picture_is_cut_off(offset):
    xy = np.random.default_rng(1).uniform(20, 100, (33, 2))
    xy[:, 0] += offset
    picture = Image.new("RGB", (200, 120))
    draw_skeleton(picture, xy, np.ones(33), thickness=4)
    assert (np.asarray(picture).max() > 100) == (offset < 5000)


@pytest.mark.parametrize(
    ("time_s", "text"), [(0.0, "0:00.0"), (59.94, "0:59.9"), (59.97, "1:00.0"), (125.25, "2:05.2")]
)
def test_the_clock_has_no_sixty_seconds(time_s, text):
    assert clock_text(time_s) == text
