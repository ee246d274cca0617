"""Two sets side by side: in the same phase of their reps, curve over curve, and number beside number."""

from dataclasses import replace

import streamlit as st

from core.compare import Comparison, are_opposite, compare_sets, measure_alike, moments_in_phase
from core.errors import AnalysisError
from pages.components.batch import batch
from pages.components.differences_table import show_differences
from pages.components.joints import choose_joints
from pages.components.pairing import choose_pairs
from pages.components.player import Shown, show_duo
from pages.components.queue import receive_clips, show_queue
from pages.components.source import Source, first_pair, readable_sources

st.title("Compare two sets", anchor=False)
choices, history_error = readable_sources()
if history_error:
    st.error(history_error, icon=":material/error:")
if len(choices) < 2:
    st.info(
        "Two analysed sets are needed: drop two clips here, or analyse them under Analyze. "
        + ("One is there already." if choices else "Saved sets of your history can be chosen too.")
    )
    receive_clips("Drop the clips of two sets", key="compare_upload")
    if batch():
        show_queue(key="compare")
    st.stop()


def choose(label: str, first: Source) -> Shown:
    """Let the trainer choose a set; one is there at first."""
    by_id = {each.id: each for each in choices}
    key = f"compare_{label}"
    if st.session_state.get(key) not in by_id:
        st.session_state[key] = first.id
    chosen = st.selectbox(f"Set {label}", list(by_id), format_func=lambda each: by_id[each].label, key=key)
    return by_id[chosen].load()


def show_on_one_joint(one: Shown, other: Shown) -> tuple[Shown, Shown]:
    """Measure both on the same joint where that can be done, and say so."""
    analyses = measure_alike(one.analysis, other.analysis)
    for name, shown, analysis in zip("AB", (one, other), analyses, strict=True):
        if analysis is not shown.analysis:
            st.caption(
                f"{name} is measured on the {analysis.metrics.joint or ''} here, as the other set is; its own result "
                f"counts on the {shown.analysis.metrics.joint}.".replace("_", " ")
            )
    return replace(one, analysis=analyses[0]), replace(other, analysis=analyses[1])


@st.fragment  # which reps and joints are shown changes nothing above: counting anew for it would take half a second
def show_pair(one: Shown, other: Shown, comparison: Comparison) -> None:
    """Show both in phase with their curves, and the table."""
    moments = moments_in_phase(one.analysis, other.analysis)
    pairs = choose_pairs(*moments)
    if pairs:
        joints = choose_joints(one.analysis, key=f"compare_joints_{one.id}")
        show_duo(one, other, moments=moments, pairs=pairs, joints=joints, key="compare_duo")
        st.caption(
            "Curves: mean ± standard deviation of the whole reps, A solid, B dashed; the two reps on screen are "
            "heavier. Every rep is stretched so that start, turn and end coincide: tempo is in the table, not in the "
            "curves."
        )
    else:
        st.info("One of the sets has too few whole reps to be shown in phase with the other. The numbers are below.")
    show_differences(comparison)


older, newest = first_pair(choices)
left, right = st.columns(2)
try:
    with left:
        one = choose("A", older)
    with right:
        other = choose("B", newest)
except AnalysisError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
if one.id == other.id:
    st.info("A and B are the same set. Choose another one for A or for B.")
    st.stop()

remarks = st.container()  # so that the players stay in their place, and go on, whatever there is to say
with remarks:
    one, other = show_on_one_joint(one, other)
comparison = compare_sets(one.analysis, other.analysis)
if comparison.warnings:
    remarks.warning("  \n".join(comparison.warnings), icon=":material/info:")
if are_opposite(one.analysis, other.analysis):
    remarks.caption(
        "One clip begins at the top of a rep, the other at the bottom. So that both are lowered and lifted together, "
        "the reps of one are taken from turn to turn here; its numbers below are those of its own reps."
    )
show_pair(one, other, comparison)
