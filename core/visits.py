"""What a visit holds, for the browser tab it belongs to: found again when the page was loaded anew.

Streamlit keeps the session of a page that has gone, but only the page itself knows which it was. So each visit has a
key, 256 random bits that are told to its tab, which asks no others than those of its browser whose it is; a new
session that brings the key back gets what the former one held. It is moved, never shared: a visit is in one session at
a time.
"""

import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

MAX_VISITS = 128
"""As many as Streamlit keeps sessions without a page. The longest closed goes first, then the oldest; that ends only
its way back."""

KEPT = (
    "results", "results_gone", "results_chosen", "results_asked", "history_gone", "history_deleted", "history_athlete",
    "drawings", "clip", "run", "run_error", "batch", "batch_error",
)  # fmt: skip
"""What a session holds that its next one needs; the rest is of widgets, or made again."""

TOLD = ("visit", "visit_contested", "visit_refused")
"""What a session knows of its visit. One that lost it, but whose page is still open, begins another without them."""


class State(Protocol):
    """The values of a session, as much of a dict as Streamlit's own is."""

    def __contains__(self, name: str, /) -> bool: ...
    def __getitem__(self, name: str, /) -> Any: ...
    def __setitem__(self, name: str, value: Any, /) -> None: ...
    def __delitem__(self, name: str, /) -> None: ...


@dataclass(frozen=True)
class Session:
    """A Streamlit session: its id, its values, and the account it is logged in to, if any."""

    id: str
    state: State
    account: str | None = None


class Visits:
    """The visits of one server process. Safe to use from any thread."""

    def __init__(self) -> None:
        self._mutex = threading.RLock()
        self._moving = threading.Lock()  # not the mutex: a session may wait for one whose callback asks for a visit
        self._sessions: dict[str, Session] = {}
        self._closed_since: dict[str, float] = {}

    def begin(self, session: Session) -> str:
        """Return the key of a new visit."""
        key = secrets.token_urlsafe(32)
        with self._mutex:
            self._sessions[key] = session
            evicted = self._evict() if len(self._sessions) > MAX_VISITS else None
        if evicted:
            _drop(evicted.state, TOLD)
        return key

    def _evict(self) -> Session:
        key = min(self._closed_since, key=self._closed_since.__getitem__, default=None) or next(iter(self._sessions))
        self._closed_since.pop(key, None)
        return self._sessions.pop(key)

    def find(self, key: str, *, account: str | None) -> Session | None:
        """Return the session a visit is in; None where it is over, or was another account's."""
        with self._mutex:
            former = self._sessions.get(key)
        return former if former and former.account in (None, account) else None

    def resume(self, key: str, *, begun: str, session: Session) -> Session | None:
        """Move a visit into a session, which began one of its own under the key `begun`; return where it was."""
        with self._moving:
            with self._mutex:
                former = self.find(key, account=session.account)
                if former is None or former.id == session.id:
                    return None
                self._sessions.pop(begun, None)
                self._closed_since.pop(key, None)
                del self._sessions[key]  # to the end: it is now the newest
                self._sessions[key] = session
            _move(former.state, session.state)
            _drop(former.state, TOLD)
        return former

    def sweep(self, *, is_active: Callable[[str], bool], grace_s: float) -> None:
        """End the visits whose page has been closed for longer than the grace, and forget what they held."""
        now = time.monotonic()
        with self._mutex:
            closed = {key for key, session in self._sessions.items() if not is_active(session.id)}
            self._closed_since = {key: self._closed_since.get(key, now) for key in closed}
            over = [key for key, since in self._closed_since.items() if now - since >= grace_s]
            ended = [self._sessions.pop(key) for key in over]
        for session in ended:
            _drop(session.state, KEPT + TOLD)  # Streamlit forgets a session only when the next one is closed


def _move(former: State, new: State) -> None:
    for name in KEPT:
        with suppress(KeyError):  # it is not there, or the script of a page that is still open takes it away
            new[name] = former[name]
            del former[name]


def _drop(state: State, names: tuple[str, ...]) -> None:
    for name in names:
        with suppress(KeyError):
            del state[name]


@cache
def get_visits() -> Visits:
    """Return the visits of this process."""
    return Visits()
