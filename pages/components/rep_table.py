"""The table of reps; a click on a row takes the player there."""

import pandas as pd
import streamlit as st

from core.pipeline import Analysis
from pages.components.seek import seek

_NUMBER = st.column_config.NumberColumn
# what a trainer looks for first comes first: a phone shows four columns
_COLUMNS = {
    "rep": _NUMBER("Rep", format="%d"),
    "side": st.column_config.TextColumn("Side"),
    "is_partial": st.column_config.CheckboxColumn("Partial"),
    "is_edited": st.column_config.CheckboxColumn("Edited", help="Set or changed by hand"),
    "rom_deg": _NUMBER("Range (°)", format="%.0f", help="Range of motion of the joint measured"),
    "duration_s": _NUMBER("Duration (s)", format="%.2f"),
    "eccentric_s": _NUMBER("Lowering (s)", format="%.2f", help="Eccentric half"),
    "concentric_s": _NUMBER("Lifting (s)", format="%.2f", help="Concentric half"),
    "min_deg": _NUMBER("Least (°)", format="%.0f", help="Smallest angle of the rep"),
    "max_deg": _NUMBER("Largest (°)", format="%.0f", help="Largest angle of the rep"),
    "peak_velocity_deg_s": _NUMBER("Peak velocity (°/s)", format="%.0f"),
    "left_right_rom_diff_deg": _NUMBER("Left − right (°)", format="%.0f"),
    "quality": st.column_config.ProgressColumn(
        "Quality",
        min_value=0,
        max_value=1,
        format="%.2f",
        help="How well the rep was seen and how alike it is to the others",
    ),
    "quality_reason": st.column_config.TextColumn("What limits it"),
    "start_s": _NUMBER("Start (s)", format="%.2f"),
    "turn_s": _NUMBER("Turn (s)", format="%.2f"),
    "end_s": _NUMBER("End (s)", format="%.2f"),
}
_USUAL = {"side": "both", "is_partial": False, "is_edited": False, "quality_reason": "clear"}


def show_reps(analysis: Analysis, *, key: str) -> None:
    """Show every rep in a row; columns that hold nothing, or the same for all, are left out."""
    reps = analysis.metrics.reps
    if not reps:
        return
    table = pd.DataFrame([{name: getattr(rep, name) for name in _COLUMNS} for rep in reps])
    empty = [name for name in _COLUMNS if table[name].isna().all()]
    same = [name for name, usual in _USUAL.items() if (table[name] == usual).all()]
    table_key = f"reps_{key}"

    def go_to_row() -> None:
        rows = st.session_state[table_key]["selection"]["rows"]
        if rows and rows[0] < len(reps):
            seek(reps[rows[0]].start_s)

    st.subheader("Reps", anchor=False)
    st.caption("Tick a row to see that rep in the player.")
    st.dataframe(
        table.drop(columns=[*empty, *same]),
        hide_index=True,
        column_config=_COLUMNS,
        on_select=go_to_row,
        selection_mode="single-row",
        key=table_key,
    )
