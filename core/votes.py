"""Votes for a count: all candidate signals are cut into cycles at several hystereses, and each result votes.

A vote weighs as the square of its score: how regular the cycles are, how much of all movement they explain, how large
and how many they are, and for how much of the time with a person the signal is known: a hidden limb cannot count what
it does not show.
The rhythm of the whole body votes too (`core.rhythm`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.cycles import WIDTH_RATIO, Cycles, Trace, band_pass, find_cycles, make_trace, robust_range
from core.landmarks import JOINTS, LandmarkTrack
from core.rhythm import RHYTHM, find_rhythms
from core.signals import Signal, coverage

HYSTERESES = (0.18, 0.25, 0.35, 0.45, 0.55, 0.65)
"""Shares of the signal's range. Low ones find reps that are small beside a set-up, high ones pass over noise;
where the reps are clear, all give one count and their votes add up."""
BAND_HYSTERESES = (0.25, 0.35)
"""After the band-pass there is little noise to pass over."""
MIN_BAND_CYCLES = 4
"""Fewer cycles than this make no band."""
SAME_PERIOD = (0.87, 1.15)
"""Periods within this ratio make the same band."""
MIN_RANGE_DEG = 15.0
"""Less movement than this is not told from the noise of the landmarks (about 5-10 degrees)."""
MIN_HEIGHT_DEG = 12.0
"""The same for the median height of a signal's cycles, after the low-pass."""
FULL_HEIGHT_DEG = 120.0
"""A larger movement than this (a deep squat, a curl) is no further evidence."""
RHYTHM_VOTES = 2.0
"""Votes of the body's rhythm: it has the evidence of all landmarks, the other signals that of one joint or two. On
RepCount once loses fast sets, three times gains nothing."""
FEW_CYCLES = 1.0
"""In the score a count of k weighs k / (k + this): a single cycle proves less than ten alike."""
NEIGHBOUR_SHARE = 0.25
"""A vote for a count is also this much of a vote for the counts beside it: signals miss or add an end rep."""
MIN_SCORE = 0.11
"""Below this the movement is no exercise. What is left of walking through the picture scores 0.09 in the clips, the
most irregular single rep 0.14."""
LEAST_EVIDENCE = 0.3
"""Votes that a count and those beside it need: an exercise moves more than one joint. A rep of 40 degrees of one elbow
alone has 0.33, one to three reps of the clips 0.65 and more; coming in, or bending for the phone, 0.06 to 0.3 in half
of the clips that show it."""
AGREED_SHARE = 1 / 3
"""With less than this of all votes a count is one among many, as each signal counts its own noise: white noise in the
landmarks of a body that stands still leaves each a fifth at most. Where one joint alone is seen to move it has half."""
DISPUTED_EVIDENCE = 0.6
"""Votes that such a count needs. The sets of the clips and of RepCount that are counted rightly have 0.65 and more,
with or without `AGREED_SHARE`; a body that stands still, whose landmarks jump by 2.5 % of its length, mostly 0.2 to
0.5."""
EVIDENCE_A_CYCLE = 0.02
"""And votes for each of its cycles: the sets have 0.03 and more, such a body of which 40 to 60 are counted 0.005 to
0.025."""
TWICE = (1.75, 2.25)
"""A joint that bends twice in a rep shows twice the body's count, give or take what the ends of a set add or hide."""
TWICE_VOTES = 4.0
"""The body is this many times as sure of its count as all signals are of the joint's. Who names a joint because the
body's count is half the truth has signals on his side: 0.6 in the one set of RepCount where naming mends that; where
the elbow bends twice in a pull-up, it is 10."""


@dataclass(frozen=True)
class Candidate:
    """A signal cut into cycles one way, and 0-1 how good they are."""

    signal: Signal
    cycles: Cycles
    score: float


def is_moving(signal: Signal) -> bool:
    """Tell whether a signal moves by more than the noise of the landmarks."""
    return robust_range(signal.values) * signal.per_unit_deg >= MIN_RANGE_DEG


def is_of(signal: Signal, joint: str | None) -> bool:
    """Tell whether a signal may drive: any, or those of the joint that was asked for."""
    return joint is None or signal.name == joint or (signal.joint == joint and joint in JOINTS)


def find_candidates(signals: list[Signal], track: LandmarkTrack, *, travel: NDArray[np.bool_]) -> list[Candidate]:
    """Return what the signals and the rhythm of the body count, every way they can be cut.

    Parameters
    ----------
    signals
        Those that move, ``(n,)`` values each, NaN where unknown.
    track
        ``n`` samples.
    travel
        ``(n,)`` samples to leave out: the person walks.
    """
    candidates, seen = [], track.is_seen
    for signal in signals:
        share = coverage(signal.values, within=seen)
        candidates += [replace(found, score=found.score * share) for found in _cut(signal, track, travel)]
    for rhythm in find_rhythms(track, without=travel):  # how long a cycle lasts, its band has decided
        found = _at_each(HYSTERESES, rhythm.trace, signal=rhythm.signal, width_ratio=np.inf)
        candidates += [candidate for candidate in found if candidate.cycles.count >= MIN_BAND_CYCLES]
    return candidates


def winning_count(candidates: list[Candidate], *, joint: str | None) -> int:
    """Return the count with most votes; all signals vote, but a joint that was asked for has to show it by itself.

    One candidate of the joint has to reach `MIN_SCORE`.
    """
    votes = _votes(candidates)
    able = (c for c in candidates if c.score >= MIN_SCORE and is_of(c.signal, joint))
    shown = {candidate.cycles.count for candidate in able}
    return max(shown, key=lambda k: votes[k] + NEIGHBOUR_SHARE * (votes.get(k - 1, 0.0) + votes.get(k + 1, 0.0)))


def is_evident(candidates: list[Candidate]) -> bool:
    """Tell whether the signals together stand for the body's count, or one beside it, not each for one of its own."""
    votes, winner = _votes(candidates), winning_count(candidates, joint=None)
    evidence = sum(votes.get(count, 0.0) for count in (winner - 1, winner, winner + 1))
    if evidence < AGREED_SHARE * sum(votes.values()):
        return evidence >= max(DISPUTED_EVIDENCE, EVIDENCE_A_CYCLE * winner)
    return evidence >= LEAST_EVIDENCE


def bends_twice(candidates: list[Candidate], *, joint: str) -> bool:
    """Tell whether a joint bends twice in each rep of the body, as an elbow may that is seen from below."""
    own, whole = (winning_count(candidates, joint=each) for each in (joint, None))
    votes = _votes(candidates)
    return TWICE[0] <= own / whole <= TWICE[1] and votes[whole] >= TWICE_VOTES * votes[own]


def _votes(candidates: list[Candidate]) -> dict[int, float]:
    """Return the sum of the votes for each count that has any."""
    votes: dict[int, float] = {}
    for candidate in candidates:
        count = candidate.cycles.count
        weight = RHYTHM_VOTES if candidate.signal.name == RHYTHM else 1.0
        votes[count] = votes.get(count, 0.0) + weight * candidate.score**2
    return votes


def _cut(signal: Signal, track: LandmarkTrack, travel: NDArray[np.bool_]) -> Iterator[Candidate]:
    """Yield the cycles of a signal at every hysteresis, as measured and in the bands of the periods found."""
    trace = make_trace(np.where(travel, np.nan, signal.values), time_s=track.time_s)
    if trace is None:
        return
    periods: list[float] = []
    for candidate in _at_each(HYSTERESES, trace, signal=signal):
        yield candidate
        period_s = candidate.cycles.period_s
        known = any(SAME_PERIOD[0] < period_s / other < SAME_PERIOD[1] for other in periods)
        if candidate.cycles.count >= MIN_BAND_CYCLES and not known:
            periods.append(period_s)
    for period_s in periods:
        banded = _at_each(BAND_HYSTERESES, band_pass(trace, period_s=period_s), signal=signal)
        yield from (candidate for candidate in banded if candidate.cycles.count >= MIN_BAND_CYCLES)


def _at_each(
    hystereses: tuple[float, ...], trace: Trace, *, signal: Signal, width_ratio: float = WIDTH_RATIO
) -> Iterator[Candidate]:
    for cycles in find_cycles(trace, hystereses=hystereses, width_ratio=width_ratio):
        if cycles.height * signal.per_unit_deg >= MIN_HEIGHT_DEG:
            yield Candidate(signal, cycles, _score(cycles, per_unit_deg=signal.per_unit_deg))


def _score(cycles: Cycles, *, per_unit_deg: float) -> float:
    size = np.sqrt(min(cycles.height * per_unit_deg / FULL_HEIGHT_DEG, 1.0))
    return float(cycles.quality * size * cycles.count / (cycles.count + FEW_CYCLES))
