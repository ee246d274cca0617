"""What the trainer changes by hand: the joint, the exercise, and each rep.

Every operation takes all reps of a set, whole and partial together in order of time, and returns
them changed, renumbered and marked as edited. A rep is named by its row in that order.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import CorrectionError
from core.rep_count import Rep, RepCount, name_rep, renumber

MIN_REP_S = 0.2
"""A rep shorter than this cannot be dragged or clicked; no limb goes out and back faster."""

Floats = NDArray[np.float64]
Reps = tuple[Rep, ...]


@dataclass(frozen=True)
class Corrections:
    """What the trainer decided; None: as found.

    Attributes
    ----------
    joint
        The angle to count on.
    exercise
        A name of `core.exercises.BY_NAME`, for names and cues.
    reps
        All reps, whole and partial, in order of time.
    """

    joint: str | None = None
    exercise: str | None = None
    reps: Reps | None = None


def move_edges(reps: Reps, row: int, *, start_s: float, end_s: float, time_s: Floats, signal: Floats) -> Reps:
    """Set where a rep starts and ends; its turning point is found again unless it still lies inside.

    Parameters
    ----------
    reps, row
        The set, and which of it.
    start_s, end_s
        Seconds; kept inside the clip and clear of the neighbours on the same side.
    time_s, signal
        ``(n,)`` the driving signal; NaN where unknown.

    Raises
    ------
    CorrectionError
        What is left is shorter than `MIN_REP_S`, or the signal is not seen there.
    """
    old = _take(reps, row)
    rest = reps[:row] + reps[row + 1 :]
    start_s, end_s = _fit(rest, side=old.side, start_s=start_s, end_s=end_s, time_s=time_s)
    is_inside = start_s < old.turn_s < end_s
    turn_s = old.turn_s if is_inside else find_turn(time_s, signal, start_s=start_s, end_s=end_s)
    moved = replace(
        old,
        start_s=start_s,
        turn_s=turn_s,
        end_s=end_s,
        cut_start=old.cut_start and start_s == old.start_s,
        cut_end=old.cut_end and end_s == old.end_s,
        is_edited=True,
    )
    return renumber((*rest, moved))


def add_rep(reps: Reps, *, start_s: float, end_s: float, time_s: Floats, signal: Floats) -> Reps:
    """Add a whole rep; it is cut back where it would overlap another. Raises as `move_edges` does."""
    start_s, end_s = _fit(reps, side="both", start_s=start_s, end_s=end_s, time_s=time_s)
    turn_s = find_turn(time_s, signal, start_s=start_s, end_s=end_s)
    return renumber((*reps, Rep(0, start_s, turn_s, end_s, is_edited=True)))


def delete_rep(reps: Reps, row: int) -> Reps:
    """Take a rep out."""
    _take(reps, row)
    return renumber(reps[:row] + reps[row + 1 :])


def split_rep(reps: Reps, row: int, *, at_s: float, time_s: Floats, signal: Floats) -> Reps:
    """Make two reps of one at a time inside it. Raises as `move_edges` does."""
    old = _take(reps, row)
    if min(at_s - old.start_s, old.end_s - at_s) < MIN_REP_S:
        raise CorrectionError(
            f"{_name(old)} goes from {old.start_s:.2f} to {old.end_s:.2f} s and cannot be split at {at_s:.2f} s: "
            f"both halves need {MIN_REP_S:g} s. Move the player to where the second one starts."
        )
    halves = [
        replace(
            old,
            start_s=start_s,
            end_s=end_s,
            turn_s=find_turn(time_s, signal, start_s=start_s, end_s=end_s),
            cut_start=old.cut_start and start_s == old.start_s,
            cut_end=old.cut_end and end_s == old.end_s,
            is_edited=True,
        )
        for start_s, end_s in ((old.start_s, at_s), (at_s, old.end_s))
    ]
    return renumber((*reps[:row], *halves, *reps[row + 1 :]))


def merge_reps(reps: Reps, row: int, *, time_s: Floats, signal: Floats) -> Reps:
    """Make one rep of a rep and the next on its side. Raises as `move_edges` does, or where no other follows."""
    old = _take(reps, row)
    following = next((later for later in range(row + 1, len(reps)) if _compete(reps[later].side, old.side)), None)
    if following is None:
        raise CorrectionError(f"{_name(old)} is the last one: there is none after it to merge with.")
    end_s = max(old.end_s, reps[following].end_s)
    merged = replace(
        old,
        end_s=end_s,
        turn_s=find_turn(time_s, signal, start_s=old.start_s, end_s=end_s),
        is_partial=False,
        cut_end=reps[following].cut_end,
        is_edited=True,
    )
    return renumber(tuple(merged if at == row else rep for at, rep in enumerate(reps) if at != following))


def mark_partial(reps: Reps, row: int, *, is_partial: bool) -> Reps:
    """Say whether a rep counts: partial ones are listed and measured, not counted."""
    changed = replace(_take(reps, row), is_partial=is_partial, is_edited=True)
    return renumber((*reps[:row], changed, *reps[row + 1 :]))


def edited_count(count: RepCount, reps: Reps, *, angles: dict[str, Floats]) -> RepCount:
    """Return a count with the trainer's reps in place of its own.

    Where nothing had been found to count on, the angle that moves most drives: the trainer sees reps in it.
    """
    if count.driving_joint is None:
        name = max(angles, key=lambda name: _range(angles[name]))
        count = replace(count, driving_joint=name, signal=angles[name])
    return replace(count.with_reps(reps), reason="", uncounted_s=None)


def find_turn(time_s: Floats, signal: Floats, *, start_s: float, end_s: float) -> float:
    """Return when the signal is furthest from the line between its ends.

    Raises
    ------
    CorrectionError
        The signal is not seen between the two.
    """
    inside = (time_s > start_s) & (time_s < end_s) & np.isfinite(signal)
    if not inside.any():
        raise CorrectionError(
            f"Nothing was measured between {start_s:.2f} and {end_s:.2f} s, so there is no rep to mark there. "
            'Choose another joint under "Count on", or another place.'
        )
    known = np.isfinite(signal)
    ends = np.interp([start_s, end_s], time_s[known], signal[known])
    line = np.interp(time_s[inside], [start_s, end_s], ends)
    return float(time_s[inside][np.argmax(np.abs(signal[inside] - line))])


def _range(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.ptp(known)) if len(known) else 0.0


def _take(reps: Reps, row: int) -> Rep:
    if not 0 <= row < len(reps):
        raise CorrectionError(f"There is no row {row + 1}: the set has {len(reps)}. Choose a rep of the table.")
    return reps[row]


def _name(rep: Rep) -> str:
    return name_rep(rep.number, is_partial=rep.is_partial)


def _fit(others: Reps, *, side: str, start_s: float, end_s: float, time_s: Floats) -> tuple[float, float]:
    """Return the edges inside the clip and clear of the others on the same side."""
    start_s, end_s = max(start_s, float(time_s[0])), min(end_s, float(time_s[-1]))
    middle_s = (start_s + end_s) / 2
    for other in others:
        if not _compete(other.side, side):
            continue
        if (other.start_s + other.end_s) / 2 <= middle_s:
            start_s = max(start_s, other.end_s)
        else:
            end_s = min(end_s, other.start_s)
    if not end_s - start_s >= MIN_REP_S:
        raise CorrectionError(
            f"There is no room for a rep there: {max(0.0, end_s - start_s):.2f} s are free, it needs {MIN_REP_S:g} s. "
            "Delete or shorten the rep beside it first."
        )
    return start_s, end_s


def _compete(one: str, other: str) -> bool:
    """Whether reps of these sides cannot be at the same time."""
    return one == other or "both" in (one, other)
