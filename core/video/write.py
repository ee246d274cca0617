"""Writing: H.264 clips that every browser plays, whole or not at all."""

import errno
import os
import shutil
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from core.errors import WriteError
from core.sampling import SamplingPlan
from core.video.info import VideoInfo

MAX_FPS = 30.0
"""Frames a second written at most; slow motion and 60 fps are thinned, anything slower is kept as it is."""
GOP_S = 1.0
"""Longest time between two frames that can be shown without the ones before: a step back decodes that much."""
_TICKS = 90_000
"""The clock of MPEG systems, a second; no presentation time is rounded by more than 6 µs."""
_BT709 = 1  # ITU-T H.273: primaries, transfer and matrix of HD video all have this number
_OPTIONS: dict[str, object] = {
    "crf": "23",
    "forced-idr": "1",
    "bf": "0",
    "x264-params": "rc-lookahead=10:sync-lookahead=0:threads=2",  # each costs a few full frames of memory
}


def plan_output(info: VideoInfo, *, size_wh: tuple[int, int]) -> SamplingPlan:
    """Return which frames of a clip are written: all of them, at most `MAX_FPS` a second."""
    rate = min(info.fps, MAX_FPS)
    is_fast = info.fps > 1.03 * MAX_FPS  # a camera that says 30 may well run at 30.5
    return SamplingPlan(1 << 40, rate, None if is_fast else 1, size_wh, "")


def fit_size(info: VideoInfo, *, scale: float) -> tuple[int, int]:
    """Return the displayed size at a scale, never enlarged, in even numbers, as 4:2:0 video needs them."""
    scale = min(1.0, scale)
    width, height = (max(2, 2 * round(side * scale / 2)) for side in (info.width, info.height))
    return width, height


class ClipWriter:
    """Writes one clip, upright, without sound. Use it as a context manager.

    Until :meth:`finish` the file has no name, or a temporary one where the system cannot do that: an error, a
    cancellation and a killed process leave nothing.

    Parameters
    ----------
    path
        The mp4 to write; an earlier one is replaced.
    size_wh
        px, even numbers.
    fps
        Usual rate, as a hint to the encoder and as duration of the last frame.
    what
        Names the file in an error, as in "The annotated video".
    preset
        x264's name of how much time it takes to make the file small.
    """

    def __init__(
        self, path: Path, *, size_wh: tuple[int, int], fps: float, what: str, preset: str = "veryfast"
    ) -> None:
        self._path = path
        self._what = what
        self._ticks_per_frame = round(_TICKS / fps)
        self._next_key_s = 0.0
        with self._disk_errors():
            self._file = _HiddenFile(path)
            try:
                self._container = av.open(self._file.url, "w", format="mp4", options={"movflags": "faststart"})
            except BaseException:
                self._file.close()
                raise
        self._stream = self._container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        self._stream.width, self._stream.height = size_wh
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = _OPTIONS | {"preset": preset}
        context = self._stream.codec_context
        context.time_base = Fraction(1, _TICKS)
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG

    def add(self, image: NDArray[np.uint8], *, time_s: float) -> None:
        """Write a frame, ``(h, w, 3)`` RGB; times rise.

        Raises
        ------
        WriteError
            The disk is full or refuses for another reason, or the folder is gone.
        """
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = round(time_s * _TICKS), Fraction(1, _TICKS)
        if time_s >= self._next_key_s:
            frame.pict_type = av.video.frame.PictureType.I
            self._next_key_s = time_s + GOP_S - self._ticks_per_frame / _TICKS
        self._mux(frame)

    def finish(self) -> None:
        """Write what the encoder still holds and give the file its name; raises as :meth:`add` does."""
        self._mux(None)
        with self._disk_errors():
            self._container.close()
            self._file.reveal(self._path)

    def _mux(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            packet.duration = packet.duration or self._ticks_per_frame
            with self._disk_errors():
                self._container.mux(packet)

    def _disk_errors(self) -> "_DiskErrors":
        return _DiskErrors(self._path.parent, what=self._what)

    def close(self) -> None:
        """Let go of the file; what is not finished is gone."""
        with suppress(av.FFmpegError):  # the trailer of a file that is given up
            self._container.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _HiddenFile:
    """A file without a name, which the kernel removes with the process, see O_TMPFILE in open(2).

    Where the system or its file system has none, a file with a temporary name.
    """

    def __init__(self, path: Path) -> None:
        self._part: Path | None = None
        try:
            self._fd = os.open(path.parent, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
            self.url = f"/proc/self/fd/{self._fd}"
        except (AttributeError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in (errno.EOPNOTSUPP, errno.EISDIR):
                raise
            self._part = path.with_name(f"{path.name}.part")
            self._fd = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            self.url = str(self._part)

    def reveal(self, path: Path) -> None:
        """Put the file in the place of another."""
        if self._part:
            self._part.replace(path)
            return
        part = path.with_name(f"{path.name}.part")  # a link does not replace, a renamed file does
        part.unlink(missing_ok=True)
        folder_fd = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:  # with a folder given, Python follows the link under /proc, as O_TMPFILE asks for
            os.link(self.url, part.name, dst_dir_fd=folder_fd, follow_symlinks=True)
        finally:
            os.close(folder_fd)
        part.replace(path)

    def close(self) -> None:
        os.close(self._fd)
        if self._part:
            self._part.unlink(missing_ok=True)


class _DiskErrors:
    """Translates what the disk refuses into words: it is full, the folder is gone, or whatever the system says."""

    def __init__(self, folder: Path, *, what: str) -> None:
        self._folder, self._what = folder, what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if not isinstance(error, OSError):  # FFmpeg's errors with a number are OSErrors too
            return
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            free_mb = shutil.disk_usage(self._folder).free / 2**20
            raise WriteError(
                f"{self._what} could not be written: the server's disk is full ({free_mb:.1f} MB free). "
                "Delete earlier results or clips, then try again."
            ) from error
        if error.errno in (errno.ENOENT, errno.ESTALE):
            raise WriteError(
                f"{self._what} could not be written: its result is no longer on the server. Analyze the clip again."
            ) from error
        raise WriteError(
            f"{self._what} could not be written: {error.strerror or error}. Try again, or ask who runs the server."
        ) from error
