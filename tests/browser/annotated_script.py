"""What `annotated_app` shows: one result, a correction of it, and another page to go to."""

from dataclasses import replace

import streamlit as st

from core.corrections import Corrections, delete_rep
from core.mannequin import compute_truth
from core.mannequin.__main__ import SAMPLE_FILMING, SAMPLE_MOTION
from core.pipeline import Request, correct, summarize
from core.settings import load_settings
from core.spool import get_spool
from core.video.read import probe
from core.worker import get_pool
from pages.components.annotated import show_annotated
from pages.components.choose import SAMPLE
from pages.components.state import Clip, Result, drop_result, results
from pages.components.watch import keep_watch
from tests.worker_tasks import count


def make_result() -> None:
    """Store what a perfect pose model would make of the sample."""
    file = get_spool().copy_in(SAMPLE)
    info = probe(file.path, max_duration_s=60)
    request = Request.from_settings(load_settings())
    analysis = summarize(compute_truth(SAMPLE_MOTION, filming=SAMPLE_FILMING).track)
    plan = replace(request.plan(info), size_wh=(info.width, info.height))
    result = Result(
        Clip("Anna's squats.mp4", file, info),
        request,
        replace(analysis, info=info, plan=plan),
        0.0,
        get_spool().make_folder(file.token),
    )
    results()[result.key] = result


def correct_result() -> None:
    """Delete the first rep."""
    key, result = next(iter(results().items()))
    reps = delete_rep(tuple(result.analysis.count.reps), 0)
    results()[key] = replace(result, analysis=correct(result.analysis, Corrections(reps=reps)))


def busy_worker() -> None:
    """Give the worker something else to do for a few seconds."""
    st.session_state["busy"] = get_pool().submit(count, 60, pause_s=0.1)


keep_watch()
if not st.session_state.get("is_made"):
    st.session_state["is_made"] = True
    make_result()
if not st.toggle("Another page"):
    for each in list(results().values()):
        show_annotated(each)
st.button("Correct", on_click=correct_result)
st.button("Delete", on_click=lambda: drop_result(next(iter(results()))))
st.button("Keep the worker busy", on_click=busy_worker)
st.write(f"{len(results())} results")
