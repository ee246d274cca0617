"""Reps and frames as CSV.

UTF-8, comma, one header row, the unit at the end of each column's name, an empty cell where
nothing was measured.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from core.landmarks import ANGLE_NAMES
from core.metrics import RepMetrics
from core.pipeline import Analysis

CONVENTION = (
    "Angles in degrees of clinical flexion: knee, hip and elbow 0 = straight; shoulder 0 = arm at the side; "
    "ankle 0 = foot at a right angle to the shank, dorsiflexion positive; trunk_lean from vertical. "
    "Times in seconds of presentation from the start of the clip; start_s to turn_s to end_s is one rep."
)
REP_COLUMNS = tuple(column.name for column in fields(RepMetrics))
DECIMALS = 4
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs text that begins so; an apostrophe before it keeps it text (OWASP, "CSV Injection")."""


def to_reps_csv(analysis: Analysis) -> str:
    """Return one row per rep; partial and edited reps are listed and marked."""
    return _to_csv(REP_COLUMNS, (rep_record(rep).values() for rep in analysis.metrics.reps))


def rep_record(rep: RepMetrics) -> dict[str, Any]:
    """Return the fields of a rep by name; a partial one has no number, or sums by number would mix it up."""
    return asdict(rep) | ({"rep": None} if rep.is_partial else {})


def to_nobody_csvs() -> tuple[str, str]:
    """Return the files of reps and of frames for a clip in which nobody is seen: their header rows."""
    return _to_csv(REP_COLUMNS, ()), _to_csv(_frame_columns(), ())


def to_batch_csv(analyses: Iterable[tuple[str, Analysis]]) -> str:
    """Return one row per rep of several clips, each given as its file name and analysis; the name comes first."""
    rows = ((name, *rep_record(rep).values()) for name, analysis in analyses for rep in analysis.metrics.reps)
    return _to_csv(["clip", *REP_COLUMNS], rows)


def to_frames_csv(analysis: Analysis) -> str:
    """Return one row per analysed frame, as `frame_rows` gives them."""
    return _to_csv(_frame_columns(), frame_rows(analysis))


def _frame_columns() -> list[str]:
    return ["frame_index", "time_s", *map(angle_column, ANGLE_NAMES), "driving_signal", "rep", "is_edited"]


def frame_rows(analysis: Analysis) -> Iterator[tuple[object, ...]]:
    """Yield each analysed frame: its index, time, every angle, the driving signal, its rep, edited or not.

    The rep is the number of the whole rep the frame lies in, None between reps and in partial ones;
    edited is whether it lies in any rep that the trainer set or changed.
    """
    time_s = analysis.track.time_s
    numbers: list[int | None] = [None] * len(time_s)
    edited = np.zeros(len(time_s), dtype=bool)
    for rep in analysis.metrics.reps:
        inside = (time_s >= rep.start_s) & (time_s < rep.end_s)
        edited |= inside & rep.is_edited
        for index in np.flatnonzero(inside) if not rep.is_partial else ():
            numbers[index] = rep.rep
    series = (analysis.angles[name] for name in ANGLE_NAMES)
    rows = zip(analysis.frame_index, time_s, *series, analysis.count.signal, numbers, edited.tolist(), strict=True)
    yield from (row for row in rows if row[0] >= 0)


def angle_column(name: str) -> str:
    """Return an angle's column name, with what is measured and the unit."""
    return f"{name}_deg" if name == "trunk_lean" else f"{name}_flexion_deg"


def _to_csv(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(columns)
    writer.writerows([to_cell(value) for value in row] for row in rows)
    return text.getvalue()


def to_cell(value: object) -> object:
    """Return a value as it stands in a cell: rounded, empty where unknown, never a formula."""
    if isinstance(value, float | np.floating):
        return "" if not math.isfinite(value) else round(float(value), DECIMALS)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
