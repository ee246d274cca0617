"""What `player_app` shows; the query says which clip if any, at which stride analysed, which set, how many players."""

import os
from functools import cache
from pathlib import Path

import streamlit as st

from core import corrections as change
from core.corrections import Corrections
from core.errors import CorrectionError
from core.pipeline import Analysis, correct
from pages.components.player import show_player
from tests.browser.player_case import MANY, MOTION, STRIDE, analyse

st.set_page_config(layout="wide")
FOLDER = Path(os.environ["PLAYER_FOLDER"])
found = cache(analyse)


def apply(analysis: Analysis, edit: dict) -> tuple:
    """Return the reps after an edit."""
    reps, row = analysis.count.all_reps, edit.get("row")
    seen = {"time_s": analysis.track.time_s, "signal": analysis.count.signal}
    edges = {name: edit.get(name) for name in ("start_s", "end_s")}
    actions = {
        "move": lambda: change.move_edges(reps, row, **edges, **seen),
        "add": lambda: change.add_rep(reps, **edges, **seen),
        "delete": lambda: change.delete_rep(reps, row),
        "split": lambda: change.split_rep(reps, row, at_s=edit["at_s"], **seen),
        "merge": lambda: change.merge_reps(reps, row, **seen),
        "partial": lambda: change.mark_partial(reps, row, is_partial=edit["is_partial"]),
    }
    return actions[edit["action"]]()


def show(clip: str, *, key: str) -> None:
    """Show one player; its corrections live in the session."""
    history = st.session_state.setdefault(f"{key}_history", [Corrections()])
    stride = int(st.query_params.get("stride", STRIDE))
    motion = MANY if "many" in st.query_params else MOTION
    analysis = correct(found(FOLDER / clip, stride=stride, motion=motion), history[-1])
    asked_s, asked_id = st.session_state.get("seek", (None, 0))
    edit = show_player(
        analysis,
        clip_src=None if "unkept" in st.query_params else f"/files/{'gone' if 'gone' in st.query_params else ''}{clip}",
        preview_src="/files/clip.mp4" if clip != "clip.mp4" else None,
        stills_src="/files/stills",
        joints=["knee", "hip"],
        seek_s=asked_s,
        seek_id=asked_id,
        can_undo=len(history) > 1,
        key=key,
    )
    if edit is None:
        return
    st.session_state.setdefault("edits", []).append(edit)
    try:
        if edit["action"] == "undo":
            history.pop()
        elif edit["action"] == "reset":
            history.append(Corrections())
        else:
            history.append(Corrections(reps=apply(analysis, edit)))
    except CorrectionError as error:
        st.session_state["refused"] = str(error)
    st.rerun()


if "hidden" not in st.session_state:
    for number in range(int(st.query_params.get("players", 1))):
        show(st.query_params.get("clip", "clip.mp4"), key=f"player_{number}")
st.button(
    "Go to 4 s", on_click=lambda: st.session_state.update(seek=(4.0, st.session_state.get("seek", (0, 0))[1] + 1))
)
st.button("Hide", on_click=lambda: st.session_state.update(hidden=True))
st.button("Show", on_click=lambda: st.session_state.pop("hidden", None))
st.text_input("Notes")
st.json(st.session_state.get("edits", []))
st.write(st.session_state.get("refused", ""))
