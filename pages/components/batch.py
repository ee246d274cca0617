"""The batch of a session: clips that wait, are analysed one after the other, and become results."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from core.errors import AnalysisError, NoPersonError, UploadError
from core.pipeline import Analysis, Progress, Request
from core.report.words import count_of
from core.spool import SpooledFile, get_spool
from core.worker import Job
from pages.components.job import submit_analysis
from pages.components.state import Clip, Key, results, store_result

MAX_CLIPS = 20
"""Clips in one list; `state.MAX_RESULTS` holds all of their results."""
AHEAD = 2
"""Jobs a batch has with the worker at a time: one runs, and the next is there when it ends, also while the browser
asks once a minute only because its tab is hidden. The others wait here, so that a second person waits for two clips
and not for twenty."""

log = logging.getLogger("repscope")


@dataclass
class Item:
    """One clip of the batch; `file` is None where it never arrived, `error` says why it has no result."""

    number: int
    name: str
    file: SpooledFile | None
    request: Request
    state: Literal["waiting", "sent", "done", "failed", "cancelled"] = "waiting"
    job: Job[Progress, Analysis] | None = None
    folder: Path | None = None
    share: float | None = None
    error: str = ""

    @property
    def key(self) -> Key | None:
        """Return under which key the session holds its result."""
        return (self.file.sha256, self.request) if self.file else None


def batch() -> list[Item]:
    """Return this session's batch in the order of arrival."""
    items: list[Item] = st.session_state.setdefault("batch", [])
    return items


def is_under_way() -> bool:
    """Tell whether anything waits or runs."""
    return any(item.state in ("waiting", "sent") for item in batch())


def add_clips(received: Iterable[tuple[str, bytes]], request: Request) -> None:
    """Take in uploads, each a name and a receipt of the spool; what is too many is said and not kept.

    Raises
    ------
    UploadError
        The list is full: the names that were left out.
    """
    items, left_out = batch(), []
    for name, receipt in received:
        file = get_spool().read_receipt(receipt)
        if len(items) >= MAX_CLIPS:
            left_out.append(name)
            _discard(file)
            continue
        item = Item(items[-1].number + 1 if items else 1, name, file, request)
        if file is None:
            _fail(item, "The clip is no longer on the server: it expired. Choose it again.")
        items.append(item)
    if left_out:
        raise UploadError(
            f"The list holds {MAX_CLIPS} clips; {len(left_out)} too many were left out: {', '.join(left_out)}. "
            "Clear the list, then add them."
        )


def add_kept_back(kept: Iterable[tuple[str, str]], request: Request) -> None:
    """Take in the names of files that the browser did not send, each with the reason.

    Raises
    ------
    UploadError
        The list is full: the names that have no row, and why these files were not sent.
    """
    items, without_row = batch(), list[tuple[str, str]]()
    for name, why in kept:
        if len(items) >= MAX_CLIPS:
            without_row.append((name, why))
            continue
        items.append(Item(items[-1].number + 1 if items else 1, name, None, request, state="failed", error=why))
    if without_row:
        reasons = dict.fromkeys(why for _, why in without_row)  # one for all photos of a folder
        named = [f"{', '.join(name for name, why in without_row if why == each)}: {each}" for each in reasons]
        raise UploadError(
            f"The list holds {MAX_CLIPS} clips; {count_of(len(without_row), 'file')} that the browser did not send "
            f"{'has' if len(without_row) == 1 else 'have'} no row in it. {' '.join(named)}"
        )


def follow_batch() -> None:
    """Take in what the worker has sent, and send it the next clips."""
    for item in batch():
        if item.state == "sent":
            _follow(item)
    for item in batch():
        if item.state == "waiting" and _may_start(item):
            _send(item)


def cancel(item: Item) -> None:
    """Stop one clip, wherever it stands; it leaves the server."""
    if item.state in ("waiting", "sent"):
        _give_up(item)
        item.state = "cancelled"


def cancel_all() -> None:
    """Stop everything that waits or runs; what is done stays."""
    for item in batch():
        cancel(item)


def clear() -> None:
    """Empty the list; the results stay."""
    cancel_all()
    batch().clear()


def _may_start(item: Item) -> bool:
    """Tell whether the worker is to have it now; the same clip twice is analysed once."""
    sent = [other for other in batch() if other.state == "sent"]
    return len(sent) < AHEAD and all(other.key != item.key for other in sent)


def _send(item: Item) -> None:
    if item.key in results():
        _finish(item)
        return
    assert item.file is not None
    try:
        item.job, item.folder = submit_analysis(item.file, item.request)
        item.state = "sent"
    except AnalysisError as error:
        _fail(item, str(error))


def _follow(item: Item) -> None:
    job = item.job
    assert job is not None
    ended = job.has_ended  # asked first, so that no message is left behind
    for progress in job.take_messages():
        item.share = progress.fraction
    if not ended:
        return
    try:
        _keep(item, job.result())
    except NoPersonError as error:  # nothing failed: there is no rep, and it says why
        _give_up(item)
        item.state, item.error = "done", error.outcome
    except AnalysisError as error:
        log.warning("Analysis failed: %s", type(error).__name__)
        _fail(item, str(error))
    except Exception:  # a bug: it is in the log, and the other clips go on
        log.exception("A clip of a batch could not be analysed")
        _fail(item, "RepScope failed on this clip; that is its own fault, and the server's log says more.")


def _keep(item: Item, analysis: Analysis) -> None:
    assert item.file is not None
    assert item.folder is not None
    assert analysis.info is not None
    store_result(Clip(item.name, item.file, analysis.info), item.request, analysis, folder=item.folder)
    _finish(item)


def _finish(item: Item) -> None:
    item.state, item.job = "done", None
    _discard(item.file)  # from now on it stays for as long as a result shows it


def _fail(item: Item, message: str) -> None:
    _give_up(item)
    item.state, item.error = "failed", message


def _give_up(item: Item) -> None:
    if item.job:
        item.job.cancel()
    if item.folder:
        get_spool().remove_folder(item.folder)
    item.job = item.folder = None
    _discard(item.file)


def _discard(file: SpooledFile | None) -> None:
    if file:
        get_spool().discard(file.token)
