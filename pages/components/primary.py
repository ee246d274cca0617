"""The button that stands out, with a label that reads on both pages."""

import streamlit as st

_ON_LIGHT_TEAL = "#06110f"


def primary_label(text: str) -> str:
    """Return the label of a primary button.

    Streamlit writes white on the primary colour, whichever that is
    (https://github.com/streamlit/streamlit/issues/12801): 3:1 on the dark page's, which must be light to read as text.
    """
    is_dark = st.context.theme.type == "dark"
    return f':color[{text}]{{foreground="{_ON_LIGHT_TEAL}"}}' if is_dark else text
