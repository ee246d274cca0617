"""A rep and a counted set: what counting finds (`core.reps`) and a trainer corrects (`core.corrections`)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rep:
    """One whole cycle: from its start over the turning point back.

    Attributes
    ----------
    number
        1, 2, 3, ...; a partial rep carries the number of the whole rep before it.
    start_s, turn_s, end_s
        Seconds, between samples where the curve turns there; rests before and after are not part of the rep.
    is_partial
        Clearly less range than the others, or only a way out or a way home inside the clip; kept apart and not counted.
    cut_start, cut_end
        The clip begins or ends before the rep is home by more than `core.reps.CUT_SHARE`; a whole rep may be cut so.
    side
        ``left``, ``right`` or ``both``.
    is_edited
        The trainer set it or changed it.
    """

    number: int
    start_s: float
    turn_s: float
    end_s: float
    is_partial: bool = False
    cut_start: bool = False
    cut_end: bool = False
    side: str = "both"
    is_edited: bool = False


def name_rep(number: int, *, is_partial: bool) -> str:
    """Return it for running text: Rep 3, Partial rep after rep 3, Partial rep before rep 1."""
    if not is_partial:
        return f"Rep {number}"
    return f"Partial rep after rep {number}" if number else "Partial rep before rep 1"


@dataclass(frozen=True)
class Alternative:
    """Another signal that could drive, for the override list."""

    joint: str
    count: int
    score: float


@dataclass(frozen=True)
class RepCount:
    """The counted set.

    Attributes
    ----------
    driving_joint
        Name of the signal that drove the count; ``None`` when nothing repeats.
    signal, unit
        ``(n,)`` smoothed driving trace (NaN where unknown, all NaN without a driver) and its unit.
    reps
        Whole reps, in order of time.
    partial_reps
        Half-done ones and those of which the clip holds one way only, not counted.
    reason
        Why the count is 0 or doubtful, in words for a trainer; empty when it is neither.
    uncounted_s
        From when to when something else repeats, if looked for and found (`find_uncounted`).
    score
        0-1, how sure the count is.
    alternatives
        The other signals with what they would count, best first.
    """

    driving_joint: str | None
    signal: Floats
    unit: str
    reps: list[Rep] = field(default_factory=list)
    partial_reps: list[Rep] = field(default_factory=list)
    reason: str = ""
    uncounted_s: tuple[float, float] | None = None
    score: float = 0.0
    alternatives: list[Alternative] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return the number of whole reps."""
        return len(self.reps)

    @property
    def all_reps(self) -> tuple[Rep, ...]:
        """Return whole and partial reps by their start: the rows of every table."""
        partial = [replace(rep, is_partial=True) for rep in self.partial_reps]
        return tuple(sorted([*self.reps, *partial], key=lambda rep: rep.start_s))

    def with_reps(self, reps: Iterable[Rep]) -> "RepCount":
        """Return the count with these whole and partial reps in place of its own."""
        numbered = renumber(reps)
        whole, partial = ([rep for rep in numbered if rep.is_partial == is_partial] for is_partial in (False, True))
        return replace(self, reps=whole, partial_reps=partial)


def renumber(reps: Iterable[Rep]) -> tuple[Rep, ...]:
    """Return the reps in order of time; a partial one carries the number of the whole one before it."""
    ordered, number = [], 0
    for rep in sorted(reps, key=lambda rep: rep.start_s):
        number += not rep.is_partial
        ordered.append(replace(rep, number=number))
    return tuple(ordered)
