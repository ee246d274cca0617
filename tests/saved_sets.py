"""Sets in the history of a browser or an account, without an analysis in the app."""

from collections.abc import Iterable
from pathlib import Path

from core.history import Keyring, Labels, Owner
from core.history.database import Database
from core.history.migrate import migrate
from core.history.store import HistoryStore
from core.mannequin import Filming, compute_truth, plan_steady
from core.pipeline import summarize
from core.spool import MB


def save_for_browser(data: Path, sets: Iterable[Labels]) -> str:
    """Save squats for a new browser in the default database of a `HISTORY_DIR`; return its cookie."""
    data.mkdir(parents=True, exist_ok=True)
    owner, cookie = Keyring(data).new_browser()
    save_for(owner, sets, url=f"sqlite:///{data / 'history.sqlite3'}", data=data)
    return cookie


def save_for(owner: Owner, sets: Iterable[Labels], *, url: str, data: Path) -> None:
    """Save squats, three reps each, without pictures and clip."""
    database = Database(url)
    migrate(database)
    database.close()
    store = HistoryStore(url, clips=data / "clips", quota_bytes=50 * MB)
    analysis = summarize(compute_truth(plan_steady("squat", count=3, period_s=1.6), filming=Filming(fps=15)).track)
    for labels in sets:
        store.save(owner, analysis, labels, clip_name="set.mp4")
    store.database.close()
