"""The preview: a small copy of a clip that every browser plays, written as the clip is read."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.errors import WriteError
from core.sampling import Sampler
from core.video.info import PREVIEW_NAME, VideoInfo
from core.video.write import MAX_FPS, ClipWriter, fit_size, plan_output

SHORT_SIDE_PX = 480
_PLAYED_CODECS = ("h264", "vp8", "vp9", "av1")
_PLAYED_PIXELS = ("yuv420p", "yuvj420p")
"""Eight bits, colour at half resolution: the only layout every browser decodes."""


def needs_preview(path: Path, info: VideoInfo) -> bool:
    """Return whether some browser may not play the clip itself; one it cannot tell counts as such."""
    is_played = info.codec in _PLAYED_CODECS and info.pixel_format in _PLAYED_PIXELS
    return not (is_played and (info.container == "mov" or _is_webm(path)))


def _is_webm(path: Path) -> bool:
    """Return whether a Matroska file says in its header that it is a WebM; FFmpeg reads both as one."""
    with path.open("rb") as file:
        return b"webm" in file.read(64)


class PreviewWriter:
    """Writes the preview from the frames of the pass that analyses them. Use it as a context manager.

    What the disk refuses ends the preview, never the analysis.

    Parameters
    ----------
    folder
        Gets the file `PREVIEW_NAME` once it is whole.
    info
        The clip.

    Attributes
    ----------
    size_wh
        px of the frames :meth:`add` takes: a short side of `SHORT_SIDE_PX` at most.
    warning
        In words for the trainer, why there is no preview; empty where there is one.
    """

    def __init__(self, folder: Path, *, info: VideoInfo) -> None:
        self.size_wh = fit_size(info, scale=SHORT_SIDE_PX / min(info.width, info.height))
        self.warning = ""
        self._sampler = Sampler(plan_output(info, size_wh=self.size_wh), fps=info.fps)
        self._writer: ClipWriter | None = None
        try:
            self._writer = ClipWriter(
                folder / PREVIEW_NAME,
                size_wh=self.size_wh,
                fps=min(info.fps, MAX_FPS),
                what="The preview",
                preset="superfast",
            )
        except WriteError as error:
            self._give_up(error)

    def takes(self, frame_index: int, time_s: float) -> bool:
        """Return whether this frame belongs into the preview."""
        return self._writer is not None and self._sampler.takes(frame_index, time_s)

    def add(self, image: NDArray[np.uint8], *, time_s: float) -> None:
        """Write a frame, RGB of `size_wh`."""
        try:
            if self._writer:
                self._writer.add(image, time_s=time_s)
        except WriteError as error:
            self._give_up(error)

    def finish(self) -> None:
        """Give the file its name: it is whole."""
        try:
            if self._writer:
                self._writer.finish()
        except WriteError as error:
            self._give_up(error)
        self.close()

    def close(self) -> None:
        """Let go of the encoder; what is not finished is gone."""
        if self._writer:
            self._writer.close()
            self._writer = None

    def _give_up(self, error: WriteError) -> None:
        self.close()
        self.warning = f"{error} The measurements are complete, but a browser may not be able to show this clip."

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
