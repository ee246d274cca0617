"""An `Analysis` as it is stored, and back: landmarks and what was decided, the rest is measured again from these.

So a later release shows what it can measure better, while the figures of the day it was saved stay as they were
(`core.history.figures`).
"""

import io
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import ConfigDict, TypeAdapter

from core.corrections import Corrections
from core.errors import AnalysisError, HistoryError
from core.export.landmarks import read_landmarks, write_landmarks
from core.metrics import RepMetrics
from core.pipeline import Analysis, Timing, clip_warnings, correct, summarize
from core.report.filmstrip import choose_reps
from core.sampling import SamplingPlan
from core.stills import row_at, still_path
from core.video import VideoInfo

FORMAT = 1
"""Of what `pack` writes. A release that changes it keeps reading the earlier ones."""
MAX_PICTURES = 60
"""Start, turn and end of twenty reps; about 5 kB each."""
_OF_REPS = re.compile(
    r"(Only )?[\d.]+ frames a second were analysed|The camera (slowed down|is )|The person (was lost|walks through)"
    r"|No person was seen|The body hardly moves|There is movement, but|Only one cycle was found"
    r"|The cycles are irregular|The [a-z ]+ (does not repeat|bends twice)"
)
"""How a warning begins that was told of the landmarks and the reps, by releases that stored all warnings together."""


@dataclass(frozen=True)
class Record:
    """What cannot be measured again from the landmarks; the fields are those of `Analysis`.

    Of the `warnings`, `clip_warnings` are those that come from the clip; None in records of earlier releases. All of
    them are kept for these, which read nothing else.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_inf_nan="strings")

    info: VideoInfo | None
    plan: SamplingPlan | None
    frame_index: list[int]
    corrections: Corrections
    warnings: tuple[str, ...]
    timing: Timing
    peak_mb: float
    clip_warnings: tuple[str, ...] | None = None


@cache
def _adapter() -> TypeAdapter[Record]:
    return TypeAdapter(Record)


def pack(analysis: Analysis) -> tuple[str, bytes]:
    """Return the record as JSON, and the landmarks as a NumPy file."""
    record = Record(
        info=analysis.info,
        plan=analysis.plan,
        frame_index=analysis.frame_index.tolist(),
        corrections=analysis.corrections,
        warnings=analysis.warnings,
        timing=analysis.timing,
        peak_mb=analysis.peak_mb,
        clip_warnings=clip_warnings(analysis),
    )
    return _adapter().dump_json(record).decode(), write_landmarks(analysis.track)


def unpack(record_json: str, landmarks: bytes, *, format_version: int) -> Analysis:
    """Return the analysis again, measured with this release.

    Raises
    ------
    HistoryError
        It was saved by a newer release, or is damaged.
    """
    if format_version > FORMAT:
        raise HistoryError(
            f"This analysis was saved by a newer RepScope (format {format_version}, this one reads up to {FORMAT}). "
            "Ask who runs this server to update it."
        )
    try:
        record = _adapter().validate_json(record_json)
        track = read_landmarks(io.BytesIO(landmarks))
        frames = np.array(record.frame_index, dtype=np.int64)
        found = summarize(track, frame_index=frames, joint=record.corrections.joint, min_frames=1)
        found = replace(found, warnings=(*_of_clip(record), *found.warnings))
        corrected = found if record.corrections == found.corrections else correct(found, record.corrections)
    except (AnalysisError, ValueError, KeyError) as error:  # also: it names what is not known, or does not fit
        raise HistoryError(f"This saved analysis is damaged and cannot be opened: {error}. Delete it.") from error
    return replace(
        corrected,
        info=record.info,
        plan=record.plan,
        timing=record.timing,
        peak_mb=record.peak_mb,
    )


def _of_clip(record: Record) -> tuple[str, ...]:
    """Return the warnings that hold whatever is measured of the landmarks."""
    if record.clip_warnings is not None:
        return record.clip_warnings
    return tuple(warning for warning in record.warnings if not _OF_REPS.match(warning))


def collect_pictures(analysis: Analysis, folder: Path | None) -> dict[int, bytes]:
    """Return the stills worth keeping, JPEG by row of the track: start, turn and end of the reps.

    Parameters
    ----------
    folder
        The analysis's own folder with its stills (`core.stills`); None or an emptied one gives no pictures.
    """
    frames = analysis.frame_index
    paths = {row: still_path(folder, frames[row]) for row in rows_to_show(analysis)} if folder else {}
    return {row: path.read_bytes() for row, path in sorted(paths.items()) if path.is_file()}


def rows_to_show(analysis: Analysis) -> list[int]:
    """Return rows of the moments of all reps, at most `MAX_PICTURES`; the reps of the report come first."""
    reps = analysis.metrics.reps
    ordered: dict[RepMetrics, None] = dict.fromkeys([rep for rep, _ in choose_reps(reps)])
    ordered |= dict.fromkeys(reps)
    moments = (at_s for rep in ordered for at_s in (rep.turn_s, rep.start_s, rep.end_s))
    rows = dict.fromkeys(row_at(analysis.track.time_s, at_s, frame_index=analysis.frame_index) for at_s in moments)
    return list(rows)[:MAX_PICTURES]
