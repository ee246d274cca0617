"""The annotated video of a result: asked for, waited for, saved."""

import logging
from urllib.parse import urlencode

import streamlit as st

from core.errors import AnalysisError
from core.jobs import annotate_in_worker
from core.spool import MB, get_spool
from core.video import ANNOTATED_NAME
from core.worker import get_pool
from pages.components.downloads import file_stem
from pages.components.state import Drawing, Result, drawings

log = logging.getLogger("repscope")


def show_annotated(result: Result) -> None:
    """Offer the clip with everything drawn on it; it is drawn anew when the trainer has corrected something."""
    if result.folder is None or not result.clip.is_here:
        return
    drawing = _current(result)
    is_running = drawing is not None and not drawing.job.has_ended
    if drawing and not is_running:
        drawing.is_watched = False
    st.fragment(_show, run_every=0.5 if is_running else None)(result, drawing)


def _current(result: Result) -> Drawing | None:
    """Return the drawing of what the result says now; one of earlier corrections is stopped."""
    assert result.folder
    drawing = drawings().get(result.folder.name)
    if drawing and drawing.corrections != result.analysis.corrections:
        drawing.job.cancel()
        del drawings()[result.folder.name]
        return None
    return drawing


def _show(result: Result, drawing: Drawing | None) -> None:
    if drawing is None:
        _offer(result)
    elif not drawing.job.has_ended:
        _show_progress(result, drawing)
    elif drawing.is_watched:
        drawing.is_watched = False
        st.rerun()  # the whole page: this fragment would go on asking
    else:
        _show_outcome(result, drawing)


def _offer(result: Result) -> None:
    if st.button("Annotated video (MP4)", icon=":material/movie:", key=f"annotate_{_name(result)}"):
        _start(result)


def _start(result: Result) -> None:
    assert result.folder
    spool, file = get_spool(), result.clip.file
    try:
        with spool.hold(file.token):
            job = get_pool().submit(annotate_in_worker, file.path, result.analysis, result.folder)
            spool.hold_while(file.token, lambda: not job.has_ended)
    except AnalysisError as error:
        st.error(str(error), icon=":material/error:")
        return
    drawings()[result.folder.name] = Drawing(result.analysis.corrections, job)
    st.rerun()


def _show_progress(result: Result, drawing: Drawing) -> None:
    share = drawing.follow()
    position = drawing.job.position
    if position:
        st.progress(0.0, text=f"Annotated video: number {position} in the queue. It starts by itself.")
    else:
        st.progress(share, text=f"Drawing the annotated video: {share:.0%}")
    if st.button("Cancel", icon=":material/close:", key=f"annotate_cancel_{_name(result)}"):
        drawing.job.cancel()
        drawings().pop(_name(result), None)
        st.rerun()


def _show_outcome(result: Result, drawing: Drawing) -> None:
    try:
        drawing.job.result()
    except AnalysisError as error:
        log.warning("Annotated video failed: %s", type(error).__name__)
        st.error(str(error), icon=":material/error:")
        _offer(result)
        return
    assert result.folder
    path = result.folder / ANNOTATED_NAME
    if not path.is_file():
        st.info("The annotated video was deleted with its clip. Analyze the clip again to get it.")
        return
    name = urlencode({"name": f"{file_stem(result.clip.name)}_annotated"})
    address = f"{result.files_src}/{ANNOTATED_NAME}?{name}"
    size = f"{path.stat().st_size / MB:.1f} MB"
    st.link_button(f"Save annotated video ({size})", address, icon=":material/download:")


def _name(result: Result) -> str:
    assert result.folder
    return result.folder.name
