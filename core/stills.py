"""Stills: every analysed frame once more as a small picture on disk, for the filmstrip."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HEIGHT_PX = 240
"""Twice the height at which a filmstrip shows them, for dense screens; about 5 kB each."""
QUALITY = 70
FOLDER = "stills"
TIE_S = 0.001
"""Of two rows as near to a moment as this the earlier one is its own: reps often turn halfway between two analysed
frames, and the browser, which has times rounded (`nearestRow` in numbers.js), must take the same."""


def still_path(folder: Path, frame_index: int) -> Path:
    """Return where the still of a frame of the clip lies in the analysis's folder."""
    return folder / FOLDER / f"{frame_index:05d}.jpg"


def row_at(time_s: NDArray[np.float64], at_s: float, *, frame_index: NDArray[np.int64]) -> int:
    """Return the row whose frame shows a moment.

    Parameters
    ----------
    time_s, frame_index
        ``(n,)`` seconds, and which frame of the clip each row is; -1, in a stretch without frames, shows nothing.
    """
    away = np.where(frame_index >= 0, np.abs(time_s - at_s), np.inf)
    return int(np.argmax(away <= away.min() + TIE_S))


class StillWriter:
    """Writes the analysed frames of one clip.

    A full disk or a folder that is gone ends the writing, never the analysis.

    Parameters
    ----------
    folder
        The analysis's own folder, which exists.

    Attributes
    ----------
    warning
        In words for the trainer, why stills are missing; empty while none is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.warning = ""

    def add(self, image: NDArray[np.uint8], *, frame_index: int, time_s: float) -> None:
        """Write the still of a frame, ``(h, w, 3)`` RGB; never enlarged."""
        if self.warning:
            return
        path = still_path(self._folder, frame_index)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(_to_jpeg(image))  # Pillow, given the path, does not notice a disk that fills up
        except OSError as error:
            path.unlink(missing_ok=True)  # it may have been written in part
            self.warning = (
                f"The small pictures of the reps are missing from {time_s:.1f} s on: {error.strerror or error}. "
                "The measurements are complete. Make room on the server's disk and analyze again to get them."
            )


def _to_jpeg(image: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    _shrink(image).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def _shrink(image: NDArray[np.uint8]) -> Image.Image:
    picture = Image.fromarray(image)
    if picture.height <= HEIGHT_PX:
        return picture
    width = max(1, round(picture.width * HEIGHT_PX / picture.height))
    # with a gap of 1 Pillow averages whole blocks of pixels first: half the time of filtering them
    return picture.resize((width, HEIGHT_PX), Image.Resampling.BILINEAR, reducing_gap=1.01)
