"""Alembic runs this: it migrates the connection that `core.history.migrate` hands over, in that one's transaction."""

from alembic import context

from core.history.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
