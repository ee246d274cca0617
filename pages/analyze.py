"""Drop a clip, choose the sampling, run, watch, read the result."""

import streamlit as st

from core.errors import AnalysisError
from core.pipeline import Request
from core.settings import load_settings
from pages.components.choose import choose_clip
from pages.components.job import current_run, show_run, start_run
from pages.components.plan import asked_for, choose_request, show_facts
from pages.components.player import show_clip
from pages.components.primary import primary_label
from pages.components.result import show_result
from pages.components.state import results

top = st.container()  # the result, above the uploader and the settings that gave it
heading = st.empty()
heading.title("Analyze a set", anchor=False)
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

default = Request.from_settings(settings)
is_done = (clip.file.sha256, asked_for(default)) in results()
with st.expander("Clip and sampling", expanded=not is_done, icon=":material/tune:"):
    panel, video = st.columns([2, 1], gap="medium")
    with video:
        show_clip(clip.file, key="analyze_player")
    with panel:
        show_facts(clip)
        request = choose_request(clip.info, default)
        key = (clip.file.sha256, request)
        label = primary_label("Analyze", is_disabled=is_done)
        if st.button(label, type="primary", width="stretch", disabled=is_done, key="analyze_start"):
            start_run(clip, request)
            st.rerun()
with top:
    if message := st.session_state.get("run_error"):
        st.error(message, icon=":material/error:")
    if key in results():
        heading.subheader("Analyze another set", anchor=False)
        show_result(key)
    elif any(sha256 == clip.file.sha256 for sha256, _ in results()):
        st.info("These settings have not been analysed yet; the earlier results of this clip are under Results.")
