"""An `Analysis` as one HTML file: no network, no script, two pages of A4 when printed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from core import __version__
from core.compare.sides import say_sides
from core.cues import Cue
from core.exercises import BY_NAME, CUE_RULES
from core.metrics import RepMetrics
from core.pipeline import Analysis
from core.report.bars import draw_range, draw_sides, draw_tempo, why_no_sides
from core.report.figures import (
    Figure,
    draw_curve,
    draw_overlay,
    measured_angles,
    why_no_range,
    why_no_velocity,
)
from core.report.filmstrip import make_filmstrip
from core.report.words import DASH, EDITED_MARK, count_of, phases_of, rep_tag, say, say_exercise, say_joint, say_tempo
from core.sampling import supported_at

MAX_NAME, MAX_NOTES = 60, 500
"""Characters of a name and of the notes that leave the report its two pages."""


@dataclass(frozen=True)
class Details:
    """What the trainer writes on the report, which may be empty, and the day it is for the trainer."""

    made_on: date
    trainer: str = ""
    client: str = ""
    notes: str = ""


@dataclass(frozen=True)
class KeyFigure:
    """One number of the set: what it is, the number in words, and what it means or why it is a dash."""

    label: str
    value: str
    detail: str
    kind: str = ""


@dataclass(frozen=True)
class FormCue:
    """One fault in one line: the worst rep in full, the other reps with their times."""

    text: str
    also: str
    is_warning: bool


def to_report_html(analysis: Analysis, details: Details, *, clip: str, folder: Path | None) -> str:
    """Return the report as one self-contained HTML document.

    Parameters
    ----------
    analysis
        As corrected by the trainer.
    details
        Names, notes and date; shown as the text they are.
    clip
        The clip's file name.
    folder
        The analysis's own folder, for the pictures; None gives a report without them.
    """
    has_reps = bool(analysis.metrics.reps)
    pairs = (draw_overlay(analysis), draw_range(analysis), draw_tempo(analysis), draw_sides(analysis))
    html = _template().render(
        title=say_exercise(analysis),
        details=details,
        date=f"{details.made_on.day} {details.made_on:%B %Y}",
        clip=clip,
        version=__version__,
        summary=_summary(analysis),
        rows=(figures := key_figures(analysis))[:3],
        more=figures[3:],
        strip=make_filmstrip(analysis, folder),
        curve=_drawable(draw_curve(analysis)),
        pairs=[_drawable(figure) for figure in pairs] if has_reps else [],
        table=_table(analysis) if has_reps else None,
        has_edits=any(rep.is_edited for rep in analysis.metrics.reps),
        mark=EDITED_MARK,
        cues=_cues(analysis.cues),
        checked=analysis.say_checked(),
        method=_method(analysis),
        warnings=_warnings(analysis),
        css=Markup(_read("report.css")),
        svg=Markup,
    )
    return html.replace("\0", "")  # no character of a document, and the end of it to a reader in C


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,  # whatever a trainer, a file name or a warning says comes out as text
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.jinja")


def _read(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _summary(analysis: Analysis) -> str:
    """Return one line below the title: how many reps, and from where they were filmed."""
    said = [count_of(analysis.rep_count, "rep")]
    if partial := len(analysis.count.partial_reps):
        said.append(f"{partial} partial, not counted")
    if analysis.view.words:
        said.append(analysis.view.words.removesuffix(".").split(" (")[0].lower())
    return " · ".join(said)


def key_figures(analysis: Analysis) -> list[KeyFigure]:
    """Return the numbers of the set; a dash where one is withheld, with the reason in words."""
    metrics = analysis.metrics
    rom = metrics.statistics["rom_deg"]
    why_range, why_speed = f"Withheld: {why_no_range(analysis)}", f"Withheld: {why_no_velocity(analysis)}"
    few = "Needs two measured reps" if analysis.rep_count == 1 else why_range
    spread = f" ± {say(rom.sd)}" if math.isfinite(rom.sd) else ""
    rom_text = f"{say(rom.mean)}{spread}°" if math.isfinite(rom.mean) else DASH
    has_velocity = metrics.statistics["mean_velocity_deg_s"].n > 0
    why_no_loss = metrics.velocity_loss_note if has_velocity else why_speed if rom.n else why_range
    loss, sides = metrics.velocity_loss_pct, metrics.asymmetry_pct
    return [
        KeyFigure("Reps", str(analysis.rep_count), _reps_detail(analysis)),
        KeyFigure("Range of motion", rom_text, _or(rom.mean, _rom_detail(analysis), why_range)),
        KeyFigure(
            "Tempo",
            say_tempo(metrics),
            _tempo_detail(analysis) if metrics.tempo else why_range,
            "broad",
        ),
        KeyFigure("Cadence", say(metrics.cadence_per_min, " /min"), _or(metrics.cadence_per_min, "reps a minute", few)),
        KeyFigure(
            "Time in reps and pauses",
            say(metrics.time_under_tension_s, " s"),
            _or(
                metrics.time_under_tension_s,
                "without rests of more than 5 s",
                f"Withheld: {metrics.time_under_tension_note}",
            ),
        ),
        KeyFigure(
            "Consistency",
            say(100 * metrics.consistency, " %"),
            _or(metrics.consistency, "100 %: all alike in depth and length", few),
        ),
        KeyFigure(
            "Velocity loss",
            say(loss, " %"),
            _or(loss, _loss_detail(loss), why_no_loss),
        ),
        KeyFigure(
            "Left against right",
            say(abs(sides), " %"),
            _or(sides, say_sides(analysis), f"Withheld: {why_no_sides(analysis)}"),
        ),
    ]


def _loss_detail(loss_pct: float) -> str:
    return "first to last rep, along a straight line" + (": faster" if loss_pct < 0 else "")


def _or(value: float, detail: str, reason: str) -> str:
    return detail if math.isfinite(value) else reason


def _reps_detail(analysis: Analysis) -> str:
    if partial := len(analysis.count.partial_reps):
        return f"whole ones, and {partial} partial"
    return "whole ones" if analysis.rep_count else analysis.count.reason


def _rom_detail(analysis: Analysis) -> str:
    """Return what was measured, and where it should not be relied on, that."""
    joint = say_joint(analysis.metrics.joint or "")
    measured = f"{joint}, mean ± SD" if math.isfinite(analysis.metrics.statistics["rom_deg"].sd) else joint
    doubtful = any(analysis.trust[name].level in ("poor", "none") for name in measured_angles(analysis))
    return f"{measured}; hard to see, take with care" if doubtful else measured


def _tempo_detail(analysis: Analysis) -> str:
    named = analysis.metrics.eccentric_first is not None
    return "mean of the whole reps" if named else f"halves not named: {analysis.metrics.phase_basis}"


def _drawable(figure: Figure) -> dict[str, str]:
    """Return a figure with its drawings, which are markup of ours, marked as such."""
    return {
        "title": figure.title,
        "svg": Markup(figure.svg),
        "narrow": Markup(figure.narrow_svg),
        "note": figure.note,
    }


def _table(analysis: Analysis) -> dict[str, Sequence[object]]:
    """Return the head and the rows of the rep table."""
    out, pause, back, _ = phases_of(analysis.metrics)
    head = (
        ("Rep", ""),
        ("Start", "s"),
        ("Length", "s"),
        (out.name.capitalize(), "s"),
        (pause.name.capitalize(), "s"),
        (back.name.capitalize(), "s"),
        ("Range", "°"),
        ("From – to", "°"),
        ("Top speed", "°/s"),
        ("Left − right", "°"),
        ("Remarks", ""),
    )
    fields = (out.field, pause.field, back.field)
    return {"head": head, "rows": [_row(rep, fields) for rep in analysis.metrics.reps]}


def _row(rep: RepMetrics, phases: Sequence[str]) -> dict[str, object]:
    span = f"{say(rep.min_deg)} – {say(rep.max_deg)}" if math.isfinite(rep.rom_deg) else DASH
    cells = [
        say(rep.start_s, decimals=1),
        say(rep.duration_s, decimals=1),
        *(say(getattr(rep, name), decimals=1) for name in phases),
        say(rep.rom_deg),
        span,
        say(rep.peak_velocity_deg_s),
        say(rep.left_right_rom_diff_deg, signed=True),
    ]
    remarks = [
        *(["partial, not counted"] if rep.is_partial else []),
        *([f"{rep.side} side"] if rep.side != "both" else []),
        *(["edited by hand"] if rep.is_edited else []),
        *([rep.quality_reason] if rep.quality_reason != "clear" else []),
    ]
    return {"name": rep_tag(rep), "cells": cells, "remarks": ", ".join(remarks), "is_partial": rep.is_partial}


def _cues(cues: Sequence[Cue]) -> list[FormCue]:
    """Return one line per kind of fault, in order of their first rep."""
    lines = []
    for kind in dict.fromkeys(cue.kind for cue in cues):
        same = [cue for cue in cues if cue.kind == kind]
        worst = max(same, key=lambda cue: abs(cue.value - cue.threshold))
        others = [f"{cue.rep} ({cue.time_s:.1f} s)" for cue in same if cue is not worst]
        lines.append(
            FormCue(
                text=f"{worst.text.removesuffix('.')}.",
                also=f"Also in rep {', '.join(others)}." if others else "",
                is_warning=worst.severity == "warning",
            )
        )
    return lines


def _method(analysis: Analysis) -> list[str]:
    """Return how the numbers came about, in sentences."""
    rate_hz, corrections = analysis.sample_rate_hz, analysis.corrections
    frames = f"RepScope {__version__} analysed {analysis.frames_analysed} frames of the clip"
    rate = f", {rate_hz:.1f} a second: {_supports(rate_hz)}." if math.isfinite(rate_hz) else "."
    said = [frames + rate, analysis.view.words, *_trust(analysis)]
    if exercise := analysis.recognition.exercise:
        how = (
            "chosen by the trainer"
            if corrections.exercise
            else f"recognised, {100 * analysis.recognition.confidence:.0f} % sure"
        )
        said.append(f"Exercise: {BY_NAME[exercise].label} ({how}).")
    if analysis.count.driving_joint:
        how = "chosen by the trainer" if corrections.joint else "found by itself"
        said.append(f"Counted on: {say_joint(analysis.count.driving_joint)} ({how}).")
    if bounds := [_bound(cue) for cue in {cue.kind: cue for cue in analysis.cues}.values()]:
        said.append(f"A fault is named beyond its bound: {', '.join(bounds)}.")
    if math.isfinite(analysis.metrics.statistics["rom_deg"].sd):
        said.append("± SD: standard deviation, how far the reps are from their mean; two in three are within it.")
    return [*filter(None, said), _edits(analysis)]


def _bound(cue: Cue) -> str:
    unit = cue.unit if cue.unit == "°" else f" {cue.unit}"
    return f"{CUE_RULES[cue.kind].name} {cue.threshold:g}{unit}"


def _supports(rate_hz: float) -> str:
    names = {"counts": ["counts"], "rom_and_tempo": ["range of motion", "tempo"], "velocity": ["velocity"]}
    held = [name for claim, is_held in supported_at(rate_hz).items() if is_held for name in names[claim]]
    if not held:
        return "too few even to count fast reps"
    return "enough for " + (", ".join(held[:-1]) + " and " if len(held) > 1 else "") + held[-1]


def _trust(analysis: Analysis) -> list[str]:
    """Return how far the drawn angles may be trusted; what holds for both sides is said once."""
    said: dict[str, list[str]] = {}
    for name in measured_angles(analysis):
        trust = analysis.trust[name]
        about = "" if math.isnan(trust.expected_error_deg) else f", about ±{trust.expected_error_deg:.0f}°"
        said.setdefault(f"{trust.words}{about}. {trust.reason}", []).append(say_joint(name))
    return [f"{' and '.join(names).capitalize()}: {text}" for text, names in said.items()]


def _edits(analysis: Analysis) -> str:
    """Return what was changed by hand; reps taken out leave no row to mark."""
    if analysis.corrections.reps is None:
        return "The reps are as RepScope found them; none was changed by hand."
    edited = [rep_tag(rep) for rep in analysis.metrics.reps if rep.is_edited]
    if not edited:
        return "The reps were corrected by hand: some were taken out, those listed are as found."
    return f"The reps were corrected by hand; {count_of(len(edited), 'rep')} edited: {', '.join(edited)}."


def _warnings(analysis: Analysis) -> list[str]:
    """Return what the trainer was told, once each; a rate that the figures explain already is left to them."""
    return list(dict.fromkeys((*analysis.warnings, *analysis.metrics.notes)))
