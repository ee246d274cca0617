"""The saved analyses as cards: open, change what is written on them, delete and take that back."""

import time
from html import escape

import streamlit as st

from core.errors import AnalysisError, HistoryError
from core.history import Owner, SavedSummary, get_history
from core.history.store import UNDO_SECONDS
from core.landmarks import base_joint
from core.report.words import count_of
from core.spool import MB
from core.view import say_place
from pages.components.corrections import in_words
from pages.components.history.open import open_saved
from pages.components.history.owner import saved_src
from pages.components.history.save import ask_labels
from pages.components.plain import plain
from pages.components.primary import primary_label
from pages.components.state import deleted_ids

PICTURES = 5
"""Start, turn and end of the first rep, and what fits beside them."""
PICTURE_PX = 96
_GONE_TEXT = "**{}** is deleted."


def show_card(owner: Owner, saved: SavedSummary) -> None:
    """Show one saved analysis; one that was deleted a moment ago offers to take that back."""
    with st.container(border=True, key=f"history_card_{saved.id}"):
        if saved.is_hidden:
            _show_deleted(owner, saved)
            return
        _show_pictures(owner, saved)
        st.markdown(f"**{title_of(saved)}**")
        st.caption(_facts(saved))
        if saved.labels.note:
            st.text(saved.labels.note)
        with st.container(horizontal=True):
            if st.button("Open", icon=":material/show_chart:", key=f"history_open_{saved.id}"):
                _do(lambda: open_saved(owner, saved))
            if st.button("Edit details", icon=":material/edit:", key=f"history_edit_{saved.id}"):
                _ask_changes(owner, saved)
            if st.button("Delete", icon=":material/delete:", key=f"history_delete_{saved.id}"):
                _delete(owner, saved)


def title_of(saved: SavedSummary) -> str:
    """Return the heading of a card: athlete and name, with what could be read as markup taken apart."""
    parts = [saved.labels.athlete, saved.labels.name or saved.clip_name]
    return plain(" · ".join(part for part in parts if part))


def _facts(saved: SavedSummary) -> str:
    figures, day = saved.figures, saved.labels.session_on
    parts = [f"{day:%d %b %Y}", count_of(saved.rep_count, "rep")]
    if saved.exercise:
        parts.append(in_words(saved.exercise))
    if saved.labels.load_kg is not None:
        parts.append(f"{saved.labels.load_kg:g} kg")
    if figures.rom_deg == figures.rom_deg:  # not NaN
        parts.append(f"{(base_joint(figures.joint) or '').replace('_', ' ')} range {figures.rom_deg:.0f}°".strip())
    if place := say_place(figures.view or "", turn_deg=figures.turn_deg):
        parts.append(f"filmed {place}")
    parts.append(f"clip kept, {saved.size_bytes / MB:.1f} MB" if saved.clip_type else "without the clip")
    return " · ".join(parts)


def _show_pictures(owner: Owner, saved: SavedSummary) -> None:
    """Show a few pictures in a strip of fixed height, so that nothing moves when they come in."""
    if not saved.rows:
        return
    src = saved_src(owner, saved.id)
    images = "".join(
        f'<img src="{escape(f"{src}/{row}.jpg")}" alt="" loading="lazy" height="{PICTURE_PX}" '
        f'style="height:{PICTURE_PX}px;border-radius:4px">'
        for row in saved.rows[:PICTURES]
    )
    st.html(f'<div style="display:flex;gap:4px;height:{PICTURE_PX}px;overflow:hidden">{images}</div>')


def _do(action) -> None:
    try:
        action()
    except AnalysisError as error:  # also: the spool has no room for the clip
        st.error(str(error), icon=":material/error:")


def _delete(owner: Owner, saved: SavedSummary) -> None:
    try:
        get_history().hide(owner, saved.id)
    except HistoryError as error:
        st.error(str(error), icon=":material/error:")
        return
    deleted_ids().add(saved.id)
    st.session_state.setdefault("history_deleted", {})[saved.id] = time.monotonic() + UNDO_SECONDS
    st.rerun()


@st.fragment(run_every=1.0)
def _show_deleted(owner: Owner, saved: SavedSummary) -> None:
    """Count down; then the card goes."""
    left_s = st.session_state.get("history_deleted", {}).get(saved.id, 0.0) - time.monotonic()
    if left_s <= 0:
        st.session_state.get("history_deleted", {}).pop(saved.id, None)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_GONE_TEXT.format(title_of(saved)), width="stretch")
        if st.button(f"Undo ({left_s:.0f} s)", icon=":material/undo:", key=f"history_undo_{saved.id}"):
            try:
                get_history().unhide(owner, saved.id)
            except HistoryError as error:
                st.error(str(error), icon=":material/error:")
                return
            st.session_state["history_deleted"].pop(saved.id, None)
            deleted_ids().discard(saved.id)
            st.rerun()


@st.dialog("Name, day, load and note")
def _ask_changes(owner: Owner, saved: SavedSummary) -> None:
    labels, _ = ask_labels(saved.labels, key=f"history_change_{saved.id}")
    if st.button(primary_label("Save"), type="primary", width="stretch", key="history_change_now"):
        try:
            get_history().edit(owner, saved.id, labels)
        except HistoryError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.rerun()
