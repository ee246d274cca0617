"""What a search looks through, without accents and in one encoding; it was case-folded only."""

import sqlalchemy as sa
from alembic import op

from core.history.words import fold

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Fold what is there as searches are folded from now on."""
    connection = op.get_bind()
    analyses = sa.table("analyses", sa.column("id"), sa.column("searched"))
    for saved_id, text in connection.execute(sa.select(analyses.c.id, analyses.c.searched)).all():
        connection.execute(analyses.update().where(analyses.c.id == saved_id).values(searched=fold(text)))
