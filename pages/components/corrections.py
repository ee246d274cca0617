"""What the trainer corrects on the results page, one step at a time, and each step can be undone."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from core.corrections import (
    Corrections,
    Reps,
    add_rep,
    delete_rep,
    mark_partial,
    merge_reps,
    move_edges,
    split_rep,
)
from core.errors import AnalysisError
from core.exercises import BY_NAME, EXERCISES
from core.landmarks import ANGLE_NAMES
from core.pipeline import Analysis, correct
from core.report.words import count_of
from pages.components.state import Result, replace_result

AUTOMATIC = ""
"""Of a list, instead of None: on its second run Streamlit takes None for nothing chosen, and offers to clear it."""
Edit = dict[str, Any]
"""What the player asks for: ``action``, and the row and seconds it needs."""


def apply_edit(result: Result, edit: Edit) -> None:
    """Do what the player asked for and keep the result; what cannot be done is said on the next run."""
    try:
        if edit["action"] == "undo":
            undo(result)
        elif edit["action"] == "reset":
            change(result, replace(result.analysis.corrections, reps=None))
        else:
            reps = edit_reps(result.analysis, edit)
            change(result, replace(result.analysis.corrections, reps=reps))
    except AnalysisError as error:
        st.session_state["edit_error"] = str(error)


def edit_reps(analysis: Analysis, edit: Edit) -> Reps:
    """Return the reps after one edit.

    Raises
    ------
    CorrectionError
        It cannot be done there.
    """
    reps = analysis.count.all_reps
    seen = {"time_s": analysis.track.time_s, "signal": analysis.count.signal}
    actions: dict[str, Callable[[], Reps]] = {
        "move": lambda: move_edges(reps, edit["row"], start_s=edit["start_s"], end_s=edit["end_s"], **seen),
        "add": lambda: add_rep(reps, start_s=edit["start_s"], end_s=edit["end_s"], **seen),
        "delete": lambda: delete_rep(reps, edit["row"]),
        "split": lambda: split_rep(reps, edit["row"], at_s=edit["at_s"], **seen),
        "merge": lambda: merge_reps(reps, edit["row"], **seen),
        "partial": lambda: mark_partial(reps, edit["row"], is_partial=edit["is_partial"]),
    }
    return actions[edit["action"]]()


def change(result: Result, corrections: Corrections) -> None:
    """Measure again as the trainer decided, and remember how it was."""
    steps = (*result.steps, result.analysis.corrections)
    replace_result(replace(result, analysis=correct(result.analysis, corrections), steps=steps))


def undo(result: Result) -> None:
    """Go one step back."""
    if result.steps:
        analysis = correct(result.analysis, result.steps[-1])
        replace_result(replace(result, analysis=analysis, steps=result.steps[:-1]))


def choose_corrections(result: Result, *, key: str) -> None:
    """Let the trainer name the joint to count on, and the exercise."""
    corrections, recognition = result.analysis.corrections, result.analysis.recognition
    joints = [AUTOMATIC, *ANGLE_NAMES]
    joint = st.selectbox(
        "Count on",
        joints,
        index=joints.index(corrections.joint or AUTOMATIC),
        format_func=lambda name: in_words(name) if name else "Automatic",
        key=f"joint_{key}_{len(result.steps)}",
        help="Counts again on this angle, which replaces reps edited by hand; Undo brings them back.",
    )
    found = recognition.exercise if not corrections.exercise else None
    automatic = f"{in_words(found)} (auto)" if found else "Automatic"  # a phone shows 20 letters
    names = [AUTOMATIC, *(exercise.name for exercise in EXERCISES)]
    exercise = st.selectbox(
        "Exercise",
        names,
        index=names.index(corrections.exercise or AUTOMATIC),
        format_func=lambda name: in_words(name) if name else automatic,
        key=f"exercise_{key}_{len(result.steps)}",
        help="Decides which form cues are given; the count, and reps edited by hand, stay as they are.",
    )
    if (joint or None) != corrections.joint:
        change(result, replace(corrections, joint=joint or None, reps=None))
        st.rerun(scope="app")
    if (exercise or None) != corrections.exercise:
        change(result, replace(corrections, exercise=exercise or None))
        st.rerun(scope="app")


def show_replaced(result: Result) -> None:
    """Say that the joint chosen last replaced reps edited by hand, and offer them back."""
    now, before = result.analysis.corrections, result.steps[-1] if result.steps else None
    if before is None or before.reps is None or now.reps is not None or now.joint == before.joint:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info("Your edited reps were replaced by a new count. Undo brings them back.", icon=":material/info:")
        st.button("Undo", icon=":material/undo:", on_click=partial(undo, result), key="result_undo")


def show_automatic(result: Result) -> None:
    """Where the joint chosen shows no rep, say what Automatic counts, and offer that."""
    corrections = result.analysis.corrections
    if corrections.joint is None or result.analysis.rep_count or not (count := result.automatic_count):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(f"Automatic counts {count_of(count, 'rep')}.", icon=":material/info:")
        st.button(
            "Count automatically",
            icon=":material/autorenew:",
            on_click=partial(change, result, replace(corrections, joint=None)),
            key="result_automatic",
        )


def in_words(name: str) -> str:
    """Return ``left_knee`` as "Left knee", an exercise as a trainer says it: "Push-up"."""
    label = BY_NAME[name].label if name in BY_NAME else name.replace("_", " ")
    return label[:1].upper() + label[1:]
