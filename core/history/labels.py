"""What a trainer writes on a saved analysis, and the line that stands for it in a list."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from core.history.figures import Figures

MAX_ATHLETE, MAX_NAME, MAX_NOTE = 80, 120, 2000
"""Most characters; the page's fields stop there too."""


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Labels:
    """What the trainer writes on it.

    Attributes
    ----------
    athlete, name, note
        Text, cut to `MAX_ATHLETE`, `MAX_NAME` and `MAX_NOTE` characters.
    session_on
        Day of training.
    load_kg
        What was lifted besides the body; None where nothing was written.
    """

    athlete: str = ""
    name: str = ""
    note: str = ""
    session_on: date = field(default_factory=_today)
    load_kg: float | None = None


@dataclass(frozen=True)
class SavedSummary:
    """One saved analysis without its landmarks.

    Attributes
    ----------
    exercise
        A name of `core.exercises.BY_NAME`; None where it was not named.
    saved_at
        With time zone.
    clip_name
        What the trainer's file was called.
    clip_type
        Media type of the saved clip; None where the clip was not kept.
    rows
        Rows of the track of which there are pictures, in order.
    size_bytes
        Room it takes, the clip included.
    is_hidden
        It was deleted a moment ago, and the trainer may still take that back.
    """

    id: str
    labels: Labels
    exercise: str | None
    rep_count: int
    figures: Figures
    saved_at: datetime
    clip_name: str
    clip_type: str | None
    rows: tuple[int, ...]
    size_bytes: int
    is_hidden: bool = False
