"""The results of this visit, the newest first."""

import streamlit as st

from pages.components.plain import plain
from pages.components.result import show_result
from pages.components.source import tell_apart
from pages.components.state import MAX_RESULTS, Key, gone_names, results

stored = results()
if not stored:
    st.title("Results")
    st.info(
        f"No result yet. Analyze a clip first; the newest {MAX_RESULTS} results stay here for the rest of your visit: "
        "also when this tab is loaded anew, until ten minutes after it was closed."
    )
    if st.button("Analyze a clip", icon=":material/upload_file:", key="results_to_analyze"):
        st.switch_page("analyze.py")
    st.stop()


def describe(key: Key) -> str:
    """Return one line for the list: the clip, and its sampling where the same clip is there with another one."""
    name, request = stored[key].clip.name, key[1]
    if sum(sha256 == key[0] for sha256, _ in stored) == 1:
        return name
    return f"{name} (frame skip {request.frame_skip}, {request.resize_width} px)"


def tell_gone(names: list[str]) -> str:
    """Return which results are not there any more, the latest by name."""
    if len(names) == 1:
        return f"{names[0]} made room for newer ones"
    return f"{len(names)} made room for newer ones, the last of them {names[-1]}"


labels = dict(zip(stored, tell_apart(map(describe, stored)), strict=True))
if (asked := st.session_state.pop("results_asked", None)) in stored:
    st.session_state["results_chosen"] = asked
if len(stored) == 1:
    (chosen,) = stored
    st.caption(plain(labels[chosen]))
else:
    chosen = st.selectbox("Result", list(reversed(stored)), format_func=labels.get, key="results_chosen")
if gone := gone_names():
    st.caption(f"A visit holds {MAX_RESULTS} results: {plain(tell_gone(gone))}.")
show_result(chosen)
