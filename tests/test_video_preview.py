"""The preview: which clips get one, and that it shows what the clip shows, when the clip shows it."""

import errno
import os
import resource
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import WriteError
from core.sampling import SamplingPlan
from core.video import Frame
from core.video.preview import PreviewWriter, needs_preview
from core.video.read import iter_frames, probe
from core.video.write import ClipWriter
from tests.clips import write_clip
from tests.conftest import SHARED
from tests.test_stills import noise
from tests.test_video import read, white_corner

FEW = {"frames": 4, "sample_rate_hz": 4.0, "stride": None, "note": ""}


def make_preview(clip: Path, folder: Path) -> tuple[Path, PreviewWriter, list[Frame]]:
    """Read four frames of a clip, as an analysis with few frames does, and write its preview on the way."""
    info = probe(clip, max_duration_s=60)
    plan = SamplingPlan(size_wh=(info.width, info.height), **FEW)
    with PreviewWriter(folder, info=info) as preview:
        frames = list(iter_frames(clip, info=info, plan=plan, preview=preview))
    return folder / "preview.mp4", preview, frames


def level_near(frames: list[Frame], time_s: float) -> float:
    """The grey in the lower right corner, which `write_clip` sets by frame."""
    image = min(frames, key=lambda frame: abs(frame.time_s - time_s)).image
    return float(image[-8:, -8:].mean())


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "needed"),
    [
        ("clip.mp4", "libx264", None, False),
        ("clip.mov", "libx264", None, False),
        ("clip.webm", "libvpx", None, False),
        ("clip.webm", "libvpx-vp9", None, False),
        ("clip.mp4", "libsvtav1", None, False),
        ("clip.mkv", "libx264", None, True),
        ("clip.mkv", "libvpx-vp9", None, True),
        ("clip.mp4", "libx265", None, True),
        ("clip.mp4", "libx264", "yuv420p10le", True),
        ("clip.mp4", "libx264", "yuv422p", True),
        ("clip.avi", "mpeg4", None, True),
        ("clip.mp4", "mpeg4", None, True),
        ("clip.avi", "mjpeg", None, True),
        ("clip.mov", "prores", "yuv422p10le", True),
        ("clip.gif", "gif", None, True),
    ],
)
def test_what_a_browser_may_not_play_needs_one(tmp_path, name, codec, pixels, needed):
    clip = write_clip(tmp_path / name, codec=codec, pixels=pixels, frames=3, size_wh=(128, 96))
    assert needs_preview(clip, probe(clip, max_duration_s=60)) == needed


@pytest.mark.parametrize(
    ("name", "codec"), [("clip.avi", "mpeg4"), ("clip.gif", "gif"), ("clip.mp4", "libx265"), ("clip.mkv", "libx264")]
)
def test_a_preview_plays_everywhere_and_shows_every_frame_in_its_time(tmp_path, name, codec):
    clip = write_clip(tmp_path / name, codec=codec, fps=25, frames=30, size_wh=(320, 240))
    path, preview, analysed = make_preview(clip, tmp_path)
    info = probe(path, max_duration_s=60)
    assert (info.container, info.codec, info.pixel_format, info.rotation_deg) == ("mov", "h264", "yuv420p", 0)
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat"), "it plays before all of it is there"
    assert preview.warning == ""
    assert len(analysed) == 4
    shown, filmed = read(path), read(clip)
    assert [frame.time_s for frame in shown] == pytest.approx([frame.time_s for frame in filmed], abs=0.001)
    for one, other in zip(shown, filmed, strict=True):
        assert one.image[-8:, -8:].mean() == pytest.approx(other.image[-8:, -8:].mean(), abs=6)
    assert info.duration_s == pytest.approx(30 / 25, abs=0.05)


@pytest.mark.parametrize(
    ("rotation_deg", "corner", "size"),
    [(90, "top right", (240, 320)), (180, "bottom right", (320, 240)), (270, "bottom left", (240, 320))],
)
def test_a_preview_is_upright(tmp_path, rotation_deg, corner, size):
    clip = write_clip(tmp_path / "turned.mp4", codec="libx265", rotation_deg=rotation_deg, size_wh=(320, 240))
    frames = read(make_preview(clip, tmp_path)[0])
    assert frames[0].image.shape == (*size[::-1], 3)
    assert white_corner(frames[0].image) == corner


def test_a_variable_rate_keeps_its_times(tmp_path):
    times_s = [0.0, 0.02, 0.04, 0.1, 0.5, 1.0, 1.02, 1.04, 1.5, 2.0, 3.6, 3.65]
    clip = write_clip(tmp_path / "variable.mkv", times_s=times_s)
    shown = read(make_preview(clip, tmp_path)[0])
    assert [frame.time_s for frame in shown] == pytest.approx(times_s, abs=0.001)
    assert [frame.image[-8:, -8:].mean() for frame in shown] == pytest.approx([8 * k for k in range(12)], abs=6)


@pytest.mark.parametrize(("fps", "written"), [(24, 48), (30, 60), (50, 60), (60, 60), (120, 60)])
def test_at_most_30_frames_a_second_evenly(tmp_path, fps, written):
    clip = write_clip(tmp_path / "fast.mkv", fps=fps, frames=2 * fps)
    times_s = np.array([frame.time_s for frame in read(make_preview(clip, tmp_path)[0])])
    assert len(times_s) == pytest.approx(written, abs=1)
    assert np.diff(times_s).max() < 2 / 30 + 0.001


def test_a_step_back_decodes_a_second_at_most(tmp_path):
    clip = write_clip(tmp_path / "slow.mkv", times_s=[*np.arange(0, 3, 0.04), *np.arange(3, 9, 0.5)])
    with av.open(str(make_preview(clip, tmp_path)[0])) as container:
        keys_s = [frame.time for frame in container.decode(video=0) if frame.key_frame]
    assert np.diff(keys_s).max() < 1.0 + 0.5, "a second, and the frame in which it passes"
    assert keys_s[-1] >= 7.5


@pytest.mark.parametrize(
    ("size_wh", "preview_wh"),
    [((1280, 720), (854, 480)), ((720, 1280), (480, 854)), ((202, 102), (202, 102))],
    ids=["landscape", "portrait", "never enlarged"],
)
def test_the_short_side_is_480_at_most(tmp_path, size_wh, preview_wh):
    clip = write_clip(tmp_path / "clip.mkv", size_wh=size_wh, frames=2)
    info = probe(make_preview(clip, tmp_path)[0], max_duration_s=60)
    assert (info.width, info.height) == preview_wh


def test_odd_sizes_become_even(tmp_path):
    clip = write_clip(tmp_path / "clip.gif", codec="gif", size_wh=(101, 77), frames=3)
    info = probe(make_preview(clip, tmp_path)[0], max_duration_s=60)
    assert (info.width, info.height) == (100, 76)


def test_a_full_disk_ends_the_preview_in_words_and_not_the_reading(tmp_path, tiny_disk):
    clip = write_clip(tmp_path / "clip.mkv", frames=90, size_wh=(640, 480))
    (tiny_disk / "other").write_bytes(bytes(1020 * 1024))
    path, preview, analysed = make_preview(clip, tiny_disk)
    assert len(analysed) == 4
    assert not path.exists()
    assert [file.name for file in tiny_disk.iterdir()] == ["other"]
    assert "The preview could not be written: the server's disk is full (0.0 MB free)" in preview.warning
    assert "measurements are complete" in preview.warning


def test_a_disk_that_fills_up_on_the_way(tiny_disk):
    from core.video import VideoInfo

    info = VideoInfo("avi", "mpeg4", 320, 240, 0, 10.0, 30.0, 300, 1000)
    with PreviewWriter(tiny_disk, info=info) as preview:
        for index in range(300):
            if preview.takes(index, index / 30):
                preview.add(noise(index), time_s=index / 30)
        preview.finish()
    assert "disk is full" in preview.warning
    assert list(tiny_disk.iterdir()) == []


def test_whatever_the_disk_refuses_ends_the_preview_and_not_the_reading(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv", frames=90, size_wh=(640, 480))
    folder = tmp_path / "run"
    folder.mkdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # a real EFBIG
    try:
        _, preview, analysed = make_preview(clip, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(analysed) == 4
    assert "The preview could not be written: File too large" in preview.warning
    assert list(folder.iterdir()) == []


def test_a_writer_that_cannot_open_its_file_keeps_no_handle(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(av, "open", refuse)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(WriteError, match="The clip could not be written: Input/output error"):
        ClipWriter(tmp_path / "clip.mp4", size_wh=(64, 64), fps=30, what="The clip")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_ends_the_preview(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv")
    _, preview, analysed = make_preview(clip, tmp_path / "gone")
    assert len(analysed) == 4
    assert "its result is no longer on the server" in preview.warning


def test_a_reading_given_up_leaves_nothing(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv", frames=90, size_wh=(320, 240))
    folder = tmp_path / "run"
    folder.mkdir()
    info = probe(clip, max_duration_s=60)
    plan = SamplingPlan(size_wh=(320, 240), **FEW)
    with PreviewWriter(folder, info=info) as preview:
        frames = iter_frames(clip, info=info, plan=plan, preview=preview)
        next(frames)
        next(frames)
        frames.close()
    assert list(folder.iterdir()) == []


def test_a_clip_cut_off_has_a_preview_of_what_decodes(tmp_path):
    clip = write_clip(tmp_path / "cut.avi", codec="mpeg4", frames=300, size_wh=(320, 240))
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    shown = read(make_preview(clip, tmp_path)[0])
    assert 1 < shown[-1].time_s < 9


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "clips").exists(), reason="no clips beside the project")
@pytest.mark.parametrize("name", ["sq_bipin_gif.gif", "neg_noperson_periodic.gif"])
def test_previews_of_real_clips(tmp_path, name):
    clip = SHARED / "clips" / name
    shown, filmed = read(make_preview(clip, tmp_path)[0]), read(clip)
    assert [frame.time_s for frame in shown] == pytest.approx([frame.time_s for frame in filmed], abs=0.001)


def test_an_earlier_file_stays_where_the_new_one_gets_no_name(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "clip.mp4").write_bytes(b"earlier")
    monkeypatch.setattr(os, "link", refuse)
    with ClipWriter(tmp_path / "clip.mp4", size_wh=(64, 64), fps=30, what="The clip") as writer:
        writer.add(np.zeros((64, 64, 3), np.uint8), time_s=0.0)
        with pytest.raises(WriteError, match="disk is full"):
            writer.finish()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"earlier"]
