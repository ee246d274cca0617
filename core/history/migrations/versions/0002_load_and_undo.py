"""The load on the bar, and deletes that can be taken back for a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add both columns; what is there has no load and is not hidden."""
    op.add_column("analyses", sa.Column("load_kg", sa.Float))
    op.add_column("analyses", sa.Column("hidden_at", sa.DateTime(timezone=True)))
    op.create_index("ix_analyses_hidden_at", "analyses", ["hidden_at"])
