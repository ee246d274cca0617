"""The pose model: built once, checked by its hash, and errors that name the repair."""

import hashlib

import pytest

from core import model
from core.errors import PoseModelError


def test_the_built_model_has_the_pinned_hash():
    assert hashlib.sha256(model.model_path().read_bytes()).hexdigest() == model.MODEL_SHA256


def test_the_setting_wins(tmp_path):
    own = tmp_path / "own.task"
    own.write_bytes(b"anything")
    assert model.model_path(own) == own


def test_a_damaged_model_names_the_command_that_repairs_it(tmp_path, monkeypatch):
    damaged = tmp_path / "model.task"
    damaged.write_bytes(model.BUILT_MODEL_PATH.read_bytes()[:-1])
    monkeypatch.setattr(model, "BUILT_MODEL_PATH", damaged)
    with pytest.raises(PoseModelError, match=r"damaged: its SHA-256 is .*Run `make setup`"):
        model.model_path()


def test_a_missing_model_names_the_command_that_builds_it(tmp_path, monkeypatch):
    monkeypatch.setattr(model, "BUILT_MODEL_PATH", tmp_path / "none.task")
    with pytest.raises(PoseModelError, match="has not been built. Run `make setup`"):
        model.model_path()


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(tmp_path):
    model.build_model(tmp_path / "models" / "again.task")
    assert (tmp_path / "models" / "again.task").read_bytes() == model.BUILT_MODEL_PATH.read_bytes()


def test_a_wheel_that_cannot_be_had_is_an_error(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(model, "_SOURCE_WHEEL", "repscope-no-such-wheel==0")
    with pytest.raises(PoseModelError, match="could not be downloaded. Check that the package registry"):
        model.build_model(tmp_path / "none.task")
    assert list(tmp_path.iterdir()) == []
