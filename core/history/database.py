"""The database under the history: how it is opened, what its failures mean, and which schema it has."""

import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from core.children import child_environment
from core.errors import HistoryError
from core.history.child import MIGRATE
from core.history.schema import HEAD

BUSY_SECONDS = 15
"""How long a write waits for another one; they take milliseconds."""
CONNECT_SECONDS = 5
"""How long a page waits for a PostgreSQL that does not answer."""
MIGRATE_SECONDS = 300
_LOCK = 0x5265705363
"""Any number: the name of our advisory lock in PostgreSQL."""


class Database:
    """Transactions on one database; every failure leaves as `HistoryError`. Safe to use from any thread.

    Parameters
    ----------
    url
        ``sqlite:///PATH`` or ``postgresql://…``.
    """

    def __init__(self, url: str) -> None:
        self.url = _with_driver(make_url(url))
        self._ready = False
        self._mutex = threading.Lock()
        self._engine = _open_engine(self.url)

    @property
    def sqlite_path(self) -> Path | None:
        """Return the file of a SQLite database."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    @property
    def is_there(self) -> bool:
        """Return whether there may be anything to read; no SQLite file: nothing was ever saved."""
        if self.sqlite_path is None:
            return True
        try:
            self.sqlite_path.stat()  # exists() takes a folder that may not be looked into as empty, from Python 3.14 on
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise HistoryError(
                f"The history's folder {self.sqlite_path.parent} cannot be looked into: {error.strerror or error}. "
                "Ask who runs this server to set HISTORY_DIR to a folder it may write to."
            ) from error
        return True

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        self._make_ready()
        with self.errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes: one at a time where the database is SQLite."""
        self._make_ready()
        with self.errors(), self.exclusive() as connection:
            yield connection
        self._checkpoint("PASSIVE")  # the journal starts over: on a full disk its room is what a delete needs

    @contextmanager
    def exclusive(self) -> Iterator[Connection]:
        """Open a writing transaction whatever the schema is; the errors are SQLAlchemy's."""
        with self._engine.connect().execution_options(sqlite_begin="BEGIN IMMEDIATE") as connection, connection.begin():
            yield connection

    def lock(self, connection: Connection) -> None:
        """Let no other process into a part under this lock until the transaction ends."""
        if self.sqlite_path is None:  # a SQLite transaction that writes is alone as it is
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def empty_journal(self) -> None:
        """Take deleted rows out of SQLite's journal too; the file itself overwrites them (``secure_delete``)."""
        self._checkpoint("TRUNCATE")

    def _checkpoint(self, mode: str) -> None:
        """Move what SQLite's journal holds into its file; where that fails, what was written stays in the journal."""
        if self.sqlite_path is None:
            return
        with suppress(sqlite3.Error, SQLAlchemyError), closing(self._engine.raw_connection()) as connection:
            connection.cursor().execute(f"PRAGMA wal_checkpoint({mode})")

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        self._engine.dispose()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate what the database reports."""
        try:
            yield
        except SQLAlchemyError as error:
            raise HistoryError(_explain(error, self.url)) from error

    # -- schema ------------------------------------------------------------

    def _make_ready(self) -> None:
        """Bring the schema up to date, once in this process."""
        with self._mutex:
            if self._ready:
                return
            if self.sqlite_path is not None:
                _make_folder(self.sqlite_path.parent)
            with self.errors():
                revision = self._revision()
            if revision != HEAD:
                self._migrate()
            self._ready = True

    def _revision(self) -> str | None:
        """Return the revision of the schema; None before the first."""
        if not self.is_there:
            return None
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            return revision

    def _migrate(self) -> None:
        """Run `core.history.migrate` in a child: Alembic takes 11 MB that this process would never give back."""
        environment = child_environment(DATABASE_URL=self.url.render_as_string(hide_password=False))
        try:
            done = subprocess.run(
                MIGRATE, env=environment, capture_output=True, text=True, timeout=MIGRATE_SECONDS, check=False
            )
        except OSError as error:  # no child can start: no memory, no file or no process is left
            raise HistoryError(
                f"The history's database ({_place(self.url)}) was not brought up to date: "
                f"{error.strerror or error}. Try again in a minute, or ask who runs this server to look at it."
            ) from error
        except subprocess.TimeoutExpired as error:
            raise HistoryError(
                f"The history's database was not brought up to date within {MIGRATE_SECONDS} s. Try again in a minute."
            ) from error
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            raise HistoryError(lines[-1] if lines else f"Migrating the history failed (exit code {done.returncode}).")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HistoryError(
            f"The history's folder {folder} cannot be made: {error.strerror or error}. "
            "Ask who runs this server to set HISTORY_DIR to a folder it may write to."
        ) from error


def _with_driver(url: URL) -> URL:
    """Name the driver we ship; ``postgres://`` is what many hosts still hand out."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgres", "postgresql"} else url


def _open_engine(url: URL) -> Engine:
    """Return an engine with a small pool; nothing is connected yet."""
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, pool_size=2, max_overflow=4, connect_args={"timeout": BUSY_SECONDS})
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(
        url, pool_size=2, max_overflow=4, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_SECONDS}
    )


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # else the driver leaves DDL and SELECT outside of transactions
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


_SQLITE_REASONS = {
    "SQLITE_FULL": (
        "the server's disk is full. Delete an analysis saved with its clip, or ask who runs this server to make room"
    ),
    "SQLITE_IOERR_WRITE": "the server's disk is full or broken. Ask who runs this server to look at it",
    "SQLITE_READONLY": "its file may only be read. Ask who runs this server to make HISTORY_DIR writable",
    "SQLITE_CANTOPEN": "its file cannot be opened. Ask who runs this server to make HISTORY_DIR writable",
    "SQLITE_BUSY": "others are saving at this moment. Try again in a minute",
    "SQLITE_NOTADB": "its file is no database of RepScope's. Ask who runs this server to look at DATABASE_URL",
    "SQLITE_CORRUPT": "its file is damaged. Ask who runs this server to restore a copy",
}


def _explain(error: SQLAlchemyError, url: URL) -> str:
    """Say what failed and what to do; never with the password, nor with what was to be saved."""
    original = getattr(error, "orig", None)
    name = getattr(original, "sqlite_errorname", "") or ""
    reason = next((words for known, words in _SQLITE_REASONS.items() if name.startswith(known)), None)
    if reason is None:
        reason = f"{type(original or error).__name__}. Try again in a minute, or ask who runs this server to look at it"
    return f"The history's database ({_place(url)}) cannot be used: {reason}. Everything else works as before."


def _place(url: URL) -> str:
    """Name a database without user and password."""
    if url.get_backend_name() == "sqlite":
        return f"SQLite, {Path(url.database or '').name}"
    return f"PostgreSQL, {url.host or 'local'}{f':{url.port}' if url.port else ''}"
