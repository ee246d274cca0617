"""The reps of two sets as they are shown together: the same phase is the same half of the movement in both."""

from collections.abc import Sequence
from itertools import pairwise

from core.compare.phase import Moments
from core.metrics import RepMetrics
from core.metrics.per_rep import LONGEST_PAUSE_S
from core.pipeline import Analysis


def moments_in_phase(one: Analysis, other: Analysis) -> tuple[list[Moments], list[Moments]]:
    """Return start, turn and end of the whole reps of both sets, s, so that both are lowered in the same phase.

    Notes
    -----
    A clip that begins at the bottom is counted from bottom to bottom. Beside a set counted from top to top, that would
    show one down and the other up. The set with more reps, the second of two with as many, is then taken from turn to
    turn: one rep fewer, and none over a rest.
    """
    sets = [_whole_reps(each) for each in (one, other)]
    found = [[(rep.start_s, rep.turn_s, rep.end_s) for rep in reps] for reps in sets]
    if are_opposite(one, other):
        turned = 0 if len(sets[0]) > len(sets[1]) else 1
        found[turned] = from_turn_to_turn(found[turned])
    return found[0], found[1]


def are_opposite(one: Analysis, other: Analysis) -> bool:
    """Tell whether one set was counted from top to top and the other from bottom to bottom, as far as that is known."""
    firsts = {each.metrics.eccentric_first for each in (one, other)}
    return firsts == {True, False}


def _whole_reps(analysis: Analysis) -> list[RepMetrics]:
    return [rep for rep in analysis.metrics.reps if not rep.is_partial]


def from_turn_to_turn(reps: Sequence[Moments]) -> list[Moments]:
    """Return what lies between the turns of neighbours; the middle of the rest between them is the turn."""
    return [
        (turn, (end + next_start) / 2, next_turn)
        for (_, turn, end), (next_start, next_turn, _) in pairwise(reps)
        if next_start - end <= LONGEST_PAUSE_S
    ]
