"""The running analysis of a session: started once, followed from whichever page is open."""

import logging
from pathlib import Path

import streamlit as st

from core.errors import AnalysisError, JobError, NoPersonError, VideoError
from core.jobs import analyze_in_worker, probe_in_worker
from core.pipeline import Analysis, Progress, Request
from core.plots import most_moving_angle, plot_live
from core.settings import load_settings
from core.spool import SpooledFile, get_spool
from core.video import VideoInfo
from core.worker import Job, WorkerPool, get_pool
from pages.components.figure import show_figure
from pages.components.state import Clip, Run, store_result

PROBE_TIMEOUT_S = 20.0
RUNNING_POLL_S, QUEUED_POLL_S = 0.5, 2.0
"""Each look runs the script: 16 queued sessions that looked twice a second kept the web process from all else."""

log = logging.getLogger("repscope")


@st.cache_resource
def _probe_pool() -> WorkerPool:
    """A child of its own, or a clip's facts would wait behind somebody's analysis; gone before that clip's begins."""
    return WorkerPool(workers=1, job_timeout_s=PROBE_TIMEOUT_S, idle_s=0)


def probe_clip(file: SpooledFile) -> VideoInfo:
    """Return the clip's facts; raises `AnalysisError` for what is no clip."""
    limit_s = load_settings().max_video_duration_seconds
    try:
        return _probe_pool().submit(probe_in_worker, file.path, max_duration_s=limit_s).result()
    except JobError as error:  # it speaks of an analysis, and of settings that change nothing here
        log.warning("The process that reads a clip's facts failed: %s", error)
        raise VideoError(
            f"The clip's facts could not be read: their process ended early, or ran longer than {PROBE_TIMEOUT_S:g} s. "
            "Choose the clip again in a minute, or save it again as MP4, trimmed to the set."
        ) from error


def start_run(clip: Clip, request: Request) -> None:
    """Queue an analysis for this session; what prevents it is told by the page, as what ends it early is."""
    st.session_state.pop("run_error", None)
    try:
        job, folder = submit_analysis(clip.file, request)
    except AnalysisError as error:
        st.session_state["run_error"] = error
        return
    st.session_state["run"] = Run(clip, request, job, folder)


def submit_analysis(file: SpooledFile, request: Request) -> tuple[Job[Progress, Analysis], Path]:
    """Queue the analysis of a clip, which stays on disk until the job has ended; return the job and its folder.

    Raises
    ------
    UploadError
        The clip is gone: it expired, or was removed.
    NoRoomError, StoreError
        The disk is full, or refuses its folder for another reason.
    """
    spool = get_spool()
    with spool.hold(file.token):
        folder = spool.make_folder(file.token)
        job = get_pool().submit(analyze_in_worker, file.path, request, folder=folder)
        spool.hold_while(file.token, lambda: not job.has_ended)
    return job, folder


def cancel_run(clip: Clip) -> None:
    """Stop the run of a clip that is taken away."""
    run = current_run()
    if run and run.clip.file.token == clip.file.token:
        _give_up(run)


def _give_up(run: Run) -> None:
    """Cancel a run, or forget one that failed, with what it left on disk."""
    run.job.cancel()
    get_spool().remove_folder(run.folder)
    st.session_state["run"] = None


def current_run() -> Run | None:
    """Return this session's running or queued analysis."""
    run: Run | None = st.session_state.get("run")
    return run


def follow_run(run: Run) -> bool:
    """Take in what the worker has sent; store the result or the error when it has ended, and tell whether it has."""
    ended = run.job.has_ended  # asked first, so that no message is left behind
    for progress in run.job.take_messages():
        run.last = progress
        run.time_s.append(progress.time_s)
        for name, degrees in progress.angles.items():
            run.angles.setdefault(name, []).append(degrees)
    if not ended:
        return False
    st.session_state["run"] = None
    try:
        analysis = run.job.result()
        st.session_state["results_asked"] = store_result(run.clip, run.request, analysis, folder=run.folder)
    except AnalysisError as error:
        if isinstance(error, NoPersonError):  # an answer, as `show_ended` tells it
            log.info("Nothing counted: a person in %d of %d frames", error.frames_seen, error.frames_analysed)
        else:
            log.warning("Analysis failed: %s", type(error).__name__)
        _give_up(run)
        st.session_state["run_error"] = error
    return True


def show_ended() -> None:
    """Say why the last analysis gave no result; that too little of a person is in the clip is no failure."""
    error: AnalysisError | None = st.session_state.get("run_error")
    if isinstance(error, NoPersonError):
        st.info(error.outcome, icon=":material/person_off:")
        if st.button("How to film", icon=":material/menu_book:", key="analyze_to_guide"):
            st.switch_page("guide.py")
    elif error is not None:
        st.error(str(error), icon=":material/error:")


def show_run() -> None:
    """Progress, the growing curve and Cancel, or the place in the queue."""
    run = current_run()
    is_queued = run is not None and bool(run.job.position)
    st.fragment(_show_run, run_every=QUEUED_POLL_S if is_queued else RUNNING_POLL_S)(was_queued=is_queued)


def _show_run(*, was_queued: bool) -> None:
    run = current_run()
    if run is None:
        return
    if follow_run(run):
        st.rerun()  # the whole page, which opens the result
    position = run.job.position
    if was_queued and not position:
        st.rerun()  # the whole page: from now on there is more to see
    if position is not None and position > 0:
        st.progress(0.0, text=f"Waiting: number {position} in the queue. It starts by itself; keep this page open.")
    elif run.last is None:
        st.progress(0.0, text="Starting…")
    else:
        _show_progress(run)
    if st.button("Cancel", icon=":material/close:", key="analyze_cancel"):
        _give_up(run)
        st.rerun()


def _show_progress(run: Run) -> None:
    last = run.last
    assert last is not None
    left_s = run.seconds_left()
    if last.frames_planned > run.request.plan(run.clip.info).frames:
        stage = "Somebody else is in the picture, so it is watched once more"
    elif last.fraction >= 1:
        stage = "Counting…"
    else:
        stage = f"{last.fraction:.0%}" + (f" · {left_s:.0f} s left" if left_s is not None else "")
    st.progress(last.fraction, text=f"{stage} · frame {last.frames_done} of {last.frames_planned}")
    name = most_moving_angle(run.angles)
    figure = plot_live(run.time_s, run.angles[name], name=name, end_s=run.clip.info.duration_s)
    show_figure(figure, key="analyze_live", alt=f"{name.replace('_', ' ').capitalize()} so far, degrees over seconds")
