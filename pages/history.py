"""What this browser, or this account, has saved: find it, follow it over the sessions, open, rename, delete, export."""

import streamlit as st

from core.compare import detectable_changes
from core.errors import HistoryError
from core.history import Owner, SavedSummary, get_history
from core.history.trends import compute_trends, first_and_last
from core.history.words import name_key
from core.plots.sessions import plot_sessions
from pages.components.corrections import in_words
from pages.components.figure import show_figure
from pages.components.history.owner import current_owner, export_src, find_browser, has_login

PAGE_SIZE = 20


def show_empty() -> None:
    """Say what the history is for, and what to do next."""
    st.info(
        "Nothing is saved yet. Analyze a clip, then press **Save to history** under its result: you find it here "
        "again after weeks, and see how an athlete changes from session to session."
    )
    if st.button("Analyze a clip", icon=":material/upload_file:", key="history_to_analyze"):
        st.switch_page("analyze.py")


def show_login() -> None:
    """Ask somebody who is not logged in to do so."""
    st.info("The history belongs to your account. Log in to see what you saved, and to save more.")
    st.caption("The results of this visit are there again after it.")
    if st.button("Log in", icon=":material/login:", key="history_login"):
        st.login()


def show_account(owner: Owner) -> None:
    """Say whose history this is, where it lies, and offer all of it as a file."""
    if has_login():
        name = st.user.get("name") or st.user.get("email") or "your account"
        st.caption(f"Saved by {name}, on this server. No other account sees it.")
    else:
        st.caption(
            "Saved from this browser, on this server. No other browser sees it; clearing this site's cookies loses it, "
            "so export it now and then."
        )
    with st.container(horizontal=True):
        st.link_button("Export all (ZIP)", export_src(owner), icon=":material/download:")
        if has_login() and st.button("Log out", icon=":material/logout:", key="history_logout"):
            st.logout()


def choose(owner: Owner) -> list[SavedSummary]:
    """Show search and filters; return what is found."""
    athletes, exercises = get_history().names(owner)
    text_box, athlete_box, exercise_box = st.columns([2, 1, 1])
    text = text_box.text_input("Search", placeholder="Name, note, exercise", key="history_text")
    athlete = athlete_box.selectbox(
        "Athlete", ["", *athletes], format_func=lambda name: name or "All", key="history_athlete_chosen"
    )
    exercise = exercise_box.selectbox(
        "Exercise", ["", *exercises], format_func=lambda name: in_words(name) if name else "All",
        key="history_exercise_chosen",
    )  # fmt: skip
    return get_history().find(
        owner, text=text or "", athlete=athlete or None, exercise=exercise or None, with_hidden=True
    )


def detectable_in(owner: Owner, saved: list[SavedSummary]) -> dict[str, float]:
    """Return which changes from the first session to the last are more than error; these are measured again once."""
    ends = first_and_last(saved)
    key = (owner.name, repr(ends))  # all that is known of them: corrected meanwhile, they are compared anew
    known_key, known = st.session_state.get("history_detectable", (None, {}))
    if key == known_key:
        return known
    try:
        pairs = {name: tuple(each.id for each in pair) for name, pair in ends.items()}
        changes = {
            ids: detectable_changes(*(get_history().load(owner, one) for one in ids)) for ids in set(pairs.values())
        }
        found = {name: changes[ids][name] for name, ids in pairs.items() if name in changes[ids]}
    except HistoryError:  # deleted meanwhile, or saved by a newer release: its numbers are still there
        found = {}
    st.session_state["history_detectable"] = (key, found)
    return found


def show_trends(owner: Owner, saved: list[SavedSummary]) -> None:
    """Draw the numbers of one athlete's exercise over the sessions."""
    st.subheader("From session to session", anchor=False)
    trends = compute_trends(saved, detectable=detectable_in(owner, saved))
    shown = [(trend, plot_sessions(trend)) for trend in trends]
    drawn = [(trend, drawing) for trend, drawing in shown if drawing.figure is not None]
    if not drawn:
        st.caption("Save a set of this athlete and exercise on another day, and the change is drawn here.")
        return
    st.caption("The first session against the last. Film each from the same place, or the angles are off differently.")
    for at in range(0, len(drawn), 2):
        for column, (trend, drawing) in zip(st.columns(2, gap="medium"), drawn[at : at + 2], strict=False):
            with column:
                st.markdown(f"**{trend.title}**")
                st.caption(drawing.words)
                show_figure(drawing.figure, key=f"history_{trend.title}", alt=f"{trend.title}. {drawing.words}")


def show_history(owner: Owner) -> None:
    """Show what is saved."""
    from pages.components.history.cards import show_card  # noqa: PLC0415  # SQLAlchemy comes with it

    if not get_history().find(owner, limit=1, with_hidden=True):
        show_empty()
        return
    show_account(owner)
    found = choose(owner)
    deleted = st.session_state.get("history_deleted", {})
    listed = [saved for saved in found if not saved.is_hidden or saved.id in deleted]
    kept = [saved for saved in found if not saved.is_hidden]
    sets = {(name_key(saved.labels.athlete), saved.exercise) for saved in kept}
    if len(sets) == 1 and next(iter(sets))[1]:
        show_trends(owner, kept)
    elif len(kept) > 1:
        st.caption("Choose an athlete and an exercise to see their change from session to session.")
    if not listed:
        st.info("Nothing that is saved fits. Use fewer words, or set Athlete and Exercise to All.")
    most = st.session_state.setdefault("history_most", PAGE_SIZE)
    shown = listed[:most]
    for at in range(0, len(shown), 2):  # row by row: on a phone the columns of a row follow each other
        for column, saved in zip(st.columns(2, gap="medium"), shown[at : at + 2], strict=False):
            with column:
                show_card(owner, saved)
    if len(listed) > most and st.button(f"Show more ({len(listed) - most})", key="history_more"):
        st.session_state["history_most"] = most + PAGE_SIZE
        st.rerun()


st.title("History", anchor=False)
if has_login() and not st.user.is_logged_in:
    show_login()
    st.stop()
try:
    find_browser(key="history_browser")
    owner = current_owner()
    if owner is None:
        show_empty()
    else:
        show_history(owner)
except HistoryError as error:
    st.error(str(error), icon=":material/error:")
