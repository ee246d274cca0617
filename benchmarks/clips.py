"""Generated clips the benchmarks time: one squat, drawn once and encoded over and over, kept in ``.cache/bench``."""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av

from core.mannequin import Filming, View, iter_images, plan_steady

CACHE = Path(__file__).parents[1] / ".cache" / "bench"
CYCLE_S, DRAWN_FPS = 2.4, 30


@dataclass(frozen=True)
class Clip:
    """A clip at about the bit rate a phone writes: decoding costs by the bit as well as by the pixel.

    `seconds` are drawn, and their packets written `repeats` times in a row.
    """

    name: str
    codec: str
    size_wh: tuple[int, int]
    fps: int
    seconds: float
    mbps: float
    options: dict[str, str] = field(default_factory=dict)
    repeats: int = 1
    noise: int = 4
    """Of a sensor, so that the clip costs what films cost."""


def draw(clip: Clip, *, folder: Path = CACHE) -> Path:
    """Write the clip if it is not there yet."""
    path = folder / clip.name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".part{path.suffix}")
        _encode(clip, unfinished)
        unfinished.rename(path)
    return repeat(path, times=clip.repeats)


def _encode(clip: Clip, path: Path) -> None:
    motion = plan_steady("squat", count=1, period_s=CYCLE_S)
    size_wh = (clip.size_wh[0] // 2, clip.size_wh[1] // 2)
    shot = Filming(view=View(yaw_deg=80), resolution_wh=size_wh, fps=DRAWN_FPS, noise=clip.noise)
    start = round(DRAWN_FPS * (motion.duration_s - CYCLE_S) / 2)
    cycle = list(islice(iter_images(motion, filming=shot), start, start + round(DRAWN_FPS * CYCLE_S)))
    with av.open(str(path), "w") as container:
        stream = container.add_stream(clip.codec, rate=clip.fps)
        stream.width, stream.height = clip.size_wh
        stream.pix_fmt = "yuvj420p" if clip.codec == "mjpeg" else "yuv420p"
        stream.options, stream.bit_rate = clip.options, round(clip.mbps * 1e6)
        for index in range(round(clip.fps * clip.seconds)):
            image = cycle[index * DRAWN_FPS // clip.fps % len(cycle)]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame = frame.reformat(width=clip.size_wh[0], height=clip.size_wh[1], format=stream.pix_fmt)
            frame.pts, frame.time_base = index, Fraction(1, clip.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def repeat(clip: Path, *, times: int) -> Path:
    """Write the clip's packets so many times in a row, if not there yet: a long clip in a moment."""
    path = clip.with_stem(f"{clip.stem}_x{times}") if times > 1 else clip
    if path.exists():
        return path
    unfinished = path.with_suffix(f".part{path.suffix}")
    with av.open(str(unfinished), "w") as output:
        target, shift = None, 0
        for _ in range(times):
            with av.open(str(clip)) as container:
                source = container.streams.video[0]
                target = target or output.add_stream_from_template(source)
                for packet in container.demux(source):
                    if packet.pts is None or packet.dts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, target
                    output.mux(packet)
                shift += source.duration
    return unfinished.rename(path)
