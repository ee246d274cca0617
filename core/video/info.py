"""What is said of clips and frames: records that pages use as well, so PyAV is not imported here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FILE_TYPES = ("mp4", "mov", "m4v", "webm", "avi", "mkv", "gif")
PREVIEW_NAME, ANNOTATED_NAME = "preview.mp4", "annotated.mp4"
"""Written beside the stills of an analysis."""


@dataclass(frozen=True)
class VideoInfo:
    """What a clip is, as displayed.

    Attributes
    ----------
    container, codec
        FFmpeg's names, e.g. ``mov`` (which is mp4, m4v and mov alike) and ``h264``.
    width, height
        px, after rotation and with square pixels.
    rotation_deg
        Clockwise turn the player applies: 0, 90, 180 or 270.
    is_mirrored
        Whether it then swaps left and right, as for the clip of a selfie camera.
    duration_s, fps, frame_count
        Of the video stream; `fps` is the mean rate, `frame_count` what the container announces.
    size_bytes
        Of the file.
    pixel_format
        FFmpeg's name of the pixels' layout, e.g. ``yuv420p``; None where unknown.
    """

    container: str
    codec: str
    width: int
    height: int
    rotation_deg: int
    duration_s: float
    fps: float
    frame_count: int
    size_bytes: int
    pixel_format: str | None = None
    is_mirrored: bool = False


@dataclass(frozen=True)
class Frame:
    """One frame: `image` is ``(height, width, 3)`` uint8 RGB, upright; `time_s` from the clip's start."""

    frame_index: int
    time_s: float
    image: NDArray[np.uint8]
