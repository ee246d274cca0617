"""Jobs go on while another page is open: what this session has under way is followed from every page."""

import streamlit as st

from pages.components.batch import follow_batch, is_under_way
from pages.components.job import current_run, follow_run
from pages.components.state import Drawing, drawings


def keep_watch() -> None:
    """Follow jobs while another page is open; a job nobody asks about would be cancelled."""
    if current_run() is not None or _drawings_under_way() or is_under_way():
        _watch()


@st.fragment(run_every=3)
def _watch() -> None:
    for drawing in _drawings_under_way():
        drawing.follow()
    follow_batch()
    if run := current_run():
        follow_run(run)


def _drawings_under_way() -> list[Drawing]:
    return [drawing for drawing in drawings().values() if not drawing.job.has_ended]
