"""Whose angles are drawn."""

import streamlit as st

from core.landmarks import JOINTS, TRUNK_LEAN
from core.pipeline import Analysis
from core.plots import joint_title, moving_joints


def choose_joints(analysis: Analysis, *, key: str) -> list[str]:
    """Let the trainer choose joints; at first the two that move most."""
    return st.pills(
        "Joint angles",
        [*JOINTS, TRUNK_LEAN],
        selection_mode="multi",
        default=moving_joints(analysis, most=2),
        format_func=joint_title,
        key=key,
    )
