"""One result as the trainer reads it: count, curves, reps, cost, downloads."""

import math
from pathlib import Path

import pandas as pd
import streamlit as st

from core.export import to_frames_csv, to_json, to_npz, to_reps_csv
from core.landmarks import JOINTS, TRUNK_LEAN
from core.pipeline import Analysis
from core.plots import joint_title, moving_joints, plot_joint
from core.sampling import supported_at
from pages.components.state import Result

_NUMBER = st.column_config.NumberColumn
_COLUMNS = {
    "rep": _NUMBER("Rep", format="%d"),
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
}


def show_result(result: Result) -> None:
    """Show everything known of one analysis."""
    analysis = result.analysis
    _show_count(analysis)
    for warning in analysis.warnings:
        st.warning(warning, icon=":material/info:")
    _show_curves(analysis, key=f"{result.clip.file.sha256[:8]}_{hash(result.request)}")
    _show_reps(analysis)
    _show_downloads(result)
    _show_cost(result)


def _show_count(analysis: Analysis) -> None:
    count = analysis.rep_count
    st.title(f"{count} {'rep' if count == 1 else 'reps'}", anchor=False)
    partial = len(analysis.count.partial_reps)
    parts = [f"Driven by {analysis.count.driving_joint.replace('_', ' ')}"] if analysis.count.driving_joint else []
    parts += [f"{partial} partial, not counted"] if partial else []
    st.caption(" · ".join(parts))


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


def _show_reps(analysis: Analysis) -> None:
    reps = analysis.metrics.reps
    if not reps:
        return
    st.subheader("Reps", anchor=False)
    columns = list(_COLUMNS)
    if not supported_at(analysis.sample_rate_hz)["velocity"]:
        columns.remove("peak_velocity_deg_s")
    table = pd.DataFrame([{name: getattr(rep, name) for name in columns} for rep in reps])
    st.dataframe(table, hide_index=True, column_config=_COLUMNS, key="result_reps")


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


def _mb(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.0f} MB"
