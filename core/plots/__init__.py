"""An `Analysis` as Plotly figures; no Streamlit here, so that a notebook can draw them too.

`curves` draws joint angles over time, `shape` the set as a whole.
"""

from core.plots.curves import joint_title, most_moving_angle, moving_joints, plot_joint, plot_live
from core.plots.shape import Drawing, plot_butterfly, plot_overlay, plot_tempo, plot_trend

__all__ = [
    "Drawing",
    "joint_title",
    "most_moving_angle",
    "moving_joints",
    "plot_butterfly",
    "plot_joint",
    "plot_live",
    "plot_overlay",
    "plot_tempo",
    "plot_trend",
]
