"""Which rep is shown with which."""

import streamlit as st

from core.compare import Moments, pair_in_order, pair_with_one


def choose_pairs(one: list[Moments], other: list[Moments]) -> list[tuple[int, int]]:
    """Let the trainer choose, and return the places of the reps in either set; empty where one has no whole rep."""
    count, others = len(one), len(other)
    if not count or not others:
        return []
    options = ["first", "last", *range(others)]
    how = st.selectbox(
        "Reps shown together",
        options,
        format_func=_describe,
        key=f"compare_pairs_{others}",
        help="The table below compares the sets as a whole, whichever reps are shown.",
        width=320,
    )
    if isinstance(how, int):
        return pair_with_one(count, how)
    return pair_in_order(count, others, align=how)


def _describe(how: str | int) -> str:
    if isinstance(how, int):
        return f"Every rep of A with rep {how + 1} of B"
    return {"first": "In order, first with first", "last": "In order, last with last"}[how]
