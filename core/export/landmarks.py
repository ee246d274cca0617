"""Landmarks as a NumPy file, and read back."""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.errors import LandmarksError
from core.landmarks import LANDMARK_COUNT, LandmarkTrack
from core.pipeline import Analysis


def to_npz(analysis: Analysis) -> bytes:
    """Return the landmarks of the analysis, as `read_landmarks` and `read_analysed` read them."""
    return _to_file(analysis.track, **{_FRAMES: analysis.frame_index})


def write_landmarks(track: LandmarkTrack) -> bytes:
    """Return a landmarks file, the world landmarks in metres included."""
    return _to_file(track)


def _to_file(track: LandmarkTrack, **more: NDArray[np.int64]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        time_s=track.time_s,
        landmarks=np.concatenate([track.xyz, track.visibility[:, :, None]], axis=2),
        world=track.world,
        **more,  # type: ignore[arg-type]  # NumPy's stub takes them for the option `allow_pickle`
    )
    return buffer.getvalue()


def read_landmarks(path: Path | BinaryIO) -> LandmarkTrack:
    """Read a landmarks file, on disk or open: ``time_s (n,)`` and ``landmarks (n, 33, k)``, k = 2 to 4.

    The last axis is x, y, then z, then visibility, in any one length unit; NaN rows where no
    person was found. ``world (n, 33, 3)`` in metres is read where present.

    Raises
    ------
    LandmarksError
        The file is no ``.npz``, does not hold these arrays, unpacks to more than a gigabyte, its times do not rise
        or span more than a day, or the frame numbers of an analysis are not whole, do not rise or are all below 0.
    """
    return _to_track(_read(path))


def read_analysed(path: Path | BinaryIO) -> tuple[LandmarkTrack, NDArray[np.int64] | None]:
    """Read a landmarks file, and which frames of their clip the rows are where an analysis wrote it.

    Returns
    -------
    The track of `read_landmarks` without the rows that no frame was analysed for, and ``(n,)`` frame numbers; all rows
    and None where the file does not tell.

    Raises
    ------
    LandmarksError
        As `read_landmarks`.
    """
    arrays = _read(path)
    track = _to_track(arrays)
    if _FRAMES not in arrays:
        return track, None
    is_frame = arrays[_FRAMES] >= 0
    return track.take(is_frame), arrays[_FRAMES][is_frame].astype(np.int64)


def _read(path: Path | BinaryIO) -> dict[str, NDArray[np.float64]]:
    try:
        _check_size(path)
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: _to_real(archive[name]) for name in archive.files if name in _ARRAYS}
    except _DAMAGED as error:
        raise LandmarksError(f"The landmarks cannot be read: {error}. Give a .npz file with {_EXPECTED}.") from error
    missing = [name for name in ("time_s", "landmarks") if name not in arrays]
    if missing:
        raise LandmarksError(f"The landmarks file lacks {' and '.join(missing)}. Give a .npz file with {_EXPECTED}.")
    _check_shapes(arrays)
    return arrays


def _to_track(arrays: dict[str, NDArray[np.float64]]) -> LandmarkTrack:
    landmarks = arrays["landmarks"]
    unseen = ~(np.abs(landmarks[:, :, :2]) < _LARGEST).all(axis=2)
    landmarks = _without_wild(np.where(np.expand_dims(unseen, 2), np.nan, landmarks))
    depth = landmarks[:, :, 2] if landmarks.shape[2] > 2 else np.full(unseen.shape, np.nan)
    visibility = landmarks[:, :, 3] if landmarks.shape[2] > 3 else np.ones(unseen.shape)
    return LandmarkTrack(
        time_s=arrays["time_s"],
        xyz=np.dstack([landmarks[:, :, 0], landmarks[:, :, 1], depth]),
        visibility=np.where(unseen, np.nan, visibility),
        world=_without_wild(arrays.get("world", np.full((*unseen.shape, 3), np.nan))),
    )


def _without_wild(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a copy with NaN for what is infinite, or larger than any coordinate."""
    return np.where(np.abs(values) < _LARGEST, values, np.nan)


_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    MemoryError,  # the header of an array names a size that the file does not have
    RuntimeError,  # NotImplementedError too
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise on a file that is damaged, or none of theirs."""
_LARGEST = 1e9
"""Coordinates beyond this are no picture's, nor a room's."""
_MOST_FRAMES = 2**53
"""From here on a real number no longer tells one whole number from the next; all below fit into int64."""
_LARGEST_BYTES = 1_000_000_000
"""Eight hours at 30 frames a second."""
_LONGEST_S = 24 * 3600.0
"""A day: times that span more are in another unit than seconds, or damaged."""


def _check_size(path: Path | BinaryIO) -> None:
    """Look at the table of contents, before anything is unpacked."""
    with zipfile.ZipFile(path) as archive:
        size_bytes = sum(member.file_size for member in archive.infolist())
    if size_bytes > _LARGEST_BYTES:
        raise ValueError(f"unpacked it takes {size_bytes / 1e6:.0f} MB, the limit is {_LARGEST_BYTES / 1e6:.0f} MB")
    if not isinstance(path, Path):
        path.seek(0)


def _to_real(values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype.kind not in "fiu":
        raise ValueError(f"it holds {values.dtype}, not real numbers")
    return np.asarray(values, float)


_FRAMES = "analysed_frame_index"
"""``(n,)``: the frame of the clip that each row is, -1 in rows of a stretch that has no frames."""
_ARRAYS = ("time_s", "landmarks", "world", _FRAMES)
_EXPECTED = f"time_s (n,) in seconds and landmarks (n, {LANDMARK_COUNT}, 2 to 4)"


def _check_shapes(arrays: dict[str, NDArray[np.float64]]) -> None:
    time_s, landmarks = arrays["time_s"], arrays["landmarks"]
    shape = landmarks.shape
    fits = len(shape) == 3 and shape[1] == LANDMARK_COUNT and 2 <= shape[2] <= 4 and time_s.shape == shape[:1]
    if not fits or arrays.get("world", np.empty((*shape[:2], 3))).shape != (*shape[:2], 3):
        raise LandmarksError(f"The landmarks file holds time_s {time_s.shape} and landmarks {shape}; give {_EXPECTED}.")
    if len(time_s) == 0:
        raise LandmarksError(f"The landmarks file is empty: it holds 0 rows. Give {_EXPECTED}.")
    if _FRAMES in arrays:
        _check_frames(arrays[_FRAMES], rows=len(time_s))
    if not np.isfinite(time_s).all():
        raise LandmarksError("The landmarks file holds times that are no numbers. Give every row its time in seconds.")
    if (np.diff(time_s) <= 0).any():
        raise LandmarksError("The times of the landmarks file do not rise from row to row. Sort its rows by time_s.")
    if (span_s := float(np.ptp(time_s))) > _LONGEST_S:
        raise LandmarksError(
            f"The times of the landmarks file span {span_s:.3g} s, the limit is a day. Give time_s in seconds."
        )


def _check_frames(frames: NDArray[np.float64], *, rows: int) -> None:
    what_to_do = "Give each row the number of its frame, or leave the array out."
    if frames.shape != (rows,):
        raise LandmarksError(f"The landmarks file holds {_FRAMES} {frames.shape} for {rows} rows. {what_to_do}")
    if not (np.abs(frames) < _MOST_FRAMES).all() or (frames != np.floor(frames)).any():
        raise LandmarksError(f"The {_FRAMES} of the landmarks file are not all whole numbers of frames. {what_to_do}")
    analysed = frames[frames >= 0]
    if len(analysed) == 0:
        raise LandmarksError(f"The {_FRAMES} of the landmarks file name no frame: all are below 0. {what_to_do}")
    if (np.diff(analysed) <= 0).any():
        raise LandmarksError(f"The {_FRAMES} of the landmarks file do not rise from row to row. {what_to_do}")
