"""What the tests of the history share: both databases, and an analysis as the app makes one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from core.corrections import Corrections
from core.history import Owner, get_history, get_keyring
from core.history.database import Database
from core.history.migrate import migrate
from core.history.store import HistoryStore
from core.pipeline import Analysis, Timing, correct
from core.spool import MB, SpooledFile
from core.stills import still_path
from core.video import PREVIEW_NAME, VideoInfo
from tests.postgres import Cluster, running_cluster

ANNA, BEN = Owner.of_browser("anna"), Owner.of_account(issuer="https://id.example", subject="ben")
INFO = VideoInfo("mov", "h264", 480, 640, 0, 14.0, 29.97, 420, 480_000, "yuv420p")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One PostgreSQL for all tests; each makes a database of its own in it."""
    with running_cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path) -> str:
    """A database without any table; the file of SQLite is not made yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'history.sqlite3'}"
    return request.getfixturevalue("cluster").create(f"test_{uuid4().hex}")


@pytest.fixture
def database_url(empty_url, tmp_path) -> str:
    """A database of this release; the app leaves the migration to a child process, which takes a second."""
    (tmp_path / "data").mkdir()
    database = Database(empty_url)
    migrate(database)
    database.close()
    return empty_url


@pytest.fixture
def open_store(database_url, tmp_path) -> Iterator[Callable[..., HistoryStore]]:
    """Open the history as one more server process would; all are closed at the end."""
    opened = []

    def open_one(*, url: str = database_url, quota_bytes: int = 50 * MB) -> HistoryStore:
        opened.append(HistoryStore(url, clips=tmp_path / "data" / "clips", quota_bytes=quota_bytes))
        return opened[-1]

    yield open_one
    for store in opened:
        store.database.close()


@pytest.fixture
def store(open_store) -> HistoryStore:
    return open_store()


@pytest.fixture
def history(tmp_path, monkeypatch) -> Iterator[HistoryStore]:
    """The history of the pages, in a folder of its own."""
    monkeypatch.setenv("HISTORY_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "data").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'data' / 'history.sqlite3'}")
    migrate(database)
    database.close()
    for cached in (get_history, get_keyring):
        cached.cache_clear()
    yield get_history()
    get_history().database.close()
    for cached in (get_history, get_keyring):
        cached.cache_clear()


@pytest.fixture
def whole(analysis: Analysis, request_defaults) -> Analysis:
    """An analysis as the worker sends it, with everything that comes of a clip, and the trainer's corrections."""
    plan = request_defaults.plan(INFO)
    of_clip = replace(
        analysis,
        info=INFO,
        plan=plan,
        frame_index=analysis.frame_index * 2,
        warnings=("Somebody else was seen.", *analysis.warnings),
        timing=Timing(1.5, 2.25, 4.0),
        peak_mb=float("nan"),
    )
    reps = tuple(replace(rep, is_edited=True) for rep in of_clip.count.all_reps[1:])
    return correct(of_clip, Corrections(joint="left_knee", exercise="lunge", reps=reps))


@pytest.fixture
def stills(whole, tmp_path) -> Path:
    """The folder of an analysis with a picture of every frame."""
    folder = tmp_path / "run"
    for row in range(len(whole.track.time_s)):
        still_path(folder, whole.frame_index[row]).parent.mkdir(parents=True, exist_ok=True)
        still_path(folder, whole.frame_index[row]).write_bytes(b"\xff\xd8 picture %d" % row)
    return folder


@pytest.fixture
def preview(stills) -> Path:
    """The preview in that folder."""
    path = stills / PREVIEW_NAME
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(50_000))
    return path


@pytest.fixture
def clip(tmp_path) -> SpooledFile:
    path = tmp_path / "spooled"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 4000)
    return SpooledFile("token", path, path.stat().st_size, "0" * 64, "video/mp4")
