"""Charts with one place per rep: range and speed, tempo, left against right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.metrics import RepMetrics
from core.pipeline import Analysis
from core.report.charts import Plot, axes, curve, every, fits, hatch, legend, line, marker, rect, text, wrap
from core.report.figures import HALF_PX, LEFT_PX, Figure, half_height, why_no_range, why_no_velocity
from core.report.words import phases_of, rep_tag, say

Floats = NDArray[np.float64]

_INSIDE_PX = 16.0
"""A bar of this height has room for its number."""


@dataclass(frozen=True)
class _Slots:
    """One place per rep across a chart."""

    plot: Plot
    reps: tuple[RepMetrics, ...]

    @property
    def pitch(self) -> float:
        return (self.plot.right - self.plot.left) / len(self.reps)

    @property
    def bar(self) -> float:
        return min(26.0, 0.7 * self.pitch)

    def middle(self, index: int) -> float:
        return self.plot.left + (index + 0.5) * self.pitch

    def labels(self, *, y: float) -> list[str]:
        step = every(len(self.reps), width=self.plot.right - self.plot.left, widest="40*")
        return [
            text(self.middle(index), y, rep_tag(rep), anchor="middle", kind="number")
            for index, rep in enumerate(self.reps)
            if index % step == 0 or rep.is_edited
        ]


def draw_range(analysis: Analysis) -> Figure:
    """Draw range of motion and mean speed of every rep, the mean of the whole ones as a line."""
    title = "Range and speed of each rep"
    reps = analysis.metrics.reps
    rom = np.array([rep.rom_deg for rep in reps])
    speed = np.array([np.nan if rep.is_partial else rep.mean_velocity_deg_s for rep in reps])
    if not np.isfinite(rom).any():
        return Figure(title, "", f"Not drawn: {why_no_range(analysis)}.")
    has_speed, height = bool(np.isfinite(speed).any()), half_height(analysis)
    middle = 0.55 * height if has_speed else height - 18
    upper = Plot(LEFT_PX, 20, HALF_PX - 4, middle, (0, 1), (0, 1.04 * float(np.nanmax(rom))))
    mean = analysis.metrics.statistics["rom_deg"].mean
    parts = [axes(upper), text(0, 11, "range, degrees"), *_bars(_Slots(upper, reps), rom)]
    if np.isfinite(mean):
        y = upper.y(mean)
        parts += [line((upper.left, y), (upper.right, y), kind="line mean-level")]
        parts.append(legend([("line mean-level", f"mean {say(mean, '°')}")], right=HALF_PX, y=11))
    slots = _Slots(upper, reps)
    if has_speed:
        lower = Plot(LEFT_PX, middle + 28, HALF_PX - 4, height - 18, (0, 1), (0, 1.15 * float(np.nanmax(speed))))
        slots = _Slots(lower, reps)
        parts += [axes(lower), text(0, middle + 19, f"mean speed of the {_moving_half(analysis)}, degrees a second")]
        parts += _dots(slots, speed)
    parts += slots.labels(y=height - 5)
    label = f"{title}: " + ", ".join(f"{rep_tag(rep)} {say(rep.rom_deg, '°')}" for rep in reps)
    note = "" if has_speed else f"Speed is not drawn: {why_no_velocity(analysis)}."
    return Figure(title, wrap(HALF_PX, height, parts, label=label), note)


def _moving_half(analysis: Analysis) -> str:
    return "rep" if analysis.metrics.eccentric_first is None else "lifting"


def _bars(slots: _Slots, values: Floats) -> list[str]:
    parts = []
    for index, (rep, value) in enumerate(zip(slots.reps, values.tolist(), strict=True)):
        x, words = slots.middle(index), say(value)
        if not np.isfinite(value):
            parts.append(text(x, slots.plot.bottom - 3, words, anchor="middle"))
            continue
        top = slots.plot.y(value)
        kind = "bar partial" if rep.is_partial else "bar"
        parts.append(rect(x - slots.bar / 2, top, width=slots.bar, height=slots.plot.bottom - top, kind=kind))
        if fits(f"{words}0", slots.bar) and slots.plot.bottom - top > _INSIDE_PX:
            kind = "inside partial" if rep.is_partial else "inside"
            parts.append(text(x, slots.plot.bottom - 4, words, anchor="middle", kind=kind))
    return parts


def _dots(slots: _Slots, values: Floats) -> list[str]:
    """Return a value per rep as dots, joined where they follow each other."""
    at = np.array([slots.middle(index) for index in range(len(slots.reps))])
    place = Plot(0, slots.plot.top, 1, slots.plot.bottom, (0, 1), slots.plot.y_range)
    parts = [curve(at, values, place, kind="line set")]
    parts += [
        marker(x, slots.plot.y(value), kind="dot")
        for x, value in zip(at.tolist(), values.tolist(), strict=True)
        if np.isfinite(value)
    ]
    return parts


def draw_tempo(analysis: Analysis) -> Figure:
    """Draw the phases of every rep as a stacked bar."""
    title = "Tempo of each rep"
    reps, phases = analysis.metrics.reps, phases_of(analysis.metrics)
    times = np.array([[getattr(rep, phase.field) for phase in phases] for rep in reps]).reshape(-1, len(phases))
    is_timed = np.isfinite(times[:, [phase.kind != "rest" for phase in phases]]).all(axis=1)
    if not is_timed.any():
        return Figure(title, "", f"Not drawn: {why_no_range(analysis)}.")
    height = half_height(analysis)
    longest = float(np.nansum(times[is_timed], axis=1).max())
    area = Plot(LEFT_PX, 30, HALF_PX - 4, height - 18, (0, 1), (0, 1.08 * longest))
    slots = _Slots(area, reps)
    parts = [hatch("hatch-lift"), axes(area), text(0, 11, "seconds")]
    for index, row in enumerate(times):
        parts += _stack(slots, index, dict(zip((phase.kind for phase in phases), row.tolist(), strict=True)))
    parts += [*slots.labels(y=height - 5), _phase_keys([(phase.kind, phase.name) for phase in phases])]
    label = f"{title}: " + "; ".join(
        f"{rep_tag(rep)} "
        + ", ".join(f"{phase.name} {say(getattr(rep, phase.field), ' s', decimals=1)}" for phase in phases)
        for rep in reps
    )
    return Figure(title, wrap(HALF_PX, height, parts, label=label))


def _stack(slots: _Slots, index: int, seconds: dict[str, float]) -> list[str]:
    """Return one bar, from the start of the rep upwards; the last rep has no rest after it."""
    parts, done_s = [], 0.0
    left = slots.middle(index) - slots.bar / 2
    if not np.isfinite([each_s for kind, each_s in seconds.items() if kind != "rest"]).all():
        return [text(slots.middle(index), slots.plot.bottom - 3, say(float("nan")), anchor="middle")]
    for kind, each_s in seconds.items():
        if not np.isfinite(each_s):
            continue
        top, bottom = slots.plot.y(done_s + each_s), slots.plot.y(done_s)
        fill = "hatch-lift" if kind == "concentric" else ""
        parts.append(rect(left, top, width=slots.bar, height=bottom - top, kind=f"phase {kind}", fill=fill))
        done_s += each_s
    return parts


def _phase_keys(phases: list[tuple[str, str]]) -> str:
    parts: list[str] = []
    x = HALF_PX - sum(21 + 6.0 * len(name) for _, name in phases)
    for kind, name in phases:
        parts.append(
            rect(x, 2, width=11, height=10, kind=f"phase {kind}", fill="hatch-lift" if kind == "concentric" else "")
        )
        parts.append(text(x + 15, 11, name))
        x += 21 + 6.0 * len(name)
    return "".join(parts)


def draw_sides(analysis: Analysis) -> Figure:
    """Draw by how many degrees one side moves further, rep by rep; where they take turns, the range of each turn."""
    title = "Left against right"
    reps = analysis.metrics.reps
    both = np.array([rep.left_right_rom_diff_deg for rep in reps])
    turns = np.array([_own_range(rep) for rep in reps])
    if np.isfinite(both).any():
        names = {"left": "left moves further", "right": "right moves further"}
        pairs = zip(reps, both.tolist(), strict=True)
        said = ", ".join(f"{rep_tag(rep)} {say(value, '°', signed=True)}" for rep, value in pairs)
        label = f"{title}, left minus right: {said}"
        return Figure(title, _draw_sides(analysis, both, sides=_sides_by_sign(both), names=names, label=label))
    if np.isfinite(analysis.metrics.asymmetry_pct) and np.isfinite(turns).any():
        names = {"left": "left's turn", "right": "right's turn"}
        label = f"{title}, range: " + ", ".join(f"{rep.side} {say(_own_range(rep), '°')}" for rep in reps)
        return Figure(title, _draw_sides(analysis, turns, sides=[rep.side for rep in reps], names=names, label=label))
    return Figure(title, "", f"Not drawn: {why_no_sides(analysis)}.")


def _own_range(rep: RepMetrics) -> float:
    return {"left": rep.left_rom_deg, "right": rep.right_rom_deg}.get(rep.side, np.nan)


def _sides_by_sign(differences: Floats) -> list[str]:
    return ["left" if value >= 0 else "right" for value in differences.tolist()]


def _draw_sides(analysis: Analysis, degrees: Floats, *, sides: list[str], names: dict[str, str], label: str) -> str:
    height = half_height(analysis)
    most = 1.3 * max(5.0, float(np.nanmax(np.abs(degrees))))
    low = 0.0 if np.nanmin(degrees) >= 0 else -most
    area = Plot(LEFT_PX, 30, HALF_PX - 4, height - 18, (0, 1), (low, most))
    slots = _Slots(area, analysis.metrics.reps)
    parts = [hatch("hatch-right"), axes(area), text(0, 11, "degrees of range"), _side_keys(names)]
    for index, (value, side) in enumerate(zip(degrees.tolist(), sides, strict=True)):
        parts += _side_bar(slots, index, value, side=side)
    parts += slots.labels(y=height - 5)
    return wrap(HALF_PX, height, parts, label=label)


def why_no_sides(analysis: Analysis) -> str:
    """Return why left and right are not compared, in words."""
    if not analysis.rep_count:
        return why_no_range(analysis)
    notes = [rep.left_right_note for rep in analysis.metrics.reps if not rep.is_partial and rep.left_right_note]
    return max(notes, key=notes.count) if notes else analysis.metrics.asymmetry_note


def _side_bar(slots: _Slots, index: int, degrees: float, *, side: str) -> list[str]:
    x, words = slots.middle(index), say(abs(degrees))
    zero = slots.plot.y(0)
    if not np.isfinite(degrees):
        return [text(x, zero - 3, words, anchor="middle")]
    end = slots.plot.y(degrees)
    top, height = min(zero, end), abs(zero - end)
    parts = [rect(x - slots.bar / 2, top, width=slots.bar, height=height, kind=f"side {side}", fill=_fill(side))]
    if fits(words, slots.pitch):
        parts.append(text(x, end - 3 if end <= zero else end + 11, words, anchor="middle"))
    return parts


def _side_keys(names: dict[str, str]) -> str:
    parts: list[str] = []
    x = HALF_PX - sum(21 + 5.4 * len(name) for name in names.values())
    for side, name in names.items():
        parts += [rect(x, 2, width=11, height=10, kind=f"side {side}", fill=_fill(side)), text(x + 15, 11, name)]
        x += 21 + 5.4 * len(name)
    return "".join(parts)


def _fill(side: str) -> str:
    return "hatch-right" if side == "right" else ""
