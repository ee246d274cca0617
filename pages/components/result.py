"""One result as the trainer reads it: count, curves, reps, cost, downloads."""

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from core.corrections import Corrections
from core.cues import Cue
from core.export import to_frames_csv, to_json, to_npz, to_reps_csv
from core.landmarks import ANGLE_NAMES, JOINTS, SIDES, TRUNK_LEAN
from core.pipeline import Analysis, correct
from core.plots import joint_title, moving_joints, plot_joint
from pages.components.player import show_clip
from pages.components.state import Result, drop_result, results

_NUMBER = st.column_config.NumberColumn
_COLUMNS = {
    "rep": _NUMBER("Rep", format="%d"),
    "side": st.column_config.TextColumn("Side"),
    "is_partial": st.column_config.CheckboxColumn("Partial"),
    "start_s": _NUMBER("Start (s)", format="%.2f"),
    "turn_s": _NUMBER("Turn (s)", format="%.2f"),
    "end_s": _NUMBER("End (s)", format="%.2f"),
    "duration_s": _NUMBER("Duration (s)", format="%.2f"),
    "eccentric_s": _NUMBER("Eccentric (s)", format="%.2f"),
    "concentric_s": _NUMBER("Concentric (s)", format="%.2f"),
    "rom_deg": _NUMBER("ROM (°)", format="%.0f"),
    "min_deg": _NUMBER("Min (°)", format="%.0f"),
    "max_deg": _NUMBER("Max (°)", format="%.0f"),
    "peak_velocity_deg_s": _NUMBER("Peak velocity (°/s)", format="%.0f"),
    "left_right_rom_diff_deg": _NUMBER("Left − right (°)", format="%.0f"),
    "quality": st.column_config.ProgressColumn(
        "Quality",
        min_value=0,
        max_value=1,
        format="%.2f",
        help="How well the rep was seen and how alike it is to the others",
    ),
}


def show_result(result: Result) -> None:
    """Show everything known of one analysis; a change of the driving joint recounts it."""
    count = st.container()
    result = _choose_joint(result)
    analysis = result.analysis
    with count:
        _show_count(analysis)
    for warning in analysis.warnings:
        st.warning(warning, icon=":material/info:")
    curves, video = st.columns([2, 1], gap="medium")
    with curves:
        _show_curves(analysis, key=f"{result.clip.file.sha256[:8]}_{abs(hash(result.request))}")
    with video:
        show_clip(result.clip.file, key="result_player")
    _show_reps(analysis)
    _show_set(analysis)
    _show_cues(analysis)
    _show_downloads(result)
    _show_cost(result)
    if st.button("Delete this result and its clip", icon=":material/delete:", key="result_delete"):
        drop_result((result.clip.file.sha256, result.request))
        st.rerun()


def _choose_joint(result: Result) -> Result:
    """Let the trainer name the joint to count on; landmarks are kept, so only the counting is done again."""
    asked = st.selectbox(
        "Count on",
        [None, *ANGLE_NAMES],
        index=[None, *ANGLE_NAMES].index(result.analysis.corrections.joint),
        format_func=lambda name: "Automatic" if name is None else _words(name),
        key=f"joint_{result.clip.file.token}_{abs(hash(result.request))}",
        width=240,
    )
    if asked == result.analysis.corrections.joint:
        return result
    recounted = replace(result, analysis=correct(result.analysis, Corrections(joint=asked)))
    results()[result.clip.file.sha256, result.request] = recounted
    return recounted


def _show_count(analysis: Analysis) -> None:
    count, exercise = analysis.rep_count, analysis.recognition.exercise
    st.title(f"{count} {'rep' if count == 1 else 'reps'}", anchor=False)
    parts = [analysis.view.words.rstrip(".")] if analysis.view.words else []
    if exercise:
        parts.append(f"Looks like: {_words(exercise)} ({analysis.recognition.confidence:.0%} sure)")
    if analysis.count.driving_joint:
        parts.append(f"Counted on: {_words(analysis.count.driving_joint)}")
    if partial := len(analysis.count.partial_reps):
        parts.append(f"{partial} partial, not counted")
    st.caption(" · ".join(parts))


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


@st.fragment
def _show_curves(analysis: Analysis, *, key: str) -> None:
    joints = st.pills(
        "Joint angles",
        [*JOINTS, TRUNK_LEAN],
        selection_mode="multi",
        default=moving_joints(analysis, most=2),
        format_func=joint_title,
        key=f"curves_{key}",
    )
    for joint in joints:
        st.plotly_chart(plot_joint(analysis, joint), key=f"curve_{key}_{joint}", config={"displayModeBar": False})
        st.caption(_trust_in(analysis, joint))


def _trust_in(analysis: Analysis, joint: str) -> str:
    """Say how far each side's curve may be trusted; both sides alike are said once."""
    names = [TRUNK_LEAN] if joint == TRUNK_LEAN else [f"{side}_{joint}" for side in SIDES]
    said: dict[str, list[str]] = {}
    for name in names:
        trust = analysis.trust[name]
        about = "" if math.isnan(trust.expected_error_deg) else f", about ±{trust.expected_error_deg:.0f}°"
        said.setdefault(f"trust {trust.level}{about}. {trust.reason}", []).append(_words(name))
    return "  \n".join(f"{' and '.join(sides)}: {text}" for text, sides in said.items())


def _show_reps(analysis: Analysis) -> None:
    reps = analysis.metrics.reps
    if not reps:
        return
    st.subheader("Reps", anchor=False)
    table = pd.DataFrame([{name: getattr(rep, name) for name in _COLUMNS} for rep in reps])
    empty = [name for name in _COLUMNS if table[name].isna().all()]
    same = [name for name, usual in (("side", "both"), ("is_partial", False)) if (table[name] == usual).all()]
    table = table.drop(columns=[*empty, *same])
    st.dataframe(table, hide_index=True, column_config=_COLUMNS, key="result_reps")


def _show_set(analysis: Analysis) -> None:
    """Show the set as a whole; what could not be measured is a dash."""
    metrics = analysis.metrics
    if not metrics.reps:
        return
    st.subheader("Set", anchor=False)
    rom = metrics.statistics["rom_deg"]
    values = {
        "Range of motion": (
            _text(rom.mean, "°", sd=rom.sd),
            f"Mean ± standard deviation, {_words(metrics.joint or '')}",
        ),
        "Tempo": (metrics.tempo or "–", "Seconds: eccentric, pause, concentric, pause"),
        "Cadence": (_text(metrics.cadence_per_min, " /min"), "Reps a minute from first start to last end"),
        "Under tension": (_text(metrics.time_under_tension_s, " s"), "Time in reps, partial ones included"),
        "Consistency": (_text(100 * metrics.consistency, " %"), "100 % means every rep is as long and as deep"),
        "Velocity loss": (_text(metrics.velocity_loss_pct, " %"), "First to last rep, mean velocity"),
        "Left against right": (_text(metrics.asymmetry_pct, " %"), metrics.asymmetry_note or ASYMMETRY_HELP),
    }
    with st.container(horizontal=True):
        for label, (value, explanation) in values.items():
            st.metric(label, value, help=explanation, width="content")
    for note in metrics.notes:
        st.caption(note)


def _show_cues(analysis: Analysis) -> None:
    """Show what broke down where; no cue is no praise, the view may not show the fault."""
    if analysis.recognition.exercise is None:
        return
    st.subheader("Form", anchor=False)
    if not analysis.cues:
        st.caption("Nothing to point out that this view of the camera can show.")
    kinds = dict.fromkeys(cue.kind for cue in analysis.cues)
    for kind in kinds:
        _show_kind([cue for cue in analysis.cues if cue.kind == kind])


def _show_kind(cues: list[Cue]) -> None:
    """Show one fault in one line: the worst rep in full, the others by number."""
    worst = max(cues, key=lambda cue: abs(cue.value - cue.threshold))
    others = [str(cue.rep) for cue in cues if cue is not worst]
    icon = ":orange[:material/warning:]" if worst.severity == "warning" else ":material/lightbulb:"
    st.markdown(
        f"{icon} {worst.text}" + (f" · also in rep {', '.join(others)}" if others else ""),
        help=f"Bound: {worst.threshold:g} {worst.unit}. Source: {worst.source}",
    )


def _text(value: float, unit: str, *, sd: float = math.nan) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:.0f}{unit}" if math.isnan(sd) else f"{value:.0f} ± {sd:.0f}{unit}"


def _show_downloads(result: Result) -> None:
    analysis, stem = result.analysis, Path(result.clip.name).stem
    files = {
        "Reps (CSV)": (f"{stem}_reps.csv", "text/csv", lambda: to_reps_csv(analysis)),
        "Frames (CSV)": (f"{stem}_frames.csv", "text/csv", lambda: to_frames_csv(analysis)),
        "All (JSON)": (f"{stem}.json", "application/json", lambda: to_json(analysis, clip=result.clip.name)),
        "Landmarks (NPZ)": (f"{stem}_landmarks.npz", "application/octet-stream", lambda: to_npz(analysis)),
    }
    with st.container(horizontal=True):
        for label, (name, mime, make) in files.items():
            st.download_button(
                label,
                make,
                file_name=name,
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"get_{label}",
            )


def _show_cost(result: Result) -> None:
    timing, worker_mb = result.analysis.timing, result.analysis.peak_mb
    st.subheader("What it took", anchor=False)
    with st.container(horizontal=True):
        st.metric("Processing time", f"{timing.total_s:.1f} s", width="content")
        st.metric("Decode", f"{timing.decode_s:.1f} s", width="content")
        st.metric("Pose", f"{timing.pose_s:.1f} s", width="content")
        st.metric("Rest", f"{timing.rest_s:.1f} s", width="content")
    with st.container(horizontal=True):
        st.metric("Memory, peak together", _mb(worker_mb + result.web_peak_mb), width="content")
        st.metric("Worker", _mb(worker_mb), width="content")
        st.metric("Web process", _mb(result.web_peak_mb), width="content")


ASYMMETRY_HELP = "(left − right) / mean of both, range of motion; positive: left moves further"


def _mb(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.0f} MB"
