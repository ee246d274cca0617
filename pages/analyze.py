"""Drop a clip, choose the sampling, run, watch, read the result."""

import streamlit as st

from core.errors import AnalysisError
from core.pipeline import Request
from core.settings import load_settings
from pages.components.choose import choose_clip
from pages.components.job import current_run, show_run, start_run
from pages.components.plan import choose_request, show_facts
from pages.components.player import show_clip
from pages.components.result import show_result
from pages.components.state import results

st.title("Analyze a set")
settings = load_settings()
try:
    clip = choose_clip(settings)
except AnalysisError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()
if clip is None:
    st.caption("The clip stays on this server and is deleted after your visit. Nothing is sent anywhere else.")
    st.stop()

show_facts(clip)
with st.expander("Watch the clip", icon=":material/play_circle:"):
    show_clip(clip.file.token, key="analyze_player")
request = choose_request(clip.info, Request.from_settings(settings))

is_running = current_run() is not None
if st.button("Analyze", type="primary", width="stretch", disabled=is_running, key="analyze_start"):
    st.session_state.pop("run_error", None)
    if (clip.file.sha256, request) not in results():
        start_run(clip, request)
        st.rerun()
if is_running:
    show_run()
elif message := st.session_state.get("run_error"):
    st.error(message, icon=":material/error:")
elif result := results().get((clip.file.sha256, request)):
    show_result(result)
elif any(key[0] == clip.file.sha256 for key in results()):
    st.info("These settings have not been analysed yet; the earlier results of this clip are under Results.")
