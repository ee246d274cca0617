"""The results of this visit, the newest first."""

import streamlit as st

from pages.components.result import show_result
from pages.components.state import Key, results

st.title("Results")
stored = results()
if not stored:
    st.info("No result yet. Analyze a clip first; its result stays here for the rest of your visit.")
    if st.button("Analyze a clip", icon=":material/upload_file:", key="results_to_analyze"):
        st.switch_page("analyze.py")
    st.stop()


def describe(key: Key) -> str:
    """Return one line for the list."""
    result, request = stored[key], key[1]
    sampling = f"skip {request.frame_skip}, {request.resize_width} px"
    return f"{result.clip.name}: {result.analysis.rep_count} reps ({sampling})"


if (asked := st.session_state.pop("results_asked", None)) in stored:
    st.session_state["results_chosen"] = asked
show_result(st.selectbox("Result", list(reversed(stored)), format_func=describe, key="results_chosen"))
