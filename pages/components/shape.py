"""The shape of a set: four figures, each with what it says in a line."""

import streamlit as st

from core.pipeline import Analysis
from core.plots import plot_butterfly, plot_overlay, plot_tempo, plot_trend
from pages.components.figure import show_figure

_FIGURES = {
    "Reps laid over each other": plot_overlay,
    "Tempo": plot_tempo,
    "From rep to rep": plot_trend,
    "Left and right": plot_butterfly,
}


def show_shape(analysis: Analysis, *, key: str) -> None:
    """Show how alike the reps are, how they are paced, how they change, and how even the sides are."""
    if not analysis.metrics.reps:
        return
    st.subheader("Shape of the set", anchor=False)
    titles = list(_FIGURES)
    for row in (titles[:2], titles[2:]):
        for column, title in zip(st.columns(2, gap="medium"), row, strict=True):
            with column:
                _show_figure(analysis, title, key=key)


def _show_figure(analysis: Analysis, title: str, *, key: str) -> None:
    drawing = _FIGURES[title](analysis)
    st.markdown(f"**{title}**")
    st.caption(drawing.words)
    if drawing.figure is not None:
        show_figure(drawing.figure, key=f"shape_{key}_{_FIGURES[title].__name__}", alt=f"{title}. {drawing.words}")
