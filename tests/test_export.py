"""CSV a spreadsheet opens, JSON other tools depend on, landmarks that read back the same."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from core.errors import LandmarksError
from core.export import read_landmarks, to_frames_csv, to_json, to_npz, to_reps_csv
from core.pipeline import summarize


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


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


def test_what_is_not_measured_is_an_empty_cell_and_null(squat_track):
    xyz = squat_track.xyz.copy()
    xyz[:40] = np.nan
    analysis = summarize(replace(squat_track, xyz=xyz))
    assert rows(to_frames_csv(analysis))[0]["left_knee_flexion_deg"] == ""
    document = json.loads(to_json(replace(analysis, peak_mb=float("nan")), clip="x"))
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
    np.savez(tmp_path / "set.npz", time_s=analysis.track.time_s, landmarks=landmarks)
    track = read_landmarks(tmp_path / "set.npz")
    assert np.isnan(track.xyz[[3, 4], 5]).all()
    assert summarize(track).rep_count == analysis.rep_count


def test_frames_of_a_partial_rep_carry_no_number(analysis):
    half = replace(analysis.metrics.reps[1], is_partial=True)
    reps = (analysis.metrics.reps[0], half, *analysis.metrics.reps[2:])
    table = rows(to_frames_csv(replace(analysis, metrics=replace(analysis.metrics, reps=reps))))
    assert "2" not in {row["rep"] for row in table}


TIMES = np.arange(5) / 10


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"time_s": TIMES}, "lacks landmarks"),
        ({"landmarks": np.zeros((5, 33, 3))}, "lacks time_s"),
        ({"time_s": TIMES, "landmarks": np.zeros((5, 17, 3))}, r"landmarks \(5, 17, 3\); give"),
        ({"time_s": TIMES, "landmarks": np.zeros((5, 33, 1))}, r"landmarks \(5, 33, 1\)"),
        ({"time_s": TIMES[:4], "landmarks": np.zeros((5, 33, 3))}, r"time_s \(4,\)"),
        ({"time_s": TIMES[::-1], "landmarks": np.zeros((5, 33, 3))}, "do not rise"),
        ({"time_s": TIMES[:0], "landmarks": np.zeros((0, 33, 3))}, "it holds 0 rows"),
        ({"time_s": TIMES * np.nan, "landmarks": np.zeros((5, 33, 3))}, "times that are no numbers"),
        ({"time_s": TIMES, "landmarks": np.zeros((5, 33, 3), complex)}, "complex128, not real numbers"),
        ({"time_s": np.array([{}] * 5), "landmarks": np.zeros((5, 33, 3))}, "cannot be read.*allow_pickle"),
    ],
    ids=[
        "no landmarks",
        "no times",
        "17 points",
        "1-d",
        "lengths",
        "falling",
        "empty",
        "nan times",
        "complex",
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
