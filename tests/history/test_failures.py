"""What goes wrong with disks and databases is said, changes nothing, and is over when its cause is."""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from itsdangerous import TimestampSigner

from core.errors import DeletedError, HistoryError
from core.history import Keyring, Labels
from core.history.clips import LEFT_SECONDS, PART, PREVIEW
from core.history.database import Database
from core.history.export import iter_zip
from core.history.migrate import migrate
from core.history.owner import PASS_SECONDS, Purpose
from core.history.schema import analyses
from core.history.store import UNDO_SECONDS, HistoryStore
from core.spool import MB
from tests.history.conftest import ANNA, BEN
from tests.postgres import running_cluster

ROOT = Path(__file__).parents[2]


def make_store(folder: Path) -> HistoryStore:
    url = f"sqlite:///{folder / 'history.sqlite3'}"
    database = Database(url)
    migrate(database)
    database.close()
    return HistoryStore(url, clips=folder / "clips", quota_bytes=50 * MB)


def save(store: HistoryStore, analysis, **files) -> str:
    return store.save(ANNA, analysis, Labels("Anna"), clip_name="a.mp4", **files)


def save_many(store: HistoryStore, analysis) -> None:
    for _ in range(20):
        save(store, analysis)


def test_a_full_disk(tiny_disk, analysis, clip):
    store = make_store(tiny_disk)
    clip.path.write_bytes(bytes(300_000))
    with_clip = save(store, analysis, clip=clip)
    with pytest.raises(HistoryError, match=r"SQLite, history.sqlite3.*disk is full.*Everything else works"):
        save_many(store, analysis)
    saved_id = store.find(ANNA)[0].id
    assert store.load(ANNA, saved_id).metrics == analysis.metrics
    store.delete(ANNA, with_clip)  # its clip goes first, and makes the room that the database needs
    store.delete(ANNA, saved_id)
    save(store, analysis)
    store.database.close()


def test_a_clip_that_does_not_fit_on_the_disk(tiny_disk, analysis, clip):
    store = make_store(tiny_disk)
    with pytest.raises(HistoryError, match="clip could not be kept: the server's disk is full. Nothing was saved"):
        save(store, analysis, clip=clip)
    assert store.find(ANNA) == []
    assert list((tiny_disk / "clips").iterdir()) == []
    store.database.close()


def test_a_preview_that_does_not_fit_on_the_disk(tiny_disk, whole, clip, stills, preview):
    store = make_store(tiny_disk)
    clip.path.write_bytes(bytes(200_000))
    preview.write_bytes(bytes(900_000))
    with pytest.raises(HistoryError, match="disk is full. Nothing was saved"):
        save(store, whole, clip=clip, folder=stills)
    assert list((tiny_disk / "clips").iterdir()) == []
    store.database.close()


def test_a_folder_that_may_only_be_read(tiny_disk, analysis):
    store = make_store(tiny_disk)
    saved_id = save(store, analysis)
    store.database.close()
    subprocess.run(["mount", "-o", "remount,ro", tiny_disk], check=True)
    for act in (lambda: store.delete(ANNA, saved_id), lambda: save(store, analysis)):
        with pytest.raises(HistoryError, match="cannot be used.*HISTORY_DIR writable"):
            act()
    with pytest.raises(HistoryError, match="cannot keep its key.*HISTORY_DIR"):
        Keyring(tiny_disk).new_browser()
    store.database.close()


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "history.sqlite3").write_bytes(b"just text, and enough of it to be looked at " * 50)
    store = HistoryStore(f"sqlite:///{tmp_path / 'history.sqlite3'}", clips=tmp_path, quota_bytes=MB)
    with pytest.raises(HistoryError, match="is no database of RepScope's"):
        store.find(ANNA)
    store.database.close()


def test_a_folder_that_cannot_be_looked_into(tmp_path):
    folder = tmp_path / ("long" * 100)
    store = HistoryStore(f"sqlite:///{folder / 'history.sqlite3'}", clips=tmp_path, quota_bytes=MB)
    with pytest.raises(HistoryError, match="cannot be looked into: File name too long.*HISTORY_DIR"):
        store.find(ANNA)


def test_a_postgresql_that_is_down_and_comes_back(analysis, tmp_path):
    with running_cluster() as cluster:
        url = cluster.create("history").replace("tester@", "tester:hush-hush@")
        database = Database(url)
        migrate(database)
        database.close()
        store = HistoryStore(url, clips=tmp_path, quota_bytes=50 * MB)
        saved_id = save(store, analysis)
        cluster.control("stop", "-m", "fast")
        started = time.monotonic()
        with pytest.raises(HistoryError, match="PostgreSQL.*cannot be used.*Try again") as caught:
            store.find(ANNA)
        assert "hush-hush" not in str(caught.value)
        assert time.monotonic() - started < 10
        cluster.control("start")
        assert [line.id for line in store.find(ANNA)] == [saved_id]
        store.database.close()


def test_a_crash_between_clip_and_row_leaves_no_clip(store, analysis, clip):
    saved_id = save(store, analysis, clip=clip)
    folder = store.clips.folder
    (folder / saved_id).rename(folder / f"{saved_id}{PART}")  # a save that stopped after its row was written
    assert store.clip_path(ANNA, saved_id).suffix == PART
    store.clips.add("f" * 32, clip.path)  # a save that stopped before its row was written
    store.tidy()
    assert (folder / f"{'f' * 32}{PART}").exists(), "it may be on its way in"
    for path in folder.iterdir():
        os.utime(path, (0, time.time() - LEFT_SECONDS - 1))
    (folder / ("e" * 32)).write_bytes(b"of another database")
    store.tidy()
    assert {path.name for path in folder.iterdir()} == {saved_id, "e" * 32}


def test_a_crash_between_preview_and_row_leaves_no_preview(store, whole, clip, stills, preview):
    saved_id = save(store, whole, clip=clip, folder=stills)
    folder = store.clips.folder
    names = {saved_id, f"{saved_id}{PREVIEW}"}
    assert {path.name for path in folder.iterdir()} == names
    for name in names:
        (folder / name).rename(folder / f"{name}{PART}")
    assert store.preview_path(ANNA, saved_id).read_bytes() == preview.read_bytes()
    store.clips.add("f" * 32, clip.path, preview=preview)
    for path in folder.iterdir():
        os.utime(path, (0, time.time() - LEFT_SECONDS - 1))
    store.tidy()
    assert {path.name for path in folder.iterdir()} == names


def test_hidden_is_out_of_sight_until_it_is_taken_back_or_final(store, analysis, clip):
    saved_id = save(store, analysis, clip=clip)
    store.hide(BEN, saved_id)
    assert not store.summary(ANNA, saved_id).is_hidden
    store.hide(ANNA, saved_id)
    assert (store.find(ANNA), store.names(ANNA), list(store.iter_files(ANNA))) == ([], ([], []), [])
    assert store.find(ANNA, with_hidden=True)[0].is_hidden
    store.purge()
    assert store.purge_due() == []
    store.unhide(ANNA, saved_id)
    assert store.find(ANNA)[0].id == saved_id
    store.hide(ANNA, saved_id)
    assert store.purge(hidden_s=0) == [saved_id]
    assert store.find(ANNA, with_hidden=True) == []
    assert list(store.clips.folder.iterdir()) == []
    with pytest.raises(HistoryError, match="not in your history"):
        store.unhide(ANNA, saved_id)
    assert UNDO_SECONDS >= 5


def test_nothing_is_written_on_what_was_deleted_a_moment_ago(store, analysis, whole):
    saved_id = save(store, analysis)
    before = store.summary(ANNA, saved_id)
    store.hide(ANNA, saved_id)
    for forbidden in (
        lambda: store.update(ANNA, saved_id, whole),
        lambda: store.edit(ANNA, saved_id, Labels("Ben")),
        lambda: store.load(ANNA, saved_id),
    ):
        with pytest.raises(DeletedError, match="it was deleted"):
            forbidden()
    store.unhide(ANNA, saved_id)
    assert store.summary(ANNA, saved_id) == before
    store.update(ANNA, saved_id, whole)
    assert store.summary(ANNA, saved_id).rep_count == whole.rep_count


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_what_is_deleted_is_not_left_in_the_file(store, analysis, stills, tmp_path):
    saved_id = store.save(ANNA, analysis, Labels("Anna Secret"), clip_name="a.mp4", folder=stills)
    store.delete(ANNA, saved_id)
    files = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("history.sqlite3*"))
    assert b"Anna Secret" not in files
    assert b"\xff\xd8 picture" not in files
    assert saved_id.encode() not in files


def test_the_key_is_made_once_by_many_and_private(tmp_path):
    code = "import sys; from pathlib import Path; from core.history import Keyring, Owner\n"
    code += "print(Keyring(Path(sys.argv[1])).new_browser()[1])"
    children = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path / "d"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    cookies = [child.communicate(timeout=60)[0].strip() for child in children]
    keyring = Keyring(tmp_path / "d")
    owners = {keyring.read_cookie(cookie) for cookie in cookies}
    assert None not in owners
    assert len(owners) == 4
    assert [path.name for path in (tmp_path / "d").iterdir()] == ["secret.key"]
    assert (tmp_path / "d" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_cookies_and_passes_are_not_each_other_nor_made_up(tmp_path):
    keyring, other = Keyring(tmp_path, secret="a" * 40), Keyring(tmp_path, secret="b" * 40)
    owner, cookie = keyring.new_browser()
    assert keyring.read_cookie(cookie) == owner
    written = keyring.write_pass(owner, to="files")
    assert keyring.read_pass(written, to="files") == owner
    for made_up in ("", "x", cookie[:-1], cookie + "x", written, other.new_browser()[1]):
        assert keyring.read_cookie(made_up) is None
    for made_up in (
        "",
        cookie,
        other.write_pass(owner, to="files"),
        written[:-2],
        keyring.write_pass(owner, to="export"),
    ):
        assert keyring.read_pass(made_up, to="files") is None


@pytest.mark.parametrize("to", get_args(Purpose))
def test_a_pass_ends_and_a_cookie_does_not(tmp_path, monkeypatch, to):
    keyring = Keyring(tmp_path)
    owner, cookie = keyring.new_browser()
    written, now_s = keyring.write_pass(owner, to=to), int(time.time())
    for later_s, read in ((PASS_SECONDS - 60, owner), (PASS_SECONDS + 60, None)):
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _, at_s=now_s + later_s: at_s)
        assert keyring.read_pass(written, to=to) == read
        assert keyring.read_cookie(cookie) == owner


@contextmanager
def just_before_writing(store: HistoryStore, act) -> Iterator[None]:
    """Do something, once, at the moment at which this store has looked and is about to write."""
    acts, writing = [act], store.database.writing

    def write():
        if acts:
            acts.pop()()
        return writing()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store.database, "writing", write)
        yield


def test_what_is_taken_back_at_the_last_moment_stays_with_its_clip(store, open_store, analysis, clip):
    saved_id = save(store, analysis, clip=clip)
    store.hide(ANNA, saved_id)
    other = open_store()
    with just_before_writing(store, lambda: other.unhide(ANNA, saved_id)):
        store.purge(hidden_s=0)
    assert [line.is_hidden for line in store.find(ANNA)] == [False]
    assert store.clip_path(ANNA, saved_id) is not None


def test_what_became_final_at_the_last_moment_is_not_said_to_be_taken_back(store, open_store, analysis):
    saved_id = save(store, analysis)
    store.hide(ANNA, saved_id)
    other = open_store()
    with (
        just_before_writing(store, lambda: other.purge(hidden_s=0)),
        pytest.raises(DeletedError, match="was deleted"),
    ):
        store.unhide(ANNA, saved_id)


def test_a_delete_that_fails_is_tried_again(store, analysis, clip, monkeypatch):
    saved_id = save(store, analysis, clip=clip)
    kept = store.clip_path(ANNA, saved_id)
    kept.unlink()
    kept.mkdir()  # cannot be unlinked, as on a disk that may only be read
    store.hide(ANNA, saved_id)
    with store.database.writing() as connection:
        connection.execute(analyses.update().values(hidden_at=datetime(2026, 1, 1, tzinfo=UTC)))
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + UNDO_SECONDS)
    with pytest.raises(HistoryError, match=r"clip could not be deleted.*HISTORY_DIR"):
        store.purge_due()
    kept.rmdir()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3 * UNDO_SECONDS)
    store.purge_due()
    assert store.find(ANNA, with_hidden=True) == []


def test_a_delete_is_made_final_also_where_the_clock_was_set_back_meanwhile(store, analysis, monkeypatch):
    """Its 10 s are over by one clock and not by the other, and then nothing asked again until the next start."""
    saved_id = save(store, analysis)
    now = time.monotonic()
    store.hide(ANNA, saved_id)
    monkeypatch.setattr(time, "monotonic", lambda: now + UNDO_SECONDS + 1)
    assert store.purge_due() == []  # by the wall clock it is still to be taken back
    with store.database.writing() as connection:
        connection.execute(analyses.update().values(hidden_at=datetime(2026, 1, 1, tzinfo=UTC)))
    monkeypatch.setattr(time, "monotonic", lambda: now + 3 * UNDO_SECONDS)
    assert store.purge_due() == [saved_id]


def test_a_server_that_is_started_again_at_once_makes_a_delete_final(store, open_store, analysis):
    store.hide(ANNA, save(store, analysis))
    again = open_store()
    again.tidy()
    assert again.find(ANNA, with_hidden=True) == []


def test_a_clip_that_arrives_while_the_folder_is_swept(store, analysis, clip):
    store.clips.add("f" * 32, clip.path)
    (part,) = store.clips.folder.iterdir()
    os.utime(part, (0, 0))

    def know(saved_id: str) -> bool:
        store.clips.settle(saved_id)
        return True

    store.clips.sweep(know)
    assert [path.name for path in store.clips.folder.iterdir()] == ["f" * 32]


def rows_of(archive: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_the_export_of_what_another_release_saved_keeps_its_columns(store, analysis):
    first, _ = save(store, analysis), save(store, analysis)
    with store.database.writing() as connection:
        document = json.loads(connection.scalar(sa.select(analyses.c.result).where(analyses.c.id == first)))
        for rep in document["reps"]:
            rep.pop("eccentric_s")
        document["reps"] = [{"unknown_s": 1.5} | rep for rep in document["reps"]]
        connection.execute(analyses.update().where(analyses.c.id == first).values(result=json.dumps(document)))
    archive = ZipFile(io.BytesIO(b"".join(iter_zip(store, ANNA))))
    rows = rows_of(archive, "reps.csv")
    assert len(rows) == 2 * analysis.rep_count
    (older,) = (row["folder"] for row in rows_of(archive, "analyses.csv") if row["id"] == first)
    for rep, row in zip(analysis.metrics.reps * 2, sorted(rows, key=lambda row: row["folder"]), strict=True):
        assert row["rom_deg"] == str(round(rep.rom_deg, 4))
        assert bool(row["eccentric_s"]) == (row["folder"] != older)


def test_the_export_of_what_an_older_release_saved_numbers_no_partial_rep(store, analysis):
    saved_id = save(store, analysis)
    with store.database.writing() as connection:
        document = json.loads(connection.scalar(sa.select(analyses.c.result).where(analyses.c.id == saved_id)))
        document["reps"][1] |= {"is_partial": True, "rep": 1}
        connection.execute(analyses.update().where(analyses.c.id == saved_id).values(result=json.dumps(document)))
    rows = rows_of(ZipFile(io.BytesIO(b"".join(iter_zip(store, ANNA)))), "reps.csv")
    assert [row["rep"] for row in rows][:3] == ["1", "", "3"]


def test_a_clip_that_is_deleted_during_an_export_is_left_out(store, analysis, clip):
    save(store, analysis, clip=clip)
    saved_id = save(store, analysis, clip=clip)
    parts = iter_zip(store, ANNA)
    data = next(parts)  # the folder of the first, before its clip
    for line in store.find(ANNA):
        store.clips.drop(line.id)
    archive = ZipFile(io.BytesIO(data + b"".join(parts)))
    assert archive.testzip() is None
    assert {row["id"] for row in rows_of(archive, "analyses.csv")} >= {saved_id}


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_a_journal_that_cannot_be_emptied_does_not_undo_what_was_saved(store, analysis, clip, monkeypatch):
    store.find(ANNA)
    open_one, opened = sa.engine.Engine.raw_connection, []

    def refuse_the_second(engine):
        opened.append(engine)
        if len(opened) > 1:
            raise sqlite3.OperationalError("unable to open database file")  # too many files are open
        return open_one(engine)

    with monkeypatch.context() as patched:
        patched.setattr(sa.engine.Engine, "raw_connection", refuse_the_second)
        saved_id = save(store, analysis, clip=clip)
    assert len(opened) == 2
    assert store.clip_path(ANNA, saved_id) is not None
