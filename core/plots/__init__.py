"""An `Analysis` as Plotly figures; no Streamlit here, so that a notebook can draw them too.

`curves` draws joint angles over time, `shape` the set as a whole.
"""

from core.palette import SIDE_COLORS
from core.plots.curves import joint_title, most_moving_angle, moving_joints, plot_joint, plot_live

__all__ = ["SIDE_COLORS", "joint_title", "most_moving_angle", "moving_joints", "plot_joint", "plot_live"]
