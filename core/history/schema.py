"""The tables, as they are now; `migrations/versions` tells how they came to be so."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

HEAD = "0005"
"""The last revision in `migrations/versions`; a test compares the two."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

analyses = Table(
    "analyses",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("session_on", Date, nullable=False),
    Column("athlete", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("clip_name", Text, nullable=False),
    # folded (`words.fold`): SQLite and PostgreSQL disagree about upper and lower case beyond a to z
    Column("searched", Text, nullable=False),
    Column("exercise", Text),
    Column("rep_count", Integer, nullable=False),
    Column("joint", Text),
    Column("rom_deg", Float),
    Column("eccentric_s", Float),
    Column("concentric_s", Float),
    Column("velocity_deg_s", Float),
    Column("velocity_loss_pct", Float),
    Column("asymmetry_pct", Float),
    Column("time_under_tension_s", Float),
    Column("clip_type", Text),
    Column("size_bytes", BigInteger, nullable=False),
    Column("format", Integer, nullable=False),
    Column("record", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),
    Column("load_kg", Float),
    Column("hidden_at", DateTime(timezone=True), index=True),
    Column("view", String(16)),
    Column("turn_deg", Float),
    Index(None, "owner", "session_on"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("analysis_id", String(32), ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
)
