"""The report form alone, over two results with their stills in `REPORT_FOLDER`."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.pipeline import Analysis, Request
from core.spool import get_spool
from core.video import VideoInfo
from pages.components.report import show_report
from pages.components.state import Clip, Result
from tests.report_case import make_analysis, write_stills

FOLDER = Path(os.environ["REPORT_FOLDER"])
REQUEST = Request(frame_skip="auto", resize_width=480, max_frames=200, min_frames=20, max_duration_s=300)
INFO = VideoInfo("mov", "h264", 240, 320, 0, 12.0, 30.0, 360, 480_000)


@st.cache_resource
def prepare(reps: int) -> tuple[Analysis, Path]:
    """Return a set and its folder."""
    analysis = make_analysis(reps=reps)
    folder = FOLDER / f"{reps}"
    folder.mkdir()
    return analysis, write_stills(analysis, folder)


st.set_page_config(layout="wide")
reps = 5 if "next" not in st.session_state else 3
analysis, folder = prepare(reps)
file = get_spool().copy_in(Path(__file__).parents[2] / "models" / "sample_squats.mp4")
clip = Clip(f"{reps} squats.mp4", replace(file, sha256=f"{reps} squats"), INFO)
show_report(Result(clip, REQUEST, analysis, 150.0, None if "gone" in st.query_params else folder))
st.button("Next result", on_click=lambda: st.session_state.update(next=True))
