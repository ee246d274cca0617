"""The table of reps; a click on a row takes the player there.

A table of HTML and not ``st.dataframe``, which loads pandas and PyArrow: 67 MB of the web process for a dozen rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from core.metrics import RepMetrics
from core.pipeline import Analysis
from core.report.words import DASH, rep_name, rep_tag, say
from pages.components.seek import seek


@dataclass(frozen=True)
class _Column:
    """How one field of a rep is written; `usual` is what every rep may hold without the column saying anything."""

    field: str
    title: str
    format: Callable[..., str]
    help: str = ""
    usual: object = None


_SECONDS, _DEGREES = partial(say, decimals=2), say


def _tick(value: bool) -> str:
    return "yes" if value else ""


_COLUMNS = (  # what a trainer looks for first comes first: a phone shows four columns
    _Column("side", "Side", str, usual="both"),
    _Column("is_partial", "Partial", _tick, usual=False),
    _Column("is_edited", "Edited", _tick, "Set or changed by hand", usual=False),
    _Column("rom_deg", "Range (°)", _DEGREES, "Range of motion of the joint measured"),
    _Column("duration_s", "Duration (s)", _SECONDS),
    _Column("eccentric_s", "Lowering (s)", _SECONDS, "Eccentric half"),
    _Column("concentric_s", "Lifting (s)", _SECONDS, "Concentric half"),
    _Column("min_deg", "Least (°)", _DEGREES, "Smallest angle of the rep"),
    _Column("max_deg", "Largest (°)", _DEGREES, "Largest angle of the rep"),
    _Column("peak_velocity_deg_s", "Peak velocity (°/s)", _DEGREES),
    _Column("left_right_rom_diff_deg", "Left − right (°)", partial(say, signed=True)),
    _Column("quality", "Quality", _SECONDS, "How well the rep was seen and how alike it is to the others, 0 to 1"),
    _Column("quality_reason", "What limits it", str, usual="clear"),
    _Column("start_s", "Start (s)", _SECONDS),
    _Column("turn_s", "Turn (s)", _SECONDS),
    _Column("end_s", "End (s)", _SECONDS),
)

_TAG_HELP = "p: a partial rep, which is not counted"

_table = st.components.v2.component(
    "repscope_rep_table",
    html="""
<div class="reps" tabindex="0" role="region" aria-label="Reps"><table><thead></thead><tbody></tbody></table></div>
""",
    css="""
/* 15 rows and a scroll bar; of a longer set half a row shows that there are more */
.reps { overflow: auto; max-height: 41.75rem; }
/* Streamlit's bars are clear until the pointer is over them: nothing told of the columns beyond the edge */
.reps { scrollbar-width: thin; scrollbar-color: color-mix(in srgb, var(--st-text-color) 40%, transparent) transparent; }
.reps { border: 1px solid var(--line); border-radius: var(--st-base-radius, 8px); }
.reps { --line: color-mix(in srgb, var(--st-text-color) 16%, var(--st-background-color)); }
.reps:focus-visible, button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
table { border-collapse: collapse; width: 100%; font: 0.875rem var(--st-font); color: var(--st-text-color); }
th { position: sticky; top: 0; background: var(--st-secondary-background-color); font-weight: 600; }
th[title] { text-decoration: underline dotted; text-underline-offset: 3px; cursor: help; }
th, td { padding: 6px 12px; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td { border-top: 1px solid var(--line); }
tbody tr { cursor: pointer; }
tbody tr:hover { background: var(--st-secondary-background-color); }
button { font: inherit; font-weight: 600; color: var(--st-link-color); background: none; border: 0; cursor: pointer; }
button { min-width: 32px; min-height: 28px; text-decoration: underline; }
""",
    js="""
const element = (tag, text, extra) => Object.assign(document.createElement(tag), { textContent: text }, extra);

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const head = document.createElement("tr");
  head.append(...data.columns.map(({ title, help }) =>
    element("th", title, help ? { scope: "col", title: help } : { scope: "col" })));
  const rows = data.rows.map(({ name, tag, cells }, at) => {
    const row = document.createElement("tr");
    const first = document.createElement("td");
    first.append(element("button", tag, { ariaLabel: `See ${name} in the player`, type: "button" }));
    row.append(first, ...cells.map((text) => element("td", text)));
    row.onclick = () => setTriggerValue("row", at);
    return row;
  });
  parentElement.querySelector("thead").replaceChildren(head);
  parentElement.querySelector("tbody").replaceChildren(...rows);
}
""",
)


def show_reps(analysis: Analysis, *, key: str) -> None:
    """Show every rep in a row; columns that hold nothing, or the same for all, are left out."""
    reps = analysis.metrics.reps
    if not reps:
        return
    columns = [column for column in _COLUMNS if any(_says_something(column, rep) for rep in reps)]
    table_key = f"reps_{key}"

    def go_to_row() -> None:
        row = st.session_state[table_key]["row"]
        if row is not None and row < len(reps):
            seek(reps[row].start_s)

    st.subheader("Reps", anchor=False)
    st.caption("Click a row to see that rep in the player.")
    data = {
        "columns": [
            {"title": "Rep", "help": _TAG_HELP},
            *({"title": each.title, "help": each.help} for each in columns),
        ],
        "rows": [
            {
                "name": rep_name(rep)[:1].lower() + rep_name(rep)[1:],
                "tag": rep_tag(replace(rep, is_edited=False)),  # which has a column of its own
                "cells": [_cell(column, rep) for column in columns],
            }
            for rep in reps
        ],
    }
    _table(data=[data], key=table_key, on_row_change=go_to_row)  # in a list, see workbench.py


def _says_something(column: _Column, rep: RepMetrics) -> bool:
    return _cell(column, rep) != DASH and getattr(rep, column.field) != column.usual


def _cell(column: _Column, rep: RepMetrics) -> str:
    return column.format(getattr(rep, column.field))
