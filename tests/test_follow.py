"""Watching a clip for the one who trains: a second pass only where somebody else is in the picture."""

import threading
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.analyze import analyze_clip
from core.corrections import Corrections
from core.follow import Clock, Followed, follow_training
from core.mannequin import Filming, Motion, Outfit, View, iter_images, plan_steady
from core.pipeline import Request, correct
from core.pose import PoseSample
from core.video import Frame
from core.video.read import probe
from tests.test_pipeline import finish

FPS = 10
SQUATS = plan_steady("squat", count=3, period_s=1.6)
STANDING = Motion("squat", (), lead_in_s=SQUATS.duration_s - 0.6)
OTHER_CLOTHES = Outfit(shirt=(150, 60, 60), shorts=(90, 90, 60), hair=(150, 120, 60))


class WhitePatches:
    """A pose model that takes white patches for people and follows the first it sees of those given by their middle.

    In `unsteady` ones it sees something else each time, as the model does in a plant.
    """

    def __init__(self, *middles_xy: tuple[int, int], unsteady: tuple[int, int] | None = None) -> None:
        self._middles, self._unsteady = middles_xy, unsteady
        self._rng = np.random.default_rng(1)
        self.frames: list[int] = []

    def estimate(self, frame: Frame) -> PoseSample:
        self.frames.append(frame.frame_index)
        seen = [middle for middle in self._middles if frame.image[middle[::-1]].min() > 200]
        landmarks = np.full((33, 4), np.nan)
        if seen:
            noise = self._rng.normal(0, 8, (33, 2)) if seen[0] == self._unsteady else 0
            landmarks = np.ones((33, 4))
            landmarks[:, :2] = seen[0] + np.random.default_rng(2).uniform(-20, 20, (33, 2)) + noise
        return PoseSample(frame.frame_index, frame.time_s, landmarks, landmarks[:, :3].copy())

    def forget(self) -> None:
        pass

    def without_lag(self, samples: list[PoseSample]) -> list[PoseSample]:
        return samples


def write_images(path: Path, images: Iterable[np.ndarray]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.pix_fmt, stream.options = "yuv420p", {"crf": "18"}
        for index, image in enumerate(images):
            if not index:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def watch(path: Path, estimator: WhitePatches, request: Request) -> tuple[list[tuple[int, PoseSample]], Followed]:
    info = probe(path, max_duration_s=60)
    return finish(follow_training(path, info=info, plan=request.plan(info), estimator=estimator, clock=Clock()))


@pytest.fixture
def patches_clip(tmp_path) -> Path:
    image = np.zeros((120, 240, 3), np.uint8)
    for x in (60, 180):
        image[30:90, x - 30 : x + 30] = 255
    return write_images(tmp_path / "patches.mp4", [image] * 30)


def test_who_is_alone_is_watched_once(patches_clip, request_defaults):
    estimator = WhitePatches((60, 60))
    steps, followed = watch(patches_clip, estimator, request_defaults)
    assert [sample for _, sample in steps] == followed.samples
    assert {earlier for earlier, _ in steps} == {0}
    assert estimator.frames[:30] == list(range(30))
    assert followed.warnings == ()


def test_frames_are_decoded_beside_the_model(patches_clip, request_defaults):
    names = []

    class Watching(WhitePatches):
        def estimate(self, frame: Frame) -> PoseSample:
            names.append({thread.name.partition("_")[0] for thread in threading.enumerate()})
            return super().estimate(frame)

    watch(patches_clip, Watching((60, 60)), request_defaults)
    assert all("prefetch" in threads for threads in names[:30])
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]


def test_where_a_second_person_is_seen_the_clip_is_watched_again(patches_clip, request_defaults):
    steps, followed = watch(patches_clip, WhitePatches((60, 60), (180, 60)), request_defaults)
    assert [earlier for earlier, _ in steps] == [0] * 30 + [1] * 30
    middles = [np.mean(sample.landmarks[:, 0]) for _, sample in steps]
    assert middles == pytest.approx([60] * 30 + [180] * 30, abs=8)
    assert len(followed.samples) == 30
    assert followed.warnings[0].startswith("Another person was seen for 3 s; it is not clear which one trains")


def test_a_plant_taken_for_a_person_costs_no_second_pass(patches_clip, request_defaults):
    steps, followed = watch(patches_clip, WhitePatches((60, 60), (180, 60), unsteady=(180, 60)), request_defaults)
    assert len(steps) == 30
    assert followed.warnings == ()


def test_an_empty_room_is_watched_once(patches_clip, request_defaults):
    steps, followed = watch(patches_clip, WhitePatches(), request_defaults)
    assert len(steps) == len(followed.samples) == 30


def draw(motion: Motion, *, size_wh: tuple[int, int], outfit: Outfit | None = None) -> Iterable[np.ndarray]:
    return iter_images(motion, filming=Filming(view=View(yaw_deg=60), resolution_wh=size_wh, fps=FPS), outfit=outfit)


@pytest.mark.model
@pytest.mark.parametrize(
    ("squats_left", "is_larger"), [(True, False), (False, True)], ids=["left and smaller", "right and larger"]
)
def test_of_two_mannequins_the_squatting_one_is_counted(squats_left, is_larger, tmp_path, request_defaults):
    large, small = (200, 320), (160, 240)
    squatting = draw(SQUATS, size_wh=large if is_larger else small)
    standing = draw(STANDING, size_wh=small if is_larger else large, outfit=OTHER_CLOTHES)
    clip = write_images(
        tmp_path / "two.mp4", side_by_side(*((squatting, standing) if squats_left else (standing, squatting)))
    )
    progress, analysis = finish(analyze_clip(clip, request_defaults))
    assert analysis.rep_count == 3
    assert (np.nanmedian(analysis.track.xyz[..., 0]) < 180) == squats_left
    assert analysis.warnings[0].endswith("the one followed is the one exercising.")
    assert correct(analysis, Corrections(joint="left_hip")).warnings[0] == analysis.warnings[0]
    assert progress[-1].fraction == pytest.approx(1, abs=0.02)
    assert np.isnan(list(progress[-1].angles.values())).all()


def side_by_side(left: Iterable[np.ndarray], right: Iterable[np.ndarray]) -> Iterable[np.ndarray]:
    """Yield the two pictures beside each other, the lower one with floor colour above it."""
    for pictures in zip(left, right, strict=True):
        height = max(picture.shape[0] for picture in pictures)
        yield np.hstack([np.pad(p, ((height - p.shape[0], 0), (0, 0), (0, 0)), mode="edge") for p in pictures])
