"""Two servers on one PostgreSQL at the same moment: neither undoes what the other was told.

A trigger holds the first one between looking and writing. SQLite lets only one transaction write at a time.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from core.errors import DeletedError, HistoryError
from core.history import Labels
from tests.history.conftest import ANNA
from tests.server import wait_until

pytestmark = pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
HELD_SECONDS = 2
SLOW = f"""
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep({HELD_SECONDS}); RETURN NULL; END';
CREATE TRIGGER hold_writes BEFORE INSERT OR DELETE ON analyses FOR EACH STATEMENT EXECUTE FUNCTION hold();
"""
SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"


@contextmanager
def held(url: str, act: Callable[[], object]) -> Iterator[None]:
    """Run the block while another thread has looked, and not yet written what it does."""
    with psycopg.connect(url, autocommit=True) as watcher:
        watcher.execute(SLOW)
        thread = threading.Thread(target=act)
        thread.start()
        try:
            assert wait_until(lambda: watcher.execute(SLEEPING).fetchone() == (1,))
            yield
        finally:
            thread.join()


def test_two_that_save_at_once_do_not_share_the_last_room(store, open_store, analysis, database_url):
    size_bytes = store.summary(ANNA, store.save(ANNA, analysis, Labels("first"), clip_name="a.mp4")).size_bytes
    one, other = (open_store(quota_bytes=int(2.5 * size_bytes)) for _ in range(2))
    other.find(ANNA)
    with (
        held(database_url, lambda: one.save(ANNA, analysis, Labels("second"), clip_name="a.mp4")),
        pytest.raises(HistoryError, match="no room to save this"),
    ):
        other.save(ANNA, analysis, Labels("third"), clip_name="a.mp4")
    assert {line.labels.athlete for line in store.find(ANNA)} == {"first", "second"}


def test_a_delete_that_is_becoming_final_is_not_said_to_be_taken_back(store, open_store, analysis, database_url):
    saved_id = store.save(ANNA, analysis, Labels("Anna"), clip_name="a.mp4")
    store.hide(ANNA, saved_id)
    other = open_store()
    other.find(ANNA)
    with held(database_url, lambda: store.purge(hidden_s=0)), pytest.raises(DeletedError, match="it was deleted"):
        other.unhide(ANNA, saved_id)
    assert store.find(ANNA, with_hidden=True) == []
