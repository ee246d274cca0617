"""The shape of a set: its reps laid over each other, tempo, trend, left against right."""

import math
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from core.compare.phase import PHASE_PCT, normalize_rep
from core.compare.sides import compare_sides, say_error
from core.landmarks import SIDES
from core.metrics import RepMetrics, SetMetrics, to_statistic
from core.metrics.joint import driven_side
from core.metrics.trend import Trend, fit_trend
from core.palette import (
    ACCENT,
    PHASE_COLORS,
    PHASE_PATTERNS,
    REP_COLORS,
    REP_DASHES,
    REP_SYMBOLS,
    SIDE_COLORS,
    SIDE_DASHES,
    SIDE_PATTERNS,
    translucent,
)
from core.pipeline import Analysis
from core.sampling import supported_at

_HEIGHT_PX = 320
_KINDS = {"whole": "Whole reps", "partial": "Partial", "edited": "Edited"}


@dataclass(frozen=True)
class Drawing:
    """A figure and what it says; without a figure, why there is none.

    Attributes
    ----------
    figure
        None where there is nothing to draw.
    words
        For the trainer, and for who cannot see the figure.
    """

    figure: go.Figure | None
    words: str


def plot_overlay(analysis: Analysis) -> Drawing:
    """Lay all reps over each other, 0 to 100 % of the phase of each, with mean ± SD of the whole ones.

    Each rep shows the angle it is measured on, in degrees; where sides take turns, each side has its
    own mean. A rep with a gap in its angle, with too few frames for its range, or cut by the clip, is left out, which
    is said.
    """
    if not supported_at(analysis.sample_rate_hz)["rom_and_tempo"]:
        return Drawing(None, _why_withheld(analysis.metrics, "The reps"))
    curves = [(rep, _curve_to_lay(analysis, rep)) for rep in analysis.metrics.reps]
    drawn = [(rep, curve) for rep, curve in curves if not isinstance(curve, str)]
    if len(drawn) < 2:
        return Drawing(None, _why_too_few(curves))
    figure, spreads = go.Figure(), []
    for rep, curve in drawn:
        figure.add_scatter(
            x=PHASE_PCT, y=curve, mode="lines", name=_KINDS[kind_of(rep)], legendgroup=kind_of(rep),
            showlegend=kind_of(rep) not in {trace.legendgroup for trace in figure.data},
            line={"color": _line_color(rep), "dash": REP_DASHES[kind_of(rep)], "width": 1.2},
            hovertemplate=f"{label_of(rep)}, %{{x:.0f}} %: %{{y:.0f}}°<extra></extra>",
        )  # fmt: skip
    for joint in dict.fromkeys(rep.joint for rep, _ in drawn):
        whole = [curve for rep, curve in drawn if rep.joint == joint and not rep.is_partial]
        if len(whole) >= 2:
            spreads.append(_add_mean(figure, np.array(whole), joint=joint))
    angle = _words(drawn[0][0].joint) if len({rep.joint for rep, _ in drawn}) == 1 else "Angle"
    _style(figure, x_title="Start to turn (50 %) to end of the rep (%)", y_title=f"{angle} (°)")
    figure.update_xaxes(range=[0, 100])
    how_many = "All reps" if len(drawn) == len(curves) else f"{len(drawn)} of {len(curves)} reps"
    words = f"{how_many}, from start to end: the tighter the bundle, the more alike.{_spread(analysis, spreads)}"
    return Drawing(figure, f"{words} {_left_out(curves)}".rstrip())


def _spread(analysis: Analysis, spreads: list[float]) -> str:
    """Say by how much the curves differ, which is another spread than that of the range beside the count."""
    if not spreads:
        return ""
    tempo = ", mostly from tempo" if np.mean(spreads) > analysis.metrics.statistics["rom_deg"].sd else ""
    return (
        f" At the same point of the rep they differ by ±{np.mean(spreads):.0f}° on average{tempo}: one standard "
        "deviation (SD), the shaded band."
    )


def plot_tempo(analysis: Analysis) -> Drawing:
    """Draw how long each rep lowers, pauses and lifts, in seconds, as stacked bars, the first rep on top."""
    metrics = analysis.metrics
    reps = [rep for rep in metrics.reps if math.isfinite(rep.pause_turn_s)]
    if not reps:
        return Drawing(None, _why_withheld(metrics, "Tempo"))
    figure = go.Figure()
    for field, phase, name in _phases(metrics.eccentric_first):
        figure.add_bar(
            x=[getattr(rep, field) for rep in reps], y=_rows(reps), orientation="h", name=name,
            marker=_fill(PHASE_COLORS[phase], PHASE_PATTERNS[phase]),
            customdata=[label_of(rep) for rep in reps],
            hovertemplate=f"%{{customdata}}: {name.lower()} %{{x:.1f}} s<extra></extra>",
        )  # fmt: skip
    _style(figure, x_title="Time (s)", y_title="Rep")
    _name_rows(figure, reps)
    figure.update_layout(barmode="stack", bargap=0.35)
    means = [
        f"{name.lower()} {metrics.statistics[field].mean:.1f}\N{NO-BREAK SPACE}s"
        for field, _, name in _phases(metrics.eccentric_first)
        if metrics.statistics[field].mean >= 0.05  # else 0.0 s is read
    ]
    return Drawing(figure, "How each rep is spent." + (f" On average: {', '.join(means)}." if means else ""))


def plot_trend(analysis: Analysis) -> Drawing:
    """Draw range of motion and mean velocity by rep, with a straight line through the whole reps where it is a trend.

    Whether it is one says `core.metrics.trend.Trend.is_clear`.
    Velocity is that of the lifting half, of the whole rep where halves are unnamed; it is left out below 10 Hz.
    """
    reps = analysis.metrics.reps
    measures = [
        measure for measure in _measures(analysis.metrics) if sum(map(math.isfinite, _values(reps, measure.field))) >= 2
    ]
    if not measures:
        return Drawing(None, _why_withheld(analysis.metrics, "A trend needs two reps and their range of motion"))
    figure = make_subplots(rows=len(measures), cols=1, shared_xaxes=True, vertical_spacing=0.14)
    words = [_add_measure(figure, reps, measure, row=row) for row, measure in enumerate(measures, 1)]
    _style(figure, x_title="", y_title="")
    for row, measure in enumerate(measures, 1):
        figure.update_yaxes(title={"text": measure.title}, rangemode="tozero", row=row, col=1)
    figure.update_xaxes(title={"text": "Rep"}, row=len(measures), col=1)
    step = -(-len(reps) // 12)
    figure.update_xaxes(tickvals=_rows(reps)[::step], ticktext=[_short(rep) for rep in reps][::step])
    return Drawing(figure, " ".join(words))


def plot_butterfly(analysis: Analysis) -> Drawing:
    """Draw the range of the left and of the right side of each rep in degrees, mirrored around zero."""
    metrics = analysis.metrics
    reps = [rep for rep in metrics.reps if math.isfinite(rep.left_rom_deg) or math.isfinite(rep.right_rom_deg)]
    sides = {side: _values(reps, f"{side}_rom_deg") for side in SIDES}
    if not all(any(map(math.isfinite, values)) for values in sides.values()):
        notes = [rep.left_right_note for rep in metrics.reps if rep.left_right_note]
        why = max(notes, key=notes.count, default=metrics.asymmetry_note or "nothing was measured")
        return Drawing(None, f"Left and right are not compared: {why}.")
    figure, largest = go.Figure(), max(value for values in sides.values() for value in values if math.isfinite(value))
    for side, sign in (("left", -1), ("right", 1)):
        figure.add_bar(
            x=[sign * value for value in sides[side]], y=_rows(reps), orientation="h", name=side.capitalize(),
            marker=_fill(SIDE_COLORS[side], SIDE_PATTERNS[side]),
            customdata=[[label_of(rep), value] for rep, value in zip(reps, sides[side], strict=True)],
            hovertemplate=f"%{{customdata[0]}}: {side} %{{customdata[1]:.0f}}°<extra></extra>",
        )  # fmt: skip
    _style(figure, x_title="Range of motion (°), left | right", y_title="Rep")
    _name_rows(figure, reps)
    step = next(step for step in (5, 10, 20, 30, 60) if largest / step < 4 or step == 60)
    ticks = [tick * step for tick in range(-int(largest / step), int(largest / step) + 1)]
    figure.update_xaxes(
        tickvals=ticks, ticktext=[str(abs(tick)) for tick in ticks], range=[-1.1 * largest, 1.1 * largest]
    )
    figure.update_layout(barmode="relative", bargap=0.35)
    whole = [rep for rep in reps if not rep.is_partial]
    means = {side: to_statistic(_values(whole, f"{side}_rom_deg")).mean for side in SIDES}
    if not all(map(math.isfinite, means.values())):
        return Drawing(figure, "No whole rep shows both sides, so there is no average.")
    return Drawing(figure, f"Left {means['left']:.0f}°, right {means['right']:.0f}° on average.{_sides(analysis)}")


def kind_of(rep: RepMetrics) -> str:
    """Return ``whole``, ``partial`` or ``edited``; an edited partial rep is partial."""
    return "partial" if rep.is_partial else "edited" if rep.is_edited else "whole"


def label_of(rep: RepMetrics) -> str:
    """Return a rep's name for a trainer: Rep 3, edited."""
    return f"{rep.name}, edited" if rep.is_edited else rep.name


@dataclass(frozen=True)
class _Measure:
    field: str
    title: str
    words: str
    unit: str


def _measures(metrics: SetMetrics) -> tuple[_Measure, ...]:
    half = "" if metrics.eccentric_first is None else "lifting "
    return (
        _Measure("rom_deg", "Range (°)", "Range of motion", "°"),
        _Measure("mean_velocity_deg_s", f"Mean {half}<br>velocity (°/s)", f"Mean {half}velocity", "°/s"),
    )


def _add_measure(figure: go.Figure, reps: tuple[RepMetrics, ...], measure: _Measure, *, row: int) -> str:
    """Add one panel of the trend; return the trend in words."""
    y, kinds = _values(reps, measure.field), [kind_of(rep) for rep in reps]
    for kind in dict.fromkeys(kinds):
        rows = [at for at, each in enumerate(kinds) if each == kind]
        figure.add_scatter(
            x=[at + 1 for at in rows], y=[y[at] for at in rows], mode="markers", row=row, col=1,
            name=_KINDS[kind], showlegend=row == 1 and len(set(kinds)) > 1,
            marker={"size": 9, "color": REP_COLORS[kind], "symbol": REP_SYMBOLS[kind],
                    "line": {"width": 2, "color": REP_COLORS[kind]}},
            customdata=[label_of(reps[at]) for at in rows],
            hovertemplate=f"%{{customdata}}: %{{y:.0f}}{measure.unit}<extra></extra>",
        )  # fmt: skip
    whole = [at for at, rep in enumerate(reps) if not rep.is_partial and math.isfinite(y[at])]
    trend = fit_trend([y[at] for at in whole], at=whole)
    if trend is None:
        return f"{measure.words}: a trend needs three whole reps."
    if trend.is_clear:
        figure.add_scatter(
            x=[whole[0] + 1, whole[-1] + 1], y=[trend.first, trend.last], mode="lines", row=row, col=1,
            hoverinfo="skip", showlegend=False, line={"color": ACCENT, "width": 2, "dash": "6px,4px"},
        )  # fmt: skip
    return describe_trend(measure.words, trend, unit=measure.unit)


def describe_trend(words: str, trend: Trend, *, unit: str) -> str:
    """Return a trend as a sentence; where it is not clear, chance could give it as well."""
    first, last = trend.first, trend.last
    if trend.is_steady:
        return f"{words} stays about the same, {(first + last) / 2:.0f}{unit}."
    if not trend.is_clear:
        return f"{words} differs from rep to rep without a clear trend, {(first + last) / 2:.0f}{unit} on average."
    verb = "rises" if last > first else "falls"
    return f"{words} {verb} over the set: from about {first:.0f} to {last:.0f}{unit} along the dashed line."


def _add_mean(figure: go.Figure, curves: NDArray[np.float64], *, joint: str) -> float:
    """Add mean ± SD of ``(reps, 101)`` curves; return the mean SD in degrees."""
    side, color = driven_side(joint), _joint_color(joint)
    mean, sd = curves.mean(axis=0), curves.std(axis=0, ddof=1)
    name, short = (f"Mean ± SD, {side}", f"Mean, {side}") if side else ("Mean ± SD", "Mean")
    figure.add_scatter(
        x=np.concatenate([PHASE_PCT, PHASE_PCT[::-1]]), y=np.concatenate([mean + sd, (mean - sd)[::-1]]),
        fill="toself", fillcolor=translucent(color, 0.2), line={"width": 0}, mode="lines", hoverinfo="skip",
        name="± SD", legendgroup=name, showlegend=False,
    )  # fmt: skip
    figure.add_scatter(
        x=PHASE_PCT, y=mean, mode="lines", name=name, legendgroup=name, customdata=sd,
        line={"color": color, "width": 3.5, "dash": SIDE_DASHES[side] if side else "solid"},
        hovertemplate=f"{short}, %{{x:.0f}} %: %{{y:.0f}} ± %{{customdata:.0f}}°<extra></extra>",
    )  # fmt: skip
    return float(sd.mean())


def _joint_color(joint: str) -> str:
    return SIDE_COLORS.get(driven_side(joint) or "", ACCENT)


def _line_color(rep: RepMetrics) -> str:
    return _joint_color(rep.joint) if kind_of(rep) == "whole" else REP_COLORS[kind_of(rep)]


def _phases(eccentric_first: bool | None) -> list[tuple[str, str, str]]:
    """Return field, phase and name of a rep's four parts in order of time."""
    names = {True: ("Lowering", "Lifting"), False: ("Lifting", "Lowering"), None: ("Out", "Back")}[eccentric_first]
    first = "concentric" if eccentric_first is False else "eccentric"
    second = "eccentric" if eccentric_first is False else "concentric"
    return [
        ("to_turn_s", first, names[0]),
        ("pause_turn_s", "pause", "Pause at the turn"),
        ("from_turn_s", second, names[1]),
        ("pause_top_s", "rest", "Pause before the next"),
    ]


def _fill(color: str, pattern: str) -> dict[str, object]:
    """Return a bar's fill: a solid colour under a pattern in white."""
    return {"color": color, "pattern": {"shape": pattern, "fillmode": "overlay", "fgcolor": "white", "solidity": 0.15}}


def _values(reps: list[RepMetrics] | tuple[RepMetrics, ...], field: str) -> list[float]:
    return [getattr(rep, field) for rep in reps]


def _rows(reps: list[RepMetrics] | tuple[RepMetrics, ...]) -> list[int]:
    return list(range(1, len(reps) + 1))


def _short(rep: RepMetrics) -> str:
    return "partial" if rep.is_partial else str(rep.rep)


def _name_rows(figure: go.Figure, reps: list[RepMetrics]) -> None:
    """Name the rows of a bar chart, the first rep on top, and give each room."""
    names = [f"{_short(rep)}, edited" if rep.is_edited else _short(rep) for rep in reps]
    figure.update_yaxes(tickvals=_rows(reps), ticktext=names, range=[len(reps) + 0.6, 0.4], showgrid=False)
    figure.update_layout(height=max(_HEIGHT_PX, 130 + 22 * len(reps)))


def _style(figure: go.Figure, *, x_title: str, y_title: str) -> None:
    figure.update_layout(
        height=_HEIGHT_PX,
        margin={"l": 8, "r": 24, "t": 8, "b": 8},  # right: room for half of the last tick's label
        legend={"orientation": "h", "traceorder": "normal", "yanchor": "bottom", "y": 1.02, "x": 0},
        hovermode="closest",
        dragmode=False,  # a finger on the chart scrolls the page
    )
    figure.update_xaxes(title={"text": x_title}, automargin=True, zeroline=False, fixedrange=True)
    figure.update_yaxes(title={"text": y_title}, automargin=True, zeroline=False, fixedrange=True)


def _why_withheld(metrics: SetMetrics, what: str) -> str:
    if not metrics.reps:
        return "There is no rep to draw."
    of_range = (note for note in metrics.notes if note.startswith("Range of motion"))
    return next(of_range, f"{what}: not measured throughout any rep.")


def _why_too_few(curves: list[tuple[RepMetrics, NDArray[np.float64] | str]]) -> str:
    """Say why no two reps can be laid over each other: there are not two, or what keeps which of them out."""
    if len(curves) < 2:
        return f"It takes two reps to lay them over each other; the set has {len(curves) or 'none'}."
    return f"It takes two reps to lay them over each other, each seen from start to end. {_left_out(curves)}"


def _left_out(curves: list[tuple[RepMetrics, NDArray[np.float64] | str]]) -> str:
    """Say what keeps which reps out; empty where nothing does."""
    names: dict[str, list[str]] = {}
    for rep, why in curves:
        if isinstance(why, str):
            names.setdefault(why, []).append(f"{rep.name[0].lower()}{rep.name[1:]}")
    return " ".join(why.format(", ".join(named)) for why, named in names.items())


def _curve_to_lay(analysis: Analysis, rep: RepMetrics) -> NDArray[np.float64] | str:
    """Return a rep's curve to lay over others, or why there is none, with a place for the rep's name."""
    if rep.is_cut:
        return "The clip does not hold all of {}."
    if (curve := normalize_rep(analysis, rep)) is None:
        return f"The {_words(rep.joint or 'joint').lower()} was not seen throughout {{}}."
    return curve if math.isfinite(rep.rom_deg) else "Too few frames of {} were analysed."


def _sides(analysis: Analysis) -> str:
    sides = compare_sides(analysis)
    if sides is None:
        return ""
    if not sides.further:
        return " Both sides move alike."
    error = f", {say_error(sides)}" if say_error(sides) else ""
    return f" The {sides.further} moves {sides.pct:.0f} % further{error}."


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
