"""Two sets side by side in the browser, locked on the phase of their reps, with their curves over each other.

The browser side is ``browser/duo*.js``, on top of the parts the workbench is made of.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.compare import Moments, PhaseCurves, phase_curves
from core.landmarks import TRUNK_LEAN, base_joint
from core.palette import SET_COLORS, SET_DASHES, SIDE_COLORS, translucent
from core.pipeline import Analysis
from core.plots import joint_title
from core.sampling import supported_at
from pages.components.player.workbench import clip_data, read_browser, set_data
from pages.plotly_js import PLOTLY_SRC

_SCRIPTS = (
    "mounted", "numbers", "skeleton", "clip", "transport", "plots", "keys", "phase", "duo_sides", "duo_charts", "duo"
)  # fmt: skip
_BAND_OPACITY = 0.18

_duo = st.components.v2.component(
    "repscope_duo",
    html=read_browser("duo.html"),
    css=read_browser("player.css", "duo.css"),
    js=read_browser(*(f"{name}.js" for name in _SCRIPTS)),
    isolate_styles=False,  # Plotly puts its styles into the document, where a shadow root does not see them
)


@dataclass(frozen=True)
class Shown:
    """One of two sets: what to call it, its analysis, and where its clip is; None where it was not kept."""

    id: str
    name: str
    analysis: Analysis
    clip_src: str | None
    preview_src: str | None = None


def show_duo(
    one: Shown,
    other: Shown,
    *,
    moments: tuple[list[Moments], list[Moments]],
    pairs: list[tuple[int, int]],
    joints: list[str],
    key: str,
) -> None:
    """Show two sets; without a clip a set's skeleton moves alone.

    Parameters
    ----------
    moments
        The reps of either set, in phase with each other: `core.compare.moments_in_phase`.
    pairs
        Reps that are shown together, as places in either of these from 0, at least one.
    joints
        Whose curves to draw.
    """
    data = {
        "sides": [_side(each) for each in (one, other)],
        "pairs": [_pair(moments, rows) for rows in pairs],
        "charts": [_chart((one.analysis, other.analysis), joint, moments=moments, pairs=pairs) for joint in joints],
        "colors": SET_COLORS,
        "dashes": SET_DASHES,
        "bands": {name: translucent(color, _BAND_OPACITY) for name, color in SET_COLORS.items()},
        "side_colors": SIDE_COLORS,
        "plotly_src": PLOTLY_SRC,
    }
    _duo(data=[data], key=key)  # in a list: see `workbench`


def _side(shown: Shown) -> dict[str, Any]:
    info = shown.analysis.info
    size_wh = [info.width, info.height] if info else [3, 4]
    clip = (
        clip_data(info, clip_src=shown.clip_src, preview_src=shown.preview_src)
        if info and shown.clip_src
        else {"size_wh": size_wh}  # the screen keeps its shape
    )
    return {
        **set_data(shown.analysis),
        "id": shown.id,
        "name": shown.name,
        "has_clip": shown.clip_src is not None,
        "clip": clip,
    }


def _pair(moments: tuple[list[Moments], list[Moments]], rows: tuple[int, int]) -> dict[str, Any]:
    one, other = (reps[row] for reps, row in zip(moments, rows, strict=True))
    return {"one": one, "other": other, "numbers": [row + 1 for row in rows]}


def _chart(
    analyses: tuple[Analysis, Analysis],
    joint: str,
    *,
    moments: tuple[list[Moments], list[Moments]],
    pairs: list[tuple[int, int]],
) -> dict[str, Any]:
    """Return mean, SD and the paired reps of a joint in both sets, `None` where there is a gap."""
    curves = [
        phase_curves(each.track.time_s, each.angle(_name_in(each, joint)), reps=reps)
        for each, reps in zip(analyses, moments, strict=True)
    ]
    ranges = [_range(each, rate_hz=of.sample_rate_hz) for of, each in zip(analyses, curves, strict=True)]
    rows = [[pair[place] for pair in pairs] for place in (0, 1)]
    return {
        "title": joint_title(joint),
        "words": f"{joint_title(joint)} over a rep: A {ranges[0]}, B {ranges[1]}",
        **{
            name: {
                "mean": _numbers(each.mean),
                "sd": _numbers(each.sd),
                "curves": [_numbers(each.curves[row]) for row in places],
            }
            for name, each, places in zip(("one", "other"), curves, rows, strict=True)
        },
    }


def _name_in(analysis: Analysis, joint: str) -> str:
    """Return the side the set was measured on, for the joint it was measured on; else the side the camera sees."""
    measured, near = analysis.metrics.joint, analysis.view.near_side
    if measured and base_joint(measured) == joint:
        return measured
    return f"{near}_{joint}" if near and joint != TRUNK_LEAN else joint


def _range(curves: PhaseCurves, *, rate_hz: float) -> str:
    known = curves.mean[np.isfinite(curves.mean)]
    is_measured = len(known) and supported_at(rate_hz)["rom_and_tempo"]
    return f"{known.min():.0f} to {known.max():.0f}°" if is_measured else "not measured"


def _numbers(values: np.ndarray) -> list[float | None]:
    return [round(float(value), 1) if np.isfinite(value) else None for value in values]
