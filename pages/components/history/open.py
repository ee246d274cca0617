"""A saved analysis as a result of this visit: to look at, correct, export and report like a fresh one."""

import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.export import to_npz
from core.history import Owner, SavedSummary, get_history
from core.history.archive import rows_to_show
from core.memory import peak_rss_mb
from core.pipeline import Analysis, Request
from core.settings import load_settings
from core.spool import NoRoomError, SpooledFile, TooLargeError, get_spool
from core.spool.writer import disk_errors
from core.stills import still_path
from core.video import PREVIEW_NAME
from pages.components.state import Clip, Result, hold_result, results

NEAR_S = 0.5
"""From a moment of a rep to the picture that is shown of it."""
NO_ROOM = "Opened without its clip: it stays in the history, but there is no room for it here now."


def open_saved(owner: Owner, saved: SavedSummary) -> None:
    """Load a saved analysis into this visit's results and go there.

    Raises
    ------
    HistoryError
        It cannot be loaded.
    UploadError
        Not even its numbers find room, or the folder of clips is gone; nothing of it stays.
    """
    known = next((result for result in results().values() if result.saved_id == saved.id), None)
    result = known or _load(owner, saved)
    if known is None:
        hold_result(result)
    st.session_state["results_chosen"] = result.key
    st.switch_page("results.py")


def _load(owner: Owner, saved: SavedSummary) -> Result:
    store = get_history()
    analysis = store.load(owner, saved.id)
    clip_path = store.clip_path(owner, saved.id)
    if clip_path is not None:
        with suppress(NoRoomError, TooLargeError):  # no room for it, or the limit was lowered since
            return _put_together(owner, saved, analysis, clip_path=clip_path)
    result = _put_together(owner, saved, analysis, clip_path=None)
    return replace(result, clip=replace(result.clip, remark=NO_ROOM)) if clip_path else result


def _put_together(owner: Owner, saved: SavedSummary, analysis: Analysis, *, clip_path: Path | None) -> Result:
    """Return the result with its files in the spool; where they find no room, none of them stays."""
    file = _spool(analysis, clip_path, saved_id=saved.id)
    try:
        with disk_errors():
            folder = _unpack_pictures(owner, saved, analysis, token=file.token)
            if clip_path and (preview := get_history().preview_path(owner, saved.id)):
                shutil.copyfile(preview, folder / PREVIEW_NAME)
        get_spool().count_folders(file.token)
    except BaseException:
        get_spool().remove(file.token)
        raise
    name = saved.clip_name if not saved.labels.name else saved.labels.name
    # known by its place in the history: the same clip may have another result in this visit
    clip = Clip(name, replace(file, sha256=saved.id), analysis.info, is_here=clip_path is not None)
    request = Request.from_settings(load_settings())
    return Result(
        clip, request, analysis, peak_rss_mb(), folder, saved_id=saved.id, saved_corrections=analysis.corrections
    )


def _spool(analysis: Analysis, clip_path: Path | None, *, saved_id: str) -> SpooledFile:
    """Return the clip, or in its place the landmarks, as a file of this visit that goes with it.

    It is called by its id: once that is deleted for good, so is this copy.
    """
    context = get_script_run_ctx()
    owner = context.session_id if context else None
    if clip_path is not None:
        return get_spool().copy_in(clip_path, owner=owner, name=saved_id)
    with disk_errors(), tempfile.TemporaryDirectory() as folder:
        landmarks = Path(folder) / f"{saved_id}.npz"
        landmarks.write_bytes(to_npz(analysis))
        return get_spool().copy_in(landmarks, owner=owner, name=saved_id)


def _unpack_pictures(owner: Owner, saved: SavedSummary, analysis: Analysis, *, token: str) -> Path:
    """Write the pictures where an analysis has its stills; return its folder.

    An earlier release may have let a rep begin a little earlier or later: the nearest picture then shows that pose.
    """
    folder = get_spool().make_folder(token)
    kept, time_s = get_history().pictures(owner, saved.id), analysis.track.time_s
    for row in {*kept, *rows_to_show(analysis)}:
        nearest = min(kept, key=lambda each: abs(time_s[each] - time_s[row]), default=row)
        if nearest in kept and abs(time_s[nearest] - time_s[row]) <= NEAR_S:
            path = still_path(folder, analysis.frame_index[row])
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_bytes(kept[nearest])
    return folder
