"""Which day it is for the visitor: a server that keeps London's time is a day ahead of an American evening."""

from datetime import UTC, date, datetime, timedelta

import streamlit as st


def today() -> date:
    """Return the day it is where the browser is; where that is not known, where the server is."""
    offset_min = st.context.timezone_offset  # as JavaScript counts: east of London it is negative
    if offset_min is None:
        return datetime.now().astimezone().date()
    return (datetime.now(UTC) - timedelta(minutes=offset_min)).date()
