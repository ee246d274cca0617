"""Count repetitions without being told the exercise: the best of all candidate signals drives.

Every candidate is cut into cycles at several hystereses. Each result votes for its count with its score,
quality times the square root of its range; the best candidate of the winning count drives.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.cycles import Cycles, find_cycles
from core.landmarks import ANGLE_NAMES, JOINTS, SIDES, LandmarkTrack
from core.signals import DEGREES, DEGREES_PER_BODY_LENGTH, Signal, build_signals

Floats = NDArray[np.float64]

HYSTERESES = (0.3, 0.4, 0.5, 0.6)
"""Shares of the signal's range, around one half."""
MIN_RANGE_DEG = 20.0
"""Less movement than this is not told from the noise of the landmarks (about 5-10 degrees)."""
MAX_RANGE_DEG = 120.0
"""More range than this is no further evidence."""
MIN_PERSON_SHARE = 0.2
"""Share of the samples with a person below which nothing is counted."""
DOUBTFUL_SCORE = 0.15

NO_PERSON = "No person was seen in enough of the clip to count anything."
TOO_SHORT = "The clip has too few frames to see a repetition."
STILL = "The body hardly moves: nothing to count."
NOT_REPEATING = "There is movement, but no whole cycle that returns to where it started."


@dataclass(frozen=True)
class Rep:
    """One whole cycle: from its start over the turning point back.

    Attributes
    ----------
    number
        1, 2, 3, ...; a partial rep carries the number of the whole rep before it.
    start_s, turn_s, end_s
        Seconds, between samples where the curve turns there.
    is_partial
        Clearly less range than the others; kept apart and not counted.
    cut_start, cut_end
        The clip begins or ends inside the rep.
    side
        ``left``, ``right`` or ``both``.
    """

    number: int
    start_s: float
    turn_s: float
    end_s: float
    is_partial: bool = False
    cut_start: bool = False
    cut_end: bool = False
    side: str = "both"


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
        Half-done ones and those cut by the clip, not counted.
    reason
        Why the count is 0 or doubtful, in words for a trainer; empty when it is neither.
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
    score: float = 0.0
    alternatives: list[Alternative] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return the number of whole reps."""
        return len(self.reps)


@dataclass(frozen=True)
class _Candidate:
    signal: Signal
    cycles: Cycles
    score: float


def detect_reps(track: LandmarkTrack, angles: dict[str, Floats], *, joint: str | None = None) -> RepCount:
    """Count the repetitions of a clip.

    Parameters
    ----------
    track
        ``n`` samples.
    angles
        Smoothed angles in degrees, ``(n,)`` for each of ``ANGLE_NAMES``.
    joint
        ``None`` finds the driving signal; else one of ``ANGLE_NAMES``, or a joint (``knee``) for both sides.

    Raises
    ------
    ValueError
        `joint` names no angle.
    """
    if joint is not None and joint not in (*ANGLE_NAMES, *JOINTS):
        raise ValueError(f"joint {joint!r} is none of {', '.join((*ANGLE_NAMES, *JOINTS))}")
    count = len(track.time_s)
    seen = np.isfinite(track.xyz[:, :, 0]).any(axis=1)
    if count == 0 or seen.mean() < MIN_PERSON_SHARE:
        return _nothing(count, NO_PERSON)
    signals = [signal for signal in build_signals(track, angles) if joint is None or _is_named(signal.name, joint)]
    moving = [signal for signal in signals if _range_deg(signal) >= MIN_RANGE_DEG]
    if not moving:
        return _nothing(count, STILL if signals else NO_PERSON)
    candidates = [candidate for signal in moving for candidate in _candidates(signal, track.time_s)]
    if not candidates:
        return _nothing(count, NOT_REPEATING)
    return _report(_choose(candidates), candidates)


def _nothing(count: int, reason: str) -> RepCount:
    return RepCount(None, np.full(count, np.nan), DEGREES, reason=reason)


def _is_named(name: str, joint: str) -> bool:
    return name == joint or (joint in JOINTS and name in {f"{side}_{joint}" for side in SIDES})


def _range_deg(signal: Signal) -> float:
    known = signal.degrees[np.isfinite(signal.degrees)]
    return float(np.percentile(known, 95) - np.percentile(known, 5)) if len(known) else 0.0


def _candidates(signal: Signal, time_s: Floats) -> list[_Candidate]:
    found = [find_cycles(signal.values, time_s=time_s, hysteresis=hysteresis) for hysteresis in HYSTERESES]
    return [_Candidate(signal, cycles, _score(signal, cycles)) for cycles in found if cycles and cycles.count]


def _score(signal: Signal, cycles: Cycles) -> float:
    per_unit = 1.0 if signal.unit == DEGREES else DEGREES_PER_BODY_LENGTH
    return cycles.quality * float(np.sqrt(min(cycles.amplitude * per_unit / MAX_RANGE_DEG, 1.0)))


def _choose(candidates: list[_Candidate]) -> _Candidate:
    """Return the best candidate of the count with the most votes; neighbouring counts lend half of theirs."""
    votes: dict[int, float] = {}
    for candidate in candidates:
        votes[candidate.cycles.count] = votes.get(candidate.cycles.count, 0.0) + candidate.score**2
    support = {k: v + 0.5 * (votes.get(k - 1, 0.0) + votes.get(k + 1, 0.0)) for k, v in votes.items()}
    winner = max(support, key=lambda k: (support[k], k))
    return max((c for c in candidates if c.cycles.count == winner), key=lambda c: c.score)


def _report(chosen: _Candidate, candidates: list[_Candidate]) -> RepCount:
    best: dict[str, _Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: -c.score):
        best.setdefault(candidate.signal.name, candidate)
    alternatives = [Alternative(name, c.cycles.count, c.score) for name, c in best.items()]
    return RepCount(
        driving_joint=chosen.signal.name,
        signal=chosen.signal.values,
        unit=chosen.signal.unit,
        reps=_reps(chosen.cycles),
        reason="" if chosen.score >= DOUBTFUL_SCORE else "The cycles are irregular: check the count.",
        score=chosen.score,
        alternatives=[a for a in alternatives if a.joint != chosen.signal.name],
    )


def _reps(cycles: Cycles) -> list[Rep]:
    turns = cycles.times_s[cycles.first : cycles.last + 1]
    whole = range(cycles.count)
    return [
        Rep(number=i + 1, start_s=float(turns[2 * i]), turn_s=float(turns[2 * i + 1]), end_s=float(turns[2 * i + 2]))
        for i in whole
    ]
