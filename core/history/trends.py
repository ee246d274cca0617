"""Saved sets in order of their sessions: what the trend charts draw."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from core.history.labels import SavedSummary
from core.metrics.joint import base_joint


@dataclass(frozen=True)
class Point:
    """One session: its day, the value, and of how many sets it is."""

    day: date
    value: float
    sets: int


@dataclass(frozen=True)
class Trend:
    """One number from session to session.

    Attributes
    ----------
    title, unit
        For the axis; the unit may be empty.
    series
        Points in order of time, by the name of the series ("" where there is only one). Sessions without a value
        are left out.
    left_out
        Sets not drawn because they were measured on another joint.
    """

    title: str
    unit: str
    series: dict[str, tuple[Point, ...]]
    left_out: int = 0


def compute_trends(saved: Sequence[SavedSummary]) -> list[Trend]:
    """Return the trends of one athlete's sets of one exercise.

    Range and velocity compare only sets measured on the joint of most sets, on whichever side. Volume adds up over the
    sets of a day, the others are means of them.
    """
    joints = Counter(filter(None, map(_joint, saved)))
    joint = joints.most_common(1)[0][0] if joints else None
    alike = [one for one in saved if _joint(one) == joint]
    apart = len(saved) - len(alike)
    measured = f", {joint.replace('_', ' ')}" if joint else ""
    volume = {"": _by_day(saved, lambda one: one.rep_count, _total)}
    return [
        Trend(f"Range of motion{measured}", "°", {"": _by_day(alike, lambda one: one.figures.rom_deg, _mean)}, apart),
        Trend(
            "Tempo",
            "s",
            {
                "Lowering": _by_day(saved, lambda one: one.figures.eccentric_s, _mean),
                "Lifting": _by_day(saved, lambda one: one.figures.concentric_s, _mean),
            },
        ),
        Trend(f"Velocity{measured}", "°/s", {"": _by_day(alike, lambda one: one.figures.velocity_deg_s, _mean)}, apart),
        Trend("Volume", "reps", volume),
        Trend("Volume load", "kg", {"": _by_day(saved, _moved_kg, _total)}),
        Trend("Left against right", "%", {"": _by_day(saved, lambda one: one.figures.asymmetry_pct, _mean)}),
    ]


def _joint(one: SavedSummary) -> str | None:
    return base_joint(one.figures.joint)


def _moved_kg(one: SavedSummary) -> float:
    load_kg = one.labels.load_kg
    return math.nan if load_kg is None else load_kg * one.rep_count


def _by_day(
    saved: Iterable[SavedSummary], measure: Callable[[SavedSummary], float], combine: Callable[[list[float]], float]
) -> tuple[Point, ...]:
    days: dict[date, list[float]] = {}
    for one in saved:
        if math.isfinite(value := measure(one)):
            days.setdefault(one.labels.session_on, []).append(value)
    return tuple(Point(day, combine(values), len(values)) for day, values in sorted(days.items()))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _total(values: list[float]) -> float:
    return sum(values)
