"""The clip of the Analyze page: dropped by the trainer, or the sample."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import ROOT
from core.errors import AnalysisError, UploadError
from core.settings import Settings
from core.spool import SpooledFile, get_spool
from core.video import FILE_TYPES, VideoInfo
from pages.components.job import cancel_run, current_run, probe_clip
from pages.components.kept_back import hear_kept_back
from pages.components.state import Clip, Result, results

SAMPLE = ROOT / "models" / "sample_squats.mp4"
SAMPLE_NAME = "Sample clip: squats"


def choose_clip(settings: Settings) -> Clip | None:
    """Show the uploader and return the session's clip, probed; None before there is one.

    Raises
    ------
    AnalysisError
        The file is no clip RepScope reads, is longer than allowed, or has expired.
    """
    uploaded = st.file_uploader(
        f"Drop a clip of one set, up to {settings.max_file_size_mb} MB and {settings.max_video_duration_seconds} s",
        type=list(FILE_TYPES),
        max_upload_size=settings.max_file_size_mb,
        key="analyze_upload",
        on_change=forget_clip,
    )
    _show_kept_back()
    if uploaded is None:
        show_refusal()
        with st.container(horizontal=True):
            is_asked = st.button("Try the sample clip", icon=":material/directions_run:", key="analyze_sample")
            if is_asked and not _is_sample_here():
                forget_clip()
                _take_sample()
                st.session_state.pop("clip_kept_back", None)
            if "clip" in st.session_state:  # the sample, or one from before the page was loaded anew
                st.button("Remove the clip", icon=":material/close:", on_click=forget_clip, key="analyze_remove")
    elif message := st.session_state.get("clip_error"):
        raise UploadError(message)
    elif "clip" not in st.session_state:
        _take_upload(uploaded.getvalue(), name=uploaded.name)
    clip: Clip | None = st.session_state.get("clip")
    if clip is not None and get_spool().get(clip.file.token) is None:
        forget_clip()
        raise UploadError("The clip has expired and was deleted from the server. Choose it again.")
    return clip


def _show_kept_back() -> None:
    """Say why the browser did not send what was chosen last."""
    if (kept := hear_kept_back(key="analyze_kept_back")) is not None:
        st.session_state["clip_kept_back"] = kept
    for _, why in st.session_state.get("clip_kept_back", []):
        st.error(why, icon=":material/error:")


def _take_upload(receipt: bytes, *, name: str) -> None:
    file = get_spool().read_receipt(receipt)
    if file is None:
        raise UploadError("The clip is no longer on the server: it expired. Remove it above and choose it again.")
    st.session_state["clip"] = Clip(name, file, _probe_or_discard(file))


def _probe_or_discard(file: SpooledFile) -> VideoInfo:
    """Return the clip's facts; what is no clip does not stay on disk."""
    try:
        return probe_clip(file)
    except AnalysisError as error:
        get_spool().remove(file.token)
        st.session_state["clip_error"] = str(error)
        raise


def _is_sample_here() -> bool:
    """Tell whether the sample is the clip already, perhaps with an analysis under way."""
    clip: Clip | None = st.session_state.get("clip")
    return clip is not None and clip.name == SAMPLE_NAME and get_spool().get(clip.file.token) is not None


def _take_sample() -> None:
    file = get_spool().copy_in(SAMPLE, owner=_session_id())
    st.session_state["clip"] = Clip(SAMPLE_NAME, file, probe_clip(file))


def is_used_beside(result: Result) -> bool:
    """Tell whether another result, or the analysis under way, shows the same upload."""
    token, run = result.clip.file.token, current_run()
    others = [other for key, other in results().items() if key != result.key]
    return any(other.clip.file.token == token for other in [*others, *([run] if run else [])])


def give_up_clip(result: Result) -> None:
    """Take a result's clip off the server, also where it is still the one of this page."""
    clip: Clip | None = st.session_state.get("clip")
    if clip is not None and clip.file.token == result.clip.file.token:
        forget_clip()
    else:
        get_spool().discard(result.clip.file.token)


def forget_clip() -> None:
    """Give up the clip of this page, and the analysis of it under way."""
    if clip := st.session_state.pop("clip", None):
        cancel_run(clip)
        get_spool().discard(clip.file.token)
    for message in ("clip_error", "run_error"):
        st.session_state.pop(message, None)


@st.fragment(run_every=2)
def show_refusal() -> None:
    """Say why an upload was refused: the uploader itself only says that it failed."""
    if message := get_spool().refusal(_session_id()):
        st.error(message, icon=":material/error:")


def _session_id() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""
