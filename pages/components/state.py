"""What one browser session holds: its clip, its running job, its results. Numbers only, never a frame."""

import time
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import streamlit as st

from core.corrections import Corrections
from core.memory import peak_rss_mb
from core.pipeline import Analysis, Progress, Request, correct
from core.spool import SpooledFile, get_spool
from core.video import PREVIEW_NAME, VideoInfo
from core.worker import Job

MAX_RESULTS = 24
"""Results one session keeps; the oldest goes first: a whole batch, and some to compare it with. One takes 2 kB per
analysed frame: 0.4 MB for the 200 frames of the 512 MB profile, 1.2 MB for 600."""

Key = tuple[str, Request]
"""A result belongs to the bytes of a clip (SHA-256) and to what was asked of them."""


@dataclass(frozen=True)
class Clip:
    """The clip of a visit. Where it is not here with a saved analysis, `file` holds its landmarks instead.

    `remark` says why it is not, where it was kept.
    """

    name: str
    file: SpooledFile
    info: VideoInfo | None
    is_here: bool = True
    remark: str = ""


@dataclass
class Run:
    """A job under way, the folder it writes to, and what the page has seen of it."""

    clip: Clip
    request: Request
    job: Job[Progress, Analysis]
    folder: Path
    last: Progress | None = None
    time_s: list[float] = field(default_factory=list)
    angles: dict[str, list[float]] = field(default_factory=dict)
    first_seen_s: float = 0.0

    def seconds_left(self) -> float | None:
        """Estimate from the pace so far; None while that says nothing yet."""
        now = time.monotonic()
        if self.last is None or self.last.fraction <= 0:
            return None
        self.first_seen_s = self.first_seen_s or now
        spent_s = now - self.first_seen_s
        return spent_s / self.last.fraction * (1 - self.last.fraction) if spent_s > 1 else None


@dataclass
class Drawing:
    """An annotated video under way or made, and the corrections it shows."""

    corrections: Corrections
    job: Job[float, None]
    share: float = 0.0
    is_watched: bool = True

    def follow(self) -> float:
        """Take in how much is done, and tell the job that somebody waits for it."""
        self.share = max([self.share, *self.job.take_messages()])
        return self.share


@dataclass(frozen=True)
class Result:
    """A finished analysis, with the memory of the web process when it came in.

    `folder` holds what the worker wrote beside it (stills, preview); `steps` are the corrections of before,
    the latest last. `saved_id` is its place in the history, `saved_corrections` what it said when it was saved.
    """

    clip: Clip
    request: Request
    analysis: Analysis
    web_peak_mb: float
    folder: Path | None = None
    steps: tuple[Corrections, ...] = ()
    saved_id: str | None = None
    saved_corrections: Corrections | None = None

    @property
    def key(self) -> Key:
        """Return under which key the session holds it."""
        return self.clip.file.sha256, self.request

    @cached_property
    def automatic_count(self) -> int:
        """Return how many reps Automatic counts; each redraw of the page asks, and measuring takes up to .1 s."""
        return correct(self.analysis, replace(self.analysis.corrections, joint=None)).rep_count

    @property
    def clip_src(self) -> str | None:
        """Return the address of the clip; None where only its numbers are here."""
        return f"/clip/{self.clip.file.token}" if self.clip.is_here else None

    @property
    def files_src(self) -> str | None:
        """Return what the addresses of the analysis' own files begin with; None where it has none."""
        return f"/clip/{self.clip.file.token}/{self.folder.name}" if self.folder else None

    @property
    def preview_path(self) -> Path | None:
        """Return where the copy that every browser plays lies; None where none was made."""
        path = self.folder / PREVIEW_NAME if self.folder else None
        return path if path and path.exists() else None

    @property
    def preview_src(self) -> str | None:
        """Return the address of the copy that every browser plays; None where none was made."""
        return f"{self.files_src}/{PREVIEW_NAME}" if self.preview_path else None


def drawings() -> dict[str, Drawing]:
    """Return this session's annotated videos, by the name of their result's folder."""
    stored: dict[str, Drawing] = st.session_state.setdefault("drawings", {})
    return stored


def results() -> dict[Key, Result]:
    """Return this session's results, the newest last."""
    stored: dict[Key, Result] = st.session_state.setdefault("results", {})
    return stored


def gone_names() -> list[str]:
    """Return the clips whose results had to make room in this visit, the latest last."""
    names: list[str] = st.session_state.setdefault("results_gone", [])
    return names


def deleted_ids() -> set[str]:
    """Return which saved analyses this visit knows to be deleted from the history."""
    stored: set[str] = st.session_state.setdefault("history_gone", set())
    return stored


def is_saved(result: Result) -> bool:
    """Tell whether a result is in the history, as far as this visit knows."""
    return result.saved_id is not None and result.saved_id not in deleted_ids()


def store_result(clip: Clip, request: Request, analysis: Analysis, *, folder: Path) -> Key:
    """Keep a finished analysis, and its clip on disk with it."""
    result = Result(clip, request, analysis, peak_rss_mb(), folder)
    hold_result(result)
    return result.key


def hold_result(result: Result) -> None:
    """Add a result, and keep its clip on disk with it; the oldest goes where there are too many."""
    stored = results()
    get_spool().keep(result.clip.file.token)
    if earlier := stored.pop(result.key, None):
        _let_go(earlier, needed=[*stored.values(), result])
    stored[result.key] = result
    while len(stored) > MAX_RESULTS:
        oldest = next(iter(stored))
        gone_names().append(stored[oldest].clip.name)
        drop_result(oldest)


def replace_result(result: Result) -> None:
    """Hold a result in place of the one it was made from; its rank stays."""
    results()[result.key] = result


def drop_result(key: Key) -> None:
    """Forget a result and its folder; its clip goes too unless another result or the uploader needs it."""
    st.session_state.pop("report_made", None)  # it shows the clip's pictures
    _let_go(results().pop(key), needed=list(results().values()))


def _let_go(result: Result, *, needed: list[Result]) -> None:
    """Remove what a result has on disk; the clip stays where one of those `needed` shows the same upload."""
    token = result.clip.file.token
    if all(other.clip.file.token != token for other in needed):
        get_spool().release(token)
    if result.folder:
        if drawing := drawings().pop(result.folder.name, None):
            drawing.job.cancel()
        get_spool().remove_folder(result.folder)
