"""The schema from the first release on, on both databases: with data in it, in a child, by two processes at once."""

import resource
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.errors import HistoryError
from core.export import to_json
from core.history import Labels
from core.history.archive import pack
from core.history.database import Database
from core.history.migrate import FOLDER, migrate
from core.history.schema import HEAD, metadata
from core.history.store import HistoryStore
from core.spool import MB
from tests.history.conftest import ANNA

ROOT = Path(__file__).parents[2]
SAVED_ID = "0123456789abcdef" * 2


@pytest.fixture
def empty(empty_url, tmp_path):
    (tmp_path / "data").mkdir()
    database = Database(empty_url)
    yield database
    database.close()


def insert_as_first_release(database: Database, analysis) -> None:
    """Write what the release with revision 0001 wrote: its columns by name, through no code of today's schema."""
    record, landmarks = pack(analysis)
    values = {
        "id": SAVED_ID, "owner": ANNA.name, "saved_at": datetime(2026, 11, 25, tzinfo=UTC),
        "session_on": date(2026, 11, 24), "athlete": "Anna", "name": "Squats", "note": "", "clip_name": "a.mp4",
        "searched": "anna\nsquats\n\nsquat\na.mp4", "exercise": "squat", "rep_count": 5, "joint": "knee",
        "rom_deg": 100.5, "eccentric_s": 1.0, "concentric_s": None, "velocity_deg_s": None, "velocity_loss_pct": None,
        "asymmetry_pct": None, "time_under_tension_s": 9.0, "clip_type": None, "size_bytes": 1000, "format": 1,
        "record": record, "result": to_json(analysis, clip="a.mp4"), "landmarks": landmarks,
    }  # fmt: skip
    types = {"saved_at": sa.DateTime(timezone=True), "session_on": sa.Date(), "landmarks": sa.LargeBinary()}
    table = sa.table("analyses", *(sa.column(name, types.get(name)) for name in values))
    picture = sa.table("pictures", sa.column("analysis_id"), sa.column("row"), sa.column("jpeg", sa.LargeBinary()))
    with database.exclusive() as connection:
        connection.execute(table.insert(), values)
        connection.execute(picture.insert(), {"analysis_id": SAVED_ID, "row": 7, "jpeg": b"\xff\xd8 seven"})


def open_through_app(url: str, folder: Path) -> HistoryStore:
    return HistoryStore(url, clips=folder / "clips", quota_bytes=MB)


def test_the_first_schema_with_data_in_it_is_brought_to_this_release(empty, empty_url, tmp_path, analysis):
    migrate(empty, revision="0001")
    insert_as_first_release(empty, analysis)
    store = open_through_app(empty_url, tmp_path)  # in its child process, at first use
    (line,) = store.find(ANNA, text="squats")
    assert line.labels == Labels("Anna", "Squats", "", date(2026, 11, 24), load_kg=None)
    assert (line.rep_count, line.figures.rom_deg, line.rows, line.is_hidden) == (5, 100.5, (7,), False)
    assert line.figures.view == analysis.view.place
    assert line.figures.turn_deg == pytest.approx(analysis.view.turn_deg)
    assert store.load(ANNA, SAVED_ID).metrics == analysis.metrics
    assert store.picture(ANNA, SAVED_ID, 7) == b"\xff\xd8 seven"
    store.edit(ANNA, SAVED_ID, Labels("Anna", load_kg=42.5))
    assert store.summary(ANNA, SAVED_ID).labels.load_kg == 42.5
    store.database.close()


def test_what_an_earlier_release_saved_is_found_without_accents_and_hyphens(empty, empty_url, tmp_path, analysis):
    migrate(empty, revision="0001")
    insert_as_first_release(empty, analysis)
    with empty.exclusive() as connection:
        connection.execute(sa.text("UPDATE analyses SET searched = :text"), {"text": "łucja öst\nsit-ups"})
    migrate(empty)
    store = open_through_app(empty_url, tmp_path)
    for text in ("LUCJA ost", "Öst Łucja", "sit-ups", "sit ups"):
        assert [line.id for line in store.find(ANNA, text=text)] == [SAVED_ID]
    store.database.close()


@pytest.mark.parametrize("yaw_deg", [-130.0, -50.0, 50.0, 130.0])
def test_an_oblique_view_that_an_earlier_release_saved_has_its_half_of_the_room(
    empty, empty_url, tmp_path, analysis, yaw_deg
):
    oblique = replace(analysis, view=replace(analysis.view, name="oblique", yaw_deg=yaw_deg))
    migrate(empty, revision="0001")
    insert_as_first_release(empty, oblique)
    migrate(empty, revision="0004")
    assert _view_of(empty) == "oblique"
    migrate(empty)
    assert _view_of(empty) == oblique.view.place
    store = open_through_app(empty_url, tmp_path)
    saved_id = store.save(ANNA, oblique, Labels("Anna"), clip_name="b.mp4")
    assert store.summary(ANNA, saved_id).figures.view == store.summary(ANNA, SAVED_ID).figures.view
    store.database.close()


def _view_of(database: Database) -> str:
    with database.exclusive() as connection:
        return connection.execute(sa.text("SELECT view FROM analyses")).scalar_one()


def test_migrations_make_what_the_models_say(empty):
    migrate(empty)
    with empty.exclusive() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_head_is_what_the_store_asks_for():
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_two_processes_migrate_at_once(empty, empty_url, analysis, tmp_path):
    migrate(empty, revision="0001")
    insert_as_first_release(empty, analysis)
    code = "import sys; from core.history.migrate import migrate; from core.history.database import Database as D\n"
    code += "migrate(D(sys.argv[1]))"
    children = [
        subprocess.Popen([sys.executable, "-c", code, empty_url], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)
    ]
    ends = [(child.communicate(timeout=60)[1], child.returncode) for child in children]
    assert ends == [(b"", 0)] * 4
    assert len(open_and_close(empty_url, tmp_path)) == 1


def open_and_close(url: str, folder: Path) -> list:
    store = open_through_app(url, folder)
    try:
        return store.find(ANNA)
    finally:
        store.database.close()


def test_a_migration_that_breaks_leaves_everything_as_it_was(empty, analysis):
    migrate(empty, revision="0001")
    insert_as_first_release(empty, analysis)
    with empty.exclusive() as connection:  # in the way of the second step of 0002
        connection.exec_driver_sql("CREATE TABLE ix_analyses_hidden_at (x int)")
    with pytest.raises(HistoryError):
        migrate(empty)
    with empty.exclusive() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "0001"
        assert "load_kg" not in {column["name"] for column in sa.inspect(connection).get_columns("analyses")}
        assert connection.exec_driver_sql("SELECT count(*) FROM analyses").scalar() == 1


def test_a_database_of_a_newer_release_is_refused(empty, empty_url, tmp_path):
    migrate(empty)
    with empty.exclusive() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(HistoryError, match="another release of RepScope.*Update RepScope"):
        open_and_close(empty_url, tmp_path)


def test_a_database_named_from_where_the_server_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = HistoryStore("sqlite:///here/history.sqlite3", clips=Path("here/clips"), quota_bytes=MB)
    try:
        with store.database.reading() as connection:
            assert sa.inspect(connection).has_table("analyses")
    finally:
        store.database.close()
        assert not (ROOT / "here").exists()


def test_a_machine_that_can_start_no_child(tmp_path, analysis, monkeypatch):
    monkeypatch.setenv("HISTORY_DIR", str(tmp_path))
    store = open_through_app(f"sqlite:///{tmp_path / 'history.sqlite3'}", tmp_path)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))  # no more than are open
    try:
        with pytest.raises(HistoryError, match="was not brought up to date: Too many open files. Try again"):
            store.save(ANNA, analysis, Labels(), clip_name="a.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert store.save(ANNA, analysis, Labels(), clip_name="a.mp4")
    store.database.close()
