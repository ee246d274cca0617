"""Jobs go on while another page is open: what this session has under way is followed from every page."""

import streamlit as st

from core.report.words import count_of
from pages.components.batch import follow_batch, is_under_way
from pages.components.job import current_run, follow_run
from pages.components.plain import plain
from pages.components.state import Drawing, drawings, results


def keep_watch() -> None:
    """Follow what was asked for on other pages; a job nobody asks about would be cancelled."""
    if _drawings_under_way() or is_under_way():
        _watch()


def keep_watch_of_run() -> None:
    """Follow the analysis under way, on every page but its own, which does so itself and opens the result."""
    if current_run() is not None:
        _watch_run()


@st.fragment(run_every=3)
def _watch() -> None:
    for drawing in _drawings_under_way():
        drawing.follow()
    follow_batch()


@st.fragment(run_every=3)
def _watch_run() -> None:
    run = current_run()
    if run is None or not follow_run(run):
        return
    if (result := results().get((run.clip.file.sha256, run.request))) is not None:
        count = count_of(result.analysis.rep_count, "rep")
        st.toast(f"{plain(run.clip.name)}: {count}", icon=":material/check_circle:")
    elif error := st.session_state.get("run_error"):
        st.toast(f"{plain(run.clip.name)}: {error.outcome}", icon=":material/info:", duration="long")
    st.rerun()


def _drawings_under_way() -> list[Drawing]:
    return [drawing for drawing in drawings().values() if not drawing.job.has_ended]
