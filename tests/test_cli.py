"""The command line: results on standard output, one line and exit code 2 when there is none."""

import errno
import json
import os
import pty
import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.export import to_json, to_npz, write_landmarks
from core.mannequin import Filming, compute_truth, plan_steady
from core.pipeline import summarize
from tests.clips import write_clip
from tests.conftest import nan_track, run_cli

ROOT = Path(__file__).parent.parent


@pytest.fixture
def landmarks(analysis, tmp_path) -> Path:
    path = tmp_path / "set.npz"
    path.write_bytes(to_npz(analysis))
    return path


@pytest.mark.model
def test_a_clip_gives_json_and_every_file(squat_clip, tmp_path):
    files = {name: tmp_path / name for name in ("reps.csv", "frames.csv", "set.npz")}
    code, out, err = run_cli(
        squat_clip[0], "--max-frames", 60, "--width", 320, "--json", "-", "--reps-csv", files["reps.csv"],
        "--frames-csv", files["frames.csv"], "--landmarks", files["set.npz"],
    )  # fmt: skip
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["clip"] == "squats.mp4"
    assert document["rep_count"] == 3
    assert document["frames_analysed"] <= 60
    assert document["sampling"]["size_wh"][0] == 320
    assert len(files["reps.csv"].read_text().splitlines()) == 4
    assert len(files["frames.csv"].read_text().splitlines()) == 1 + document["frames_analysed"]
    code, out, _ = run_cli(files["set.npz"], "--json", "-", "--max-frames", 60, "--frames-csv", tmp_path / "again.csv")
    assert measured(json.loads(out)) == measured(document)
    assert (tmp_path / "again.csv").read_bytes() == files["frames.csv"].read_bytes()


def measured(document: dict) -> dict:
    return {name: document[name] for name in ("reps", "set", "effective_hz", "frames_analysed", "driving_joint")}


def lit_poorly(time_s: np.ndarray) -> np.ndarray:
    """Frames that a phone leaves out in poor light: two of three, in the middle of the set."""
    is_dark = (time_s > time_s[-1] / 3) & (time_s < time_s[-1] * 2 / 3)
    return ~is_dark | (np.arange(len(time_s)) % 3 == 0)


SAMPLED = {
    "evenly": (15, lambda time_s: time_s >= 0, []),
    "poor light": (15, lit_poorly, []),
    "damaged frames": (15, lambda time_s: (time_s < 3) | (time_s > 4.2), []),
    "half of 60 Hz": (30, lambda time_s: time_s >= 0, ["--skip", "2"]),
    "a quarter of 30 Hz": (7.5, lambda time_s: time_s >= 0, ["--skip", "4"]),
}


@pytest.mark.parametrize(("fps", "take", "options"), SAMPLED.values(), ids=SAMPLED)
def test_landmarks_give_the_result_back_they_were_saved_of(tmp_path, capsys, fps, take, options):
    whole = compute_truth(plan_steady("squat", count=5), filming=Filming(fps=fps)).track
    is_taken = take(whole.time_s)
    saved = summarize(whole.take(is_taken), frame_index=np.flatnonzero(is_taken), min_frames=20)
    (tmp_path / "set.npz").write_bytes(to_npz(saved))
    assert main([str(tmp_path / "set.npz"), "--json", "-", *options]) == 0
    document = json.loads(capsys.readouterr().out)
    assert measured(document) == measured(json.loads(to_json(saved, clip="set.npz")))
    assert document["frames_analysed"] == is_taken.sum()


@pytest.mark.parametrize(
    ("fps", "options", "frames"),
    [(15, [], 1.0), (12, [], 1.0), (30, [], 0.5), (15, ["--skip", "2"], 0.5)],
    ids=["as the plan has it", "slower", "faster", "skip"],
)
def test_landmarks_of_another_program_are_thinned_to_the_plan(tmp_path, capsys, fps, options, frames):
    track = compute_truth(plan_steady("squat", count=5), filming=Filming(fps=fps)).track
    (tmp_path / "set.npz").write_bytes(write_landmarks(track))
    assert main([str(tmp_path / "set.npz"), "--json", "-", *options]) == 0
    analysed = json.loads(capsys.readouterr().out)["frames_analysed"]
    assert analysed == pytest.approx(len(track.time_s) * frames, abs=1)


def test_poorly_lit_landmarks_of_another_program_lose_no_row(squat_track, tmp_path, capsys):
    track = squat_track.take(lit_poorly(squat_track.time_s))
    (tmp_path / "set.npz").write_bytes(write_landmarks(track))
    assert main([str(tmp_path / "set.npz"), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["frames_analysed"] == len(track.time_s)


def test_landmarks_need_no_video(landmarks, capsys):
    assert main([str(landmarks), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["rep_count"] == 5


def test_landmarks_are_sampled_as_a_clip_would_be(landmarks, capsys):
    assert main([str(landmarks), "--json", "-", "--max-frames", "60"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert 55 <= document["frames_analysed"] <= 60
    assert document["rep_count"] == 5


def test_the_joint_can_be_named(landmarks, capsys):
    assert main([str(landmarks), "--json", "-", "--joint", "left_hip"]) == 0
    assert json.loads(capsys.readouterr().out)["driving_joint"] == "left_hip"


def test_json_goes_to_a_file_and_a_summary_to_the_screen(landmarks, tmp_path, capsys):
    assert main([str(landmarks), "--json", str(tmp_path / "out.json")]) == 0
    assert json.loads((tmp_path / "out.json").read_text())["rep_count"] == 5
    assert capsys.readouterr().out.startswith("5 reps, driven by ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.mp4"], "The clip cannot be read: No such file or directory"),
        (["nowhere.npz"], "The landmarks cannot be read"),
        ([], "the following arguments are required: CLIP"),
        (["x.mp4", "--skip", "13"], "13 is not auto or a whole number from 1 to 12"),
        (["x.mp4", "--width", "100"], "100 is not a whole number from 240 to 960"),
        (["x.mp4", "--joint", "left_toe"], "invalid choice: 'left_toe'"),
        (["x.mp4", "--max-frames", "0"], "0 is not a whole number above 0"),
        ([__file__], "The file is no clip RepScope reads"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, message):
    code, out, err = run_cli(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("option", ["--json", "--reps-csv", "--frames-csv", "--landmarks"])
def test_a_result_that_cannot_be_written_is_told_before_anything_is_read(tmp_path, option):
    missing = tmp_path / "no" / "such" / "file"
    code, out, err = run_cli("nowhere.mp4", option, missing)
    assert (code, out) == (2, "")
    assert err.startswith(f"repscope: {missing} cannot be written: there is no folder {missing.parent}.")
    assert run_cli("nowhere.mp4", option, tmp_path)[2].startswith(f"repscope: {tmp_path} cannot be written: it is a")


def test_a_result_never_overwrites_its_own_clip(landmarks):
    before = landmarks.read_bytes()
    code, _, err = run_cli(landmarks, "--landmarks", landmarks)
    assert (code, err) == (
        2, f"repscope: {landmarks} is the clip itself and would be overwritten. Name another file.\n"
    )  # fmt: skip
    assert landmarks.read_bytes() == before


@pytest.mark.parametrize(
    ("json_file", "table"),
    [("x", "x"), ("x", "./x"), ("there", "linked"), ("there", "hard"), ("x", "to_x"), ("to_x", "x"), ("x", "sub/../x")],
)
def test_two_results_never_share_a_file(landmarks, tmp_path, monkeypatch, json_file, table):
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    Path("there").write_text("earlier")
    Path("linked").symlink_to("there")
    Path("hard").hardlink_to("there")
    Path("to_x").symlink_to("x")
    code, out, err = run_cli(landmarks, "--json", tmp_path / json_file, "--frames-csv", f"{tmp_path}/{table}")
    assert (code, out) == (2, "")
    assert (
        err == f"repscope: {Path(tmp_path / table)} is named for --json and for --frames-csv. Name a file for each.\n"
    )
    assert Path("there").read_text() == "earlier"
    assert not Path("x").exists()


def test_the_tables_do_not_mix_with_json_on_standard_output(landmarks):
    code, out, err = run_cli(landmarks, "--json", "-", "--reps-csv", "-")
    assert (code, out) == (2, "")
    assert err == "repscope: --reps-csv - cannot be written: only --json goes to standard output. Name a file.\n"


def test_what_is_not_wanted_may_all_go_to_the_same_nowhere(landmarks):
    nowhere = Path("/dev/null")
    options = ("--json", nowhere, "--reps-csv", nowhere, "--frames-csv", nowhere, "--landmarks", nowhere)
    assert run_cli(landmarks, *options)[::2] == (0, "")


FULL = "/dev/full cannot be written: No space left on device. Make room there, or name a file on another disk."


@pytest.mark.parametrize("person", [True, False], ids=["reps", "nobody"])
@pytest.mark.parametrize("option", ["--json", "--reps-csv", "--frames-csv"])
def test_a_full_disk_is_named_with_what_to_do(landmarks, tmp_path, capsys, option, person):
    if not person:
        landmarks = tmp_path / "nobody.npz"
        landmarks.write_bytes(write_landmarks(nan_track(60)))
    assert main([str(landmarks), option, "/dev/full"]) == 2
    assert capsys.readouterr() == ("", f"repscope: {FULL}\n")


def test_half_a_result_does_not_stay_on_a_full_disk(landmarks, tiny_disk, capsys):
    (tiny_disk / "rest").write_bytes(bytes(2**20 - 3 * 4096))
    assert main([str(landmarks), "--frames-csv", str(tiny_disk / "frames.csv")]) == 2
    assert capsys.readouterr().err == f"repscope: {FULL}\n".replace("/dev/full", str(tiny_disk / "frames.csv"))
    assert [path.name for path in tiny_disk.iterdir()] == ["rest"]


def test_half_a_result_does_not_stay_whatever_the_disk_refuses(landmarks, tmp_path, capsys):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # a real EFBIG
    try:
        code = main([str(landmarks), "--frames-csv", str(tmp_path / "frames.csv")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (code, "frames.csv cannot be written: File too large." in capsys.readouterr().err) == (2, True)
    assert not (tmp_path / "frames.csv").exists()


def test_a_file_that_may_not_be_opened_is_left_as_it_was(landmarks, tmp_path, monkeypatch, capsys):
    kept = tmp_path / "frames.csv"
    kept.write_text("an earlier result")
    path_open = Path.open

    def refuse(path: Path, *args, **kwargs):
        if path == kept:
            raise PermissionError(errno.EACCES, "Permission denied")
        return path_open(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert main([str(landmarks), "--frames-csv", str(kept)]) == 2
    assert "cannot be written: Permission denied." in capsys.readouterr().err
    assert kept.read_text() == "an earlier result"


def test_a_full_disk_behind_standard_output_is_said_in_one_line(landmarks):
    command = [sys.executable, "-m", "core", str(landmarks), "--json", "-"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"repscope: {FULL}\n".replace("/dev/full", "Standard output"))


def test_a_fault_of_the_program_is_no_message_for_the_user(landmarks, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr("core.__main__.summarize", fail)
    with pytest.raises(ValueError, match="a bug"):
        main([str(landmarks)])


def test_a_name_that_is_no_utf8_is_no_obstacle(landmarks, tmp_path):
    clip = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.npz"))
    landmarks.rename(clip)
    code, out, err = run_cli(clip, "--json", tmp_path / "set.json", "--reps-csv", tmp_path / "reps.csv")
    assert (code, err) == (0, ""), out
    assert json.loads((tmp_path / "set.json").read_text())["clip"] == "caf\N{REPLACEMENT CHARACTER}.npz"
    assert (tmp_path / "reps.csv").stat().st_size > 0


def test_an_empty_clip_is_said_in_one_line(tmp_path):
    (tmp_path / "empty.mp4").touch()
    code, _, err = run_cli(tmp_path / "empty.mp4")
    assert (code, err) == (2, "repscope: The file is empty (0 bytes). Copy the clip again, then choose it once more.\n")


@pytest.mark.model
def test_progress_is_drawn_on_a_terminal_only(squat_clip):
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "core", str(squat_clip[0]), "--max-frames", "30"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal, check=True)
    os.close(terminal)
    drawn = os.read(screen, 100_000).decode()
    os.close(screen)
    assert "100%" in drawn
    assert "frame 30" in drawn
    assert b"frame" not in done.stdout.split(b"\n")[0]


@pytest.mark.model
def test_a_clip_with_a_person_in_part_of_it_is_measured_there(tmp_path, analysis):
    landmarks = np.dstack([analysis.track.xyz, analysis.track.visibility])
    landmarks[: len(landmarks) // 3] = np.nan
    np.savez(tmp_path / "part.npz", time_s=analysis.track.time_s, landmarks=landmarks)
    code, out, _ = run_cli(tmp_path / "part.npz", "--json", "-")
    document = json.loads(out)
    assert code == 0
    assert 2 <= document["rep_count"] <= 4
    assert any(warning.startswith("Nobody is seen before ") for warning in document["warnings"])


@pytest.mark.model
def test_a_clip_without_a_person_has_no_rep_and_says_why(tmp_path):
    code, out, err = run_cli(write_clip(tmp_path / "room.mp4", frames=60, size_wh=(320, 240)), "--json", "-")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert (document["rep_count"], document["reps"], document["frames_analysed"]) == (0, [], 30)
    assert document["warnings"][0].startswith("No person was found in any of the 30 analysed frames. Film so")
    table = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8").partition("at least these")[2]
    rows = [line.split("|")[1] for line in table.partition("CSV files are")[0].splitlines() if line.startswith("| `")]
    promised = set(re.findall(r"`([a-z_]+)", " ".join(rows)))
    assert {"set", "convention", "sampling", "video"} <= promised <= set(document)
    assert document["effective_hz"] is None


@pytest.mark.model
def test_a_clip_without_a_person_leaves_no_result_of_an_earlier_one(tmp_path, landmarks):
    files = [tmp_path / name for name in ("reps.csv", "frames.csv", "landmarks.npz")]
    options = [each for pair in zip(("--reps-csv", "--frames-csv", "--landmarks"), files, strict=True) for each in pair]
    assert run_cli(landmarks, *options)[0] == 0
    heads = [files[0].read_bytes().splitlines(keepends=True)[0], files[1].read_bytes().splitlines(keepends=True)[0]]
    assert run_cli(write_clip(tmp_path / "room.mp4", frames=60, size_wh=(320, 240)), *options)[0] == 0
    assert files[0].read_bytes() == heads[0]
    assert files[1].read_bytes() == heads[1]
    assert not files[2].exists()
