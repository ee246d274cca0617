"""Where the page wants the player to go: a row of the table, a form cue."""

import streamlit as st


def seek(time_s: float) -> None:
    """Ask the player to go to a time in s; every call counts, also for the same time again."""
    _, last_id = asked_seek()
    st.session_state["seek"] = (time_s, last_id + 1)


def asked_seek() -> tuple[float | None, int]:
    """Return the time asked for last, and the number of that request; None and 0 before any."""
    asked: tuple[float | None, int] = st.session_state.get("seek", (None, 0))
    return asked
