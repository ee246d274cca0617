"""A real PostgreSQL for the tests: a private cluster in a temporary folder, reached through a socket, no service."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_wal_senders = 0\nwal_level = minimal\n"


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL: its programs, its folder, who runs it."""

    programs: Path
    folder: Path
    user: str | None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://tester@/{database}?host={self.folder}"

    def control(self, *arguments: str) -> None:
        data = self.folder / "data"
        command = [self.programs / "pg_ctl", "-w", "-s", "-D", data, "-l", self.folder / "log", *arguments]
        subprocess.run(command, user=self.user, group=self.user, cwd=self.folder, check=True, timeout=60)

    def create(self, database: str) -> str:
        """Make an empty database and return its address."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        return self.url(database)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a cluster as an unprivileged user: the one who tests, or ``postgres`` where that is root."""
    cluster = Cluster(find_programs(), Path(tempfile.mkdtemp(prefix="repscope-pg-")), _unprivileged())
    try:
        if cluster.user:
            shutil.chown(cluster.folder, cluster.user, cluster.user)
        options = ["-U", "tester", "-A", "trust", "-N", "-E", "UTF8"]
        subprocess.run(
            [cluster.programs / "initdb", "-D", cluster.folder / "data", *options],
            user=cluster.user, group=cluster.user, cwd=cluster.folder, check=True, capture_output=True,
        )  # fmt: skip
        with (cluster.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"{FAST}listen_addresses = ''\nunix_socket_directories = '{cluster.folder}'\n")
        cluster.control("start")
        yield cluster
        cluster.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(cluster.folder, ignore_errors=True)


def find_programs() -> Path:
    """Return the folder of ``initdb``; without it skip, or fail where REPSCOPE_REQUIRE_POSTGRES=1."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path))
    if not found:
        reason = "no PostgreSQL here: apt-get install postgresql"
        if os.environ.get("REPSCOPE_REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found[-1].parent


def _unprivileged() -> str | None:
    return "postgres" if os.geteuid() == 0 else None
