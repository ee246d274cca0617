"""Rows of the tables from what the app knows, and back."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.errors import DeletedError
from core.export import to_json
from core.history.archive import FORMAT, pack
from core.history.figures import NUMBERS, Figures, figures_of
from core.history.labels import MAX_ATHLETE, MAX_NAME, MAX_NOTE, Labels, SavedSummary
from core.history.owner import Owner
from core.history.schema import analyses, pictures
from core.history.words import fold, tidy_name
from core.pipeline import Analysis

HEAVY = {"record", "result", "landmarks"}
LIGHT = [column for column in analyses.c if column.name not in HEAVY]
"""The columns of a list: without landmarks and results."""


def is_owned(owner: Owner, saved_id: str) -> sa.ColumnElement[bool]:
    """Return the condition that an analysis is this one and this owner's."""
    return sa.and_(analyses.c.id == saved_id, analyses.c.owner == owner.name)


def get_row(
    connection: Connection, owner: Owner, saved_id: str, *, columns: Sequence[sa.Column[Any]] = LIGHT
) -> Mapping[str, Any] | None:
    """Return the columns of one analysis; None where it is not this owner's."""
    row = connection.execute(sa.select(*columns).where(is_owned(owner, saved_id))).mappings().first()
    return {str(name): value for name, value in row.items()} if row else None


def require_row(
    connection: Connection, owner: Owner, saved_id: str, *, columns: Sequence[sa.Column[Any]] = LIGHT
) -> Mapping[str, Any]:
    """Return the columns of one analysis; raises DeletedError where it is not this owner's, or hidden."""
    row = require_any_row(connection, owner, saved_id, columns=columns)
    if row["hidden_at"] is not None:  # what is written on it now would go with it
        raise _gone()
    return row


def require_any_row(
    connection: Connection, owner: Owner, saved_id: str, *, columns: Sequence[sa.Column[Any]] = LIGHT
) -> Mapping[str, Any]:
    """Do `require_row` also for one that was deleted a moment ago."""
    row = get_row(connection, owner, saved_id, columns=columns)
    if row is None:
        raise _gone()
    return row


def _gone() -> DeletedError:
    return DeletedError("This analysis is not in your history any more: it was deleted. Choose another one.")


def measured(analysis: Analysis, *, clip_name: str) -> dict[str, Any]:
    """Return the columns that the analysis fills; NaN becomes NULL."""
    record, landmarks = pack(analysis)
    figures = figures_of(analysis)
    numbers = {name: getattr(figures, name) for name in NUMBERS}
    return {
        "exercise": analysis.recognition.exercise,
        "rep_count": analysis.rep_count,
        "joint": figures.joint,
        "view": figures.view,
        "format": FORMAT,
        "record": record,
        "result": to_json(analysis, clip=clip_name),
        "landmarks": landmarks,
    } | {name: number if math.isfinite(number) else None for name, number in numbers.items()}


def labelled(labels: Labels) -> dict[str, Any]:
    """Return the columns that the trainer fills."""
    return {
        "athlete": tidy_name(_clean(labels.athlete))[:MAX_ATHLETE],
        "name": _clean(labels.name)[:MAX_NAME],
        "note": _clean(labels.note)[:MAX_NOTE],
        "session_on": labels.session_on,
        "load_kg": labels.load_kg,
    }


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()  # PostgreSQL refuses NUL in a text


def searched(values: Mapping[str, Any]) -> str:
    """Return what a search looks through."""
    exercise = (values["exercise"] or "").replace("_", " ")
    return fold("\n".join([values["athlete"], values["name"], values["note"], exercise, values["clip_name"]]))


def measure_row(values: Mapping[str, Any], kept: Mapping[int, bytes]) -> int:
    """Return the room that an analysis takes in the database, bytes."""
    heavy = (values[name] for name in HEAVY)
    texts = sum(len(value.encode() if isinstance(value, str) else value) for value in heavy)
    return texts + sum(map(len, kept.values()))


def insert_pictures(connection: Connection, saved_id: str, kept: Mapping[int, bytes]) -> None:
    """Add the pictures of an analysis."""
    if kept:
        connection.execute(
            pictures.insert(), [{"analysis_id": saved_id, "row": row, "jpeg": jpeg} for row, jpeg in kept.items()]
        )


def pictures_of(connection: Connection, saved_id: str) -> dict[int, bytes]:
    """Return the pictures of an analysis, JPEG by row of the track."""
    query = sa.select(pictures.c.row, pictures.c.jpeg).where(pictures.c.analysis_id == saved_id)
    return {row: bytes(jpeg) for row, jpeg in connection.execute(query.order_by(pictures.c.row)).all()}


def picture_rows(connection: Connection, saved_ids: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return of which rows each analysis has pictures."""
    query = sa.select(pictures.c.analysis_id, pictures.c.row).where(pictures.c.analysis_id.in_(saved_ids))
    found: dict[str, tuple[int, ...]] = {}
    for saved_id, row in connection.execute(query.order_by(pictures.c.row)).all():
        found[saved_id] = (*found.get(saved_id, ()), row)
    return found


def to_summary(row: Mapping[Any, Any], drawn: tuple[int, ...]) -> SavedSummary:
    """Return the line of an analysis; `drawn` are the rows with pictures."""
    saved_at: datetime = row["saved_at"]
    numbers = {name: math.nan if row[name] is None else float(row[name]) for name in NUMBERS}
    return SavedSummary(
        id=row["id"],
        labels=Labels(row["athlete"], row["name"], row["note"], row["session_on"], row["load_kg"]),
        exercise=row["exercise"],
        rep_count=row["rep_count"],
        figures=Figures(joint=row["joint"], view=row["view"], **numbers),
        saved_at=saved_at if saved_at.tzinfo else saved_at.replace(tzinfo=UTC),  # SQLite keeps no time zone
        clip_name=row["clip_name"],
        clip_type=row["clip_type"],
        rows=drawn,
        size_bytes=row["size_bytes"],
        is_hidden=row["hidden_at"] is not None,
    )
