"""An `Analysis` as CSV, JSON and landmarks, and landmarks read back.

CSV: UTF-8, comma, one header row, the unit at the end of each column's name, an empty cell where
nothing was measured. JSON: the same with ``null``, plus how it was made.
"""

import csv
import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import __version__
from core.errors import LandmarksError, NoPersonError
from core.landmarks import ANGLE_NAMES, LANDMARK_COUNT, LandmarkTrack
from core.memory import peak_rss_mb
from core.metrics import RepMetrics
from core.pipeline import Analysis
from core.sampling import supported_at

CONVENTION = (
    "Angles in degrees of clinical flexion: knee, hip and elbow 0 = straight; shoulder 0 = arm at the side; "
    "ankle 0 = foot at a right angle to the shank, dorsiflexion positive; trunk_lean from vertical. "
    "Times in seconds of presentation from the start of the clip; start_s to turn_s to end_s is one rep."
)
_DECIMALS = 4


def to_reps_csv(analysis: Analysis) -> str:
    """Return one row per rep; partial reps are listed and marked."""
    columns = [column.name for column in fields(RepMetrics)]
    return _to_csv(columns, (asdict(rep).values() for rep in analysis.metrics.reps))


def to_frames_csv(analysis: Analysis) -> str:
    """Return one row per analysed frame: time, every angle, and the number of the rep it lies in."""
    unit = "" if analysis.count.unit == "" else f"_{analysis.count.unit}"
    columns = ["frame_index", "time_s", *map(angle_column, ANGLE_NAMES), f"driving_signal{unit}", "rep"]
    series = (analysis.angles[name] for name in ANGLE_NAMES)
    rows = zip(
        analysis.frame_index, analysis.track.time_s, *series, analysis.count.signal, _rep_numbers(analysis), strict=True
    )
    return _to_csv(columns, rows)


def to_json(analysis: Analysis, *, clip: str) -> str:
    """Return the whole result as one JSON object; the README lists its names."""
    return json.dumps(_to_document(analysis, clip=clip), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_nobody_json(error: NoPersonError, *, clip: str, total_s: float) -> str:
    """Return the result of a clip without a person: no rep, the reason, and null for what was not measured."""
    document = {
        "clip": clip,
        "rep_count": 0,
        "partial_rep_count": 0,
        "driving_joint": None,
        "exercise": None,
        "effective_hz": None,
        "frames_analysed": error.frames_analysed,
        "reps": [],
        "timing_s": {"decode": None, "pose": None, "rest": None, "total": total_s},
        "memory_mb": {"peak": peak_rss_mb()},
        "warnings": [str(error)],
        "repscope_version": __version__,
    }
    return json.dumps(_to_plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_npz(analysis: Analysis) -> bytes:
    """Return the landmarks of the analysis, as `read_landmarks` reads them."""
    return write_landmarks(analysis.track)


def write_landmarks(track: LandmarkTrack) -> bytes:
    """Return a landmarks file, the world landmarks in metres included."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        time_s=track.time_s,
        landmarks=np.concatenate([track.xyz, track.visibility[:, :, None]], axis=2),
        world=track.world,
    )
    return buffer.getvalue()


def read_landmarks(path: Path) -> LandmarkTrack:
    """Read a landmarks file: ``time_s (n,)`` and ``landmarks (n, 33, k)``, k = 2 to 4.

    The last axis is x, y, then z, then visibility, in any one length unit; NaN rows where no
    person was found. ``world (n, 33, 3)`` in metres is read where present.

    Raises
    ------
    LandmarksError
        The file is no ``.npz`` or does not hold these arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: _to_real(archive[name]) for name in archive.files if name in _ARRAYS}
    except _DAMAGED as error:
        raise LandmarksError(f"The landmarks cannot be read: {error}. Give a .npz file with {_EXPECTED}.") from error
    missing = [name for name in ("time_s", "landmarks") if name not in arrays]
    if missing:
        raise LandmarksError(f"The landmarks file lacks {' and '.join(missing)}. Give a .npz file with {_EXPECTED}.")
    _check_shapes(arrays)
    landmarks = arrays["landmarks"]
    unseen = ~(np.abs(landmarks[:, :, :2]) < _LARGEST).all(axis=2)
    landmarks = np.where(np.expand_dims(unseen, 2), np.nan, landmarks)
    depth = landmarks[:, :, 2] if landmarks.shape[2] > 2 else np.full(unseen.shape, np.nan)
    visibility = landmarks[:, :, 3] if landmarks.shape[2] > 3 else np.ones(unseen.shape)
    return LandmarkTrack(
        time_s=arrays["time_s"],
        xyz=np.dstack([landmarks[:, :, 0], landmarks[:, :, 1], depth]),
        visibility=np.where(unseen, np.nan, visibility),
        world=arrays.get("world", np.full((*unseen.shape, 3), np.nan)),
    )


_DAMAGED = (
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,  # NotImplementedError too
    zipfile.BadZipFile,
    zlib.error,
)
"""What NumPy and zipfile raise on a file that is damaged, or none of theirs."""
_LARGEST = 1e9
"""Coordinates beyond this are no picture's, nor a room's."""


def _to_real(values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype.kind not in "fiu":
        raise ValueError(f"it holds {values.dtype}, not real numbers")
    return np.asarray(values, float)


_ARRAYS = ("time_s", "landmarks", "world")
_EXPECTED = f"time_s (n,) in seconds and landmarks (n, {LANDMARK_COUNT}, 2 to 4)"


def _check_shapes(arrays: dict[str, NDArray[np.float64]]) -> None:
    time_s, landmarks = arrays["time_s"], arrays["landmarks"]
    shape = landmarks.shape
    fits = len(shape) == 3 and shape[1] == LANDMARK_COUNT and 2 <= shape[2] <= 4 and time_s.shape == shape[:1]
    if not fits or arrays.get("world", np.empty((*shape[:2], 3))).shape != (*shape[:2], 3):
        raise LandmarksError(f"The landmarks file holds time_s {time_s.shape} and landmarks {shape}; give {_EXPECTED}.")
    if len(time_s) == 0:
        raise LandmarksError(f"The landmarks file is empty: it holds 0 rows. Give {_EXPECTED}.")
    if not np.isfinite(time_s).all():
        raise LandmarksError("The landmarks file holds times that are no numbers. Give every row its time in seconds.")
    if (np.diff(time_s) <= 0).any():
        raise LandmarksError("The times of the landmarks file do not rise from row to row. Sort its rows by time_s.")


def angle_column(name: str) -> str:
    """Return an angle's column name, with what is measured and the unit."""
    return f"{name}_deg" if name == "trunk_lean" else f"{name}_flexion_deg"


def _rep_numbers(analysis: Analysis) -> list[int | None]:
    numbers: list[int | None] = [None] * len(analysis.track.time_s)
    for rep in (rep for rep in analysis.metrics.reps if not rep.is_partial):
        inside = (analysis.track.time_s >= rep.start_s) & (analysis.track.time_s < rep.end_s)
        for index in np.flatnonzero(inside):
            numbers[index] = rep.rep
    return numbers


def _to_csv(columns: list[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(columns)
    writer.writerows([_to_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _to_cell(value: object) -> object:
    if isinstance(value, float | np.floating):
        return "" if not math.isfinite(value) else round(float(value), _DECIMALS)
    return "" if value is None else value


def _to_document(analysis: Analysis, *, clip: str) -> dict[str, Any]:
    count, timing = analysis.count, analysis.timing
    measured = asdict(analysis.metrics)
    document = {
        "clip": clip,
        "rep_count": analysis.rep_count,
        "partial_rep_count": len(count.partial_reps),
        "driving_joint": count.driving_joint,
        "exercise": analysis.recognition.exercise,
        "recognition": asdict(analysis.recognition),
        "view": asdict(analysis.view),
        "trust": {name: asdict(trust) for name, trust in analysis.trust.items()},
        "cues": [asdict(cue) for cue in analysis.cues],
        "effective_hz": analysis.sample_rate_hz,
        "frames_analysed": len(analysis.track.time_s),
        "reps": measured.pop("reps"),
        "set": measured,
        "timing_s": {
            "decode": timing.decode_s,
            "pose": timing.pose_s,
            "rest": timing.rest_s,
            "total": timing.total_s,
        },
        "memory_mb": {"peak": analysis.peak_mb},
        "warnings": list(analysis.warnings),
        "video": None if analysis.info is None else asdict(analysis.info),
        "sampling": None if analysis.plan is None else asdict(analysis.plan),
        "rate_supports": supported_at(analysis.sample_rate_hz),
        "joint_asked_for": analysis.corrections.joint,
        "exercise_asked_for": analysis.corrections.exercise,
        "is_edited": analysis.corrections.reps is not None,
        "convention": CONVENTION,
        "repscope_version": __version__,
    }
    plain: dict[str, Any] = _to_plain(document)
    return plain


def _to_plain(value: Any) -> Any:
    """Return the value in JSON's types; NaN becomes null, numbers are rounded to what is meant."""
    if isinstance(value, dict):
        return {key: _to_plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(entry) for entry in value]
    if isinstance(value, float | np.floating):
        return round(float(value), _DECIMALS) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
