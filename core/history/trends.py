"""Saved sets in order of their sessions: what the trend charts draw."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from core.compare.differences import are_places_alike
from core.history.labels import SavedSummary
from core.metrics.joint import base_joint

_COMPARED = ("reps", "rom_deg", "eccentric_s", "concentric_s", "mean_velocity_deg_s", "left_right_rom_diff_deg")
"""Names of `core.compare.Difference`."""
Measure = Callable[[SavedSummary], float]
Place = tuple[str, float]
"""Name and turn in degrees of a `core.view.View`."""


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
    detectable
        Smallest change from the first session to the last that is more than error, by the name of the series; one
        that is missing or NaN is not known.
    elsewhere
        Points of the sets that were filmed from another place than the newest, by the name of the series: in no
        verdict.
    """

    title: str
    unit: str
    series: dict[str, tuple[Point, ...]]
    left_out: int = 0
    detectable: Mapping[str, float] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)


def first_and_last(saved: Sequence[SavedSummary]) -> tuple[SavedSummary, SavedSummary] | None:
    """Return a set of the first and one of the last session, as the trends compare them; None within one session."""
    joint = _joint_of_most(saved)
    place = _newest_place(saved)
    alike = [one for one in saved if _joint(one) == joint and _is_from(place, one)]
    alike.sort(key=lambda one: one.labels.session_on)
    if not alike or alike[0].labels.session_on == alike[-1].labels.session_on:
        return None
    return alike[0], alike[-1]


def compute_trends(saved: Sequence[SavedSummary], *, detectable: Mapping[str, float] | None = None) -> list[Trend]:
    """Return the trends of one athlete's sets of one exercise.

    Range and velocity compare only sets measured on the joint of most sets, on whichever side; all but the counts
    compare only sets filmed from where the newest was. Volume adds up over the sets of a day, the others are means of
    them.

    Parameters
    ----------
    detectable
        From `core.compare.detectable_changes` of the sets of `first_and_last`. A session of several sets is judged
        like one of them, which is known less exactly than their mean.
    """
    joint, place = _joint_of_most(saved), _newest_place(saved)
    alike = [one for one in saved if _joint(one) == joint]
    limits = _limits(saved, [one for one in alike if _is_from(place, one)], detectable or {})
    measured = f", {joint.replace('_', ' ')}" if joint else ""
    of_joint = partial(_follow, alike, place=place, left_out=len(saved) - len(alike))
    of_any = partial(_follow, saved, place=place, left_out=0)
    halves = {"Lowering": lambda one: one.figures.eccentric_s, "Lifting": lambda one: one.figures.concentric_s}
    volume = {"": _by_day(saved, lambda one: one.rep_count, _total)}
    return [
        of_joint(
            f"Range of motion{measured}", "°", {"": lambda one: one.figures.rom_deg}, detectable=limits["rom_deg"]
        ),
        of_any("Tempo", "s", halves, detectable=limits["tempo"]),
        of_joint(
            f"Velocity{measured}", "°/s", {"": lambda one: one.figures.velocity_deg_s},
            detectable=limits["velocity_deg_s"],
        ),
        Trend("Volume", "reps", volume, detectable=limits["reps"]),
        Trend("Volume load", "kg", {"": _by_day(saved, _moved_kg, _total)}, detectable=limits["moved_kg"]),
        of_any(
            "Left against right", "%", {"": lambda one: one.figures.asymmetry_pct}, detectable=limits["asymmetry_pct"]
        ),
    ]  # fmt: skip


def _follow(
    saved: Sequence[SavedSummary],
    title: str,
    unit: str,
    measures: Mapping[str, Measure],
    *,
    place: Place | None,
    left_out: int,
    detectable: Mapping[str, float],
) -> Trend:
    """Return the trend of the sets filmed from a place, and beside it those from elsewhere."""
    here = [one for one in saved if _is_from(place, one)]
    elsewhere = [one for one in saved if not _is_from(place, one)]
    series, beside = (
        {name: _by_day(sets, measure, _mean) for name, measure in measures.items()} for sets in (here, elsewhere)
    )
    return Trend(title, unit, series, left_out, detectable, beside)


def _newest_place(saved: Sequence[SavedSummary]) -> Place | None:
    """Return from where the newest of the sets was filmed whose view is known; None without any."""
    known = [one for one in saved if one.figures.view is not None and math.isfinite(one.figures.turn_deg)]
    newest = max(known, key=lambda one: (one.labels.session_on, one.saved_at), default=None)
    return (str(newest.figures.view), newest.figures.turn_deg) if newest else None


def _is_from(place: Place | None, one: SavedSummary) -> bool:
    """Tell whether a set was filmed from there, as Compare would; one that says nothing of its view is taken to be."""
    if place is None or one.figures.view is None:
        return True
    return are_places_alike(place, (one.figures.view, one.figures.turn_deg))


def _limits(
    saved: Sequence[SavedSummary], alike: Sequence[SavedSummary], detectable: Mapping[str, float]
) -> dict[str, Mapping[str, float]]:
    """Return what each trend has to exceed, in its unit. Each set of a session may be miscounted, with its load."""
    known = {name: detectable.get(name, math.nan) for name in _COMPARED}
    sets = max(Counter(one.labels.session_on for one in saved).values(), default=1)
    heaviest_kg = max((one.labels.load_kg or 0.0 for one in saved), default=0.0)
    ranges = [one.figures.rom_deg for one in alike if one.figures.rom_deg > 0]
    reps = known["reps"] * sets
    return {
        "rom_deg": {"": known["rom_deg"]},
        "tempo": {"Lowering": known["eccentric_s"], "Lifting": known["concentric_s"]},
        "velocity_deg_s": {"": known["mean_velocity_deg_s"]},
        "reps": {"": reps},
        "moved_kg": {"": reps * heaviest_kg},
        "asymmetry_pct": {"": 100 * known["left_right_rom_diff_deg"] / min(ranges, default=math.nan)},
    }


def _joint_of_most(saved: Sequence[SavedSummary]) -> str | None:
    joints = Counter(filter(None, map(_joint, saved)))
    return joints.most_common(1)[0][0] if joints else None


def _joint(one: SavedSummary) -> str | None:
    return base_joint(one.figures.joint)


def _moved_kg(one: SavedSummary) -> float:
    load_kg = one.labels.load_kg
    return math.nan if load_kg is None else load_kg * one.rep_count


def _by_day(
    saved: Iterable[SavedSummary], measure: Measure, combine: Callable[[list[float]], float]
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
