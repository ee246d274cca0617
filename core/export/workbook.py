"""A set as an Excel workbook: summary, reps, frames, and how it was measured."""

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core import __version__
from core.compare.sides import say_sides
from core.exercises import BY_NAME
from core.export.tables import CONVENTION, frame_rows, rep_record
from core.landmarks import ANGLE_NAMES
from core.metrics import RepMetrics
from core.palette import ACCENT
from core.pipeline import Analysis

REP_TITLES = {
    "rep": "Rep",
    "side": "Side",
    "is_partial": "Partial",
    "is_edited": "Edited",
    "start_s": "Start (s)",
    "turn_s": "Turn (s)",
    "end_s": "End (s)",
    "duration_s": "Duration (s)",
    "to_turn_s": "Way out (s)",
    "from_turn_s": "Way back (s)",
    "eccentric_s": "Lowering, eccentric (s)",
    "concentric_s": "Lifting, concentric (s)",
    "pause_turn_s": "Pause at the turn (s)",
    "pause_top_s": "Pause before the next rep (s)",
    "joint": "Joint",
    "rom_deg": "Range of motion (°)",
    "min_deg": "Least angle (°)",
    "max_deg": "Largest angle (°)",
    "peak_velocity_deg_s": "Peak velocity (°/s)",
    "mean_velocity_deg_s": "Mean velocity (°/s)",
    "left_rom_deg": "Range, left (°)",
    "right_rom_deg": "Range, right (°)",
    "left_right_rom_diff_deg": "Left minus right (°)",
    "left_right_timing_ms": "Left later than right (ms)",
    "left_right_note": "Why left and right are not compared",
    "quality": "Quality (0 to 1)",
    "quality_reason": "What limits it",
    "is_cut": "Cut by the clip",
}
"""The fields of `RepMetrics` in words, in their order."""
_NUMBER_FORMATS = {"(s)": "0.00", "(ms)": "0", "(°)": "0.0", "(°/s)": "0", "(0 to 1)": "0.00"}
_WIDE = {"left_right_note": 44, "quality_reason": 34, "joint": 14}
_EDITED_FILL = "#fdf0d5"
_A4 = 9
"""As Excel numbers the sizes of paper."""


def to_xlsx(analysis: Analysis, *, clip: str) -> bytes:
    """Return the workbook: sheets Summary, Reps, Frames and About.

    Numbers are numbers, the unit stands in the header, what was not measured is an empty cell. Reps
    that the trainer set or changed are marked in the column Edited and by colour. Text is written as
    text, so that a clip named ``=...`` is no formula. Every sheet prints on A4 across, all columns on one page.

    Parameters
    ----------
    clip
        The clip's name, for the first line.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  8 MB that only this export needs

    buffer = io.BytesIO()
    with Workbook(buffer, {"constant_memory": True}) as book:  # rows go to a file as they come
        book.set_properties({"title": f"RepScope: {clip}", "comments": f"RepScope {__version__}"})
        _write_summary(_Sheet.add(book, "Summary", widths=[34, 16, 12, 12, 60]), analysis, clip=clip)
        _write_reps(_Sheet.add(book, "Reps", widths=[_WIDE.get(name, 11) for name in REP_TITLES]), analysis)
        _write_frames(_Sheet.add(book, "Frames", widths=[9] * (len(ANGLE_NAMES) + 5)), analysis)
        _write_about(_Sheet.add(book, "About", widths=[28, 110]), analysis)
    return buffer.getvalue()


@dataclass
class _Sheet:
    """A worksheet written from top to bottom, and the formats made for its workbook."""

    book: Any
    sheet: Any
    row: int = 0
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    @classmethod
    def add(cls, book: Any, name: str, *, widths: list[int]) -> "_Sheet":
        sheet = book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)  # inches
        sheet.fit_to_pages(1, 0)  # as many pages as the rows need, each with all columns
        return cls(book, sheet)

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"valign": "top", **properties})
        return self.formats[key]

    def write(self, values: Iterable[object], *, number_formats: Iterable[str] = (), **properties: Any) -> None:
        """Write one row; an empty cell for None and NaN."""
        by_column = dict(enumerate(number_formats))
        for column, value in enumerate(values):
            number = {"num_format": by_column[column]} if by_column.get(column) else {}
            self._write_cell(column, value, self.format(**properties, **number))
        self.row += 1

    def _write_cell(self, column: int, value: object, style: Any) -> None:
        if isinstance(value, bool | np.bool_):
            self.sheet.write_boolean(self.row, column, bool(value), style)
        elif isinstance(value, int | float | np.integer | np.floating) and math.isfinite(value):
            self.sheet.write_number(self.row, column, float(value), style)
        elif isinstance(value, str) and value:
            self.sheet.write_string(self.row, column, value, style)  # never a formula or a link
        else:
            self.sheet.write_blank(self.row, column, None, style)

    def head(self, titles: Iterable[str], *, freeze_columns: int = 0) -> None:
        """Write a header row that stays in sight, and is printed on every page."""
        self.sheet.set_row(self.row, 48)
        self.sheet.repeat_rows(self.row)
        self.write(titles, bold=True, text_wrap=True, bottom=1, font_color=ACCENT)
        self.sheet.freeze_panes(self.row, freeze_columns)

    def part(self, *titles: str) -> None:
        """Leave a row free and begin a part of the sheet."""
        self.row += 1
        self.write(titles, bold=True, bottom=1, font_color=ACCENT)


def _write_summary(sheet: _Sheet, analysis: Analysis, *, clip: str) -> None:
    metrics, wrapped, exercise = analysis.metrics, {"text_wrap": True}, analysis.recognition.exercise
    joint = analysis.count.driving_joint
    who = "chosen by the trainer" if analysis.corrections.joint else "found by RepScope"
    sheet.head(["Set", "Value", "SD", "Reps", "What it is"])
    facts: list[tuple[object, ...]] = [
        ("Clip", clip),
        ("Reps", analysis.rep_count),
        (
            "Partial reps",
            len(analysis.count.partial_reps),
            None,
            None,
            "Clearly less range, or about half a way out or home cut off by the clip: listed, not counted",
        ),
        ("Exercise", BY_NAME[exercise].label.capitalize() if exercise else "", None, None, analysis.recognition.reason),
        ("Counted on", _words(joint), None, None, who if joint else ""),
        ("Reps edited by hand", analysis.corrections.reps is not None),
    ]
    for fact in facts:
        sheet.write(fact, align="left")
    sheet.part("Mean of the whole reps", "Mean", "SD", "Reps")
    for name, statistic in metrics.statistics.items():
        number = _number_format(REP_TITLES[name])
        sheet.write([REP_TITLES[name], statistic.mean, statistic.sd, statistic.n], number_formats=["", number, number])
    sheet.part("The set as a whole", "Value", "", "", "What it is")
    order = (
        "lowering - pause - lifting - pause" if metrics.eccentric_first is not None else "out - pause - back - pause"
    )
    for title, value, number, meaning in [
        ("Tempo (s)", metrics.tempo, "", order),
        ("Cadence (reps per min)", metrics.cadence_per_min, "0.0", "First start to last end, without rests"),
        (
            "Time in reps and pauses (s)",
            metrics.time_under_tension_s,
            "0.0",
            metrics.time_under_tension_note
            or "Time under tension: reps and pauses between them; not rests of more than 5 s, not what the clip cuts",
        ),
        ("Consistency (0 to 1)", metrics.consistency, "0.00", "1: every rep as long and as deep as the others"),
        (
            "Velocity loss (%)",
            metrics.velocity_loss_pct,
            "0",
            metrics.velocity_loss_note or "Along a straight line, first to last rep; negative: faster",
        ),
        (
            "Left against right (%)",
            metrics.asymmetry_pct,
            "0",
            metrics.asymmetry_note or f"Positive: left. Here: {say_sides(analysis)}",
        ),
    ]:
        sheet.write([title, value, None, None, meaning], number_formats=["", number])
    if analysis.cues:
        sheet.part("Form", "At (s)", "Rep", "", "What to look at")
    for cue in analysis.cues:
        sheet.write([_words(cue.kind), cue.time_s, cue.rep, None, cue.text], number_formats=["", "0.00"], **wrapped)
    if analysis.warnings or metrics.notes:
        sheet.part("To know")
    for note in (*analysis.warnings, *metrics.notes):
        sheet.write([note])


def _write_reps(sheet: _Sheet, analysis: Analysis) -> None:
    number_formats = [_number_format(title) for title in REP_TITLES.values()]
    sheet.head(REP_TITLES.values(), freeze_columns=1)
    for rep in analysis.metrics.reps:
        marked = {"bg_color": _EDITED_FILL} if rep.is_edited else {}
        sheet.write(_rep_values(rep), number_formats=number_formats, **marked)
    sheet.sheet.autofilter(0, 0, max(1, len(analysis.metrics.reps)), len(REP_TITLES) - 1)


def _rep_values(rep: RepMetrics) -> list[object]:
    values = rep_record(rep) | {"joint": _words(rep.joint)}
    return [values[name] for name in REP_TITLES]


def _write_frames(sheet: _Sheet, analysis: Analysis) -> None:
    unit = analysis.count.unit.replace("deg", "°").replace("_", " ")
    angles = [f"{_words(name)} (°)" for name in ANGLE_NAMES]
    signal = f"Counted signal ({unit})" if unit else "Counted signal"
    sheet.head(["Frame", "Time (s)", *angles, signal, "Rep", "Edited"], freeze_columns=2)
    number_formats = ["0", "0.000", *["0.0"] * len(angles), "0.000" if unit != "°" else "0.0", "0"]
    for row in frame_rows(analysis):
        sheet.write(row, number_formats=number_formats)


def _write_about(sheet: _Sheet, analysis: Analysis) -> None:
    sheet.head(["About", ""])
    facts: list[tuple[str, object]] = [
        ("RepScope", __version__),
        ("Conventions", CONVENTION),
        ("Empty cells", "Not measured: not seen, or too few frames a second to claim it."),
        ("Partial", "No whole rep: listed without a number, not counted and in no mean."),
        ("Cut by the clip", "The clip begins or ends before the rep is home; it counts unless it is partial."),
        ("Edited", "The rep was set or changed by hand; everything is measured again from the same landmarks."),
        ("Frames analysed", analysis.frames_analysed),
        ("Frames per second analysed", round(analysis.sample_rate_hz, 2)),
        ("Camera", analysis.view.words),
        ("Medical use", "None: RepScope is not a medical device."),
    ]
    for fact in facts:
        sheet.write(fact, text_wrap=True, align="left")
    sheet.part("Angle", "How far to trust it")
    for name, trust in analysis.trust.items():
        error = "" if math.isnan(trust.expected_error_deg) else f", about ±{trust.expected_error_deg:.0f}°"
        sheet.write([_words(name), f"{trust.words.capitalize()}{error}. {trust.reason}"], text_wrap=True)


def _number_format(title: str) -> str:
    return next((number for unit, number in _NUMBER_FORMATS.items() if title.endswith(unit)), "")


def _words(name: str | None) -> str:
    return (name or "").replace("_", " ").capitalize()
