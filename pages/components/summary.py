"""The set in one look: the count, what it was counted on, and the key figures."""

import math

import streamlit as st

from core.compare.sides import compare_sides
from core.landmarks import base_joint
from core.metrics import SetMetrics
from core.metrics.summary import NO_TREND, STEADY
from core.pipeline import Analysis
from core.report.words import DASH, count_of, say
from pages.components.corrections import in_words

ASYMMETRY_HELP = (
    "By how much one side moves further, of the mean of both. Within error: the place of the camera and the body model "
    "can make as much of a difference. Error not known: it was not measured from where this camera stood"
)


def show_count(analysis: Analysis) -> None:
    """Show the count, and in one line what it rests on."""
    count, recognition = analysis.rep_count, analysis.recognition
    st.title(count_of(count, "rep"), anchor=False)
    parts = []
    if recognition.exercise and analysis.corrections.exercise:
        parts.append(in_words(recognition.exercise))
    elif recognition.exercise:
        parts.append(f"Looks like: {in_words(recognition.exercise)} ({recognition.confidence:.0%} sure)")
    if analysis.count.driving_joint:
        parts.append(f"Counted on: {in_words(analysis.count.driving_joint)}")
    measured = analysis.metrics.joint
    if measured and measured != analysis.count.driving_joint:
        parts.append(f"Measured on: {in_words(measured)}")
    if partial := len(analysis.count.partial_reps):
        parts.append(f"{partial} partial, not counted")
    if analysis.view.words:
        parts.append(analysis.view.words.rstrip("."))
    if analysis.corrections.reps is not None:
        parts.append("Reps edited by hand")
    st.caption(" · ".join(parts))


def show_set(analysis: Analysis) -> None:
    """Show the figures of the whole set; what could not be measured is a dash."""
    metrics = analysis.metrics
    if not metrics.reps:
        return
    rom = metrics.statistics["rom_deg"]
    values = {
        f"{in_words(base_joint(metrics.joint) or 'joint')} range": (
            _text(rom.mean, "°", sd=rom.sd),
            f"Range of motion, mean ± standard deviation, {in_words(metrics.joint or '')}",
        ),
        f"Tempo: {_tempo_order(metrics)}": (metrics.tempo or "–", _explain_tempo(metrics)),
        "Cadence": (
            _text(metrics.cadence_per_min, " /min"),
            "Reps a minute, first start to last end, without rests; it takes two",
        ),
        "Time in reps and pauses": (
            _text(metrics.time_under_tension_s, " s"),
            metrics.time_under_tension_note
            or "Time under tension: shallow reps included; not rests of more than 5 s, not what the clip cuts",
        ),
        "Consistency": (_text(100 * metrics.consistency, " %"), "100 % means every rep is as long and as deep"),
        "Moving over the set" if metrics.eccentric_first is None else "Lifting over the set": (
            _say_pace(metrics),
            f"{_velocity_name(metrics)} of the {in_words(metrics.joint or '').lower()} from the first to the last rep, "
            f"along a straight line; slower is a sign of fatigue. {_why_no_pace(metrics)}".strip(),
        ),
        "Left against right": (_say_asymmetry(analysis), metrics.asymmetry_note or ASYMMETRY_HELP),
    }
    with st.container(horizontal=True):
        for label, (value, explanation) in values.items():
            st.metric(label, value, help=explanation, width="content")
    for note in metrics.notes:
        st.caption(note)


def _tempo_order(metrics: SetMetrics) -> str:
    out, back = ("out", "back") if metrics.eccentric_first is None else ("lowering", "lifting")
    return f"{out}-pause-{back}-pause"


def _explain_tempo(metrics: SetMetrics) -> str:
    unknown = "; ? is a pause between reps that was not measured" if "?" in metrics.tempo else ""
    return f"Mean seconds of each part of a rep{unknown}"


def _velocity_name(metrics: SetMetrics) -> str:
    return "Mean velocity" if metrics.eccentric_first is None else "Mean lifting velocity"


def _say_pace(metrics: SetMetrics) -> str:
    """Return how the velocity changes over the set: "12 % slower"."""
    loss_pct = metrics.velocity_loss_pct
    if metrics.velocity_loss_note in (STEADY, NO_TREND):
        return metrics.velocity_loss_note
    return say(abs(loss_pct), " % slower" if loss_pct > 0 else " % faster")


def _why_no_pace(metrics: SetMetrics) -> str:
    if metrics.velocity_loss_note == NO_TREND:
        return "The reps of this set lie too far off one to tell."
    if metrics.velocity_loss_note in ("", STEADY):
        return ""
    return f"It {metrics.velocity_loss_note}."


def _say_asymmetry(analysis: Analysis) -> str:
    """Return by how much one side moves further: "22 %, left", and whether error alone can give as much."""
    sides = compare_sides(analysis)
    if sides is None:
        return DASH
    if sides.verdict == "within":
        return say(sides.pct, " %, within error")
    error = "error not known" if sides.verdict == "unknown" else ""
    return say(sides.pct, ", ".join(filter(None, (" %", sides.further, error))))


def _text(value: float, unit: str, *, sd: float = math.nan) -> str:
    return say(value, unit if math.isnan(sd) else f" ± {sd:.0f}{unit}")
