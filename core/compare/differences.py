"""The numbers of two sets beside each other, each difference with what error alone would give."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from core.compare.errors_measured import COUNT_ERROR, count_limit, error_of
from core.compare.reps import are_opposite
from core.compare.uncertainty import Estimate, minimal_detectable_change
from core.exercises import BY_NAME
from core.landmarks import base_joint
from core.pipeline import Analysis, correct
from core.sampling import supported_at

NAN = float("nan")
VIEW_APART_DEG = 15.0
"""Cameras whose places around the body differ by more are told apart: about what separates the rows of the table of
measured errors."""
_HALVES = {
    "front": {"front"}, "oblique": {"front"}, "back": {"back"}, "oblique_back": {"back"},
    "side_left": {"front", "back"}, "side_right": {"front", "back"},
}  # fmt: skip
"""Where around the body a place may be; at the side a few degrees lie between before and behind."""
_MANY = 2**31
Verdict = Literal["larger", "within", "unknown"]


@dataclass(frozen=True)
class Difference:
    """One number of both sets.

    Attributes
    ----------
    name, label, unit
        Key, and in words.
    one, other
        Mean, spread and uncertainty in either set.
    change
        The other less one; NaN where one of them is not known or they cannot be compared.
    detectable
        Smallest change that is more than error, 95 %; NaN where that cannot be said.
    reason
        Why it cannot be said; empty where it can.
    """

    name: str
    label: str
    unit: str
    one: Estimate
    other: Estimate
    change: float
    detectable: float
    reason: str

    @property
    def verdict(self) -> Verdict:
        """Whether the change is larger than error, lies within it, or cannot be judged."""
        if not math.isfinite(self.change + self.detectable):
            return "unknown"
        return "larger" if abs(self.change) > self.detectable else "within"


@dataclass(frozen=True)
class Comparison:
    """Two sets side by side.

    Attributes
    ----------
    joint
        The joint both are measured on, without its side; None where they differ.
    is_alike
        Same exercise and same view of the camera: what the measurement gets wrong is then much the same in both.
    differences, warnings
        The table, and what to mind when reading it.
    """

    joint: str | None
    is_alike: bool
    differences: tuple[Difference, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """A row of the table; `of_angle` needs the same joint in both sets."""

    name: str
    label: str
    unit: str
    of_angle: bool


_ROWS = (
    _Row("rom_deg", "Range of motion", "°", of_angle=True),
    _Row("max_deg", "Depth: largest angle", "°", of_angle=True),
    _Row("min_deg", "Smallest angle", "°", of_angle=True),
    _Row("left_right_rom_diff_deg", "Left minus right, range", "°", of_angle=True),
    _Row("duration_s", "Time of a rep", "s", of_angle=False),
    _Row("eccentric_s", "Lowering (eccentric)", "s", of_angle=False),
    _Row("concentric_s", "Lifting (concentric)", "s", of_angle=False),
    _Row("pause_turn_s", "Pause at the turn", "s", of_angle=False),
    _Row("mean_velocity_deg_s", "Mean velocity, lifting", "°/s", of_angle=True),
    _Row("peak_velocity_deg_s", "Peak velocity", "°/s", of_angle=True),
)
_UNNAMED = (
    _Row("to_turn_s", "From start to turn", "s", of_angle=False),
    _Row("from_turn_s", "From turn to end", "s", of_angle=False),
    _Row("mean_velocity_deg_s", "Mean velocity, whole rep", "°/s", of_angle=True),
)
"""Instead of lowering and lifting where it cannot be told which is which."""


def compare_sets(one: Analysis, other: Analysis) -> Comparison:
    """Put the numbers of two sets beside each other.

    Notes
    -----
    The error of each mean is that of its view and sample rate, see `error_of`. Where exercise and view are the same in
    both, it is what varies between such sets; else it holds the systematic part too.
    """
    joints = [base_joint(each.metrics.joint) for each in (one, other)]
    joint = joints[0] if joints[0] == joints[1] else None
    is_alike = _same_exercise(one, other) and _same_view(one, other) and joint is not None
    rows = [_count_reps(one, other)]
    for row in _rows(one, other):
        why = _why_apart(row, one, other, joints=joints)
        rows.append(_compare(row, one, other, is_alike=is_alike, why=why))
    return Comparison(joint, is_alike, tuple(rows), tuple(_warnings(one, other, joints)))


def _why_apart(row: _Row, one: Analysis, other: Analysis, *, joints: list[str | None]) -> str:
    """Return why the two numbers of a row are not of the same thing; empty where they are."""
    if row.name == "pause_turn_s" and are_opposite(one, other):
        return "the reps of one set turn at the top, those of the other at the bottom"
    named = [each.metrics.eccentric_first is not None for each in (one, other)]
    if row.name == "mean_velocity_deg_s" and named[0] != named[1]:
        return "one set is measured while lifting, the other over whole reps"
    if row.of_angle and (joints[0] is None or joints[0] != joints[1]):
        return f"measured on {joints[0] or 'no joint'} in A and on {joints[1] or 'no joint'} in B"
    return ""


def detectable_changes(one: Analysis, other: Analysis) -> dict[str, float]:
    """Return by name from which change on two sets differ by more than error, as in `compare_sets`; NaN unknown."""
    return {each.name: each.detectable for each in compare_sets(*measure_alike(one, other)).differences}


def measure_alike(one: Analysis, other: Analysis) -> tuple[Analysis, Analysis]:
    """Return both sets measured on one joint, where they may show the same exercise but were not.

    A shallow squat may be counted on the hip and a deep one on the knee. Both are then counted on the joint that
    shows the depth of the exercise, as far as it is known of one set and the other's is the same or not clear. Both
    keep their own joints if that changes the count of one, or if its reps or its joint were set by hand.
    """
    joints = {base_joint(each.metrics.joint) for each in (one, other)}
    known = {each.recognition.exercise for each in (one, other)} - {None}
    if len(joints) == 1 or len(known) != 1:
        return one, other
    joint = BY_NAME[str(known.pop())].joint
    again = _measure_on(one, joint), _measure_on(other, joint)
    return again if all(base_joint(each.metrics.joint) == joint for each in again) else (one, other)


def _measure_on(analysis: Analysis, joint: str) -> Analysis:
    decided = analysis.corrections
    if base_joint(analysis.metrics.joint) == joint or decided.reps is not None or decided.joint is not None:
        return analysis
    again = correct(analysis, replace(decided, joint=joint))
    return again if again.rep_count == analysis.rep_count else analysis


def _rows(one: Analysis, other: Analysis) -> list[_Row]:
    is_named = all(each.metrics.eccentric_first is not None for each in (one, other))
    halves = dict(zip(("eccentric_s", "concentric_s", "mean_velocity_deg_s"), _UNNAMED, strict=True))
    return [row if is_named else halves.get(row.name, row) for row in _ROWS]


def _compare(row: _Row, one: Analysis, other: Analysis, *, is_alike: bool, why: str) -> Difference:
    first, second = (_estimate(row.name, each, is_alike=is_alike) for each in (one, other))
    change = second.mean - first.mean if not why else NAN
    detectable = minimal_detectable_change(first, second) if not why else NAN
    reason = why or _why_unknown((first, second), change=change, detectable=detectable)
    return Difference(row.name, row.label, row.unit, first, second, change, detectable, reason)


def _estimate(name: str, analysis: Analysis, *, is_alike: bool) -> Estimate:
    found = analysis.metrics.statistics[name]
    error = error_of(name, found.mean, view=analysis.view, rate_hz=analysis.sample_rate_hz, is_alike=is_alike)
    return Estimate(found.mean, found.sd, found.n, error)


def _why_unknown(sides: tuple[Estimate, Estimate], *, change: float, detectable: float) -> str:
    if not math.isfinite(change):
        return "not measured in one of the sets"
    if any(each.n < 2 for each in sides):
        return "it was measured in a single rep of one set: how much reps vary is not known"
    return "" if math.isfinite(detectable) else "how exactly this is met was not measured for this view"


def _count_reps(one: Analysis, other: Analysis) -> Difference:
    """Return the row of the counts: whole numbers with an error of their own, and no spread."""
    first, second = (_estimate_count(each) for each in (one, other))
    doubts = [name for name, each in (("A", one), ("B", other)) if each.count.reason and each.corrections.reps is None]
    counted = sum(each.corrections.reps is None for each in (one, other))
    detectable = NAN if doubts else count_limit(counted)
    reason = f"the count of {' and '.join(doubts)} is in doubt, see its notes" if doubts else ""
    return Difference("reps", "Reps", "", first, second, second.mean - first.mean, detectable, reason)


def _estimate_count(analysis: Analysis) -> Estimate:
    """Return the count with its own error; reps set by hand have none, and nothing varies within a count."""
    error = COUNT_ERROR if analysis.corrections.reps is None else 0.0
    return Estimate(analysis.rep_count, sd=0.0, n=_MANY, error=error)


def _same_exercise(one: Analysis, other: Analysis) -> bool:
    return one.recognition.exercise is not None and one.recognition.exercise == other.recognition.exercise


def _same_view(one: Analysis, other: Analysis) -> bool:
    return are_places_alike((one.view.place, one.view.turn_deg), (other.view.place, other.view.turn_deg))


def are_places_alike(one: tuple[str, float], other: tuple[str, float]) -> bool:
    """Tell whether the camera stood alike, by `place` and `turn_deg` of its views; left and right are alike."""
    halves = [_HALVES.get(name, {name}) for name, _ in (one, other)]
    return bool(halves[0] & halves[1]) and abs(one[1] - other[1]) <= VIEW_APART_DEG


def degrees_apart(one: tuple[str, float], other: tuple[str, float]) -> float:
    """Return how far around the body two places lie from each other, as `are_places_alike` has them; NaN if unknown."""
    halves = [_HALVES.get(name, set()) for name, _ in (one, other)]
    if not all(halves):
        return NAN
    return abs(one[1] - other[1]) if halves[0] & halves[1] else 180.0 - one[1] - other[1]


def _warnings(one: Analysis, other: Analysis, joints: list[str | None]) -> list[str]:
    a, b = (_named(each.recognition.exercise) for each in (one, other))
    said = [
        (
            not _same_exercise(one, other),
            f"{_how_apart(one, other)}: A is {a}, B is {b}.",
        ),
        (
            joints[0] != joints[1],
            "They are measured on different joints; under Results the joint to count on can be chosen.",
        ),
        (
            not _same_view(one, other),
            f"The camera stood elsewhere. {_seen_apart(one, other)} Angles from different places "
            "are off by different amounts; film from the same place to compare them.",
        ),
        (
            any(not supported_at(each.sample_rate_hz)["velocity"] for each in (one, other)),
            "At less than 10 analysed frames a second velocities are left out, and times are less exact.",
        ),
    ]
    return [words for applies, words in said if applies]


def _how_apart(one: Analysis, other: Analysis) -> str:
    is_known = all(each.recognition.exercise for each in (one, other))
    return "The exercises differ" if is_known else "The exercises are not known to be the same"


def _named(exercise: str | None) -> str:
    return BY_NAME[exercise].label if exercise else "not clear"


def _seen_apart(one: Analysis, other: Analysis) -> str:
    """Say from where each is seen; two of the same words lie some degrees apart."""
    around = [abs(each.view.yaw_deg) for each in (one, other)]
    if _seen(one) != _seen(other) or not all(map(math.isfinite, around)):
        return f"A: {_seen(one)}. B: {_seen(other)}."
    degrees = "A at {:.0f}° and B at {:.0f}° around the body".format(*around)
    return f"Both: {_seen(one)}, but {degrees}: 0° is its front, 90° its side, 180° its back."


def _seen(analysis: Analysis) -> str:
    words = analysis.view.words.rstrip(".")
    return words[:1].lower() + words[1:] if analysis.view.name != "unknown" else "from where could not be told"
