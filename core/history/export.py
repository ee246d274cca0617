"""Everything an owner saved, as one zip: streamed, so that no clip is ever held in memory."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import PurePath
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from core.export.tables import REP_COLUMNS, to_cell
from core.history.figures import NUMBERS
from core.history.labels import SavedSummary
from core.history.owner import Owner
from core.history.store import HistoryStore, SavedFiles

BLOCK_BYTES = 256 * 1024
_ENDINGS = {
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-msvideo": ".avi",
    "image/gif": ".gif",
}
_COLUMNS = (
    "folder", "athlete", "name", "note", "session_on", "load_kg", "exercise", "rep_count", "joint", "view", *NUMBERS,
    "clip_name", "saved_at", "id",
)  # fmt: skip


class _Sink(io.RawIOBase):
    """Takes what the zip writes until somebody fetches it."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def take(self) -> bytes:
        blocks, self._blocks = self._blocks, []
        return b"".join(blocks)


def iter_zip(store: HistoryStore, owner: Owner) -> Iterator[bytes]:
    """Yield a zip: ``analyses.csv`` with a row each, ``reps.csv``, and a folder per analysis.

    The folder holds ``result.json`` (as it was saved), ``landmarks.npz``, the pictures, and the clip where it was kept;
    not its preview, which is only for a browser to play.
    ``reps.csv`` has the columns of this release; what another one measured besides is in its ``result.json``.

    Raises
    ------
    HistoryError
        The database fails on the way; the zip breaks off.
    """
    sink = _Sink()
    analyses_csv, reps_csv = io.StringIO(), io.StringIO()
    rows, reps = csv.writer(analyses_csv), csv.writer(reps_csv)
    rows.writerow(_COLUMNS)
    reps.writerow(["folder", *REP_COLUMNS])
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for number, files in enumerate(store.iter_files(owner), 1):
            folder = _folder_name(files.summary, number)
            rows.writerow([to_cell(value) for value in _row(files.summary, folder)])
            for rep in json.loads(files.result_json)["reps"]:
                if rep.get("is_partial"):  # older releases gave it the number of the rep before
                    rep["rep"] = None
                reps.writerow([to_cell(value) for value in (folder, *(rep.get(name) for name in REP_COLUMNS))])
            yield from _write_folder(archive, sink, files, folder)
        archive.writestr("analyses.csv", analyses_csv.getvalue())
        archive.writestr("reps.csv", reps_csv.getvalue())
    yield sink.take()


def _write_folder(archive: ZipFile, sink: _Sink, files: SavedFiles, folder: str) -> Iterator[bytes]:
    archive.writestr(f"{folder}/result.json", files.result_json)
    archive.writestr(f"{folder}/landmarks.npz", files.landmarks, ZIP_STORED)
    for row, jpeg in files.pictures.items():
        archive.writestr(f"{folder}/pictures/{row:05d}.jpg", jpeg, ZIP_STORED)
    yield sink.take()
    if files.clip is None:
        return
    ending = _ENDINGS.get(files.summary.clip_type or "", PurePath(files.summary.clip_name).suffix)
    name = ZipInfo(f"{folder}/clip{ending}", date_time=files.summary.saved_at.timetuple()[:6])
    try:
        clip = files.clip.open("rb")
    except FileNotFoundError:  # it was deleted meanwhile
        return
    with clip, archive.open(name, "w", force_zip64=True) as entry:
        while block := clip.read(BLOCK_BYTES):
            entry.write(block)
            yield sink.take()


def _row(summary: SavedSummary, folder: str) -> list[object]:
    values = {"folder": folder} | asdict(summary.labels) | asdict(summary.figures)
    values |= {name: getattr(summary, name) for name in ("exercise", "rep_count", "clip_name", "saved_at", "id")}
    return [values[name] for name in _COLUMNS]


def _folder_name(summary: SavedSummary, number: int) -> str:
    """Return a name that any file system takes."""
    words = f"{summary.labels.athlete} {summary.labels.name or summary.exercise or ''}"
    words = re.sub(r"[^\w ()-]+", "_", words).strip()
    return f"{number:03d} {summary.labels.session_on} {words}"[:80].strip()
