"""Whose angles are drawn."""

import streamlit as st

from core.landmarks import JOINTS, TRUNK_LEAN
from core.pipeline import Analysis
from core.plots import joint_title, moving_joints


def choose_joints(analysis: Analysis, *, key: str) -> list[str]:
    """Let the trainer choose joints; at first the measured one and what moves most with it.

    A choice holds for as long as the same joint is measured: a correction that measures another one shows that one.
    """
    first = moving_joints(analysis, most=2)
    return st.pills(
        "Joint angles",
        [*JOINTS, TRUNK_LEAN],
        selection_mode="multi",
        default=first,
        format_func=joint_title,
        key=f"{key}_{first[0]}",
        persist_state="session",
    )
