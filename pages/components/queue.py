"""Several clips at once: where they are dropped, the list of them, and what can be done with it."""

import streamlit as st

from core.errors import UploadError
from core.export import to_batch_csv
from core.pipeline import Request
from core.settings import load_settings
from core.video import FILE_TYPES
from pages.components.batch import (
    Item,
    add_clips,
    add_kept_back,
    batch,
    cancel,
    cancel_all,
    clear,
    follow_batch,
    is_under_way,
)
from pages.components.batch_table import show_table
from pages.components.choose import show_refusal
from pages.components.kept_back import hear_kept_back
from pages.components.plain import plain
from pages.components.plan import asked_for
from pages.components.state import results

_ERRORS = ("batch_error", "batch_kept_back_error")
"""Two, because clips of one choice arrive before or after the word of what the browser kept back of it."""


def receive_clips(label: str, *, key: str) -> None:
    """Show an uploader that hands each clip to the list and is empty again; the list is the only place to look at."""
    settings = load_settings()
    round_key = f"{key}_round"
    uploaded = st.file_uploader(
        label,
        type=list(FILE_TYPES),
        max_upload_size=settings.max_file_size_mb,
        accept_multiple_files=True,
        key=f"{key}_{st.session_state.get(round_key, 0)}",
    )
    request = asked_for(Request.from_settings(settings))
    if (kept := hear_kept_back(key=f"{key}_kept_back")) is not None:
        st.session_state.pop("batch_kept_back_error", None)
        try:
            add_kept_back(kept, request)
        except UploadError as error:
            st.session_state["batch_kept_back_error"] = str(error)
    if uploaded:
        st.session_state.pop("batch_error", None)
        try:
            add_clips([(file.name, file.getvalue()) for file in uploaded], request)
        except UploadError as error:
            st.session_state["batch_error"] = str(error)
        st.session_state[round_key] = st.session_state.get(round_key, 0) + 1
        st.rerun()
    show_refusal()
    for name in _ERRORS:
        if message := st.session_state.get(name):
            st.error(plain(message), icon=":material/error:")  # it names clips


def show_queue(*, key: str) -> None:
    """Show the list, following it while anything is under way."""
    run_every = 1 if is_under_way() else None
    st.fragment(_show_list, run_every=run_every)(key=key, is_live=run_every is not None)


def _show_list(*, key: str, is_live: bool) -> None:
    follow_batch()
    items = batch()
    if not items:
        st.rerun()  # the whole page: the list was cleared, and with it what the page says of one that is full
    st.markdown(f"**{_describe(items)}**")
    asked = show_table(items, key=f"{key}_table")
    if asked:
        _do(asked)
    _show_buttons(items, key=key)
    if is_live and not is_under_way():
        st.rerun()  # the whole page: nothing has to be followed any more


def _do(asked: dict[str, object]) -> None:
    item = next((item for item in batch() if item.number == asked["number"]), None)
    if item is None:
        return
    if asked["do"] == "cancel":
        cancel(item)
        st.rerun()
    if item.key in results():
        st.session_state["results_asked"] = item.key
        st.switch_page("results.py")


def _show_buttons(items: list[Item], *, key: str) -> None:
    finished = {item.key: item.name for item in items if item.state == "done" and item.key in results()}
    analyses = [
        (name, results()[each].analysis) for each, name in finished.items()
    ]  # the file is made outside the session
    with st.container(horizontal=True):
        st.download_button(
            "All reps (CSV)",
            lambda: to_batch_csv(analyses),
            file_name="batch_reps.csv",
            mime="text/csv",
            help="One row per rep of every finished clip, the clip's name first",
            icon=":material/download:",
            on_click="ignore",
            disabled=not analyses,
            key=f"{key}_csv",
        )
        if is_under_way():
            st.button("Cancel all", icon=":material/close:", on_click=cancel_all, key=f"{key}_cancel_all")
        else:
            st.button(
                "Clear the list",
                icon=":material/clear_all:",
                on_click=_clear,
                help="The results stay under Results",
                key=f"{key}_clear",
            )


def _clear() -> None:
    for name in _ERRORS:
        st.session_state.pop(name, None)
    clear()


def _describe(items: list[Item]) -> str:
    """Return where the list stands: "3 of 5 done, 1 failed"."""
    done, failed, cancelled = (sum(item.state == state for item in items) for state in ("done", "failed", "cancelled"))
    parts = [f"{done} of {len(items)} done"]
    parts += [f"{failed} failed"] if failed else []
    parts += [f"{cancelled} cancelled"] if cancelled else []
    return ", ".join(parts)
