"""The set in one look: the count, what it was counted on, and the key figures."""

import math

import streamlit as st

from core.metrics import SetMetrics, velocity_ends
from core.metrics.joint import base_joint
from core.pipeline import Analysis
from core.report.words import say
from pages.components.corrections import in_words

ASYMMETRY_HELP = "(left − right) / mean of both, range of motion; positive: left moves further"


def show_count(analysis: Analysis) -> None:
    """Show the count, and in one line what it rests on."""
    count, recognition = analysis.rep_count, analysis.recognition
    st.title(f"{count} {'rep' if count == 1 else 'reps'}", anchor=False)
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
        f"Tempo: {_tempo_order(metrics)}": (metrics.tempo or "–", "Mean seconds of each part of a rep"),
        "Cadence": (_text(metrics.cadence_per_min, " /min"), "Reps a minute from first start to last end"),
        "Under tension": (
            _text(metrics.time_under_tension_s, " s"),
            "Time in reps with their pauses, shallow ones included; not what the clip cuts",
        ),
        "Consistency": (_text(100 * metrics.consistency, " %"), "100 % means every rep is as long and as deep"),
        _pace_label(metrics): (
            _say_pace(metrics.velocity_loss_pct),
            f"{_velocity_name(metrics)} of the {in_words(metrics.joint or '').lower()}, the last rep seen to its end "
            "against the first; slower is a sign of fatigue",
        ),
        "Left against right": (_text(metrics.asymmetry_pct, " %"), metrics.asymmetry_note or ASYMMETRY_HELP),
    }
    with st.container(horizontal=True):
        for label, (value, explanation) in values.items():
            st.metric(label, value, help=explanation, width="content")
    for note in metrics.notes:
        st.caption(note)


def _tempo_order(metrics: SetMetrics) -> str:
    out, back = ("out", "back") if metrics.eccentric_first is None else ("lowering", "lifting")
    return f"{out}-pause-{back}-pause"


def _pace_label(metrics: SetMetrics) -> str:
    moving = "Moving" if metrics.eccentric_first is None else "Lifting"
    ends = velocity_ends(metrics.reps)
    return f"{moving}, rep {ends[1].rep} against {ends[0].rep}" if ends else f"{moving}, last rep against first"


def _velocity_name(metrics: SetMetrics) -> str:
    return "Mean velocity" if metrics.eccentric_first is None else "Mean lifting velocity"


def _say_pace(loss_pct: float) -> str:
    """Return how the last rep's velocity compares with the first one's: "12 % slower"."""
    if abs(loss_pct) < 0.5:
        return "as fast"
    return say(abs(loss_pct), " % slower" if loss_pct > 0 else " % faster")


def _text(value: float, unit: str, *, sd: float = math.nan) -> str:
    return say(value, unit if math.isnan(sd) else f" ± {sd:.0f}{unit}")
