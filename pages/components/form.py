"""The form cues: what broke down where, each taking the player to its rep."""

from functools import partial

import streamlit as st

from core.cues import Cue
from core.pipeline import Analysis
from pages.components.seek import seek


def show_cues(analysis: Analysis, *, key: str) -> None:
    """Show what broke down where, and what was checked without being found or could not be seen."""
    if analysis.recognition.exercise is None and not analysis.metrics.reps:  # as in the report
        return
    st.subheader("Form", anchor=False)
    for kind in dict.fromkeys(cue.kind for cue in analysis.cues):
        _show_kind([cue for cue in analysis.cues if cue.kind == kind], key=f"cue_{key}_{kind}")
    st.caption(analysis.say_checked())


def _show_kind(cues: list[Cue], *, key: str) -> None:
    """Show one fault: the worst rep in words, a button for every rep that shows it."""
    worst = max(cues, key=lambda cue: abs(cue.value - cue.threshold))
    icon = ":orange[:material/warning:]" if worst.severity == "warning" else ":material/lightbulb:"
    with st.container(border=True):
        text = (
            worst.text if len(cues) == 1 else f"In {len(cues)} reps, worst in {worst.text[0].lower()}{worst.text[1:]}"
        )
        st.markdown(f"{icon} {text}", help=f"Bound: {worst.threshold:g} {worst.unit}. Source: {worst.source}")
        with st.container(horizontal=True):
            for cue in cues:
                st.button(
                    f"Rep {cue.rep}",
                    icon=":material/play_arrow:",
                    on_click=partial(seek, cue.time_s),
                    key=f"{key}_{cue.rep}",
                    help=f"See it at {cue.time_s:.1f} s",
                )
