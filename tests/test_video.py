"""Clips: what a file holds, its frames by presentation time, and files that are no clips."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange

from core.errors import VideoError
from core.sampling import SamplingPlan, plan_sampling
from core.video import Frame, VideoInfo
from core.video.read import _open, _Scaler, iter_frames, probe
from tests.clips import set_display_matrix, write_clip, write_tone


def plan_for(info: VideoInfo, **changes: object) -> SamplingPlan:
    values = {"frame_skip": 1, "max_frames": 1000, "min_frames": 4, "resize_width": 960} | changes
    return plan_sampling(duration_s=info.duration_s, fps=info.fps, size_wh=(info.width, info.height), **values)


def read(path: Path, **changes: object) -> list[Frame]:
    info = probe(path, max_duration_s=60)
    return list(iter_frames(path, info=info, plan=plan_for(info, **changes)))


def white_corner(image: np.ndarray) -> str:
    height, width = image.shape[:2]
    corners = {
        "top left": image[: height // 8, : width // 8],
        "top right": image[: height // 8, -width // 8 :],
        "bottom left": image[-height // 8 :, : width // 8],
        "bottom right": image[-height // 8 :, -width // 8 :],
    }
    return max(corners, key=lambda name: corners[name].mean())


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("clip.mp4", "libx264", "mov"),
        ("clip.mov", "libx264", "mov"),
        ("clip.mkv", "libx264", "matroska"),
        ("clip.webm", "libvpx", "matroska"),
        ("clip.avi", "mpeg4", "avi"),
        ("clip.gif", "gif", "gif"),
    ],
)
def test_every_container_of_the_list_is_read(tmp_path, name, codec, container):
    path = write_clip(tmp_path / name, codec=codec, fps=25, frames=25)
    info = probe(path, max_duration_s=60)
    assert (info.container, info.width, info.height) == (container, 64, 48)
    assert info.duration_s == pytest.approx(1.0, abs=0.08)
    assert info.fps == pytest.approx(25, abs=0.5)
    assert info.size_bytes == path.stat().st_size
    assert len(read(path)) == 25


@pytest.mark.parametrize(
    ("rotation_deg", "corner", "size"),
    [
        (0, "top left", (64, 48)),
        (90, "top right", (48, 64)),
        (180, "bottom right", (64, 48)),
        (270, "bottom left", (48, 64)),
    ],
)
def test_rotation_is_applied(tmp_path, rotation_deg, corner, size):
    path = write_clip(tmp_path / "turned.mp4", rotation_deg=rotation_deg)
    info = probe(path, max_duration_s=60)
    image = read(path)[0].image
    assert (info.width, info.height, info.rotation_deg) == (*size, rotation_deg)
    assert image.shape == (size[1], size[0], 3)
    assert white_corner(image) == corner


@pytest.mark.parametrize(
    ("matrix", "corner", "size", "turn_deg"),
    [
        ((-1, 0, 0, 1), "top right", (64, 48), 0),
        ((1, 0, 0, -1), "bottom left", (64, 48), 180),
        ((0, 1, 1, 0), "top left", (48, 64), 90),
        ((0, -1, -1, 0), "bottom right", (48, 64), 270),
    ],
)
def test_a_clip_that_players_mirror_is_seen_as_they_show_it(tmp_path, matrix, corner, size, turn_deg):
    path = set_display_matrix(write_clip(tmp_path / "selfie.mp4"), *matrix)
    info = probe(path, max_duration_s=60)
    image = read(path)[0].image
    assert (info.width, info.height, info.rotation_deg, info.is_mirrored) == (*size, turn_deg, True)
    assert image.shape == (size[1], size[0], 3)
    assert white_corner(image) == corner


@pytest.mark.parametrize("name", ["late.mkv", "late.webm", "late.mp4"])
def test_a_clip_cut_out_of_a_longer_one_lasts_from_its_own_first_frame(tmp_path, name):
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    path = write_clip(tmp_path / name, codec=codec, times_s=[500 + index / 10 for index in range(30)])
    info = probe(path, max_duration_s=60)
    assert info.duration_s == pytest.approx(3.0, abs=0.11)
    assert [frame.time_s for frame in read(path)] == pytest.approx([index / 10 for index in range(30)], abs=0.01)


def test_a_recording_that_stood_still_is_seen_to_its_end(tmp_path):
    """As a tab that was frozen records: no frame for a long time."""
    times_s = [*np.arange(0, 3, 1 / 10), *np.arange(20, 23, 1 / 10)]
    path = write_clip(tmp_path / "frozen.webm", codec="libvpx-vp9", times_s=[float(at_s) for at_s in times_s])
    assert probe(path, max_duration_s=60).duration_s == pytest.approx(23, abs=0.11)
    assert read(path)[-1].time_s == pytest.approx(22.9, abs=0.2)


def test_a_recording_that_grows_faster_is_seen_to_its_end(tmp_path):
    """As a browser records: its header knows the rate of the first frames at best."""
    times_s = [*np.arange(0, 4, 1 / 10), *np.arange(4, 12, 1 / 30)]
    path = write_clip(tmp_path / "recorded.webm", codec="libvpx-vp9", times_s=[float(at_s) for at_s in times_s])
    info = probe(path, max_duration_s=60)
    assert info.fps == pytest.approx(len(times_s) / 12, rel=0.05)
    assert read(path, frame_skip=4)[-1].time_s > 11.8


def test_pixels_that_are_not_square_are_displayed_as_they_should(tmp_path):
    path = write_clip(tmp_path / "wide.mp4", aspect=Fraction(2, 1))
    info = probe(path, max_duration_s=60)
    assert (info.width, info.height) == (128, 48)
    assert read(path)[0].image.shape == (48, 128, 3)


def test_pixels_that_leave_no_picture_are_refused(tmp_path):
    path = write_clip(tmp_path / "slit.mp4", aspect=Fraction(1, 20))
    with pytest.raises(VideoError, match=r"shown 3 x 48 pixels large, the limit is 10 to 1.*Export it again"):
        probe(path, max_duration_s=60)


def test_frames_are_scaled_down_but_never_up(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", size_wh=(640, 480))
    assert read(path, resize_width=320)[0].image.shape == (240, 320, 3)
    assert read(path, resize_width=960)[0].image.shape == (480, 640, 3)


def test_scaling_a_frame_does_not_depend_on_the_frames_before():
    """Size, layout and range of the pixels may change within a clip, and one scaler serves all of it."""
    image = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    small, large = (av.VideoFrame.from_ndarray(picture, format="rgb24") for picture in (image, image.repeat(2, axis=1)))
    frames = [small.reformat(format=layout) for layout in ("yuv420p", "yuvj420p", "yuv444p10le")]
    frames += [large.reformat(format="yuv420p"), frames[0]]
    scaler = _Scaler()
    for frame in frames:
        assert np.array_equal(scaler.to_image(frame, (30, 22)), _Scaler().to_image(frame, (30, 22)))


@pytest.mark.parametrize("size_wh", [(120, 214), (121, 213)], ids=["even", "odd"])
@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("layout", ["yuv420p", "yuvj420p", "yuv422p10le", "yuva420p", "nv12", "rgb24", "bgra"])
def test_a_frame_keeps_its_colours_when_it_is_scaled_before_it_becomes_rgb(layout, full_range, size_wh):
    y, x = np.mgrid[:480, :270]
    image = 127 + 120 * np.sin(np.stack([x / 50, y / 70 + 1, (x + y) / 80], axis=-1))
    frame = av.VideoFrame.from_ndarray(image.astype(np.uint8), format="rgb24").reformat(format=layout)
    frame.color_range = ColorRange.JPEG if full_range else ColorRange.MPEG
    at_once = frame.reformat(width=size_wh[0], height=size_wh[1], format="rgb24").to_ndarray()
    difference = _Scaler().to_image(frame, size_wh).astype(int) - at_once
    assert np.abs(difference).max() <= 10
    assert np.abs(difference.mean(axis=(0, 1))).max() <= 2


def test_a_frame_with_a_palette_is_scaled():
    frame = av.VideoFrame(64, 48, "pal8")
    assert _Scaler().to_image(frame, (32, 24)).shape == (24, 32, 3)


def test_a_variable_rate_is_sampled_by_presentation_time(tmp_path):
    times_s = [0.0, 0.02, 0.04, 0.06, 0.5, 1.0, 1.02, 1.04, 1.5, 2.0]
    path = write_clip(tmp_path / "variable.mp4", times_s=times_s)
    info = probe(path, max_duration_s=60)
    plan = SamplingPlan(frames=5, sample_rate_hz=2.0, stride=None, size_wh=(64, 48), note="")
    frames = list(iter_frames(path, info=info, plan=plan))
    assert [frame.time_s for frame in frames] == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])
    assert [frame.frame_index for frame in frames] == [0, 4, 5, 8, 9]


def test_a_stride_counts_source_frames(tmp_path):
    frames = read(write_clip(tmp_path / "clip.mp4", frames=30), frame_skip=4, min_frames=4)
    assert [frame.frame_index for frame in frames] == list(range(0, 30, 4))
    assert np.diff([frame.time_s for frame in frames]) == pytest.approx(4 / 30)


def test_frames_show_what_was_filmed_then(tmp_path):
    for frame in read(write_clip(tmp_path / "clip.mp4", frames=30)):
        assert frame.image[40, 60].mean() == pytest.approx(8 * frame.frame_index % 256, abs=6)


def test_a_file_without_duration_is_measured_by_its_packets(tmp_path):
    path = write_clip(tmp_path / "live.webm", codec="libvpx", frames=60, options={"live": "1"})
    assert probe(path, max_duration_s=60).duration_s == pytest.approx(2.0, abs=0.05)
    with pytest.raises(VideoError, match=r"too long: 2 s, the limit is 1 s"):
        probe(path, max_duration_s=1)


def announce(path: Path, seconds: float) -> Path:
    """Write another duration into the header of a Matroska file: element 0x4489, a float of eight bytes."""
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    data[at : at + 8] = struct.pack(">d", 1000 * seconds)
    path.write_bytes(data)
    return path


def test_a_header_that_announces_too_little_ends_nothing_early(tmp_path):
    path = announce(write_clip(tmp_path / "clip.mkv", frames=300), 2.0)
    info = probe(path, max_duration_s=60)
    assert (info.duration_s, info.frame_count) == (pytest.approx(10), 300)
    assert [frame.frame_index for frame in read(path, frame_skip=10)] == list(range(0, 300, 10))
    with pytest.raises(VideoError, match=r"too long: 10 s, the limit is 5 s"):
        probe(path, max_duration_s=5)


def test_one_packet_with_a_wild_time_makes_the_clip_no_longer(tmp_path):
    times_s = [*np.arange(60) / 30, 3600.0]
    path = announce(write_clip(tmp_path / "clip.mkv", times_s=times_s), 2.0)
    assert probe(path, max_duration_s=60).duration_s == pytest.approx(2, abs=0.1)


def test_a_clip_cut_off_yields_what_decodes(tmp_path):
    path = write_clip(tmp_path / "cut.mp4", frames=300, size_wh=(320, 240), options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames = read(path)
    assert probe(path, max_duration_s=60).duration_s == pytest.approx(10)
    assert 1 < frames[-1].time_s < 9


def test_a_matroska_file_cut_off_still_says_how_long_it_should_be(tmp_path):
    path = write_clip(tmp_path / "cut.mkv", frames=300, size_wh=(320, 240))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    info = probe(path, max_duration_s=60)
    assert info.duration_s == pytest.approx(10, abs=0.1)
    assert info.fps == pytest.approx(30, abs=0.5)
    assert 1 < read(path)[-1].time_s < 9


def test_stopping_early_closes_the_file(tmp_path):
    import psutil

    path = write_clip(tmp_path / "clip.mp4")
    info = probe(path, max_duration_s=60)
    frames = iter_frames(path, info=info, plan=plan_for(info))
    next(frames)
    assert str(path) in [file.path for file in psutil.Process().open_files()]
    frames.close()
    assert str(path) not in [file.path for file in psutil.Process().open_files()]


def patched(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    return path


def claiming(path: Path, side: int) -> Path:
    """A Motion JPEG AVI whose headers, those of its pictures too, claim a square of `side` pixels."""
    path = write_clip(path.with_suffix(".avi"), codec="mjpeg", size_wh=(64, 48))
    patched(path, struct.pack("<II", 64, 48), struct.pack("<II", side, side))
    return patched(path, struct.pack(">HH", 48, 64), struct.pack(">HH", side, side))


def absurd_rate(path: Path) -> Path:
    """An AVI whose stream header claims a million frames a second."""
    write_clip(path, codec="mpeg4", fps=30)
    data = bytearray(path.read_bytes())
    header = data.index(b"strh") + 8
    data[header + 20 : header + 28] = struct.pack("<II", 1, 1_000_000)
    path.write_bytes(data)
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.mp4\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: written(path, b""), r"empty \(0 bytes\)"),
        (lambda path: written(path, b"just text, nothing else" * 50), "no clip RepScope reads.*mp4, mov"),
        (lambda path: written(path, b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500)), "no clip RepScope reads"),
        (lambda path: written(path, PLAYLIST), "no clip RepScope reads"),
        (lambda path: written(path, b"ffconcat version 1.0\nfile other.mp4\n"), "no clip RepScope reads"),
        (lambda path: written(path, b"\x00\x00\x00\x18ftypmp42" + bytes(2000)), "cannot be opened: it has no readable"),
        (write_tone, "no video, only sound"),
        (lambda path: write_clip(path, frames=90), "too long: 3 s, the limit is 2 s. .*MAX_VIDEO_DURATION_SECONDS"),
        (lambda path: claiming(path, 16384), "no picture size that can be decoded, the limit is 9.4 megapixels"),
        (lambda path: claiming(path, 8192), "no picture size that can be decoded, the limit is 9.4 megapixels"),
        (
            lambda path: write_clip(path, size_wh=(5120, 2880), frames=1),
            "too large to decode: 5120 x 2880 pixels, the limit is 9.4 megapixels",
        ),
        (lambda path: absurd_rate(path.with_suffix(".avi")), "claims 1000000 frames a second, the limit is 1000"),
        (lambda path: path.with_name("nowhere.mp4"), "cannot be read: No such file"),
    ],
    ids=["empty", "text", "jpeg", "list", "concat", "no index", "sound", "long", "16k", "8k", "5k", "rate", "gone"],
)
def test_what_is_no_clip_is_refused_at_probe(tmp_path, make, message):
    path = make(tmp_path / "clip.mp4")
    with pytest.raises(VideoError, match=message):
        probe(path, max_duration_s=2)


def test_a_clip_of_garbage_frames_is_refused(tmp_path):
    path = write_clip(tmp_path / "garbage.mp4", options={"movflags": "faststart"})
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = b"\xaa" * (len(data) - start)
    path.write_bytes(data)
    with pytest.raises(VideoError, match="no frame that can be decoded"):
        probe(path, max_duration_s=60)


def test_a_clip_damaged_after_its_probe_is_an_error_and_not_an_empty_run(tmp_path):
    path = write_clip(tmp_path / "clip.mp4", options={"movflags": "faststart"})
    info = probe(path, max_duration_s=60)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = b"\xaa" * (len(data) - start)
    path.write_bytes(data)
    with pytest.raises(VideoError, match="no frame that can be decoded"):
        list(iter_frames(path, info=info, plan=plan_for(info)))


@pytest.mark.parametrize("colors", [8, 10, 14], ids=["YCgCo", "BT.2020 constant luminance", "ICtCp"])
def test_colors_that_the_scaler_does_not_convert_are_read_as_if_they_were_not_told(tmp_path, colors):
    frames = read(write_clip(tmp_path / "clip.mp4", colors=colors), resize_width=32)
    untold = read(write_clip(tmp_path / "untold.mp4"), resize_width=32)
    assert [frame.image.tobytes() for frame in frames] == [frame.image.tobytes() for frame in untold]


@pytest.mark.parametrize(("size_wh", "threads"), [((1080, 1920), 4), ((2560, 1440), 2), ((3840, 2160), 1)])
def test_a_larger_frame_has_fewer_decoder_threads(tmp_path, size_wh, threads):
    """Each keeps whole frames in memory: the second one takes 30 MB at 4K."""
    with _open(write_clip(tmp_path / "clip.mp4", frames=1, size_wh=size_wh)) as (_, stream):
        assert stream.codec_context.thread_count == threads


def test_a_file_of_more_tracks_than_any_camera_records_is_refused(tmp_path):
    """Each takes memory before a frame is read, and a header can announce any number."""
    path = tmp_path / "many.mp4"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("mpeg4", rate=10) for _ in range(40)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for stream in streams:
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux([*stream.encode(frame), *stream.encode(None)])
    with pytest.raises(VideoError, match="cannot be opened"):
        probe(path, max_duration_s=60)
