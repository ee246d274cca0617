"""Bring the history's database to this release's schema: ``python -m core.history.migrate``.

The app runs it at the start and whenever it meets an older schema, as a child process. Two at a time are no harm:
the second waits for the first and finds nothing to do.
"""

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from core.errors import HistoryError
from core.history.database import Database

FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Database, *, revision: str = "head") -> None:
    """Run what is missing, all of it or nothing.

    Raises
    ------
    HistoryError
        The database cannot be used, or was made by a newer release.
    """
    with database.errors(), database.exclusive() as connection:
        database.lock(connection)
        config = Config()
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise HistoryError(
                f"The history's database was made by another release of RepScope ({error}). Update RepScope, "
                "or set DATABASE_URL to another database."
            ) from error


def main() -> int:
    """Migrate the database of the settings; tidy up what a crash left."""
    from core.history import get_history  # noqa: PLC0415  # SQLAlchemy comes with it, and is here already

    try:
        store = get_history()
        migrate(store.database)
        store.tidy()
    except (HistoryError, SQLAlchemyError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
