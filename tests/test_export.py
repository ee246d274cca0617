"""CSV and workbooks a spreadsheet opens, JSON other tools depend on, motion files, landmarks that read back."""

import csv
import io
import json
import zipfile
from dataclasses import asdict, fields, replace

import numpy as np
import openpyxl
import pytest

from core.corrections import Corrections, delete_rep, mark_partial, move_edges
from core.errors import LandmarksError
from core.export import read_landmarks, to_batch_csv, to_frames_csv, to_json, to_mot, to_npz, to_reps_csv, to_xlsx
from core.export.workbook import REP_TITLES
from core.landmarks import ANGLE_NAMES
from core.metrics import RepMetrics
from core.pipeline import Analysis, correct, summarize


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def edited(analysis) -> Analysis:
    """Rep 2 moved, rep 4 marked as partial, rep 5 deleted."""
    reps = analysis.count.all_reps
    moved = move_edges(
        reps, 1, start_s=reps[1].start_s + 0.1, end_s=reps[1].end_s,
        time_s=analysis.track.time_s, signal=analysis.count.signal,
    )  # fmt: skip
    return correct(analysis, Corrections(reps=delete_rep(mark_partial(moved, 3, is_partial=True), 4)))


@pytest.fixture
def late(squat_track) -> Analysis:
    """Nobody in the picture for the first 40 samples."""
    xyz = squat_track.xyz.copy()
    xyz[:40] = np.nan
    return summarize(replace(squat_track, xyz=xyz))


def test_reps_csv_has_a_row_per_rep_and_units_in_its_names(analysis):
    table = rows(to_reps_csv(analysis))
    assert [row["rep"] for row in table] == ["1", "2", "3", "4", "5"]
    assert float(table[0]["rom_deg"]) == pytest.approx(analysis.metrics.reps[0].rom_deg, abs=1e-3)
    for needed in ("start_s", "turn_s", "end_s", "duration_s", "eccentric_s", "concentric_s", "peak_velocity_deg_s"):
        assert needed in table[0]
    assert to_reps_csv(analysis).encode("utf-8").isascii()


def test_frames_csv_has_a_row_per_frame_with_the_rep_it_lies_in(analysis):
    table = rows(to_frames_csv(analysis))
    assert len(table) == len(analysis.track.time_s)
    assert float(table[20]["left_knee_flexion_deg"]) == pytest.approx(analysis.angles["left_knee"][20], abs=1e-3)
    rep = analysis.metrics.reps[2]
    inside = [row for row in table if row["rep"] == "3"]
    assert float(inside[0]["time_s"]) == pytest.approx(rep.start_s, abs=0.07)
    assert float(inside[-1]["time_s"]) == pytest.approx(rep.end_s, abs=0.07)


def test_edited_reps_are_marked_in_every_table(edited):
    reps = rows(to_reps_csv(edited))
    assert [rep["is_edited"] for rep in reps] == ["False", "True", "False", "True"]
    assert [rep["is_partial"] for rep in reps] == ["False", "False", "False", "True"]
    frames = rows(to_frames_csv(edited))
    times = [float(row["time_s"]) for row in frames if row["is_edited"] == "True"]
    spans = [(rep.start_s - 1e-3, rep.end_s) for rep in edited.metrics.reps if rep.is_edited]  # cells are rounded
    assert all(any(start_s <= time_s < end_s for start_s, end_s in spans) for time_s in times)
    assert len(times) == pytest.approx(sum(end_s - start_s for start_s, end_s in spans) * 15, abs=2)
    assert {row["rep"] for row in frames if row["is_edited"] == "True"} == {"2", ""}
    assert {row["rep"] for row in frames} == {"", "1", "2", "3"}


def test_json_says_what_was_corrected(analysis, edited):
    document = json.loads(to_json(edited, clip="x"))
    assert document["is_edited"] is True
    assert [rep["is_edited"] for rep in document["reps"]] == [False, True, False, True]
    assert [rep["is_edited"] for rep in document["corrections"]["reps"]] == [False, True, False, True]
    untouched = json.loads(to_json(analysis, clip="x"))
    assert untouched["is_edited"] is False
    assert untouched["corrections"] == {"joint": None, "exercise": None, "reps": None}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_run_as_a_formula(analysis, start):
    harmful = replace(analysis.metrics.reps[0], quality_reason=f"{start}HYPERLINK(0)")
    hit = replace(analysis, metrics=replace(analysis.metrics, reps=(harmful, *analysis.metrics.reps[1:])))
    assert rows(to_reps_csv(hit))[0]["quality_reason"] == f"'{start}HYPERLINK(0)"
    with zipfile.ZipFile(io.BytesIO(to_xlsx(hit, clip=f"{start}1+1.mp4"))) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name]
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)


def open_book(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_a_landmarks_file_that_announces_more_than_it_holds_or_than_there_is_room_for_is_refused(tmp_path):
    rows = io.BytesIO()
    np.lib.format.write_array_header_1_0(rows, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 33, 4)})
    with zipfile.ZipFile(tmp_path / "announced.npz", "w") as archive:
        archive.writestr("landmarks.npy", rows.getvalue())
    bomb = zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED)
    with bomb, bomb.open("landmarks.npy", "w", force_zip64=True) as member:
        for _ in range(1001):
            member.write(bytes(10**6))
    with pytest.raises(LandmarksError, match="The landmarks cannot be read"):
        read_landmarks(tmp_path / "announced.npz")
    with pytest.raises(LandmarksError, match="unpacked it takes 1001 MB, the limit is 1000 MB"):
        read_landmarks(tmp_path / "bomb.npz")


def test_the_workbook_calls_an_exercise_what_the_page_does(analysis):
    push_ups = replace(analysis, recognition=replace(analysis.recognition, exercise="push_up"))
    unknown = replace(analysis, recognition=replace(analysis.recognition, exercise=None))
    for each, told in ((push_ups, "Push-up"), (unknown, None)):
        summary = {row[0]: row[1] for row in open_book(to_xlsx(each, clip="a.mp4"))["Summary"].values if row[0]}
        assert summary["Exercise"] == told


def test_the_workbook_reads_back_as_it_was_measured(analysis):
    book = open_book(to_xlsx(analysis, clip="küche.mp4"))
    assert book.sheetnames == ["Summary", "Reps", "Frames", "About"]
    summary = {row[0]: row[1] for row in book["Summary"].values if row[0]}
    assert (summary["Clip"], summary["Reps"], summary["Exercise"]) == ("küche.mp4", 5, "Squat")
    assert summary["Reps edited by hand"] is False
    assert summary["Range of motion (°)"] == pytest.approx(analysis.metrics.statistics["rom_deg"].mean)
    header, *body = book["Reps"].values
    assert header == tuple(REP_TITLES.values())
    for cells, rep in zip(body, analysis.metrics.reps, strict=True):
        for name, cell in zip(REP_TITLES, cells, strict=True):
            value = asdict(rep)[name]
            if isinstance(value, float):
                assert cell is None if np.isnan(value) else cell == pytest.approx(value), name
    header, *body = book["Frames"].values
    assert len(body) == len(analysis.track.time_s)
    np.testing.assert_allclose([row[2] for row in body], analysis.angles[ANGLE_NAMES[0]], rtol=1e-9)
    assert header[1] == "Time (s)"


def test_the_workbook_can_be_read_by_eye(edited):
    book = open_book(to_xlsx(edited, clip="set.mp4"))
    assert [sheet.freeze_panes for sheet in book] == ["A2", "B2", "C2", "A2"]
    reps = book["Reps"]
    marked = [row[0].fill.fgColor.rgb == "FFFDF0D5" for row in reps.iter_rows(min_row=2)]
    assert marked == [False, True, False, True]
    titles = list(REP_TITLES)
    assert [row[titles.index("is_edited")].value for row in reps.iter_rows(min_row=2)] == [False, True, False, True]
    assert reps.cell(2, titles.index("start_s") + 1).number_format == "0.00"
    assert reps.cell(2, titles.index("rom_deg") + 1).number_format == "0.0"
    assert reps.auto_filter.ref == "A1:AB5"
    assert all(6 <= column.width <= 111 for sheet in book for column in sheet.column_dimensions.values())
    assert {row[0]: row[1] for row in book["Summary"].values if row[0]}["Reps edited by hand"] is True


def test_the_workbook_says_who_chose_the_joint(analysis):
    """Under Results it shows, and the report says it: the workbook named the joint alone."""
    for each, who in [
        (analysis, "found by RepScope"),
        (correct(analysis, Corrections(joint="left_hip")), "chosen by the trainer"),
    ]:
        (row,) = (row for row in open_book(to_xlsx(each, clip="a.mp4"))["Summary"].values if row[0] == "Counted on")
        assert row[4] == who


def test_every_sheet_prints_all_of_its_columns_on_one_page_each_with_the_header(analysis):
    """The 28 columns of the reps were spread over many pages, upright."""
    for sheet in open_book(to_xlsx(analysis, clip="set.mp4")):
        page = sheet.page_setup
        assert (page.orientation, int(page.paperSize)) == ("landscape", int(sheet.PAPERSIZE_A4)), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (page.fitToWidth in (None, 1), page.fitToHeight) == (True, 0), sheet.title
        assert sheet.print_title_rows == "$1:$1", sheet.title


def test_the_workbook_names_every_number_of_a_rep():
    assert list(REP_TITLES) == [column.name for column in fields(RepMetrics)]


def test_the_workbook_leaves_what_is_not_measured_empty(late):
    first = next(open_book(to_xlsx(late, clip="x"))["Frames"].iter_rows(min_row=2, values_only=True))
    assert first[:2] == (0, 0)
    assert set(first[2:13]) == {None}


def read_storage(text: str) -> tuple[dict[str, str], list[str], np.ndarray]:
    """Read as OpenSim does: key=value lines up to endheader, labels, then numbers parsed as C does."""
    head, body = text.split("endheader\n")
    settings = dict(line.split("=") for line in head.splitlines()[1:])
    labels, *lines = body.splitlines()
    return settings, labels.split("\t"), np.array([[float(cell) for cell in line.split("\t")] for line in lines])


def test_the_motion_file_holds_the_angles_under_the_names_of_the_model(late):
    settings, labels, values = read_storage(to_mot(late))
    assert settings == {"version": "1", "nRows": str(len(values)), "nColumns": "12", "inDegrees": "yes"}
    assert labels[0] == "time"
    joints = ("hip_flexion", "knee_angle", "ankle_angle", "arm_flex", "elbow_flex")
    assert set(labels[1:]) == {"trunk_lean", *(f"{joint}_{side}" for joint in joints for side in "rl")}
    np.testing.assert_allclose(values[:, 0], late.track.time_s, atol=1e-6)
    for label, name in {
        "knee_angle_l": "left_knee",
        "arm_flex_r": "right_shoulder",
        "ankle_angle_r": "right_ankle",
    }.items():
        np.testing.assert_allclose(values[:, labels.index(label)], late.angles[name], atol=1e-4)
    assert "NaN" in to_mot(late).splitlines()[7]
    assert values[60:, labels.index("knee_angle_r")].max() > 90


def test_what_is_not_measured_is_an_empty_cell_and_null(late):
    assert rows(to_frames_csv(late))[0]["left_knee_flexion_deg"] == ""
    document = json.loads(to_json(replace(late, peak_mb=float("nan")), clip="x"))
    assert document["memory_mb"] == {"peak": None}


def test_json_has_the_names_other_tools_depend_on(analysis):
    document = json.loads(to_json(analysis, clip="küche.mp4"))
    assert document["clip"] == "küche.mp4"
    assert document["rep_count"] == len(document["reps"]) == 5
    assert {"rep", "start_s", "turn_s", "end_s", "duration_s", "rom_deg"} <= set(document["reps"][0])
    assert {"decode", "pose", "total"} <= set(document["timing_s"])
    assert document["memory_mb"]["peak"] > 0
    assert document["frames_analysed"] == len(analysis.track.time_s)
    assert document["effective_hz"] == pytest.approx(15)
    assert isinstance(document["driving_joint"], str)
    assert document["warnings"] == []
    assert {"exercise", "convention", "sampling", "repscope_version"} <= set(document)


def test_landmarks_read_back_the_same(analysis, tmp_path):
    (tmp_path / "set.npz").write_bytes(to_npz(analysis))
    track = read_landmarks(tmp_path / "set.npz")
    np.testing.assert_array_equal(track.xyz, analysis.track.xyz)
    np.testing.assert_array_equal(track.visibility, analysis.track.visibility)
    np.testing.assert_array_equal(track.world, analysis.track.world)
    assert summarize(track).rep_count == analysis.rep_count


@pytest.mark.parametrize("dimensions", [2, 3, 4])
def test_landmarks_without_depth_or_visibility_are_read(analysis, tmp_path, dimensions):
    full = np.dstack([analysis.track.xyz, analysis.track.visibility])[:, :, :dimensions]
    full[3] = np.nan
    np.savez(tmp_path / "set.npz", time_s=analysis.track.time_s, landmarks=full)
    track = read_landmarks(tmp_path / "set.npz")
    assert np.isnan(track.visibility[3]).all()
    assert (track.visibility[4] == 1).all()
    assert np.isnan(track.xyz[4, :, 2]).all() == (dimensions == 2)


def test_coordinates_no_picture_has_count_as_unseen(analysis, tmp_path):
    landmarks = np.dstack([analysis.track.xyz, analysis.track.visibility])
    landmarks[3, 5, 0], landmarks[4, 5, 1] = np.inf, 1e200
    landmarks[6, 23, 2], landmarks[7, 23, 3] = np.inf, np.inf
    world = analysis.track.world.copy()
    world[8, 23] = np.inf
    np.savez(tmp_path / "set.npz", time_s=analysis.track.time_s, landmarks=landmarks, world=world)
    track = read_landmarks(tmp_path / "set.npz")
    assert np.isnan(track.xyz[[3, 4], 5]).all()
    assert np.isnan([track.xyz[6, 23, 2], track.visibility[7, 23], *track.world[8, 23]]).all()
    assert summarize(track).rep_count == analysis.rep_count


def test_a_partial_rep_has_no_number_in_any_export(edited):
    numbers = ["1", "2", "3", ""]
    assert [row["rep"] for row in rows(to_reps_csv(edited))] == numbers
    assert [row["rep"] for row in rows(to_batch_csv([("set.mp4", edited)]))] == numbers
    assert [rep["rep"] for rep in json.loads(to_json(edited, clip="set.mp4"))["reps"]] == [1, 2, 3, None]
    assert [row[0] for row in open_book(to_xlsx(edited, clip="set.mp4"))["Reps"].values][1:] == [1, 2, 3, None]


def test_frames_of_a_partial_rep_carry_no_number(analysis):
    half = replace(analysis.metrics.reps[1], is_partial=True)
    reps = (analysis.metrics.reps[0], half, *analysis.metrics.reps[2:])
    table = rows(to_frames_csv(replace(analysis, metrics=replace(analysis.metrics, reps=reps))))
    assert "2" not in {row["rep"] for row in table}


TIMES = np.arange(5) / 10


def framed(*frames: float) -> dict[str, np.ndarray]:
    return {"time_s": TIMES, "landmarks": np.zeros((5, 33, 3)), "analysed_frame_index": np.array(frames)}


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"time_s": TIMES}, "lacks landmarks"),
        ({"landmarks": np.zeros((5, 33, 3))}, "lacks time_s"),
        ({"time_s": TIMES, "landmarks": np.zeros((5, 17, 3))}, r"landmarks \(5, 17, 3\); give"),
        ({"time_s": TIMES, "landmarks": np.zeros((5, 33, 1))}, r"landmarks \(5, 33, 1\)"),
        ({"time_s": TIMES[:4], "landmarks": np.zeros((5, 33, 3))}, r"time_s \(4,\)"),
        ({"time_s": TIMES[::-1], "landmarks": np.zeros((5, 33, 3))}, "do not rise"),
        ({"time_s": TIMES * 1e18, "landmarks": np.zeros((5, 33, 3))}, "the limit is a day"),
        ({"time_s": TIMES[:0], "landmarks": np.zeros((0, 33, 3))}, "it holds 0 rows"),
        ({"time_s": TIMES * np.nan, "landmarks": np.zeros((5, 33, 3))}, "times that are no numbers"),
        ({"time_s": TIMES, "landmarks": np.zeros((5, 33, 3), complex)}, "complex128, not real numbers"),
        ({"time_s": TIMES, "landmarks": np.zeros((5, 33, 3)), "analysed_frame_index": [0]}, r"\(1,\) for 5 rows"),
        (framed(0, 1, 2, 3, 1e300), "not all whole numbers"),
        (framed(0, 1, 2, 3, np.nan), "not all whole numbers"),
        (framed(0, 1, 1.5, 2, 3), "not all whole numbers"),
        (framed(0, 1, -1, 1, 2), "analysed_frame_index of the landmarks file do not rise"),
        (framed(-1, -1, -1, -1, -1), "name no frame"),
        ({"time_s": np.array([{}] * 5), "landmarks": np.zeros((5, 33, 3))}, "cannot be read.*allow_pickle"),
    ],
    ids=[
        "no landmarks",
        "no times",
        "17 points",
        "1-d",
        "lengths",
        "falling",
        "years",
        "empty",
        "nan times",
        "complex",
        "frame numbers",
        "huge frame",
        "nan frame",
        "half a frame",
        "frame twice",
        "no frame",
        "objects",
    ],
)
def test_a_file_without_the_documented_arrays_is_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(LandmarksError, match=message):
        read_landmarks(tmp_path / "bad.npz")


def plain_array(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def damaged_inside(path):
    np.savez_compressed(path, time_s=TIMES, landmarks=np.random.default_rng(0).random((5, 33, 3)))
    data = bytearray(path.read_bytes())
    start = len(data) // 2
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [lambda path: path.write_bytes(b"no archive"), lambda path: path.write_bytes(b""), plain_array, damaged_inside],
    ids=["text", "empty", "npy", "damaged"],
)
def test_a_file_that_is_no_archive_is_refused(tmp_path, damage):
    damage(tmp_path / "bad.npz")
    with pytest.raises(LandmarksError, match="cannot be read"):
        read_landmarks(tmp_path / "bad.npz")
