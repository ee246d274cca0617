"""Saved analyses: in, found, out, gone. Every method asks for the owner and sees nothing of anybody else's."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.errors import HistoryError
from core.history.archive import collect_pictures, unpack
from core.history.clips import ClipFolder
from core.history.database import Database
from core.history.labels import Labels, SavedSummary
from core.history.owner import Owner
from core.history.rows import (
    LIGHT,
    get_row,
    insert_pictures,
    is_owned,
    labelled,
    measure_row,
    measured,
    picture_rows,
    pictures_of,
    require_any_row,
    require_row,
    searched,
    to_summary,
)
from core.history.schema import analyses, pictures
from core.history.words import name_key, search_words
from core.pipeline import Analysis
from core.settings import Settings
from core.spool.writer import MB, SpooledFile
from core.video import PREVIEW_NAME

DATABASE_FILE = "history.sqlite3"
CLIPS = "clips"
UNDO_SECONDS = 10.0
"""How long a delete can be taken back."""


@dataclass(frozen=True)
class SavedFiles:
    """Everything of one saved analysis, as the export writes it."""

    summary: SavedSummary
    result_json: str
    landmarks: bytes
    pictures: dict[int, bytes]
    clip: Path | None


class HistoryStore:
    """The saved analyses of everybody, each seen by its owner only. Safe to use from any thread.

    Every method may raise `HistoryError`: the database is down, read-only or full.

    Parameters
    ----------
    url
        Of the database.
    clips
        Folder of the saved clips.
    quota_bytes
        Most room for everybody's analyses together, clips included.
    """

    def __init__(self, url: str, *, clips: Path, quota_bytes: int) -> None:
        self.database = Database(url)
        self.clips = ClipFolder(clips)
        self._quota_bytes = quota_bytes
        self._purge_at: float | None = None
        self._mutex = threading.Lock()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the history that the settings name."""
        url = settings.database_url
        return cls(
            url.get_secret_value() if url else f"sqlite:///{settings.history_dir / DATABASE_FILE}",
            clips=settings.history_dir / CLIPS,
            quota_bytes=settings.history_quota_mb * MB,
        )

    # -- in ----------------------------------------------------------------

    def save(
        self,
        owner: Owner,
        analysis: Analysis,
        labels: Labels,
        *,
        clip_name: str,
        folder: Path | None = None,
        clip: SpooledFile | None = None,
    ) -> str:
        """Save an analysis and return its id.

        Parameters
        ----------
        clip_name
            What the trainer's file is called.
        folder
            The analysis's own folder; its stills of the reps are kept too.
        clip
            The clip, where it is to be kept; the preview in `folder` is kept with it.

        Raises
        ------
        HistoryError
            Besides the usual: the quota or the disk is used up. Nothing was saved then.
        """
        saved_id = secrets.token_hex(16)
        kept = collect_pictures(analysis, folder)
        preview = _preview_in(folder) if clip else None
        values = measured(analysis, clip_name=clip_name) | labelled(labels)
        values |= {"id": saved_id, "owner": owner.name, "saved_at": datetime.now(UTC), "clip_name": clip_name}
        values |= {"clip_type": clip.media_type if clip else None}
        values["searched"] = searched(values)
        values["size_bytes"] = measure_row(values, kept) + (clip.size_bytes if clip else 0)
        values["size_bytes"] += preview.stat().st_size if preview else 0
        with self._clip_kept(saved_id, clip, preview), self.database.writing() as connection:
            self._require_room(connection, values["size_bytes"])
            connection.execute(analyses.insert(), values)
            insert_pictures(connection, saved_id, kept)
        return saved_id

    def update(self, owner: Owner, saved_id: str, analysis: Analysis, *, folder: Path | None = None) -> None:
        """Save an analysis again after it was corrected: numbers and pictures change; labels and clip stay."""
        kept = collect_pictures(analysis, folder)
        with self.database.writing() as connection:
            row = require_row(connection, owner, saved_id)
            values = measured(analysis, clip_name=row["clip_name"])
            values["searched"] = searched({**row, **values})
            if not kept:
                kept = pictures_of(connection, saved_id)
            values["size_bytes"] = measure_row({**row, **values}, kept) + self.clips.measure(saved_id)
            self._require_room(connection, values["size_bytes"] - row["size_bytes"])
            connection.execute(analyses.update().where(is_owned(owner, saved_id)), values)
            connection.execute(pictures.delete().where(pictures.c.analysis_id == saved_id))
            insert_pictures(connection, saved_id, kept)

    def edit(self, owner: Owner, saved_id: str, labels: Labels) -> None:
        """Change what the trainer wrote on it."""
        with self.database.writing() as connection:
            values = labelled(labels)
            values["searched"] = searched({**require_row(connection, owner, saved_id), **values})
            connection.execute(analyses.update().where(is_owned(owner, saved_id)), values)

    @contextmanager
    def _clip_kept(self, saved_id: str, clip: SpooledFile | None, preview: Path | None) -> Iterator[None]:
        """Keep the clip and its preview if what is done inside succeeds."""
        if clip is None:
            yield
            return
        self.clips.add(saved_id, clip.path, preview=preview)
        try:
            yield
        except BaseException:
            self.clips.drop(saved_id)
            raise
        self.clips.settle(saved_id)

    def _require_room(self, connection: Connection, more_bytes: int) -> None:
        """Raise HistoryError for more than fits; what makes a row no larger fits although the quota was lowered."""
        if more_bytes <= 0:
            return
        self.database.lock(connection)  # two at a time would both find the last room free
        taken = int(connection.scalar(sa.select(sa.func.coalesce(sa.func.sum(analyses.c.size_bytes), 0))) or 0)
        if taken + more_bytes > self._quota_bytes:
            raise HistoryError(
                f"There is no room to save this: it takes {more_bytes / MB:.1f} MB, saved analyses on this server may "
                f"take {self._quota_bytes / MB:g} MB together (HISTORY_QUOTA_MB), and {taken / MB:.1f} MB is taken. "
                "Save without the clip, or delete something from your history first."
            )

    # -- found -------------------------------------------------------------

    def find(
        self,
        owner: Owner,
        *,
        text: str = "",
        athlete: str | None = None,
        exercise: str | None = None,
        limit: int | None = None,
        with_hidden: bool = False,
    ) -> list[SavedSummary]:
        """Return saved analyses, the latest session first.

        Parameters
        ----------
        text
            Words that must all occur in athlete, name, note, exercise or the clip's name; case, accents and hyphens do
            not matter.
        athlete, exercise
            Only those; an empty string finds what has none, None finds all. Case, blanks and encoding of the
            athlete's name do not matter.
        with_hidden
            Also what was hidden and is not deleted for good yet, see `hide`.
        """
        if not self.database.is_there:
            return []
        query = sa.select(*LIGHT).where(analyses.c.owner == owner.name)
        for word in search_words(text):
            query = query.where(analyses.c.searched.contains(word, autoescape=True))
        if athlete is not None:
            query = query.where(analyses.c.athlete.in_(self._spellings(owner, athlete)))
        if exercise is not None:
            query = query.where(sa.func.coalesce(analyses.c.exercise, "") == exercise)
        if not with_hidden:
            query = query.where(analyses.c.hidden_at.is_(None))
        query = query.order_by(analyses.c.session_on.desc(), analyses.c.saved_at.desc(), analyses.c.id).limit(limit)
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings().all()
            drawn = picture_rows(connection, [row["id"] for row in rows])
        return [to_summary(row, drawn.get(row["id"], ())) for row in rows]

    def _spellings(self, owner: Owner, athlete: str) -> list[str]:
        """Return how the name of an athlete was typed."""
        query = sa.select(analyses.c.athlete).where(analyses.c.owner == owner.name).distinct()
        with self.database.reading() as connection:
            return [name for name in connection.scalars(query) if name_key(name) == name_key(athlete)]

    def names(self, owner: Owner) -> tuple[list[str], list[str]]:
        """Return the athletes and the exercises that occur, in order of the alphabet; "" for none is left out.

        An athlete typed in several ways occurs once, as typed most often, of equally many as typed last.
        """
        if not self.database.is_there:
            return [], []
        with self.database.reading() as connection:
            rows = connection.execute(
                sa.select(analyses.c.athlete, analyses.c.exercise, sa.func.count())
                .where(analyses.c.owner == owner.name, analyses.c.hidden_at.is_(None))
                .group_by(analyses.c.athlete, analyses.c.exercise)
                .order_by(sa.func.max(analyses.c.saved_at))
            ).all()
        typed: Counter[str] = Counter()
        for athlete, _, count in rows:
            typed[athlete] += count
        rows = sorted(rows, key=lambda row: typed[row.athlete])
        athletes = {name_key(row.athlete): row.athlete for row in rows if row.athlete}
        return sorted(athletes.values(), key=str.casefold), sorted({row.exercise for row in rows if row.exercise})

    # -- out ---------------------------------------------------------------

    def load(self, owner: Owner, saved_id: str) -> Analysis:
        """Return a saved analysis, measured again from its landmarks with the trainer's corrections.

        Raises
        ------
        HistoryError
            Besides the usual: it was deleted, is somebody else's, or was saved by a newer release.
        """
        with self.database.reading() as connection:
            row = require_row(connection, owner, saved_id, columns=list(analyses.c))
        return unpack(row["record"], row["landmarks"], format_version=row["format"])

    def summary(self, owner: Owner, saved_id: str) -> SavedSummary:
        """Return the line of one saved analysis, also of a hidden one; else raises as `load` does."""
        with self.database.reading() as connection:
            row = require_any_row(connection, owner, saved_id)
            return to_summary(row, picture_rows(connection, [saved_id]).get(saved_id, ()))

    def pictures(self, owner: Owner, saved_id: str) -> dict[int, bytes]:
        """Return its pictures, JPEG by row of the track; raises as `load` does."""
        with self.database.reading() as connection:
            require_row(connection, owner, saved_id)
            return pictures_of(connection, saved_id)

    def picture(self, owner: Owner, saved_id: str, row: int) -> bytes | None:
        """Return one picture as JPEG; None where there is none, or not for this owner."""
        query = sa.select(pictures.c.jpeg).join(analyses).where(is_owned(owner, saved_id), pictures.c.row == row)
        with self.database.reading() as connection:
            jpeg: bytes | None = connection.scalar(query)
            return jpeg

    def clip_path(self, owner: Owner, saved_id: str) -> Path | None:
        """Return where the saved clip lies; None where none was kept, or this server does not have it."""
        with self.database.reading() as connection:
            row = get_row(connection, owner, saved_id)
        return self.clips.find(saved_id) if row and row["clip_type"] else None

    def preview_path(self, owner: Owner, saved_id: str) -> Path | None:
        """Return where the copy of the clip that every browser plays lies; None where none was kept, or is needed."""
        return self.clips.find_preview(saved_id) if self.clip_path(owner, saved_id) else None

    def iter_files(self, owner: Owner) -> Iterator[SavedFiles]:
        """Yield everything saved, one analysis in memory at a time."""
        for summary in self.find(owner):
            with self.database.reading() as connection:
                row = get_row(connection, owner, summary.id, columns=list(analyses.c))
                kept = pictures_of(connection, summary.id)
            if row is not None:  # else it was deleted meanwhile
                clip = self.clip_path(owner, summary.id)
                yield SavedFiles(summary, row["result"], row["landmarks"], kept, clip)

    # -- gone --------------------------------------------------------------

    def delete(self, owner: Owner, saved_id: str) -> None:
        """Delete an analysis for good: row, pictures, clip and preview. One that is not there is no error."""
        with self.database.reading() as connection:
            is_there = get_row(connection, owner, saved_id) is not None
        if is_there:
            self._delete_for_good(is_owned(owner, saved_id))

    def hide(self, owner: Owner, saved_id: str) -> None:
        """Delete an analysis so that it can be taken back for `UNDO_SECONDS`; `purge` then makes it final.

        A server that is stopped meanwhile makes it final at its next start.
        """
        self._set_hidden(owner, saved_id, at=datetime.now(UTC))
        with self._mutex:
            self._purge_at = time.monotonic() + UNDO_SECONDS

    def unhide(self, owner: Owner, saved_id: str) -> None:
        """Take a `hide` back; raises DeletedError where it has become final."""
        self._set_hidden(owner, saved_id, at=None)
        with self.database.reading() as connection:
            require_row(connection, owner, saved_id)

    def _set_hidden(self, owner: Owner, saved_id: str, *, at: datetime | None) -> None:
        with self.database.writing() as connection:
            connection.execute(analyses.update().where(is_owned(owner, saved_id)).values(hidden_at=at))

    def purge(self, *, hidden_s: float = UNDO_SECONDS) -> list[str]:
        """Delete for good what was hidden at least this long ago; return the ids of what went."""
        before = datetime.now(UTC) - timedelta(seconds=hidden_s)
        with self.database.reading() as connection:
            is_any = connection.scalar(sa.select(analyses.c.id).where(analyses.c.hidden_at <= before).limit(1))
        return self._delete_for_good(analyses.c.hidden_at <= before) if is_any else []

    def purge_due(self) -> list[str]:
        """Do `purge` if something was hidden in this process and its time is over; costs nothing otherwise.

        Where it fails, or is too early by the wall clock, the next call after another `UNDO_SECONDS` tries again.
        """
        with self._mutex:
            if self._purge_at is None or time.monotonic() < self._purge_at:
                return []
            self._purge_at = tried_again_at = time.monotonic() + UNDO_SECONDS
        gone = self.purge()
        with self.database.reading() as connection:
            is_left = connection.scalar(sa.select(analyses.c.id).where(analyses.c.hidden_at.is_not(None)).limit(1))
        with self._mutex:
            if not is_left and self._purge_at == tried_again_at:  # else something was hidden meanwhile
                self._purge_at = None
        return gone

    def _delete_for_good(self, which: sa.ColumnElement[bool]) -> list[str]:
        """Delete rows, pictures and clips; the rows are locked, or a delete could be taken back meanwhile."""
        with self.database.writing() as connection:
            saved_ids = list(connection.scalars(sa.select(analyses.c.id).where(which).with_for_update()))
            for saved_id in saved_ids:  # first, since on a full disk the database needs room to delete
                self.clips.drop(saved_id)
            connection.execute(analyses.delete().where(analyses.c.id.in_(saved_ids)))
        self.database.empty_journal()
        return saved_ids

    def tidy(self) -> None:
        """Finish what a crash or a stop interrupted; what was hidden a moment ago is deleted at once."""
        self.purge(hidden_s=0)
        self.clips.sweep(self._is_known)

    def _is_known(self, saved_id: str) -> bool:
        with self.database.reading() as connection:
            return connection.scalar(sa.select(analyses.c.id).where(analyses.c.id == saved_id)) is not None


def _preview_in(folder: Path | None) -> Path | None:
    """Return the preview that the worker made; None where the clip needs none."""
    preview = folder / PREVIEW_NAME if folder else None
    return preview if preview and preview.is_file() else None
