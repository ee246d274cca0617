"""The facts of a clip, what it is good for, the two sampling sliders, and the plan they give."""

from dataclasses import replace

import streamlit as st

from core.pipeline import Request
from core.report.words import count_of
from core.sampling import COUNT_MIN_HZ, ROM_MIN_HZ, VELOCITY_MIN_HZ, SamplingPlan
from core.settings import MAX_FRAME_SKIP, MAX_RESIZE_WIDTH, MIN_RESIZE_WIDTH
from core.spool import MB
from core.video import VideoInfo
from pages.components.plain import plain
from pages.components.state import Clip

_CLAIMS = {
    "counts": f"Counts, from {COUNT_MIN_HZ} Hz",
    "rom_and_tempo": f"Range of motion and tempo, from {ROM_MIN_HZ} Hz",
    "velocity": f"Velocity, from {VELOCITY_MIN_HZ:.0f} Hz",
}
_NAMES = {"counts": ("count",), "rom_and_tempo": ("range of motion", "tempo"), "velocity": ("velocity",)}
_YES, _NO = ":green[:material/check_circle:]", ":orange[:material/block:]"


def show_facts(clip: Clip) -> None:
    """Show what the file holds."""
    info = clip.info
    st.subheader(plain(clip.name), anchor=False)
    with st.container(horizontal=True):
        st.metric("Duration", f"{info.duration_s:.1f} s", width="content")
        st.metric("Size", _say_size(info.size_bytes), width="content")
        st.metric("Frame rate", f"{info.fps:.4g} fps", width="content")
        st.metric("Resolution", f"{info.width} × {info.height}", width="content")


def _say_size(size_bytes: int) -> str:
    return f"{size_bytes / MB:.1f} MB" if size_bytes >= 0.05 * MB else f"{size_bytes / 1024:.0f} kB"


def asked_for(default: Request) -> Request:
    """Return what the sliders ask for, before they are drawn."""
    return replace(
        default,
        frame_skip=st.session_state.get("analyze_skip", default.frame_skip),
        resize_width=st.session_state.get("analyze_width", default.resize_width),
    )


def choose_request(info: VideoInfo, default: Request) -> Request:
    """Say what the plan is good for; show the sliders with all of it where they are asked for; return what is asked.

    The defaults are right for nearly every clip.
    """
    st.markdown(_describe(asked_for(default).plan(info), min_frames=default.min_frames))
    with st.expander("Advanced", expanded=True, icon=":material/tune:", key="analyze_advanced"):
        skip = st.select_slider(
            "Frame skip",
            options=["auto", *range(1, MAX_FRAME_SKIP + 1)],
            value=default.frame_skip,
            format_func=lambda value: "Auto" if value == "auto" else str(value),
            help="Auto spreads the frames evenly over the clip. 4 looks at every fourth frame.",
            key="analyze_skip",
            persist_state="session",
        )
        width = st.slider(
            "Resize width (px)",
            min_value=MIN_RESIZE_WIDTH,
            max_value=MAX_RESIZE_WIDTH,
            value=default.resize_width,
            step=20,
            help="The frame is scaled down to this width for the pose model, never up.",
            key="analyze_width",
            persist_state="session",
        )
        request = replace(default, frame_skip=skip, resize_width=width)
        _show_plan(request.plan(info), min_frames=default.min_frames)
    return request


def _describe(plan: SamplingPlan, *, min_frames: int) -> str:
    """Return what the analysed frames, and how many there are a second, allow, and what would allow more."""
    if plan.frames < min_frames:
        held = count_of(plan.frames, "frame")
        return (
            f"{_NO} Too short: it has about {held}, and fewer than {min_frames} measure nothing. "
            "Choose a clip of the whole set."
        )
    held, missed = (
        [name for claim, names in _NAMES.items() if plan.supports[claim] == is_held for name in names]
        for is_held in (True, False)
    )
    if not held:
        return f"{_NO} Too few frames a second even for the count. {plan.remedy}"
    good = f"{_YES} Good for {_enumerate(held)}."
    return f"{good}  \n{_NO} Too few frames a second for {_enumerate(missed)}. {plan.remedy}" if missed else good


def _enumerate(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _show_plan(plan: SamplingPlan, *, min_frames: int) -> None:
    with st.container(horizontal=True):
        st.metric("Frames to analyse", plan.frames, width="content")
        st.metric("Effective rate", f"{plan.sample_rate_hz:.1f} Hz", width="content")
    width, height = plan.size_wh
    st.caption(f"Analysed at {width} × {height} px. {plan.note}")
    for claim, label in _CLAIMS.items():
        is_held = plan.supports[claim] and plan.frames >= min_frames
        st.markdown(f"{_YES if is_held else _NO} {label}")
