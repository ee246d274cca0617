"""The charts of one set: its curve, its reps one over the other, range, speed, tempo, left against right.

What a chart shows is read from ``analysis.metrics`` and ``analysis.angles``. A chart that cannot be
drawn has no `svg` and says why.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.compare.phase import normalize_rep
from core.landmarks import ANGLE_NAMES, JOINTS, SIDES, TRUNK_LEAN, without_side
from core.metrics import RepMetrics
from core.pipeline import Analysis
from core.report.charts import (
    Plot,
    axes,
    band,
    curve,
    every,
    legend,
    marker,
    nice_ticks,
    rect,
    text,
    wrap,
)
from core.report.words import EDITED_MARK, count_of, rep_tag, say_joint
from core.sampling import supported_at

Floats = NDArray[np.float64]

HALF_PX, WHOLE_PX = 344.0, 704.0
"""Widths of a chart: beside another, or alone; a page of A4 with its margins is 704 px wide."""
CURVE_PX = 178.0
"""Height of the curve of the set."""
TALL_PX, LOW_PX = 206.0, 152.0
"""Heights of the charts in pairs: beside a short table, and where a long one shares their page."""
SHORT_TABLE = 7
"""Rows up to which the table is short."""
_ZERO = {
    **{joint: f"0° is a straight {joint}." for joint in ("knee", "hip", "elbow")},
    "shoulder": "0° is the arm at the side.",
    "ankle": "0° is the foot at a right angle to the shank.",
    TRUNK_LEAN: "0° is upright.",
}
LEAST_SPAN_DEG = 40.0
"""A chart of angles shows at least this much, so that standing still looks still."""
LEFT_PX = 30.0


@dataclass(frozen=True)
class Figure:
    """A chart.

    Attributes
    ----------
    title
        In words, as its heading.
    svg
        Empty where it cannot be drawn.
    narrow_svg
        The same for a phone, where a wide chart would be unreadable; empty where `svg` fits.
    note
        Below the chart: how to read it, or why there is none.
    """

    title: str
    svg: str
    note: str = ""
    narrow_svg: str = ""


def draw_curve(analysis: Analysis) -> Figure:
    """Draw the measured angle over the whole clip, each rep a numbered band."""
    names = measured_angles(analysis)
    joints = list(dict.fromkeys(map(without_side, names)))
    title = f"{say_joint(joints[0]).capitalize()} angle over the set" if joints else "Angle over the set"
    if not names:
        return Figure(title, "", "No angle was seen for long enough to draw it.")
    note = f"{_ZERO[joints[0]]} Shaded and numbered: the reps." if analysis.metrics.reps else _ZERO[joints[0]]
    if any(rep.is_partial for rep in analysis.metrics.reps):
        note += " p: a partial rep, not counted."
    if any(rep.is_edited for rep in analysis.metrics.reps):
        note += f" {EDITED_MARK}: set or changed by hand."
    wide, narrow = (_draw_curve(analysis, names, width=width, title=title) for width in (WHOLE_PX, HALF_PX))
    return Figure(title, wide, note, narrow)


def measured_angles(analysis: Analysis) -> list[str]:
    """Return the series the reps were measured on; without reps, the one that moves most."""
    joints = dict.fromkeys(rep.joint for rep in analysis.metrics.reps if rep.joint)
    names = [name for joint in joints for name in _sides_of(joint)]
    seen = [name for name in dict.fromkeys(names) if np.isfinite(analysis.angles[name]).sum() > 1]
    if seen or analysis.metrics.reps:
        return seen
    moving = [name for name in ANGLE_NAMES if np.isfinite(analysis.angles[name]).sum() > 1]
    return [max(moving, key=lambda name: float(np.nanstd(analysis.angles[name])))] if moving else []


def _sides_of(joint: str) -> list[str]:
    return [f"{side}_{joint}" for side in SIDES] if joint in JOINTS else [joint]


def _draw_curve(analysis: Analysis, names: list[str], *, width: float, title: str) -> str:
    time_s = analysis.track.time_s
    span_s = (float(time_s[0]), float(time_s[-1]))
    area = Plot(LEFT_PX, 38, width - 4, CURVE_PX - 30, span_s, _room([analysis.angles[name] for name in names]))
    ticks = nice_ticks(*span_s, most=max(4, int(width / 60)))
    parts = _rep_bands(analysis.metrics.reps, area)
    parts.append(axes(area, x_ticks=ticks, x_title="seconds"))
    kinds = {name: f"line {name.partition('_')[0] if len(names) > 1 else 'whole'}" for name in names}
    parts += [curve(time_s, analysis.angles[name], area, kind=kind) for name, kind in kinds.items()]
    parts += [
        marker(area.x(rep.turn_s), area.y(value), kind="turn")
        for rep in analysis.metrics.reps
        if np.isfinite(value := _at(analysis, names, rep))
    ]
    keys = [(kind, say_joint(name)) for name, kind in kinds.items()]
    parts += [text(0, 11, "degrees"), legend(keys, right=width, y=11)]
    between = f"{said}; " if (said := _range_in_words(analysis, names)) else ""
    label = f"{title}: {between}{count_of(len(analysis.metrics.reps), 'rep')} marked."
    return wrap(width, CURVE_PX, parts, label=label)


def _at(analysis: Analysis, names: list[str], rep: RepMetrics) -> float:
    """Return the angle at a rep's turn, on the series that has it."""
    own = [name for name in names if name in _sides_of(rep.joint)] or names
    values = analysis.angles[own[0]]
    known = np.isfinite(values)
    return float(np.interp(rep.turn_s, analysis.track.time_s[known], values[known]))


def _range_in_words(analysis: Analysis, names: list[str]) -> str:
    """Say between which angles the series lie; nothing at a rate that withholds ranges."""
    if not supported_at(analysis.sample_rate_hz)["rom_and_tempo"]:
        return ""
    said = (
        f"{say_joint(name)} between {np.nanmin(analysis.angles[name]):.0f}° and {np.nanmax(analysis.angles[name]):.0f}°"
        for name in names
    )
    return ", ".join(said)


def _room(series: list[Floats]) -> tuple[float, float]:
    """Return the range of the series with some air, from zero up where they come near it."""
    values = np.concatenate(series)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if high - low < LEAST_SPAN_DEG:
        low, high = (low + high - LEAST_SPAN_DEG) / 2, (low + high + LEAST_SPAN_DEG) / 2
    air = 0.06 * (high - low)
    return (0.0 if 0 <= low < 0.25 * high else low - air), high + air


def _rep_bands(reps: tuple[RepMetrics, ...], area: Plot) -> list[str]:
    step = every(len(reps), width=area.right - area.left, widest="40*")
    parts = []
    for index, rep in enumerate(reps):
        left, right = area.x(rep.start_s), area.x(rep.end_s)
        kind = "band partial" if rep.is_partial else "band"
        parts.append(rect(left + 0.5, area.top, width=right - left - 1, height=area.bottom - area.top, kind=kind))
        if index % step == 0 or rep.is_edited:
            parts.append(text((left + right) / 2, area.top - 5, rep_tag(rep), anchor="middle", kind="number"))
    return parts


def rep_shapes(analysis: Analysis) -> list[Floats]:
    """Return ``(101,)`` each whole rep's angle by its phase, as the page draws it, but those with a gap or cut.

    Empty below the rate that ranges of motion need.
    """
    whole = [rep for rep in analysis.metrics.reps if not (rep.is_partial or rep.is_cut) and np.isfinite(rep.rom_deg)]
    return [curve for rep in whole if (curve := normalize_rep(analysis, rep)) is not None]


def half_height(analysis: Analysis) -> float:
    """Return the height of the charts in pairs, px: the page is shared with the table."""
    return TALL_PX if len(analysis.metrics.reps) <= SHORT_TABLE else LOW_PX


def draw_overlay(analysis: Analysis) -> Figure:
    """Draw all whole reps by their phase, with mean ± SD."""
    title = "Whole reps, one over the other"
    shapes = rep_shapes(analysis)
    if not shapes:
        return Figure(title, "", f"Not drawn: {why_no_range(analysis)}.")
    curves = np.array(shapes)
    mean = curves.mean(axis=0)
    spread = curves.std(axis=0, ddof=1) if len(curves) > 1 else np.zeros_like(mean)
    done, height = np.linspace(0, 100, curves.shape[1]), half_height(analysis)
    area = Plot(LEFT_PX, 30, HALF_PX - 6, height - 30, (0, 100), _room([*curves, mean - spread, mean + spread]))
    parts = [axes(area, x_ticks=(0, 25, 50, 75, 100), x_title="phase of the rep, % (turn at 50)")]
    parts.append(band(done, mean - spread, mean + spread, area, kind="spread"))
    parts += [curve(done, each, area, kind="line faint") for each in curves]
    parts.append(curve(done, curves[-1], area, kind="line last"))
    parts.append(curve(done, mean, area, kind="line mean"))
    parts += [
        text(0, 11, "degrees"),
        legend(
            [("line faint", "each rep"), ("line last", "last of them"), ("line mean", "mean ± SD")], right=HALF_PX, y=11
        ),
    ]
    label = f"{title}: {count_of(len(shapes), 'rep')}, mean from {mean.min():.0f}° to {mean.max():.0f}°."
    return Figure(title, wrap(HALF_PX, height, parts, label=label))


def why_no_range(analysis: Analysis) -> str:
    """Return why ranges of motion are withheld, in words."""
    rate_hz = analysis.sample_rate_hz
    if not analysis.rep_count:
        return "no whole rep was counted"
    if not supported_at(rate_hz)["rom_and_tempo"]:
        return f"{rate_hz:.1f} frames a second were analysed, it needs 7.5"
    return "the joint was not seen throughout a rep"


def why_no_velocity(analysis: Analysis) -> str:
    """Return why velocities are withheld, in words."""
    rate_hz = analysis.sample_rate_hz
    if not supported_at(rate_hz)["velocity"]:
        return f"{rate_hz:.1f} frames a second were analysed, it needs 10"
    return why_no_range(analysis)
