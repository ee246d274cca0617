"""From where a set was filmed: sets of other places are not compared."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add both columns, filled from the result as it was saved; one set at a time, each is some 100 kB."""
    op.add_column("analyses", sa.Column("view", sa.String(16)))
    op.add_column("analyses", sa.Column("turn_deg", sa.Float))
    connection = op.get_bind()
    analyses = sa.table("analyses", *map(sa.column, ("id", "result", "view", "turn_deg")))
    for saved_id in connection.execute(sa.select(analyses.c.id)).scalars().all():
        is_it = analyses.c.id == saved_id
        result = json.loads(connection.execute(sa.select(analyses.c.result).where(is_it)).scalar_one())
        view = result.get("view") or {}
        yaw_deg = view.get("yaw_deg")
        turn_deg = None if yaw_deg is None else 90.0 - abs(90.0 - abs(yaw_deg))
        connection.execute(analyses.update().where(is_it).values(view=view.get("name"), turn_deg=turn_deg))
