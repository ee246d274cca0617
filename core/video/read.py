"""Reading: what a file holds, and its frames one at a time.

Only the containers of the list below are opened, by their own bytes and never by their name, with
FFmpeg's demuxer forced and its protocols cut down to local files: a playlist, an image sequence
or a reference to another file never gets as far as FFmpeg's guessing.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.buffer import Buffer
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from core.errors import VideoError
from core.sampling import SamplingPlan
from core.video.info import FILE_TYPES, Frame, VideoInfo
from core.video.pick import Picker, decode_all, decode_picked, read_packets, start_s

if TYPE_CHECKING:
    from core.video.preview import PreviewWriter

MAX_PIXELS = 4096 * 2304
"""4K, the largest frame of H.264 level 5.2. One decoded frame takes 1.5 bytes a pixel and the decoder
keeps about ten of them, so this bounds the memory of the worker."""
MAX_LENGTH_S = 24 * 3600
"""Later than any clip ends."""
MAX_ASPECT = 10
"""Of the displayed picture; the widest cinema format is 2.8 to 1."""
MAX_CLAIMED_FPS = 1000.0
"""The fastest slow motion a phone offers; a header above it is wrong."""

_ISO_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_NO_FRAMES = "The clip holds no frame that can be decoded: it is damaged. Export or film it again."
_LATE_MIN_S = 0.5
"""Packets this much after the announced end show that the header is wrong; headers leave out a frame or two."""
_LONGEST_GAP_S = 10.0
"""A packet later than this after the one before carries a wrong time."""
_DECODER_THREADS = 4
"""At most. More than cores: while one thread scales a frame for the model, the others must not run out of work."""
_CONVERTED_COLORS = (0, 1, 2, 4, 5, 6, 7, 9)
"""Numbers of ITU-T H.273, table 4, of the colours that swscale makes RGB of."""
_UNTOLD_COLORS = 2
_PIXELS_AT_ONCE = _DECODER_THREADS * 1920 * 1088
"""Each thread keeps a whole frame in memory, so frames larger than 1080p get fewer threads, and 4K gets one."""


def probe(path: Path, *, max_duration_s: float) -> VideoInfo:
    """Read what the clip at `path` is; decodes one frame, for its rotation.

    Raises
    ------
    VideoError
        Empty, no container of the list, no video in it, nothing decodes, longer than
        `max_duration_s`, more than 4096 x 2304 pixels or a frame rate above 1000.
    """
    with _open(path) as (container, stream):
        stream.codec_context.thread_count = 1  # each further one would begin a frame that nobody waits for
        _check_header(stream)
        duration_s, frame_count = _measure_length(path, container, stream)
        fps = _mean_rate(container, stream, duration_s=duration_s, frame_count=frame_count)
        if duration_s > max_duration_s:
            raise VideoError(
                f"The clip is too long: {duration_s:.0f} s, the limit is {max_duration_s:.0f} s. "
                "Trim it to one set, or raise MAX_VIDEO_DURATION_SECONDS."
            )
        frame = next(decode_all(container, stream), None)
        if frame is None:
            raise VideoError(_NO_FRAMES)
        turn_deg, is_mirrored = _orientation(frame)
        width, height = _displayed_size(frame, stream, turn_deg=turn_deg)
        return VideoInfo(
            container=container.format.name.split(",")[0],
            codec=stream.codec_context.codec.canonical_name,
            width=width,
            height=height,
            rotation_deg=turn_deg,
            duration_s=duration_s,
            fps=fps,
            frame_count=frame_count,
            size_bytes=path.stat().st_size,
            pixel_format=frame.format.name,
            is_mirrored=is_mirrored,
        )


def iter_frames(
    path: Path, *, info: VideoInfo, plan: SamplingPlan, preview: "PreviewWriter | None" = None
) -> Generator[Frame, None, None]:
    """Yield the planned frames in order of presentation, one alive at a time.

    The `preview` gets all frames, those after the last planned one too.

    `frame_index` counts the frames the file holds, decoded or not. A planned frame that does not decode is left out.
    The file is closed when the generator ends or is closed. A clip that is cut off or damaged
    inside yields what decodes: compare the last `time_s` with the clip's duration.

    Raises
    ------
    VideoError
        The file cannot be opened any more, or no frame of it decodes.
    """
    with _open(path) as (container, stream):
        is_empty = True
        picker = Picker(plan, fps=info.fps, preview=preview)
        planned, previewed = (_Scaler(info.rotation_deg, is_mirrored=info.is_mirrored) for _ in range(2))
        for pick, decoded in decode_picked(container, stream, picker=picker, fps=info.fps):
            is_empty = False
            if preview and pick.is_previewed:
                preview.add(previewed.to_image(decoded, preview.size_wh), time_s=pick.time_s)
            if pick.is_planned:
                yield Frame(pick.frame_index, pick.time_s, planned.to_image(decoded, plan.size_wh))
        if is_empty:
            raise VideoError(_NO_FRAMES)
        if preview:
            preview.finish()


@contextmanager
def _open(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    demuxer = _sniff(path)
    options = {"protocol_whitelist": "file", "max_streams": "32", "max_pixels": str(MAX_PIXELS)}
    try:
        container = av.open(str(path), format=demuxer, options=options, metadata_errors="replace")
    except (av.FFmpegError, OSError) as error:
        raise VideoError(
            "The clip cannot be opened: it has no readable index. The recording was probably interrupted or the "
            "file not fully copied. Film it again or copy the original once more."
        ) from error
    with container:
        streams = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
        if not streams:
            raise VideoError("The file holds no video, only sound or pictures. Choose the clip of the set itself.")
        stream = streams[0]
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = _decoder_threads(stream)
        yield container, stream


def _decoder_threads(stream: VideoStream) -> int:
    pixels = max(1, stream.codec_context.width * stream.codec_context.height)
    return min(_DECODER_THREADS, max(1, _PIXELS_AT_ONCE // pixels))


def _sniff(path: Path) -> str:
    """Return FFmpeg's name of the container, by the file's first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise VideoError(f"The clip cannot be read: {error.strerror or error}. Check the path.") from error
    if not head:
        raise VideoError("The file is empty (0 bytes). Copy the clip again, then choose it once more.")
    if head[4:8] in _ISO_BOXES:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    raise VideoError(f"The file is no clip RepScope reads, whatever its name says. It reads {', '.join(FILE_TYPES)}.")


def _check_header(stream: VideoStream) -> None:
    context = stream.codec_context
    width, height = context.width, context.height
    if width * height == 0:  # FFmpeg itself drops a size beyond about 16k x 16k
        raise VideoError(
            f"The clip announces no picture size that can be decoded, the limit is {MAX_PIXELS / 1e6:.1f} megapixels. "
            "Film in 4K or less, or export the clip again."
        )
    if width * height > MAX_PIXELS:
        raise VideoError(
            f"The clip is too large to decode: {width} x {height} pixels, the limit is "
            f"{MAX_PIXELS / 1e6:.1f} megapixels. Film in 4K or less."
        )
    rate = stream.average_rate
    if rate is not None and rate > MAX_CLAIMED_FPS:
        raise VideoError(
            f"The clip claims {float(rate):.0f} frames a second, the limit is {MAX_CLAIMED_FPS:.0f}: the file is "
            "damaged or no camera's. Export it again."
        )


def _measure_length(path: Path, container: InputContainer, stream: VideoStream) -> tuple[float, int]:
    """Return the stream's duration (s) and number of frames, from the header or else from the packets.

    A Matroska header tells when the last frame ends and not how many there are: browsers record as many as they find
    time for. An MP4 header may announce too little, which would end the analysis there: the last packets are looked at.
    """
    announced_s = (container.duration or 0) / av.time_base
    if _is_matroska(container) or not (stream.duration or announced_s):
        read_s, count = _scan_packets(path)
        announced_s -= start_s(stream)
        if read_s > 0 and announced_s > read_s + _LATE_MIN_S:  # cut off: what is missing was to go on alike
            return announced_s, round(count * announced_s / read_s)
        return read_s, count
    duration_s = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else announced_s
    if (end_s := _find_end(path)) > duration_s + _LATE_MIN_S:
        duration_s = end_s
    if stream.frames:
        return duration_s, stream.frames
    rate = stream.average_rate or stream.guessed_rate
    return duration_s, max(1, round(duration_s * float(rate))) if rate else _scan_packets(path)[1]


def _is_matroska(container: InputContainer) -> bool:
    return container.format.name.startswith("matroska")


def _scan_packets(path: Path) -> tuple[float, int]:
    """Read every packet, decode none; the last one alone, far behind the others, carries a wrong time."""
    with _open(path) as (container, stream):
        ticks = stream.time_base or Fraction(1, av.time_base)
        count, end, before = 0, stream.start_time or 0, stream.start_time or 0
        for packet in read_packets(container, stream):
            if packet.pts is not None:
                stop, count = packet.pts + (packet.duration or 0), count + 1
                end, before = max(end, stop), max(before, min(end, stop))
        if end - before > _LONGEST_GAP_S / ticks:
            end, count = before, count - 1
        return float(end * ticks) - start_s(stream), count


def _find_end(path: Path) -> float:
    """Return when the last packet ends (s), decoding none; 0 where that cannot be found without reading all of them."""
    with _open(path) as (container, stream):
        ticks = stream.time_base
        if ticks is None or not container.format.name.startswith("mov"):
            return 0.0
        try:
            container.seek(round(MAX_LENGTH_S / ticks), stream=stream)  # to the last frame one can begin at
        except av.FFmpegError:
            return 0.0
        times = sorted(
            (packet.pts, packet.duration or 0)
            for packet in read_packets(container, stream)
            if packet.pts is not None and not packet.is_discard
        )
        end, longest_gap = times[0][0] if times else 0, _LONGEST_GAP_S / ticks
        for pts, duration in times:
            if pts - end > longest_gap:
                break
            end = max(end, pts + duration)
        return float(end * ticks) - start_s(stream)


def _mean_rate(container: InputContainer, stream: VideoStream, *, duration_s: float, frame_count: int) -> float:
    if duration_s <= 0 or frame_count < 1:
        raise VideoError("The clip has no length: it holds no frames. Film it again or copy the original once more.")
    rate = None if _is_matroska(container) else stream.average_rate
    return float(rate) if rate else frame_count / duration_s


def _orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Return the clockwise turn in degrees to apply, and whether to swap left and right after it.

    FFmpeg's display matrix, nine numbers of which the first two of each row turn and stretch. ``frame.rotation`` would
    take a mirrored picture for one upside down. Not to be asked of every frame: its side data and a frame hold each
    other, so frames would pile up until Python looks for such circles, 160 MB of them.
    """
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(matrix, Buffer):
        return 0, False
    (a, b, _), (c, d, _), _ = np.frombuffer(bytes(matrix), np.int32).reshape(3, 3).astype(float)
    is_mirrored = bool(a * d - b * c < 0)
    turn_deg = np.degrees(np.arctan2(b, -a if is_mirrored else a))
    return round(float(turn_deg) / 90) * 90 % 360, is_mirrored


def _displayed_size(frame: VideoFrame, stream: VideoStream, *, turn_deg: int) -> tuple[int, int]:
    ratio = stream.sample_aspect_ratio
    width, height = round(frame.width * float(ratio)) if ratio else frame.width, frame.height
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise VideoError(
            f"The clip is to be shown {width} x {height} pixels large, the limit is {MAX_ASPECT} to 1: the file is "
            "damaged or no camera's. Export it again."
        )
    return (height, width) if turn_deg in (90, 270) else (width, height)


class _Scaler:
    """Scales frames to one size; every frame's own ``reformat`` would set up swscale, and threads for it, anew.

    In the video's own colours, and only what is left becomes RGB: both in one step takes 1.5 to 3.4 times as long with
    8 bits a colour, 1.1 to 1.4 times with 10, and up to a tenth of an analysis.

    Colours that swscale refuses to convert, as YCgCo and BT.2020 with constant luminance, are taken as if the clip did
    not tell which they are: the hues are wrong, the shapes that the model looks at are not.
    """

    def __init__(self, turn_deg: int = 0, *, is_mirrored: bool = False) -> None:
        self._to_size, self._to_rgb = VideoReformatter(), VideoReformatter()
        self._turn_deg = turn_deg
        self._is_mirrored = is_mirrored

    def to_image(self, frame: VideoFrame, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
        """Return the frame as upright RGB."""
        width, height = size_wh[::-1] if self._turn_deg in (90, 270) else size_wh
        if frame.colorspace not in _CONVERTED_COLORS:
            frame.colorspace = _UNTOLD_COLORS
        if frame.format.name.startswith("yuv"):  # swscale writes no palettes
            frame = self._to_size.reformat(frame, width=width, height=height)
        image = self._to_rgb.reformat(frame, width=width, height=height, format="rgb24").to_ndarray()
        upright = np.rot90(image, -self._turn_deg // 90)
        return np.ascontiguousarray(upright[:, ::-1] if self._is_mirrored else upright)
