"""The clip with its skeleton, the curves, the filmstrip and the tools to edit reps, as one component.

Everything that moves runs in the browser; Python hears of an edit and of nothing else. The browser
side is the files ``browser/*.js``, one module in parts, in the order of `_SCRIPTS`.
"""

import re
from pathlib import Path
from typing import Any

import streamlit as st

from core.overlay import pack_curves, pack_driving, pack_overlay, pack_reps
from core.palette import SIDE_COLORS
from core.pipeline import Analysis
from core.video import VideoInfo
from pages.plotly_js import PLOTLY_SRC

_FOLDER = Path(__file__).parent / "browser"
_PART = re.compile(r"^ *<!-- (\w+\.html) -->\n", re.MULTILINE)
_SCRIPTS = (
    "mounted", "numbers", "skeleton", "clip", "transport", "plots", "curves", "handles", "filmstrip", "edits", "keys"
)  # fmt: skip
_MIME = {
    "h264": 'video/mp4; codecs="avc1.640028"',
    "hevc": 'video/mp4; codecs="hvc1.1.6.L93.B0"',
    "av1": 'video/mp4; codecs="av01.0.08M.08"',
    "mpeg4": 'video/mp4; codecs="mp4v.20.8"',
    "vp8": 'video/webm; codecs="vp8"',
    "vp9": 'video/webm; codecs="vp9"',
}
"""What to ask a browser before it loads a clip; of others it is not known until it tries."""


def read_browser(*names: str) -> str:
    """Return files of the browser side, joined; parts of the page stand where they are named."""
    text = "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names)
    return _PART.sub(lambda part: (_FOLDER / part[1]).read_text(encoding="utf-8"), text)


_workbench = st.components.v2.component(
    "repscope_workbench",
    html=read_browser("player.html"),
    css=read_browser("player.css", "tools.css"),
    js=read_browser(*(f"{name}.js" for name in _SCRIPTS), "player.js"),
    isolate_styles=False,  # Plotly puts its styles into the document, where a shadow root does not see them
)


def show_player(
    analysis: Analysis,
    *,
    clip_src: str | None,
    preview_src: str | None,
    stills_src: str | None,
    joints: list[str],
    seek_s: float | None,
    seek_id: int,
    can_undo: bool,
    key: str,
) -> dict[str, Any] | None:
    """Show a result in the workbench; return the edit asked for in this run.

    Parameters
    ----------
    clip_src, preview_src, stills_src
        Addresses of the clip (None where only its numbers are here), of an H.264 copy for browsers that cannot play
        it, and the prefix of the pictures of the analysed frames.
    joints
        Whose curves to draw.
    seek_s, seek_id
        Where to go, once for each new number.

    Returns
    -------
    dict or None
        ``action`` (``move``, ``delete``, ``add``, ``split``, ``merge``, ``partial``, ``undo``, ``reset``) with
        ``row``, ``start_s``, ``end_s``, ``at_s`` or ``is_partial``; an edit arrives once.
    """
    answered = f"{key}_answered"

    def count_edit() -> None:
        st.session_state[answered] = st.session_state.get(answered, 0) + 1

    info = analysis.info
    data = {
        **set_data(analysis),
        "clip": clip_data(info, clip_src=clip_src, preview_src=preview_src) if info and clip_src else None,
        "stills_src": stills_src,
        "curves": pack_curves(analysis, joints),
        "colors": SIDE_COLORS,
        "plotly_src": PLOTLY_SRC,
        "seek": {"id": seek_id, "time_s": seek_s},
        "can_undo": can_undo,
        "can_reset": analysis.corrections.reps is not None,
        "answered": st.session_state.get(answered, 0),  # tells the browser that an edit was heard, also a refused one
    }
    # In a list: a dict Streamlit searches for data frames, for which it loads pandas and PyArrow, 67 MB.
    edit: dict[str, Any] | None = _workbench(data=[data], key=key, on_edit_change=count_edit).edit
    return edit


def set_data(analysis: Analysis) -> dict[str, Any]:
    """Return what the browser has to know of a set to draw it, whatever it plays."""
    info = analysis.info
    return {
        "duration_s": info.duration_s if info else float(analysis.track.time_s[-1]),
        "frame_s": 1 / info.fps if info and info.fps else 1 / 30,
        "overlay": pack_overlay(analysis),
        "driving": pack_driving(analysis),
        "time_s": [round(float(time_s), 4) for time_s in analysis.track.time_s],
        "frame_index": analysis.frame_index.tolist(),
        "reps": pack_reps(analysis),
    }


def clip_data(info: VideoInfo, *, clip_src: str, preview_src: str | None) -> dict[str, Any]:
    """Return what the browser has to know of a clip before it plays it."""
    return {
        "src": clip_src,
        "preview_src": preview_src,
        "size_wh": [info.width, info.height],
        "mime": "video/x-msvideo" if info.container == "avi" else _MIME.get(info.codec, ""),
        "needs_preview": info.container == "gif",
    }
