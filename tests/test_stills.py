"""Stills: one small picture for each analysed frame, and what happens when they cannot be written."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.analyze import analyze_clip
from core.stills import HEIGHT_PX, StillWriter, still_path
from tests.test_follow import WhitePatches, write_images
from tests.test_pipeline import finish


def gradient(height: int, width: int) -> np.ndarray:
    """Red rises to the right, green downwards."""
    down, across = np.mgrid[0:height, 0:width]
    return np.stack([255 * across / width, 255 * down / height, np.full((height, width), 40)], axis=-1).astype(np.uint8)


def read(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture).astype(int)


@pytest.mark.parametrize(
    ("frame_wh", "still_wh"),
    [((480, 640), (180, 240)), ((640, 360), (427, 240)), ((608, 1081), (135, 240)), ((240, 136), (240, 136))],
    ids=["portrait", "landscape", "odd", "never enlarged"],
)
def test_a_still_is_the_frame_made_small(tmp_path, frame_wh, still_wh):
    stills = StillWriter(tmp_path)
    stills.add(gradient(*frame_wh[::-1]), frame_index=0, time_s=0.0)
    still = read(still_path(tmp_path, 0))
    assert still.shape == (*still_wh[::-1], 3)
    assert np.abs(still - gradient(*still_wh[::-1])).mean() < 4


def test_stills_are_named_by_frame(tmp_path):
    stills = StillWriter(tmp_path)
    for level in range(3):
        stills.add(np.full((480, 360, 3), 80 * level, np.uint8), frame_index=2 * level, time_s=level / 15)
    assert sorted(path.name for path in tmp_path.rglob("*.jpg")) == ["00000.jpg", "00002.jpg", "00004.jpg"]
    assert read(still_path(tmp_path, 4)).mean() == pytest.approx(160, abs=2)
    assert stills.warning == ""


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (HEIGHT_PX, 320, 3), dtype=np.uint8)


def test_a_full_disk_ends_the_stills_in_words_and_leaves_no_broken_one(tiny_disk):
    stills = StillWriter(tiny_disk)
    for row in range(60):
        stills.add(noise(row), frame_index=row, time_s=row / 10)
    written = sorted(tiny_disk.rglob("*.jpg"))
    assert 10 < len(written) < 60
    for path in written:
        assert read(path).shape == (HEIGHT_PX, 320, 3)
    assert f"missing from {len(written) / 10:.1f} s on: No space left on device" in stills.warning
    assert "measurements are complete" in stills.warning


def test_a_folder_that_is_gone_ends_the_stills(tmp_path):
    stills = StillWriter(tmp_path / "gone")
    stills.add(noise(1), frame_index=0, time_s=0.0)
    stills.add(noise(1), frame_index=1, time_s=0.1)
    assert "missing from 0.0 s on: No such file" in stills.warning
    assert not (tmp_path / "gone").exists()


@pytest.mark.model
def test_an_analysis_leaves_a_still_for_each_frame_it_looked_at(squat_clip, request_defaults, tmp_path):
    _, analysis = finish(analyze_clip(squat_clip[0], request_defaults, folder=tmp_path))
    stills = sorted((tmp_path / "stills").iterdir())
    assert [path.name for path in stills] == [f"{frame:05d}.jpg" for frame in analysis.frame_index]
    assert {read(path).shape for path in stills} == {(HEIGHT_PX, 180, 3)}


@pytest.mark.model
def test_an_analysis_goes_on_without_stills_and_says_so(squat_clip, request_defaults, tmp_path):
    _, analysis = finish(analyze_clip(squat_clip[0], request_defaults, folder=tmp_path / "gone"))
    assert analysis.rep_count == 3
    assert any(warning.startswith("The small pictures of the reps are missing") for warning in analysis.warnings)


def test_the_second_look_at_a_clip_writes_no_stills(tmp_path, request_defaults):
    """Where somebody else is seen the clip is watched twice; the covered person is on no still."""
    from core.follow import Clock, follow_training
    from core.video.read import probe

    image = np.zeros((120, 240, 3), np.uint8)
    for x in (60, 180):
        image[30:90, x - 30 : x + 30] = 255
    clip = write_images(tmp_path / "patches.mp4", [image] * 30)
    info = probe(clip, max_duration_s=60)
    watched = follow_training(
        clip,
        info=info,
        plan=request_defaults.plan(info),
        estimator=WhitePatches((60, 60), (180, 60)),
        clock=Clock(),
        stills=StillWriter(tmp_path),
    )
    steps, _ = finish(watched)
    assert len(steps) == 60
    stills = list((tmp_path / "stills").iterdir())
    assert len(stills) == 30
    assert min(read(path)[60, 60].min() for path in stills) > 200
