"""Joint angles over time, with the reps as numbered bands."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.landmarks import JOINTS, SIDES, TRUNK_LEAN
from core.metrics import RepMetrics
from core.metrics.joint import driven_side
from core.palette import ACCENT, NEUTRAL, REP_COLORS, REP_DASHES, SIDE_COLORS, SIDE_DASHES, SIDE_SYMBOLS, translucent
from core.pipeline import Analysis
from core.rep_count import Rep

_BAND, _PARTIAL_BAND, _BAND_EDGE = translucent(ACCENT, 0.1), translucent(NEUTRAL, 0.1), translucent(NEUTRAL, 0.5)
_EDITED_EDGE = REP_COLORS["edited"]
_HEIGHT_PX = 280
_LEAST_SPAN_DEG = 45.0
"""What the axis of angles spans at least: who holds still would seem to move, where 2 degrees of wobble fill it."""
SWING_OF_ERROR = 2 * 2**0.5
"""An error that swings in time with the reps, as depth that leaks into an angle does, runs through so many times its
RMSE: those of a sine."""
MOVES_DEG = 20.0
"""A raw angle with less range stands still, wobble of the model and all (rule of thumb)."""


def joint_title(joint: str) -> str:
    """Return a joint's name as a heading: ``knee`` is Knee flexion, ``trunk_lean`` Trunk lean."""
    return "Trunk lean" if joint == TRUNK_LEAN else f"{joint.capitalize()} flexion"


def plot_joint(analysis: Analysis, joint: str) -> go.Figure:
    """Draw both sides of a joint over time, each rep a numbered band, its turning point marked.

    A partial rep's band is grey, an edited one's has a dotted edge and a star at its number.

    Parameters
    ----------
    joint
        One of ``landmarks.JOINTS`` or ``trunk_lean``; in degrees, NaN is a gap in the curve.
    """
    figure = go.Figure()
    time_s = analysis.track.time_s
    names = {TRUNK_LEAN: TRUNK_LEAN} if joint == TRUNK_LEAN else {side: f"{side}_{joint}" for side in SIDES}
    for side, name in names.items():
        figure.add_scatter(
            x=time_s,
            y=analysis.angles[name],
            mode="lines",
            name=side.replace("_", " ").capitalize(),
            line={"color": SIDE_COLORS[side], "dash": SIDE_DASHES[side], "width": 2},
            hovertemplate="%{x:.2f} s: %{y:.0f}°",
        )
    _mark_turning_points(figure, analysis, names=list(names.values()))
    _style(figure, y_title=f"{joint_title(joint)} (°)", end_s=float(time_s[-1]))
    _draw_reps(figure, [*analysis.count.reps, *analysis.count.partial_reps])
    return figure


def plot_live(time_s: list[float], values_deg: list[float], *, name: str, end_s: float) -> go.Figure:
    """Draw one raw angle as far as the analysis has come."""
    figure = go.Figure()
    figure.add_scatter(
        x=time_s, y=values_deg, mode="lines", line={"color": SIDE_COLORS["left"]}, hovertemplate="%{x:.2f} s: %{y:.0f}°"
    )
    figure = _style(figure, y_title=f"{name.replace('_', ' ').capitalize()} (°)", end_s=end_s)
    return figure.update_layout(showlegend=False)


def moving_joints(analysis: Analysis, *, most: int) -> list[str]:
    """Return the joints worth drawing first: the measured, the driving one, then those that move most, and with it.

    Where the trainer chose one that shows no reps, it comes first all the same. A joint that moves by no more than its
    error in this view is left out, unless there is no other: from the front a curl seems to bend the hips.
    """
    signal = analysis.count.signal

    def weight(name: str) -> float:
        series = analysis.angles[name]
        known = np.isfinite(series + signal)
        if known.sum() < 2 or np.ptp(series[known]) == 0 or np.ptp(signal[known]) == 0:
            return _range(series) if analysis.count.driving_joint is None else 0.0
        return _range(series) * abs(float(np.corrcoef(series[known], signal[known])[0, 1]))

    def movement(joint: str) -> float:
        return max(weight(name) for name in _series_of(joint))

    measured, driving = analysis.metrics.joint or "", analysis.count.driving_joint or analysis.corrections.joint or ""
    joints = [*JOINTS, TRUNK_LEAN]
    joints.sort(key=lambda joint: (joint not in measured, joint not in driving, -movement(joint)))
    worth = [joint for joint in joints if joint in measured + driving or _moves_beyond_error(analysis, joint)]
    return (worth or joints)[:most]


def _moves_beyond_error(analysis: Analysis, joint: str) -> bool:
    errors_deg = {name: analysis.trust[name].expected_error_deg for name in _series_of(joint)}
    # where the error is not known it cannot be told
    return any(not _range(analysis.angles[name]) <= SWING_OF_ERROR * error for name, error in errors_deg.items())


def _series_of(joint: str) -> list[str]:
    return [TRUNK_LEAN] if joint == TRUNK_LEAN else [f"{side}_{joint}" for side in SIDES]


def most_moving_angle(series: dict[str, list[float]]) -> str:
    """Return the name of the raw series with the largest range so far: what the live curve shows.

    An ankle only where nothing else moves: what the model guesses of feet swings further than the knees of a squat.
    """
    ranges = {name: _range(np.array(values, float)) for name, values in series.items()}
    large = {name: moved for name, moved in ranges.items() if not name.endswith("ankle") and moved >= MOVES_DEG}
    return max(large or ranges, key=lambda name: ranges[name])


def _range(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(np.subtract(*np.percentile(finite, [95, 5]))) if len(finite) else 0.0


def _mark_turning_points(figure: go.Figure, analysis: Analysis, *, names: list[str]) -> None:
    whole = [rep for rep in analysis.metrics.reps if not rep.is_partial]
    turns = [(rep.turn_s, _turning_name(analysis, rep, names=names)) for rep in whole]
    sides = [driven_side(name) or TRUNK_LEAN for _, name in turns]
    figure.add_scatter(
        x=[turn_s for turn_s, _ in turns],
        y=[np.interp(turn_s, analysis.track.time_s, analysis.angles[name]) for turn_s, name in turns],
        mode="markers",
        name="Turning point",
        marker={
            "color": [SIDE_COLORS[side] for side in sides],
            "size": 9,
            "symbol": [SIDE_SYMBOLS[side] for side in sides],
        },
        hovertemplate="Turns at %{x:.2f} s: %{y:.0f}°",
    )


def _turning_name(analysis: Analysis, rep: RepMetrics, *, names: list[str]) -> str:
    """Return the curve to mark a rep on: of the side it is measured on, else the one that moves more in it."""
    side = driven_side(rep.joint) or rep.side
    own = [name for name in names if name.startswith(side)]
    if own:
        return own[0]
    inside = (analysis.track.time_s >= rep.start_s) & (analysis.track.time_s <= rep.end_s)
    return max(names, key=lambda name: _range(analysis.angles[name][inside]))


def _draw_reps(figure: go.Figure, reps: list[Rep]) -> None:
    shapes, labels = [], []
    for rep in reps:
        shapes.append({
            "type": "rect", "xref": "x", "yref": "paper", "x0": rep.start_s, "x1": rep.end_s, "y0": 0, "y1": 1,
            "fillcolor": _PARTIAL_BAND if rep.is_partial else _BAND, "layer": "below",
            "line": {"width": 1, "color": _EDITED_EDGE, "dash": REP_DASHES["edited"]} if rep.is_edited
            else {"width": 1, "color": _BAND_EDGE},
        })  # fmt: skip
        labels.append({
            "x": (rep.start_s + rep.end_s) / 2, "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom",
            "text": ("partial" if rep.is_partial else str(rep.number)) + "*" * rep.is_edited, "showarrow": False,
        })  # fmt: skip
    figure.update_layout(shapes=shapes, annotations=labels)
    if any(rep.is_edited for rep in reps):
        figure.update_xaxes(title_text="Time (s), * edited by hand")


def _style(figure: go.Figure, *, y_title: str, end_s: float) -> go.Figure:
    drawn = np.concatenate([np.array(trace.y, float) for trace in figure.data])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) and np.ptp(drawn) < _LEAST_SPAN_DEG:
        middle = (drawn.min() + drawn.max()) / 2
        figure.update_yaxes(range=[middle - _LEAST_SPAN_DEG / 2, middle + _LEAST_SPAN_DEG / 2])
    return figure.update_layout(
        height=_HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        xaxis={"title": {"text": "Time (s)"}, "range": [0, end_s], "automargin": True},
        yaxis={"title": {"text": y_title}, "automargin": True, "zeroline": False},
        legend={"orientation": "h", "y": -0.35, "x": 0},
        hovermode="x unified" if len(figure.data) > 1 else "closest",
        dragmode=False,  # a finger on the chart scrolls the page
    )
