"""Only what is needed is decoded, and that changes no planned frame."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sampling import SamplingPlan
from core.video import pick
from core.video.preview import PreviewWriter
from core.video.read import iter_frames, probe

SIZE_WH = (64, 48)
FRAMES, FPS = 60, 30
EVENLY = [index / FPS for index in range(FRAMES)]
VARIABLE = [(index + (index % 7) * 0.1 + (index > 20) * 4) / FPS for index in range(FRAMES)]
CLIPS = {
    "B-frames": ("clip.mp4", "libx264", {"x264-params": "bframes=3:b-adapt=0:b-pyramid=none"}, EVENLY),
    "no B-frames": ("clip.mp4", "libx264", {"bf": "0"}, EVENLY),
    "variable rate": ("clip.mkv", "libx264", {"x264-params": "bframes=3:b-adapt=0:b-pyramid=none"}, VARIABLE),
    "open groups": ("clip.mp4", "libx264", {"x264-params": "open-gop=1:keyint=12:bframes=4:b-adapt=0"}, EVENLY),
    "HEVC": ("clip.mp4", "libx265", {"x265-params": "log-level=none:bframes=4:b-adapt=0:open-gop=1:keyint=20"}, EVENLY),
    "HEVC in layers": ("clip.mp4", "libx265", {"x265-params": "log-level=none:temporal-layers=3:bframes=7"}, EVENLY),
    "VP9": ("clip.webm", "libvpx-vp9", {"lag-in-frames": "16", "auto-alt-ref": "1", "cpu-used": "8"}, EVENLY),
    "VP8": ("clip.webm", "libvpx", {"lag-in-frames": "16", "auto-alt-ref": "1"}, EVENLY),
    "MPEG-4 AVI": ("clip.avi", "mpeg4", {"bf": "2"}, EVENLY),
    "Motion JPEG": ("clip.avi", "mjpeg", {}, EVENLY),
}
PLANS = {
    "every third": SamplingPlan(20, 10.0, 3, SIZE_WH, ""),
    "every eighth": SamplingPlan(8, 3.75, 8, SIZE_WH, ""),
    "evenly": SamplingPlan(1000, 9.0, None, SIZE_WH, ""),
    "fewer than the clip has": SamplingPlan(5, 7.5, 4, SIZE_WH, ""),
}


def write(path: Path, codec: str, options: dict[str, str], times_s: list[float]) -> Path:
    """Write noise that moves, so that every frame is its own and predicted from others."""
    rng = np.random.default_rng(1)
    still = rng.integers(0, 256, (*SIZE_WH[::-1], 3), np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height = SIZE_WH
        stream.pix_fmt, stream.options = "yuvj420p" if codec == "mjpeg" else "yuv420p", options
        stream.time_base = stream.codec_context.time_base = Fraction(1, 30 * FPS if times_s is VARIABLE else FPS)
        for index, time_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(np.roll(still, index, axis=1) // 2 + 4 * index % 128, format="rgb24")
            frame.time_base = stream.codec_context.time_base
            frame.pts = round(time_s / frame.time_base)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {
        name: write(folder / f"{number}_{file}", codec, options, times_s)
        for number, (name, (file, codec, options, times_s)) in enumerate(CLIPS.items())
    }


def read(path: Path, plan: SamplingPlan) -> list[tuple[int, float, bytes]]:
    info = probe(path, max_duration_s=60)
    return [
        (frame.frame_index, frame.time_s, frame.image.tobytes()) for frame in iter_frames(path, info=info, plan=plan)
    ]


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("name", CLIPS)
def test_the_planned_frames_are_those_of_a_clip_decoded_in_full(clips, name, plan, monkeypatch):
    picked = read(clips[name], plan)
    monkeypatch.setattr(pick, "_is_told_by_packets", lambda *_: False)
    assert picked == read(clips[name], plan)
    assert 5 <= len(picked) <= 20


@pytest.mark.parametrize(
    ("name", "most"),
    [("B-frames", 36), ("open groups", 36), ("HEVC", 45), ("Motion JPEG", 8), ("HEVC in layers", 60)],
)
def test_what_nothing_is_made_from_is_not_decoded(clips, name, most, monkeypatch):
    decoded = []
    decode = pick._decode
    monkeypatch.setattr(pick, "_decode", lambda packet: decoded.extend(frames := decode(packet)) or frames)
    plan = PLANS["every eighth"]
    info = probe(clips[name], max_duration_s=60)
    decoded.clear()
    list(iter_frames(clips[name], info=info, plan=plan))
    assert plan.frames <= len(decoded) <= most


def test_a_preview_gets_every_frame_whatever_the_plan(clips, tmp_path):
    info = probe(clips["HEVC"], max_duration_s=60)
    with PreviewWriter(tmp_path, info=info) as preview:
        frames = list(iter_frames(clips["HEVC"], info=info, plan=PLANS["fewer than the clip has"], preview=preview))
    assert len(frames) == 5
    with av.open(str(tmp_path / "preview.mp4")) as copy:
        assert sum(1 for _ in copy.decode(video=0)) == FRAMES


def packets_of(shown: list[int], *, dts: list[int | None]) -> list[SimpleNamespace]:
    pairs = zip(shown, dts, strict=True)
    return [SimpleNamespace(pts=pts, dts=time, size=1, is_discard=False) for pts, time in pairs]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.booleans())
def test_times_are_announced_in_order_each_before_its_packet(delays, has_end):
    """Frames are decoded in any order that no decoder's delay of 4 forbids."""
    shown = sorted(range(len(delays)), key=lambda index: (index + delays[index], index))
    latest = max((place_of - place for place, place_of in enumerate(shown)), default=0)
    dts = [place - 4 - max(latest, 0) for place in range(len(shown))]
    packets = packets_of(shown, dts=dts)
    if has_end:
        packets.append(SimpleNamespace(pts=None, dts=None, size=0, is_discard=False))
    announced: list[int] = []
    for packet in pick._announce_ahead(iter(packets), announced.append):
        assert packet.pts is None or packet.pts in announced
    assert announced == sorted(shown)


def test_few_packets_are_held_even_where_none_says_when_it_is_decoded():
    read_so_far = 0

    def source():
        nonlocal read_so_far
        for packet in packets_of(list(range(1000)), dts=[None] * 1000):
            read_so_far += 1
            yield packet

    announced: list[int] = []
    for given_out, _ in enumerate(pick._announce_ahead(source(), announced.append)):
        assert read_so_far - given_out <= pick._MAX_HELD + 1
    assert all(first < second for first, second in pairwise(announced))
    assert len(announced) == 1000
