"""Drop a clip, choose the sampling, run and watch; the result has a page of its own, so that nothing here moves."""

import streamlit as st

from core.errors import AnalysisError
from core.pipeline import Request
from core.settings import load_settings
from pages.components.choose import choose_clip
from pages.components.job import current_run, show_ended, show_run, start_run
from pages.components.plan import choose_request, show_facts
from pages.components.player import show_clip
from pages.components.primary import primary_label
from pages.components.state import Clip, Key, results


def show_start(clip: Clip, request: Request) -> None:
    """Offer to analyse the clip as asked, or to see the result where that is done."""
    key: Key = (clip.file.sha256, request)
    if key in results():
        if st.button("Show the result", width="stretch", icon=":material/show_chart:", key="analyze_show"):
            st.session_state["results_asked"] = key
            st.switch_page("results.py")
        return
    if st.button(primary_label("Analyze"), type="primary", width="stretch", key="analyze_start"):
        start_run(clip, request)
        st.rerun()
    if any(sha256 == clip.file.sha256 for sha256, _ in results()):
        st.info("These settings have not been analysed yet; the earlier results of this clip are under Results.")


if "results_asked" in st.session_state:  # the run that was followed here has ended
    st.switch_page("results.py")

st.title("Analyze a set", anchor=False)
settings = load_settings()
try:
    clip = choose_clip(settings)
except AnalysisError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
if clip is None:
    st.caption("The clip stays on this server and is deleted after your visit. Nothing is sent anywhere else.")
    st.stop()

if current_run() is not None:
    show_facts(clip)
    show_run()
    st.stop()

panel, video = st.columns([2, 1], gap="medium")
with video:
    show_clip(clip.file, key="analyze_player")
with panel:
    show_facts(clip)
    start = st.container()  # above the sliders, whose defaults are right for nearly every clip
    request = choose_request(clip.info, Request.from_settings(settings))
with start:
    show_ended()
    show_start(clip, request)
