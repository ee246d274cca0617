"""One number from session to session."""

import math
from collections.abc import Mapping

import plotly.graph_objects as go

from core.history.trends import Point, Trend
from core.palette import ACCENT, NEUTRAL, PHASE_COLORS
from core.plots.shape import Drawing
from core.report.words import count_of

_HEIGHT_PX = 240
_COLORS = {"": ACCENT, "Lowering": PHASE_COLORS["eccentric"], "Lifting": PHASE_COLORS["concentric"]}
_DASHES = {"": "solid", "Lowering": "6px,4px", "Lifting": "solid"}
_SYMBOLS = {"": "circle", "Lowering": "diamond", "Lifting": "square"}


def plot_sessions(trend: Trend) -> Drawing:
    """Draw a trend over the days of training; a chart needs two of them. What is filmed from elsewhere stands apart."""
    drawn = {
        name: points
        for name, points in trend.series.items()
        if points and len(points) + len(trend.elsewhere.get(name, ())) >= 2
    }
    if not drawn:
        return Drawing(None, "From two sessions with this number on.")
    figure = go.Figure()
    for name, points in drawn.items():
        figure.add_scatter(
            x=[point.day for point in points],
            y=[point.value for point in points],
            customdata=[f"{point.sets} {'set' if point.sets == 1 else 'sets'}" for point in points],
            mode="lines+markers",
            name=name or trend.title,
            line={"color": _COLORS[name], "dash": _DASHES[name], "width": 2},
            marker={"color": _COLORS[name], "size": 9, "symbol": _SYMBOLS[name]},
            hovertemplate=f"%{{x|%d %b %Y}}: %{{y:.4g}} {trend.unit}, %{{customdata}}<extra>{name}</extra>",
        )
    apart = {name: trend.elsewhere[name] for name in drawn if trend.elsewhere.get(name)}
    for name, points in apart.items():
        figure.add_scatter(
            x=[point.day for point in points],
            y=[point.value for point in points],
            mode="markers",
            name=f"{name}, filmed from elsewhere".removeprefix(", ").capitalize(),
            marker={"color": NEUTRAL, "size": 9, "symbol": f"{_SYMBOLS[name]}-open", "line": {"width": 2}},
            hovertemplate=f"%{{x|%d %b %Y}}: %{{y:.4g}} {trend.unit}<extra>Filmed from elsewhere</extra>",
        )
    days = sorted({point.day for points in (*drawn.values(), *apart.values()) for point in points})
    figure.update_layout(
        height=_HEIGHT_PX,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=len(drawn) + len(apart) > 1,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        dragmode=False,
    )
    day_format = "%d %b" if days[0].year == days[-1].year else "%d %b %Y"
    ticks = {"tickvals": days} if len(days) <= 6 else {"nticks": 6}
    figure.update_xaxes(automargin=True, tickformat=day_format, **ticks)
    title = f"{trend.title.split(',')[0]} ({trend.unit})"  # the joint stands above
    figure.update_yaxes(title={"text": title}, automargin=True, zeroline=False, rangemode="tozero")
    words = " ".join(
        _in_words(name, points, trend.unit, detectable=trend.detectable.get(name, math.nan))
        for name, points in drawn.items()
    )
    return Drawing(figure, words + _elsewhere(trend, apart) + _left_out(trend.left_out))


def _in_words(name: str, points: tuple[Point, ...], unit: str, *, detectable: float) -> str:
    """Say what became of a number; up and down only what two sets would be told apart by under Compare."""
    first, last = points[0].value, points[-1].value
    over, values = f"over {len(points)} sessions", f"{_number(first)} to {_number(last)}"
    if len(points) == 1:
        values, verdict = _number(last), "one session from this place"
    elif _number(first) == _number(last):
        values, verdict = _number(last), f"the same {over}"
    elif not math.isfinite(detectable):
        verdict = f"no clear change {over}: how much of it is error is not known"
    elif abs(last - first) <= detectable:
        verdict = f"no clear change {over}: error alone may give {_with_unit(_number(detectable), unit)}"
    else:
        verdict = f"{'up' if last > first else 'down'} {over}, by more than error gives"
    return f"{name + ': ' if name else ''}{_with_unit(values, unit)}, {verdict}."


def _with_unit(number: str, unit: str) -> str:
    unit = "rep" if (number, unit) == ("1", "reps") else unit
    return f"{number} {unit}".replace(" °", "°").replace(" %", "\N{NO-BREAK SPACE}%")


def _number(value: float) -> str:
    number = f"{value:.1f}" if abs(value) < 10 and value != int(value) else f"{value:.0f}"
    return number.replace("-", "\N{MINUS SIGN}")


def _elsewhere(trend: Trend, apart: Mapping[str, tuple[Point, ...]]) -> str:
    sessions = len({point.day for points in apart.values() for point in points})
    if not sessions:
        return ""
    left_out = f"{count_of(sessions, 'session')} from elsewhere{_how_far(trend.apart_deg)}"
    return f" Filmed {trend.place}, as the newest was; {left_out} {'is' if sessions == 1 else 'are'} not compared."


def _how_far(apart_deg: tuple[float, ...]) -> str:
    """Say how far around the body other places are; empty where that is not known of each."""
    if not apart_deg or not math.isfinite(sum(apart_deg)):
        return ""
    least, most = (f"{degrees:.0f}" for degrees in (apart_deg[0], apart_deg[-1]))
    return f", {least if least == most else f'{least} to {most}'}° around the body from there,"


def _left_out(sets: int) -> str:
    return f" Left out, measured on another joint: {sets}." if sets else ""
