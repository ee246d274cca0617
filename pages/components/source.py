"""Where the two sets of a comparison come from: the results of this visit, and what was saved to the history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count

import streamlit as st

from core.errors import HistoryError
from core.history import Owner, SavedSummary, get_history
from core.report.words import count_of
from core.video import PREVIEW_NAME
from pages.components.history.owner import current_owner, saved_src
from pages.components.player import Shown
from pages.components.state import Key, Result, results

LOADED_MOST = 2
"""Saved sets a session keeps loaded: the two on the page."""


@dataclass(frozen=True)
class Source:
    """A set that can be chosen: its id, its line in the list, its exercise where it is known, and how to get it.

    `load` raises `AnalysisError` where it is no longer there.
    """

    id: str
    label: str
    exercise: str | None
    load: Callable[[], Shown]


def sources() -> list[Source]:
    """Return what can be compared, the newest first: this visit's results, then what is saved and not open.

    Raises
    ------
    HistoryError
        The history cannot be read; :func:`visit_sources` still can.
    """
    owner = current_owner()
    if owner is None:
        return visit_sources()
    is_open = {result.saved_id for result in results().values()}
    saved = [_from_history(owner, each) for each in get_history().find(owner) if each.id not in is_open]
    return _told_apart([*visit_sources(), *saved])


def visit_sources() -> list[Source]:
    """Return the results of this visit, the newest first."""
    return _told_apart([_from_visit(key, result) for key, result in reversed(results().items())])


def tell_apart(labels: Iterable[str]) -> list[str]:
    """Number lines of a list that are the same: Streamlit tells options by their lines and finds only the first."""
    told: list[str] = []
    for label in labels:
        numbered = (f"{label} ({number})" for number in count(2))
        told.append(label if label not in told else next(each for each in numbered if each not in told))
    return told


def _told_apart(found: list[Source]) -> list[Source]:
    labels = tell_apart(each.label for each in reversed(found))  # the oldest keeps its line when another comes
    return [replace(each, label=label) for each, label in zip(found, reversed(labels), strict=True)]


def _from_visit(key: Key, result: Result) -> Source:
    request = key[1]
    identity = f"visit-{key[0]}-{request.frame_skip}-{request.resize_width}"
    return Source(
        identity,
        f"{result.clip.name}: {count_of(result.analysis.rep_count, 'rep')}",
        result.analysis.recognition.exercise,
        lambda: Shown(identity, result.clip.name, result.analysis, result.clip_src, result.preview_src),
    )


def _from_history(owner: Owner, saved: SavedSummary) -> Source:
    named = " · ".join(filter(None, [saved.labels.athlete, saved.labels.name])) or saved.clip_name
    label = f"{saved.labels.session_on:%Y-%m-%d} {named}: {count_of(saved.rep_count, 'rep')}, saved"
    return Source(f"saved-{saved.id}", label, saved.exercise, lambda: _show_saved(owner, saved, name=named))


def first_pair(found: list[Source]) -> tuple[Source, Source]:
    """Return the two to compare at first, the older one as A: the newest, and the next of the same exercise."""
    newest, *others = found
    same = [each for each in others if each.exercise is not None and each.exercise == newest.exercise]
    return (same or others)[0], newest


def _show_saved(owner: Owner, saved: SavedSummary, *, name: str) -> Shown:
    """Load a saved set, once for as long as it is on the page and as it was."""
    loaded: dict[tuple[str, str], Shown] = st.session_state.setdefault("compare_loaded", {})
    key = (owner.name, repr(saved))  # all that is known of it: corrected or renamed meanwhile, it is loaded anew
    if key not in loaded:
        analysis = get_history().load(owner, saved.id)
        src = saved_src(owner, saved.id)
        clip_src = f"{src}/clip" if saved.clip_type else None
        preview_src = f"{src}/{PREVIEW_NAME}" if get_history().preview_path(owner, saved.id) else None
        title = f"{saved.labels.session_on:%Y-%m-%d} {name}"
        loaded[key] = Shown(f"saved-{saved.id}", title, analysis, clip_src, preview_src)
    loaded[key] = loaded.pop(key)  # the latest last
    while len(loaded) > LOADED_MOST:
        del loaded[next(iter(loaded))]
    return loaded[key]


def readable_sources() -> tuple[list[Source], str]:
    """Return what can be compared, and why the history is not among it; empty where it is."""
    try:
        return sources(), ""
    except HistoryError as error:
        return visit_sources(), str(error)
