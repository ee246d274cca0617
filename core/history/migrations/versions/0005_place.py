"""An oblique view from behind is another place than one from before; both were kept as ``oblique``."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Name the place by the yaw in the result as it was saved; one set at a time, each is some 100 kB."""
    connection = op.get_bind()
    analyses = sa.table("analyses", *map(sa.column, ("id", "result", "view")))
    oblique = sa.select(analyses.c.id).where(analyses.c.view == "oblique")
    for saved_id in connection.execute(oblique).scalars().all():
        is_it = analyses.c.id == saved_id
        result = json.loads(connection.execute(sa.select(analyses.c.result).where(is_it)).scalar_one())
        if abs(result["view"]["yaw_deg"]) > 90:
            connection.execute(analyses.update().where(is_it).values(view="oblique_back"))
