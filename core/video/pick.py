"""Decoding what is needed and little else: planned frames are known from the packets, before any is decoded.

At one frame in eight decoding costs more than the pose model, and half of what phones and editors write are frames
that no other frame is made from: those are passed over unless they are planned. What is decoded is decoded in full,
so the planned frames are the same to the last bit.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from core.sampling import Sampler, SamplingPlan

if TYPE_CHECKING:
    from av.packet import Packet

    from core.video.preview import PreviewWriter

    VideoPacket = Packet[VideoStream]

_MAX_HELD = 32
"""Packets read ahead at most; H.264 and HEVC shift a frame by 16 at most between decoding and showing."""


@dataclass(frozen=True)
class Pick:
    """A frame that is needed, and for what."""

    frame_index: int
    time_s: float
    is_planned: bool
    is_previewed: bool


class Picker:
    """Picks the frames of the plan and of the preview, told of all frames in order of presentation."""

    def __init__(self, plan: SamplingPlan, *, fps: float, preview: "PreviewWriter | None") -> None:
        self._sampler = Sampler(plan, fps=fps)
        self._preview = preview

    @property
    def is_full(self) -> bool:
        """Whether no later frame is needed."""
        return self._sampler.is_full and not self._preview

    def pick(self, frame_index: int, time_s: float) -> Pick | None:
        """Return what the frame is needed for, if it is."""
        is_previewed = self._preview is not None and self._preview.takes(frame_index, time_s)
        is_planned = self._sampler.takes(frame_index, time_s)
        return Pick(frame_index, time_s, is_planned, is_previewed) if is_planned or is_previewed else None


def decode_picked(
    container: InputContainer, stream: VideoStream, *, picker: Picker, fps: float
) -> Iterator[tuple[Pick, VideoFrame]]:
    """Yield the picked frames in order of presentation.

    Of a clip whose packets do not tell what they hold, every frame is decoded and told to the picker; `fps` gives
    times to frames without one.
    """
    begins_s = start_s(stream)
    if _is_told_by_packets(container, stream):
        yield from _decode_few(container, stream, picker=picker, begins_s=begins_s)
        return
    for index, frame in enumerate(decode_all(container, stream)):
        time_s = index / fps if frame.time is None else frame.time - begins_s
        if pick := picker.pick(index, time_s):
            yield pick, frame
        if picker.is_full:
            return


def decode_all(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Yield what decodes; a damaged packet is passed over, a file that ends early just ends."""
    for packet in read_packets(container, stream):
        yield from _decode(packet)


def _decode_few(
    container: InputContainer, stream: VideoStream, *, picker: Picker, begins_s: float
) -> Iterator[tuple[Pick, VideoFrame]]:
    context, is_intra = stream.codec_context, stream.codec_context.codec.intra_only
    ticks = stream.time_base or Fraction(1, av.time_base)
    picked: dict[int | None, Pick] = {}
    numbers = count()

    def announce(pts: int) -> None:
        time_s = pts * ticks.numerator / ticks.denominator - begins_s
        if pick := picker.pick(next(numbers), time_s):
            picked[pts] = pick

    for packet in _announce_ahead(read_packets(container, stream), announce):
        is_needed = packet.pts in picked or not packet.size
        if is_intra and not is_needed:
            continue
        context.skip_frame = "DEFAULT" if is_needed else "NONREF"
        for frame in _decode(packet):
            if pick := picked.pop(frame.pts, None):
                yield pick, frame
        if picker.is_full and not picked:
            return


def _is_told_by_packets(container: InputContainer, stream: VideoStream) -> bool:
    """Whether a packet is a frame, with its time, and whether others are made from it can be known.

    Not so in HEVC of several temporal layers, where "not referenced" means by its own layer (ITU-T H.265, 7.4.2.2);
    their number is in byte 21 of the header, see ISO/IEC 14496-15, 8.3.2.1.
    """
    codec, header = stream.codec_context.codec, stream.codec_context.extradata or b""
    if codec.intra_only:
        return True
    if container.format.name.split(",")[0] not in ("mov", "matroska"):
        return False
    is_single_layer = len(header) > 21 and header[0] == 1 and header[21] >> 3 & 7 == 1
    return codec.canonical_name == "h264" or (codec.canonical_name == "hevc" and is_single_layer)


def _announce_ahead(packets: Iterator["VideoPacket"], announce: Callable[[int], None]) -> Iterator["VideoPacket"]:
    """Yield the packets as they come, each after all times up to its own were announced in rising order.

    No packet is shown before it is decoded, so what is shown by the time the last one read is decoded is settled.
    """
    held: deque[VideoPacket] = deque()
    times: list[int] = []
    for packet in packets:
        held.append(packet)
        if packet.pts is not None and not packet.is_discard:
            heappush(times, packet.pts)
        settled = math.inf if not packet.size or len(held) > _MAX_HELD else packet.dts
        if settled is None:
            continue
        while times and times[0] <= settled:
            announce(heappop(times))
        while held and (held[0].pts is None or held[0].pts <= settled):
            yield held.popleft()
    while times:
        announce(heappop(times))
    yield from held


def start_s(stream: VideoStream) -> float:
    """Return when the first frame is shown, s on the file's own clock."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def read_packets(container: InputContainer, stream: VideoStream) -> Iterator["VideoPacket"]:
    """Yield the packets, the last one empty; a file that ends early just ends."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        yield packet


def _decode(packet: "VideoPacket") -> list[VideoFrame]:
    """Return the frames ready by now; none of a damaged packet."""
    try:
        return packet.decode()
    except av.FFmpegError:
        return []
