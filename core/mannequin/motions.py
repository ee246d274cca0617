"""When a mannequin moves: sets of reps with exactly known start, turn and end times.

A motion says when; `exercises` says how the body looks at each depth. Between its start and its turn
a rep's depth follows half a cosine from 0 to its full depth, and back again to its end, so velocity is
zero exactly at the times that are the truth.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Side = Literal["both", "left", "right"]
_ALTERNATING: tuple[Side, Side] = ("left", "right")


@dataclass(frozen=True)
class RepPlan:
    """One rep: seconds out to the turn, held there, back to the start, and at rest afterwards.

    Attributes
    ----------
    depth
        Fraction of the exercise's full range; less than 1 is a partial rep.
    """

    out_s: float = 1.2
    hold_s: float = 0.0
    back_s: float = 1.2
    rest_s: float = 0.0
    depth: float = 1.0
    side: Side = "both"

    @property
    def duration_s(self) -> float:
        """Start to end, without the rest."""
        return self.out_s + self.hold_s + self.back_s


@dataclass(frozen=True)
class Motion:
    """A set of one exercise, with what comes before and after it.

    Attributes
    ----------
    exercise
        A name of ``exercises.EXERCISES``.
    walk_in_s
        Seconds of walking into the picture before the set; standing exercises only.
    lead_in_s, lead_out_s
        Standing (or lying) still before the first and after the last rep.
    """

    exercise: str
    reps: tuple[RepPlan, ...]
    walk_in_s: float = 0.0
    lead_in_s: float = 0.6
    lead_out_s: float = 0.6

    @property
    def starts_s(self) -> Array:
        """``(k,)`` times at which the reps start."""
        spans = [0.0, *(rep.duration_s + rep.rest_s for rep in self.reps[:-1])]
        return np.asarray(self.walk_in_s + self.lead_in_s + np.cumsum(spans)[: len(self.reps)])

    @property
    def turns_s(self) -> Array:
        """``(k,)`` times of the turning points: the middle of the hold."""
        return np.asarray(self.starts_s + [rep.out_s + rep.hold_s / 2 for rep in self.reps])

    @property
    def ends_s(self) -> Array:
        """``(k,)`` times at which the reps are back at their start."""
        return np.asarray(self.starts_s + [rep.duration_s for rep in self.reps])

    @property
    def duration_s(self) -> float:
        """Length of the whole clip."""
        end = self.ends_s[-1] if self.reps else self.walk_in_s + self.lead_in_s
        return float(end) + self.lead_out_s


def plan_steady(exercise: str, *, count: int = 5, period_s: float = 2.4, rest_s: float = 0.0) -> Motion:
    """Plan ``count`` equal reps of both sides at one tempo."""
    return Motion(exercise, (RepPlan(out_s=period_s / 2, back_s=period_s / 2, rest_s=rest_s),) * count)


def plan_tempo(exercise: str, periods_s: tuple[float, ...], *, depths: tuple[float, ...] | None = None) -> Motion:
    """Plan one rep per period, each with its own depth if given."""
    full = depths or (1.0,) * len(periods_s)
    reps = (RepPlan(out_s=p / 2, back_s=p / 2, depth=d) for p, d in zip(periods_s, full, strict=True))
    return Motion(exercise, tuple(reps))


def plan_alternating(exercise: str, *, count: int = 6, period_s: float = 2.0) -> Motion:
    """Plan ``count`` reps, left first, one side at a time."""
    sides = (_ALTERNATING[index % 2] for index in range(count))
    return Motion(exercise, tuple(RepPlan(out_s=period_s / 2, back_s=period_s / 2, side=side) for side in sides))


def compute_depth(motion: Motion, time_s: Array) -> dict[str, Array]:
    """Return how deep each side is: ``left`` and ``right``, ``(n,)``, 0 at rest, 1 at full range."""
    depth = {"left": np.zeros_like(time_s), "right": np.zeros_like(time_s)}
    for rep, start_s in zip(motion.reps, motion.starts_s, strict=True):
        since = time_s - start_s
        out = np.clip(since / rep.out_s, 0.0, 1.0)
        back = np.clip((since - rep.out_s - rep.hold_s) / rep.back_s, 0.0, 1.0)
        one = rep.depth * (np.cos(np.pi * back) - np.cos(np.pi * out)) / 2
        for side in depth if rep.side == "both" else (rep.side,):
            depth[side] = depth[side] + one
    return depth
