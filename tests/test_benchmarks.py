"""The benchmarks as their README says to call them; what they measure takes minutes and is no test."""

import json
import sys

import pytest

from benchmarks import differences, recognition
from core.export import write_landmarks


def test_recognition_takes_the_folder_with_the_labels(squat_track, tmp_path, monkeypatch, capsys):
    (tmp_path / "set.npz").write_bytes(write_landmarks(squat_track))
    (tmp_path / "labels.csv").write_text("clip,exercise,reps\nset,back squat,5\n")
    monkeypatch.setattr(sys, "argv", ["recognition", str(tmp_path)])
    recognition.main()
    found = json.loads(capsys.readouterr().out.splitlines()[-1])["all"]
    assert (found["clips"], found["right"], found["precision"]) == (1, 1, 1.0)


@pytest.mark.parametrize(
    ("labels", "message"),
    [(None, "there is no labels.csv in"), ("clip,exercise,reps\n", "names no clip with its reps")],
    ids=["no labels", "no row"],
)
def test_recognition_of_nothing_is_an_error(tmp_path, monkeypatch, capsys, labels, message):
    if labels:
        (tmp_path / "labels.csv").write_text(labels)
    monkeypatch.setattr(sys, "argv", ["recognition", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        recognition.main()
    assert message in capsys.readouterr().err


def test_differences_tells_what_it_does_without_doing_it(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["differences", "--help"])
    with pytest.raises(SystemExit, match="0"):
        differences.main()
    assert "from each view" in capsys.readouterr().out
