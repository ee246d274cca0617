"""What a trainer chose to keep: analyses in SQLite or PostgreSQL, their clips beside them on disk.

Read `owner` (whose it is), `labels` (what the trainer writes on it), `words` (when that is the same), `figures` (what
the charts follow), `archive` (an `Analysis` as stored, and back), `clips`, `schema`, `database`, `store`, `export`,
`trends`; `migrate` brings an older database up to date in a process of its own.

Importing this package imports no SQLAlchemy: whoever saves nothing does not pay its 14 MB.
"""

from functools import cache
from typing import TYPE_CHECKING

from core.history.figures import Figures
from core.history.labels import Labels, SavedSummary
from core.history.owner import Keyring, Owner
from core.settings import load_settings

if TYPE_CHECKING:
    from core.history.store import HistoryStore

__all__ = ["Figures", "Keyring", "Labels", "Owner", "SavedSummary", "get_history", "get_keyring", "purge_history"]


@cache
def get_history() -> "HistoryStore":
    """Return the history of this process, as the settings say; nothing is opened before it is used."""
    from core.history.store import HistoryStore  # noqa: PLC0415  # see above

    return HistoryStore.from_settings(load_settings())


@cache
def get_keyring() -> Keyring:
    """Return the key of this server, as the settings say."""
    settings = load_settings()
    secret = settings.history_secret_key
    return Keyring(settings.history_dir, secret=secret.get_secret_value() if secret else None)


def purge_history() -> list[str]:
    """Delete for good what was deleted a moment ago in this process; return the ids of what went.

    Does nothing where no history is open.
    """
    return get_history().purge_due() if get_history.cache_info().currsize else []
