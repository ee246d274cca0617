"""Saved sets in order of their sessions: what the trend charts draw."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from core.compare.differences import are_places_alike, degrees_apart
from core.history.labels import SavedSummary
from core.landmarks import base_joint
from core.view import say_place

Measure = Callable[[SavedSummary], float]
_MEASURES: dict[str, Measure] = {
    "reps": lambda one: one.rep_count,
    "rom_deg": lambda one: one.figures.rom_deg,
    "eccentric_s": lambda one: one.figures.eccentric_s,
    "concentric_s": lambda one: one.figures.concentric_s,
    "mean_velocity_deg_s": lambda one: one.figures.velocity_deg_s,
    "left_right_rom_diff_deg": lambda one: one.figures.asymmetry_pct,
}
"""What is followed, by the name of the `core.compare.Difference` that judges it."""
_OF_JOINT = ("rom_deg", "mean_velocity_deg_s")
Place = tuple[str, float]
"""`place` and `turn_deg` of a `core.view.View`."""


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
        Points of the sets that were filmed from another place than the newest with this number, by the name of the
        series: in no verdict.
    place
        From where the newest was filmed, in words; empty where it is not known, and for what is one from anywhere.
    apart_deg
        How far around the body from there those sets were filmed, the nearest first; NaN for one from above.
    """

    title: str
    unit: str
    series: dict[str, tuple[Point, ...]]
    left_out: int = 0
    detectable: Mapping[str, float] = field(default_factory=dict)
    elsewhere: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    place: str = ""
    apart_deg: tuple[float, ...] = ()


def first_and_last(saved: Sequence[SavedSummary]) -> dict[str, tuple[SavedSummary, SavedSummary]]:
    """Return a set of the first and one of the last session that a trend compares.

    By name of `core.compare.Difference`; what is known of one session only is left out.
    """
    ends = {}
    for name, (here, _) in _followed(saved).items():
        in_order = sorted(here, key=lambda one: one.labels.session_on)
        if in_order and in_order[0].labels.session_on != in_order[-1].labels.session_on:
            ends[name] = (in_order[0], in_order[-1])
    return ends


def compute_trends(saved: Sequence[SavedSummary], *, detectable: Mapping[str, float] | None = None) -> list[Trend]:
    """Return the trends of one athlete's sets of one exercise.

    Range and velocity compare only sets measured on the joint of most sets, on whichever side; all but the counts
    compare only sets filmed from where the newest with that number was. Volume adds up over the sets of a day, the
    others are means of them.

    Parameters
    ----------
    detectable
        From `core.compare.detectable_changes`, each of its pair of `first_and_last`. A session of several sets is
        judged like one of them, which is known less exactly than their mean.
    """
    joint = _joint_of_most(saved)
    measured = f", {joint.replace('_', ' ')}" if joint else ""
    followed = _followed(saved)
    limits = _limits(saved, followed["left_right_rom_diff_deg"][0], detectable or {})
    follow = partial(_follow, followed, limits=limits)
    of_joint = partial(follow, left_out=sum(_joint(one) != joint for one in saved))
    volume, moved_kg = (_by_day(saved, measure, _total) for measure in (_MEASURES["reps"], _moved_kg))
    return [
        of_joint(f"Range of motion{measured}", "°", {"": "rom_deg"}),
        follow("Tempo", "s", {"Lowering": "eccentric_s", "Lifting": "concentric_s"}),
        of_joint(f"Velocity{measured}", "°/s", {"": "mean_velocity_deg_s"}),
        Trend("Volume", "reps", {"": volume}, detectable={"": limits["reps"]}),
        Trend("Volume load", "kg", {"": moved_kg}, detectable={"": limits["moved_kg"]}),
        follow("Left minus right", "%", {"": "left_right_rom_diff_deg"}),
    ]


Followed = Mapping[str, tuple[Sequence[SavedSummary], Sequence[SavedSummary]]]
"""By name of a number: the sets that have it and were filmed from where the newest of them was, and those from
elsewhere."""


def _followed(saved: Sequence[SavedSummary]) -> Followed:
    joint = _joint_of_most(saved)
    alike = [one for one in saved if _joint(one) == joint]
    return {
        name: (saved, []) if name == "reps" else _part_by_place(alike if name in _OF_JOINT else saved, measure)
        for name, measure in _MEASURES.items()  # a count is one from anywhere
    }


def _part_by_place(
    saved: Iterable[SavedSummary], measure: Measure
) -> tuple[Sequence[SavedSummary], Sequence[SavedSummary]]:
    known = [one for one in saved if math.isfinite(measure(one))]
    place = _newest_place(known)
    return [one for one in known if _is_from(place, one)], [one for one in known if not _is_from(place, one)]


def _follow(
    followed: Followed, title: str, unit: str, names: Mapping[str, str], *,
    limits: Mapping[str, float], left_out: int = 0,
) -> Trend:  # fmt: skip
    """Return the trend of some numbers, by the names of their series."""
    series, elsewhere = (
        {label: _by_day(followed[name][part], _MEASURES[name], _mean) for label, name in names.items()}
        for part in (0, 1)
    )
    here, away = ([one for name in names.values() for one in followed[name][part]] for part in (0, 1))
    detectable = {label: limits[name] for label, name in names.items()}
    place = _newest_place(here)
    apart_deg = sorted(degrees_apart(place, _place_of(one)) for one in away) if place else []
    return Trend(title, unit, series, left_out, detectable, elsewhere, _say_place(place), tuple(apart_deg))


def _newest_place(saved: Sequence[SavedSummary]) -> Place | None:
    """Return from where the newest of the sets was filmed whose view is known; None without any."""
    known = [one for one in saved if one.figures.view is not None and math.isfinite(one.figures.turn_deg)]
    newest = max(known, key=lambda one: (one.labels.session_on, one.saved_at), default=None)
    return _place_of(newest) if newest else None


def _place_of(one: SavedSummary) -> Place:
    return str(one.figures.view), one.figures.turn_deg


def _say_place(place: Place | None) -> str:
    """Return from where that is; the two sides are alike."""
    if place is None:
        return ""
    name, turn_deg = place
    return "from the side" if name in ("side_left", "side_right") else say_place(name, turn_deg=turn_deg)


def _is_from(place: Place | None, one: SavedSummary) -> bool:
    """Tell whether a set was filmed from there, as Compare would; one that says nothing of its view is taken to be."""
    if place is None or one.figures.view is None:
        return True
    return are_places_alike(place, _place_of(one))


def _limits(
    saved: Sequence[SavedSummary], two_sided: Sequence[SavedSummary], detectable: Mapping[str, float]
) -> dict[str, float]:
    """Return what each number has to exceed, in its unit. Each set of a session may be miscounted, with its load."""
    known = {name: detectable.get(name, math.nan) for name in _MEASURES}
    sets = max(Counter(one.labels.session_on for one in saved).values(), default=1)
    heaviest_kg = max((one.labels.load_kg or 0.0 for one in saved), default=0.0)
    ranges = [one.figures.rom_deg for one in two_sided if one.figures.rom_deg > 0]
    reps = known["reps"] * sets
    asymmetry_pct = 100 * known["left_right_rom_diff_deg"] / min(ranges, default=math.nan)
    return known | {"reps": reps, "moved_kg": reps * heaviest_kg, "left_right_rom_diff_deg": asymmetry_pct}


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
