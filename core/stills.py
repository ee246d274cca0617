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


def still_path(folder: Path, frame_index: int) -> Path:
    """Return where the still of a frame of the clip lies in the analysis's folder."""
    return folder / FOLDER / f"{frame_index:05d}.jpg"


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
