"""The pose model behind its adapter: what one run remembers, and that the next remembers nothing of it."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import PoseModelError, VideoError
from core.mannequin import Filming, Motion, iter_images
from core.model import model_path
from core.pose import MediaPipePose, open_pose
from core.video import Frame


@pytest.fixture(scope="module")
def standing() -> list[np.ndarray]:
    """Draw a mannequin that stands still for half a second."""
    motion = Motion("squat", (), lead_in_s=0.2, lead_out_s=0.3)
    return list(iter_images(motion, filming=Filming(fps=10, resolution_wh=(240, 320))))


@pytest.fixture(scope="module")
def estimator():
    with open_pose(model_path()) as opened:
        yield opened


def watch(estimator: MediaPipePose, images: list[np.ndarray]) -> np.ndarray:
    return np.array([
        estimator.estimate(Frame(index, index / 10, image)).landmarks for index, image in enumerate(images)
    ])  # fmt: skip


@pytest.mark.model
def test_a_run_after_forgetting_is_as_if_it_were_the_first(estimator, standing):
    first = watch(estimator, standing)
    estimator.forget()
    again = watch(estimator, standing)  # the times start anew, which MediaPipe by itself refuses
    assert np.isfinite(first).all()
    assert again[:, :, :2] == pytest.approx(first[:, :, :2], abs=0.5)


@pytest.mark.model
def test_nobody_is_nan(estimator, standing):
    estimator.forget()
    assert np.isnan(watch(estimator, [np.full_like(standing[0], 90)])).all()


@pytest.mark.model
def test_frames_of_one_millisecond_are_taken(estimator, standing):
    estimator.forget()
    samples = [estimator.estimate(Frame(index, 0.5, image)) for index, image in enumerate(standing)]
    assert all(np.isfinite(sample.world).all() for sample in samples)


@pytest.fixture
def no_model(tmp_path) -> Path:
    path = tmp_path / "wrong.task"
    path.write_bytes(b"nothing a model would hold" * 100)
    return path


def test_a_model_is_loaded_beside_what_comes_first(no_model):
    with open_pose(no_model) as opened, pytest.raises(PoseModelError, match="cannot be loaded"):
        watch(opened, [np.zeros((64, 64, 3), np.uint8)])


def test_what_fails_before_the_first_frame_is_told_and_not_the_model(no_model):
    with pytest.raises(VideoError, match="of the clip"), open_pose(no_model):
        raise VideoError("of the clip")
