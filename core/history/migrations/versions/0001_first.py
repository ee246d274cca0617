"""Analyses and their pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "analyses",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_on", sa.Date, nullable=False),
        sa.Column("athlete", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("clip_name", sa.Text, nullable=False),
        sa.Column("searched", sa.Text, nullable=False),
        sa.Column("exercise", sa.Text),
        sa.Column("rep_count", sa.Integer, nullable=False),
        sa.Column("joint", sa.Text),
        sa.Column("rom_deg", sa.Float),
        sa.Column("eccentric_s", sa.Float),
        sa.Column("concentric_s", sa.Float),
        sa.Column("velocity_deg_s", sa.Float),
        sa.Column("velocity_loss_pct", sa.Float),
        sa.Column("asymmetry_pct", sa.Float),
        sa.Column("time_under_tension_s", sa.Float),
        sa.Column("clip_type", sa.Text),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("record", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_analyses"),
    )
    op.create_index("ix_analyses_owner_session_on", "analyses", ["owner", "session_on"])
    op.create_table(
        "pictures",
        sa.Column("analysis_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("analysis_id", "row", name="pk_pictures"),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name="fk_pictures_analysis_id", ondelete="CASCADE"),
    )
