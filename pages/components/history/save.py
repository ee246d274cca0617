"""Saving a result to the history: what is asked, what is stored, and what became of it."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import streamlit as st

from core.errors import AnalysisError, DeletedError, HistoryError
from core.history import Labels, Owner, get_history
from core.history.labels import MAX_ATHLETE, MAX_NAME, MAX_NOTE
from core.spool import MB, get_spool
from pages.components.day import today
from pages.components.history.owner import current_owner, has_login, make_owner
from pages.components.primary import primary_label
from pages.components.state import Result, deleted_ids, is_saved, replace_result, results

MAX_LOAD_KG = 1000.0
LOGIN_WORDS = (
    "The history belongs to your account. Log in first: that loads the page anew, and the results of this visit are "
    "there again after it."
)


def show_save(result: Result) -> None:
    """Offer to save a result, or its corrections once it is saved."""
    if not is_saved(result):
        if st.button("Save to history", icon=":material/bookmark_add:", key="history_save"):
            st.session_state["history_saving"] = False  # left by one that was closed while the browser was asked
            _ask(result)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if _is_changed(result):
            _offer_update(result, key="history_update")
        if st.button("Saved. Open the history", icon=":material/bookmark_added:", key="history_open"):
            st.switch_page("history.py")


def show_unsaved(result: Result) -> None:
    """Say at the top that a saved set was corrected, or put back, since it was saved, and save that from there."""
    if is_saved(result) and _is_changed(result):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.info("What you changed in this saved set is not in the history yet.", icon=":material/info:")
            _offer_update(result, key="history_update_top")


def _is_changed(result: Result) -> bool:
    return result.analysis.corrections != result.saved_corrections


def _offer_update(result: Result, *, key: str) -> None:
    if st.button("Save the corrections", icon=":material/save:", key=key):
        _update(result)


@st.dialog("Save to history")
def _ask(result: Result) -> None:
    """Ask for names; nothing is written before Save is pressed."""
    if has_login() and current_owner() is None:
        st.info(LOGIN_WORDS)
        if st.button("Log in", key="history_login_to_save"):
            st.login()
        return
    labels, keeps_clip = ask_labels(
        Labels(st.session_state.get("history_athlete", ""), name=Path(result.clip.name).stem, session_on=today()),
        key="history_new",
        clip_mb=_clip_mb(result),
    )
    st.caption(
        "Stored on this server until you delete it: the measured numbers with the body points, small pictures of the "
        f"reps, what you write here{', and the clip' if keeps_clip else ''}. "
        + ("Only your account sees it." if has_login() else "A cookie lets this browser find it again; no other can.")
    )
    if st.button(primary_label("Save"), type="primary", width="stretch", key="history_save_now"):
        st.session_state["history_saving"] = True
    if st.session_state.get("history_saving"):
        _save_when_known(result, labels, keeps_clip=keeps_clip)


def ask_labels(labels: Labels, *, key: str, clip_mb: float | None = None) -> tuple[Labels, bool]:
    """Show the fields and return what they hold, and whether the clip is to be kept."""
    athlete = st.text_input("Athlete", labels.athlete, max_chars=MAX_ATHLETE, key=f"{key}_athlete")
    name = st.text_input("Name of the set", labels.name[:MAX_NAME], max_chars=MAX_NAME, key=f"{key}_name")
    left, right = st.columns(2)
    latest = max(today(), labels.session_on)  # it may have been saved where it was tomorrow already
    day = left.date_input("Day of training", labels.session_on, max_value=latest, key=f"{key}_day")
    load = right.number_input(
        "Load (kg)", 0.0, MAX_LOAD_KG, labels.load_kg, step=2.5, format="%g", placeholder="none", key=f"{key}_load"
    )
    note = st.text_area("Note", labels.note, max_chars=MAX_NOTE, height=80, key=f"{key}_note")
    keeps_clip = clip_mb is not None and st.checkbox(f"Keep the clip too ({clip_mb:.1f} MB)", key=f"{key}_clip")
    day = day if isinstance(day, date) else labels.session_on
    return Labels(athlete or "", name or "", note or "", day, load), keeps_clip


def _clip_mb(result: Result) -> float | None:
    """Return the room that the clip would take, its preview included; None where it is not here."""
    if not result.clip.is_here or get_spool().get(result.clip.file.token) is None:
        return None
    preview = result.preview_path
    return (result.clip.file.size_bytes + (preview.stat().st_size if preview else 0)) / MB


def _save_when_known(result: Result, labels: Labels, *, keeps_clip: bool) -> None:
    """Save as soon as the browser has its cookie; once, however often Save is pressed."""
    if is_saved(results().get(result.key, result)):
        st.session_state["history_saving"] = False
        st.rerun()
    try:
        problem = make_owner(key=f"history_cookie_{st.session_state.setdefault('history_tries', 0)}")
    except HistoryError as error:
        problem = str(error)
    if problem is None:
        return
    st.session_state["history_saving"] = False
    st.session_state["history_tries"] += 1
    owner = None if problem else current_owner()
    if owner is None:
        st.error(problem or "This browser could not be told from others. Try again.", icon=":material/error:")
        return
    try:
        _save(owner, result, labels, keeps_clip=keeps_clip)
    except AnalysisError as error:  # also: the clip has just expired
        st.error(str(error), icon=":material/error:")
        return
    st.session_state["history_athlete"] = labels.athlete
    st.toast("Saved to your history", icon=":material/bookmark_added:")
    st.rerun()


def _save(owner: Owner, result: Result, labels: Labels, *, keeps_clip: bool) -> None:
    token = result.clip.file.token
    is_needed = keeps_clip or get_spool().get(token) is not None  # numbers outlive a clip that expired
    with st.spinner("Saving…"), get_spool().hold(token) if is_needed else nullcontext():
        saved_id = get_history().save(
            owner,
            result.analysis,
            labels,
            clip_name=result.clip.name,
            folder=result.folder,
            clip=result.clip.file if keeps_clip else None,
        )
        # before the next thing is shown: there another click stops this run
        replace_result(replace(result, saved_id=saved_id, saved_corrections=result.analysis.corrections))


def _update(result: Result) -> None:
    if result.saved_id is None:
        return
    try:
        owner = current_owner()
        if owner is None:
            return
        get_history().update(owner, result.saved_id, result.analysis, folder=result.folder)
    except DeletedError:
        deleted_ids().add(result.saved_id)
        st.error("This analysis was deleted from the history elsewhere. Save it again.", icon=":material/error:")
        return
    except HistoryError as error:
        st.error(str(error), icon=":material/error:")
        return
    replace_result(replace(result, saved_corrections=result.analysis.corrections))
    st.toast("The corrections are saved", icon=":material/bookmark_added:")
    st.rerun()
