"""Several clips at once, analysed one after the other, in one table and one CSV.

A page of its own: on Analyze a second clip takes the place of the first and has its own sampling and progress; here
a clip joins a list.
"""

import streamlit as st

from core.settings import load_settings
from pages.components.batch import MAX_CLIPS, batch
from pages.components.queue import receive_clips, show_queue

settings = load_settings()
st.title("Several clips", anchor=False)
receive_clips(
    f"Drop up to {MAX_CLIPS} clips, one set each, each up to {settings.max_file_size_mb} MB and "
    f"{settings.max_video_duration_seconds} s",
    key="batch_upload",
)
if batch():
    show_queue(key="batch")
    st.caption(
        "Tempo: seconds of lowering, pause, lifting, pause, mean of the set. Range and depth: how far the joint "
        "travels in a rep (mean ± spread), and how far it bends at most."
    )
else:
    st.info(
        "Choose the clips of a session together. They are analysed one after the other, this table fills in, and each "
        "row opens as a full result. You may look at other pages meanwhile; keep RepScope open."
    )
st.caption(
    "Frame skip and width are those last set under Analyze, Advanced. The clips stay on this server and are deleted "
    "after your visit; a clip that fails, shows too little of a person or is cancelled is deleted at once."
)
