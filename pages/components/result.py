"""One result as the trainer reads it: count, player beside the curves, form, reps, shape, exports, cost."""

import math

import streamlit as st

from core.landmarks import SIDES, TRUNK_LEAN
from core.pipeline import Analysis
from pages.components.annotated import show_annotated
from pages.components.choose import give_up_clip, is_used_beside
from pages.components.corrections import apply_edit, choose_corrections, in_words, show_automatic, show_replaced
from pages.components.downloads import show_downloads
from pages.components.form import show_cues
from pages.components.history.save import show_save, show_unsaved
from pages.components.joints import choose_joints
from pages.components.plain import plain
from pages.components.player import show_player
from pages.components.rep_table import show_reps
from pages.components.report import show_report
from pages.components.seek import asked_seek
from pages.components.shape import show_shape
from pages.components.state import Key, Result, drop_result, results
from pages.components.summary import show_count, show_set

CHOICES_PX = 496
"""Of what can be chosen for the whole set; on a phone they share its width, so that more of the set is seen."""


@st.fragment  # a correction runs this again and nothing else of the page
def show_result(key: Key) -> None:
    """Show everything known of one analysis of this session."""
    result = results()[key]
    analysis = result.analysis
    name = f"{key[0][:8]}_{abs(hash(key[1]))}"
    show_count(analysis)
    with st.container(horizontal=True, vertical_alignment="bottom", width=CHOICES_PX):
        choose_corrections(result, key=name)
    show_replaced(result)
    show_unsaved(result)
    show_set(analysis)
    if analysis.warnings:
        st.warning("  \n".join(analysis.warnings), icon=":material/info:")
    show_automatic(result)
    _show_player(result, name=name)
    show_cues(analysis, key=name)
    show_reps(analysis, key=name)
    show_shape(analysis, key=name)
    st.subheader("Save and share", anchor=False)
    show_save(result)
    show_downloads(result)
    show_annotated(result)
    show_report(result)
    _show_cost(result)
    keeps_clip = is_used_beside(result)
    words = "Delete this result" if keeps_clip else "Delete this result and its clip"
    if st.button(words, icon=":material/delete:", key=f"result_delete_{name}"):  # a second click is not for the next
        drop_result(key)
        st.toast(f"{plain(result.clip.name)} is deleted", icon=":material/delete:")
        if not keeps_clip:
            give_up_clip(result)
        st.rerun(scope="app")


def _show_player(result: Result, *, name: str) -> None:
    """Show the clip beside the curves, and do what is edited there."""
    analysis = result.analysis
    if result.clip.remark:
        st.info(result.clip.remark, icon=":material/info:")
    joints = choose_joints(analysis, key=f"curves_{name}")
    seek_s, seek_id = asked_seek()
    edit = show_player(
        analysis,
        clip_src=result.clip_src,
        preview_src=result.preview_src,
        stills_src=f"{result.files_src}/stills" if result.files_src else None,
        joints=joints,
        seek_s=seek_s,
        seek_id=seek_id,
        can_undo=bool(result.steps),
        key=f"player_{name}",
    )
    if edit:
        apply_edit(result, edit)
        st.rerun(scope="fragment")
    if message := st.session_state.pop("edit_error", None):
        st.error(message, icon=":material/error:")
    st.caption(_trust_in(analysis, joints))


def _trust_in(analysis: Analysis, joints: list[str]) -> str:
    """Say how far each curve may be trusted; what holds for several is said once."""
    names = [f"{side}_{joint}" for joint in joints if joint != TRUNK_LEAN for side in SIDES]
    names += [TRUNK_LEAN] if TRUNK_LEAN in joints else []
    said: dict[str, list[str]] = {}
    for name in names:
        trust = analysis.trust[name]
        about = "" if math.isnan(trust.expected_error_deg) else f" ±{trust.expected_error_deg:.0f}°"
        said.setdefault(f"{trust.words}. {trust.reason}", []).append(in_words(name).lower() + about)
    return "  \n".join(f"{', '.join(curves).capitalize()}: {text}" for text, curves in said.items())


def _show_cost(result: Result) -> None:
    timing, worker_mb = result.analysis.timing, result.analysis.peak_mb
    figures = {
        "Processing time": f"{timing.total_s:.1f} s",
        "Decode": f"{timing.decode_s:.1f} s",
        "Pose": f"{timing.pose_s:.1f} s",
        "Rest": f"{timing.rest_s:.1f} s",
        "Memory, peak together": _mb(worker_mb + result.web_peak_mb),
        "Worker": _mb(worker_mb),
        "Web process": _mb(result.web_peak_mb),
    }
    with st.expander("What it took", key="result_cost"), st.container(horizontal=True):
        for label, value in figures.items():
            st.metric(label, value, width="content")


def _mb(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.0f} MB"
