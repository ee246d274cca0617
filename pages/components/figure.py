"""A Plotly figure on the page: no tool bar, and axes that can be read."""

import plotly.graph_objects as go
import streamlit as st

_AXIS_TEXT = "#656e76"
"""Streamlit writes axes in a grey of 3.8:1 on the light page. This one has 5:1 there, and still 3.5:1 on the dark
page, for the moment between a change of the system's theme and the next run."""


_SIZES = {"tickfont": {"size": 12}, "title": {"font": {"size": 14}}}
"""px: a figure does not grow with the text of the page, and titles that did were cut and lay over each other. What the
figure says stands beside it in words, which grow."""


def show_figure(figure: go.Figure, *, key: str, alt: str) -> None:
    """Show a figure, with `alt` for who cannot see it."""
    figure.update_layout(legend={"font": {"size": 12}})
    figure.update_xaxes(_SIZES)
    figure.update_yaxes(_SIZES)
    if st.context.theme.type != "dark":
        readable = {"tickfont": {"color": _AXIS_TEXT}, "title": {"font": {"color": _AXIS_TEXT}}}
        figure.update_xaxes(readable)
        figure.update_yaxes(readable)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=alt)
