"""What each row says, and the table in the browser: a row changes in place, on a phone it is a card."""

import math
from pathlib import Path
from typing import Any

import streamlit as st

from core.pipeline import Analysis
from pages.components.batch import Item
from pages.components.corrections import in_words
from pages.components.state import results

_FOLDER = Path(__file__).parent / "browser"

_table = st.components.v2.component(
    "repscope_batch",
    html=(_FOLDER / "table.html").read_text(encoding="utf-8"),
    css=(_FOLDER / "table.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "table.js").read_text(encoding="utf-8"),
)


def show_table(items: list[Item], *, key: str) -> dict[str, Any] | None:
    """Show the rows; return what is asked for in this run: ``do`` (``open`` or ``cancel``) and the row's ``number``."""
    rows = [_row(item) for item in items]
    asked: dict[str, Any] | None = _table(data=rows, key=key, on_act_change=lambda: None).act
    return asked


def _row(item: Item) -> dict[str, Any]:
    """Return one row as JSON types; what is not known yet is empty."""
    row: dict[str, Any] = {
        "number": item.number,
        "name": item.name,
        "state": item.state,
        "share": item.share,
        "words": _state_words(item),
        "error": item.error,
        "reps": "",
        "exercise": "",
        "tempo": "",
        "depth": "",
        "notes": [],
    }
    result = results().get(item.key) if item.state == "done" and item.key else None
    if result:
        row |= _numbers(result.analysis) | {"can_open": True}
    elif item.state == "done" and not item.error:
        row["words"] = "Done; its result was deleted, or gave way to newer ones"
    return row


def _state_words(item: Item) -> str:
    if item.state == "sent":
        if item.job is not None and item.job.position:
            return "Next"
        if item.share is None:
            return "Starting…"
        return "Counting…" if item.share >= 1 else f"{item.share:.0%}"
    return {"waiting": "Waiting", "done": "Done", "failed": "Failed", "cancelled": "Cancelled"}[item.state]


def _numbers(analysis: Analysis) -> dict[str, Any]:
    partial = len(analysis.count.partial_reps)
    return {
        "reps": f"{analysis.rep_count}" + (f" + {partial} partial" if partial else ""),
        "exercise": in_words(analysis.recognition.exercise or "") or "Not clear",
        "tempo": analysis.metrics.tempo or "–",
        "depth": _describe_depth(analysis),
        "notes": list(analysis.warnings),
    }


def _describe_depth(analysis: Analysis) -> str:
    """Return how far the joint travels, and how far it bends in the deepest rep: "Knee 104 ± 3°, up to 112°"."""
    metrics = analysis.metrics
    rom = metrics.statistics["rom_deg"]
    if not metrics.joint or math.isnan(rom.mean):
        return "–"
    spread = "" if math.isnan(rom.sd) else f" ± {rom.sd:.0f}"
    most = max(rep.max_deg for rep in metrics.reps if math.isfinite(rep.max_deg) and not rep.is_partial)
    return f"{in_words(metrics.joint)} {rom.mean:.0f}{spread}°, up to {most:.0f}°"
