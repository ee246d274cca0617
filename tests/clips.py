"""Small clips with known content for the video tests, written with PyAV."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_clip(
    path: Path,
    *,
    frames: int = 30,
    fps: int = 30,
    size_wh: tuple[int, int] = (64, 48),
    rotation_deg: int = 0,
    codec: str = "libx264",
    times_s: list[float] | None = None,
    aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
    pixels: str | None = None,
    colors: int | None = None,
) -> Path:
    """Write a clip whose frame k has grey level ``8 * k % 256``, with a white top-left corner.

    `rotation_deg` is the clockwise turn a player applies; `times_s` gives each frame its own time; `colors` is the
    number of ITU-T H.273, table 4, that the clip is said to have.
    """
    width, height = size_wh
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height = size_wh
        stream.pix_fmt = pixels or {"gif": "rgb8", "mjpeg": "yuvj420p"}.get(codec, "yuv420p")
        stream.codec_context.time_base = Fraction(1, 1000) if times_s else Fraction(1, fps)
        stream.time_base = stream.codec_context.time_base
        if codec == "libx264":
            stream.options = {"crf": "18", "bf": "0"}
        if colors is not None:
            stream.codec_context.colorspace = colors
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation_deg:
            stream.set_display_rotation(-rotation_deg)
        for index in range(len(times_s) if times_s else frames):
            image = np.full((height, width, 3), 8 * index % 256, np.uint8)
            image[: height // 4, : width // 4] = 255
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts = round(times_s[index] * 1000) if times_s else index
            frame.time_base = stream.codec_context.time_base
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def set_display_matrix(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """Set how a player turns and mirrors an MP4: x' = ax + cy, y' = bx + dy (ISO/IEC 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    matrix_at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix follows 40 bytes of times, layer and volume
    rows = (a, b, 0), (c, d, 0), (0, 0, 1 << 14)
    data[matrix_at : matrix_at + 36] = b"".join(
        (number << 16).to_bytes(4, "big", signed=True) for row in rows for number in row
    )
    path.write_bytes(data)
    return path


def write_tone(path: Path) -> Path:
    """Write a second of sound without any picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        for start in range(0, 44100, 1024):
            samples = np.sin(np.arange(start, start + 1024) / 20).astype(np.float32)[None]
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 44100, start
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path
