"""Count repetitions without being told the exercise: all candidate signals vote, the best of the winners drives.

What they show is found in `core.evidence`, how they vote is in `core.votes`. The best candidate of the winning count
drives; those a trainer knows by name come first. What only looks like a rep on the driving joint is taken out
(`core.ghosts`).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.cycles import Cycles
from core.evidence import Cut, Evidence
from core.ghosts import find_ghosts
from core.landmarks import ANGLE_NAMES, JOINTS, SIDES, LandmarkTrack, joint_indices
from core.rep_count import Alternative, Rep, RepCount, renumber
from core.rests import trim_rests
from core.signals import DEGREES, Signal
from core.votes import MIN_SCORE, Candidate, bends_twice, is_evident, is_of, winning_count

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEW_MOVE = 0.25
"""If no more than this share of all signals moves, it is a hidden or misjudged limb and not the body."""
DOUBTFUL_SCORE = 0.25
"""Below this the count is shown with a warning: a quarter of the movement explained by alike cycles."""
MAX_TRAVEL_SHARE = 0.4
"""Who walks for more of the time she is seen comes in for a short set, or only walks by."""
WALKED_SCORE = 0.16
"""The least score of such a set: what is left of walking, where it slows down or turns round, scores up to 0.13, a
single rep of 40 degrees made on the spot 0.17."""
OTHER_SIDE_SCORE = 0.6
"""Alternating limbs are about as regular on both sides; less than this share of the score is a bystander."""
SEEN_BETTER_MIN = 0.1
"""Visibility by which a side is seen clearly better; less is the wobble of the model (rule of thumb)."""
CUT_SHARE = 0.125
"""A rep at an end of the clip is cut if it lacks more of the way home than this: inside a set a rep ends up to 12 % off
where it began."""
OVERLAP = 0.25
"""Limbs that are both half-way out for more than this share of a rep move together, not in turn."""

NO_PERSON = "No person was seen for long enough to count anything."
HIDDEN = "A person is seen, but no joint for long enough to count on: film the whole body."
UNFIT = "The {} does not repeat a movement, or is not seen for long enough: choose another joint, or Automatic."
STILL = "The body hardly moves: nothing to count."
WALKING = "The person walks through the picture, which is not an exercise repeated in place."
NOT_REPEATING = "There is movement, but no whole cycle that returns to where it started."
SINGLE = "Only one cycle was found, with no other to compare it with: check the count."
TWICE_A_REP = "The {} bends twice in each rep of the body: the reps are those of the {}."
IRREGULAR = "The cycles are irregular: check the count."
UNCOUNTED_MIN_S = 3.0
"""A shorter stretch holds no other exercise, but setting up: one of 56 clips of one exercise is told to hold two."""


def detect_reps(track: LandmarkTrack, angles: dict[str, Floats], *, joint: str | None = None) -> RepCount:
    """Count the repetitions of a clip once; takes what `Evidence` and `count_reps` do."""
    return count_reps(Evidence(track, angles), joint=joint)


def count_reps(evidence: Evidence, *, joint: str | None = None) -> RepCount:
    """Count the repetitions of a clip; what an earlier count found of it is not looked for again.

    Parameters
    ----------
    evidence
        What the clip shows.
    joint
        ``None`` finds the driving signal; else one of ``ANGLE_NAMES``, or a joint (``knee``) for both sides: then
        it drives, and all signals decide which of the counts that it shows at different levels is right. One that bends
        twice in each rep of the body drives nothing: the reps are the body's, and the reason says so.

    Raises
    ------
    ValueError
        `joint` names no angle.
    """
    if joint is not None and joint not in (*ANGLE_NAMES, *JOINTS):
        raise ValueError(f"joint {joint!r} is none of {', '.join((*ANGLE_NAMES, *JOINTS))}")
    count = _detect_in(evidence.brief, evidence, joint=joint) or _detect(evidence, joint=joint)
    return count if count.reps else _detect_in(evidence.brief_by_shape, evidence, joint=joint) or count


def _detect_in(cut: Cut | None, evidence: Evidence, *, joint: str | None) -> RepCount | None:
    """Count as if the clip had been cut to the rows where the body moves; ``None`` where that finds nothing.

    A heavy single in a minute of standing is a twentieth of the samples or less: most of what moves there is noise.
    """
    if cut is None or not (count := _detect(cut.evidence, joint=joint)).reps:
        return None
    signal = np.full(len(cut.rows), np.nan)
    signal[cut.rows] = count.signal
    whole = {each.name: each.values for each in evidence.signals}
    count = _put_back(count, cut_s=cut.evidence.track.time_s, time_s=evidence.track.time_s[cut.rows])
    return replace(count, signal=whole.get(count.driving_joint or "", signal))


def _put_back(count: RepCount, *, cut_s: Floats, time_s: Floats) -> RepCount:
    """Return what was counted at some times of a cut track with the times of the whole."""

    def put(rep: Rep) -> Rep:
        start_s, turn_s, end_s = np.interp([rep.start_s, rep.turn_s, rep.end_s], cut_s, time_s).tolist()
        return replace(rep, start_s=start_s, turn_s=turn_s, end_s=end_s)

    return replace(count, reps=[put(r) for r in count.reps], partial_reps=[put(r) for r in count.partial_reps])


def _detect(evidence: Evidence, *, joint: str | None) -> RepCount:
    track = evidence.track
    if not evidence.is_of_person:
        return _nothing(track, NO_PERSON)
    signals, moving = [*evidence.signals, *evidence.shape], evidence.moving
    if not any(is_of(signal, joint) for signal in moving):
        return _nothing(track, UNFIT.format(_in_words(joint)) if joint else STILL if signals else HIDDEN)
    travel, candidates = evidence.travel, evidence.candidates
    least = WALKED_SCORE if travel[track.is_seen].mean() > MAX_TRAVEL_SHARE else MIN_SCORE
    able = [candidate for candidate in candidates if is_of(candidate.signal, joint)]
    if not able or max(candidate.score for candidate in able) < least or not (joint or is_evident(candidates)):
        still = STILL if len(moving) < FEW_MOVE * len(signals) else NOT_REPEATING
        unfit = UNFIT.format(_in_words(joint)) if joint else WALKING if travel.any() else still
        return _nothing(track, unfit)
    if joint is None or not bends_twice(candidates, joint=joint):
        return _report(able, evidence, winner=winning_count(candidates, joint=joint))
    count = _report(candidates, evidence, winner=winning_count(candidates, joint=None))
    return replace(count, reason=TWICE_A_REP.format(_in_words(joint), _in_words(count.driving_joint or "body")))


def find_uncounted(count: RepCount, evidence: Evidence) -> tuple[float, float] | None:
    """Return from when to when, s, something is repeated as clearly as an exercise, outside the counted reps."""
    track = evidence.track
    edges = [track.time_s[0], *(edge for rep in count.all_reps for edge in (rep.start_s, rep.end_s)), track.time_s[-1]]
    least_s = max([UNCOUNTED_MIN_S, *(1.5 * (rep.end_s - rep.start_s) for rep in count.reps)])
    for start_s, end_s in zip(edges[::2], edges[1::2], strict=True):
        if end_s - start_s < least_s:
            continue
        other = _detect(evidence.take((track.time_s >= start_s) & (track.time_s <= end_s)), joint=None)
        if other.count > 1 and other.score >= DOUBTFUL_SCORE:
            begins_s, ends_s = other.reps[0].start_s, other.reps[-1].end_s
            if ends_s - begins_s >= UNCOUNTED_MIN_S:
                return begins_s, ends_s
    return None


def _in_words(joint: str) -> str:
    return joint.replace("_", " ")


def _nothing(track: LandmarkTrack, reason: str) -> RepCount:
    return RepCount(None, np.full(len(track.time_s), np.nan), DEGREES, reason=reason)


def _report(candidates: list[Candidate], evidence: Evidence, *, winner: int) -> RepCount:
    track = evidence.track
    agreeing = [c for c in candidates if c.cycles.count == winner]
    driver = _better_seen(max(agreeing, key=lambda c: (c.signal.is_plain, c.score)), agreeing, track)
    score = max(c.score for c in agreeing)
    reps = _reps_of(driver, _other_limb(driver, candidates), time_s=track.time_s)
    reps = _without_ghosts(reps, evidence.angles, time_s=track.time_s)
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: -c.score):
        best.setdefault(candidate.signal.name, candidate)
    others = [c for name, c in best.items() if name != driver.signal.name and c.signal.is_plain]
    return RepCount(
        driving_joint=driver.signal.name,
        signal=driver.signal.values,
        unit=driver.signal.unit,
        reps=reps,
        partial_reps=_partial_reps(_most_partial(driver, agreeing), driver.signal.values, reps=reps, track=track),
        reason="" if score >= DOUBTFUL_SCORE else SINGLE if winner == 1 else IRREGULAR,
        score=score,
        alternatives=[Alternative(c.signal.name, c.cycles.count, c.score) for c in others],
    )


def _better_seen(driver: Candidate, agreeing: list[Candidate], track: LandmarkTrack) -> Candidate:
    """Return the same joint of the other side if it moves with the driving one and is clearly better seen.

    A hidden limb is the model's guess, which can be more regular than what was measured.
    """
    regular = [c for c in _opposite(driver, agreeing) if c.score >= OTHER_SIDE_SCORE * driver.score]
    together = [c for c in regular if _overlap(driver.cycles, c.cycles) > OVERLAP]
    other = max(together, key=lambda c: c.score, default=driver)
    if other is driver or _visibility(track, other.signal) - _visibility(track, driver.signal) < SEEN_BETTER_MIN:
        return driver
    return other


def _visibility(track: LandmarkTrack, signal: Signal) -> float:
    """Return the median visibility of the worst landmark of a side's angle, while the person is seen."""
    points = joint_indices(signal.joint, signal.name.partition("_")[0])
    return float(np.median(track.visibility[track.is_seen][:, points].min(axis=1)))


def _other_limb(driver: Candidate, candidates: list[Candidate]) -> Candidate | None:
    """Return the same joint of the other side if it takes turns with the driving one, else ``None``."""
    cycles = driver.cycles
    able = [c for c in _opposite(driver, candidates) if abs(c.cycles.count - cycles.count) <= 1]
    other = max(able, key=lambda c: c.score, default=None)
    if other is None or other.score < OTHER_SIDE_SCORE * driver.score or cycles.count < 2:
        return None
    return other if _overlap(cycles, other.cycles) <= OVERLAP else None


def _opposite(driver: Candidate, candidates: list[Candidate]) -> list[Candidate]:
    """Return the same joint of the other side with home on the same level; none if the driver has no side."""
    side, _, rest = driver.signal.name.partition("_")
    if side not in SIDES:
        return []
    name = f"{SIDES[1 - SIDES.index(side)]}_{rest}"
    return [c for c in candidates if c.signal.name == name and c.cycles.is_upward == driver.cycles.is_upward]


def _overlap(first: Cycles, second: Cycles) -> float:
    """Return the share of the time either is half-way out or further in which both are."""
    common = np.minimum(first.falls_s[:, None], second.falls_s) - np.maximum(first.rises_s[:, None], second.rises_s)
    shorter = min((first.falls_s - first.rises_s).sum(), (second.falls_s - second.rises_s).sum())
    return float(np.maximum(common, 0).sum() / max(shorter, 1e-9))


def _reps_of(driver: Candidate, other: Candidate | None, *, time_s: Floats) -> list[Rep]:
    """Return the reps in order of time, not numbered yet, without rests; of both limbs if they take turns."""
    reps = []
    for limb in filter(None, (driver, other)):
        side = limb.signal.name.partition("_")[0] if other else "both"
        cycles, values = limb.cycles, limb.signal.values
        found = np.transpose([cycles.starts_s, cycles.turns_s, cycles.ends_s])
        found = np.concatenate([found, np.reshape(cycles.slow, (-1, 3))])
        times = trim_rests(found, values, time_s=time_s)
        for (start, turn, end), (cut_start, cut_end) in zip(times, _are_cut(times, values, time_s=time_s), strict=True):
            reps.append(Rep(0, float(start), float(turn), float(end), False, bool(cut_start), bool(cut_end), side))
    return sorted(reps, key=lambda rep: rep.turn_s)


def _are_cut(times: Floats, values: Floats, *, time_s: Floats) -> Mask:
    """Tell, ``(k, 2)``, whether the clip begins or ends before a rep is home."""
    seen, step_s = np.isfinite(values), float(np.median(np.diff(time_s)))
    start, turn, end = np.interp(times, time_s[seen], values[seen]).T
    apart = np.abs(end - start)
    begins = (times[:, 0] < time_s[0] + step_s) & (apart > CUT_SHARE * np.abs(turn - end))
    ends = (times[:, 2] > time_s[-1] - step_s) & (apart > CUT_SHARE * np.abs(turn - start))
    return np.transpose([begins, ends])


def _without_ghosts(reps: list[Rep], angles: dict[str, Floats], *, time_s: Floats) -> list[Rep]:
    """Return the reps that the rest of the body confirms, numbered."""
    ghosts = find_ghosts(angles, time_s=time_s, reps_s=_times(reps))
    kept = [rep for rep, ghost in zip(reps, ghosts, strict=True) if not ghost]
    return [replace(rep, number=number) for number, rep in enumerate(kept, start=1)]


def _most_partial(driver: Candidate, agreeing: list[Candidate]) -> Cycles:
    """Return the driver's cycles at the hysteresis that sees most partial reps; high ones pass over them."""
    same = [c.cycles for c in agreeing if c.signal.name == driver.signal.name]
    return max([driver.cycles, *same], key=lambda cycles: len(cycles.partial))


def _partial_reps(cycles: Cycles, values: Floats, *, reps: list[Rep], track: LandmarkTrack) -> list[Rep]:
    """Return the shallow reps among the whole ones, and those cut by the ends of the clip; without rests, too."""
    seen_s = track.time_s[track.is_seen]
    first_s, last_s = float(seen_s[0]), float(seen_s[-1])
    partial = [Rep(0, *times, is_partial=True) for times in cycles.partial]
    if np.isfinite(cycles.lead_s):
        partial.append(Rep(0, first_s, cycles.lead_s, float(cycles.starts_s[0]), is_partial=True, cut_start=True))
    if np.isfinite(cycles.tail_s):
        partial.append(Rep(0, float(cycles.ends_s[-1]), cycles.tail_s, last_s, is_partial=True, cut_end=True))
    trimmed = trim_rests(_times(partial), values, time_s=track.time_s, beside_s=_times(reps)).tolist()
    partial = [
        replace(rep, start_s=rep.start_s if rep.cut_start else start, end_s=rep.end_s if rep.cut_end else end)
        for rep, (start, _, end) in zip(partial, trimmed, strict=True)
    ]
    return [rep for rep in renumber([*reps, *partial]) if rep.is_partial]


def _times(reps: list[Rep]) -> Floats:
    """Return ``(k, 3)`` start, turn and end of each, s."""
    return np.array([(rep.start_s, rep.turn_s, rep.end_s) for rep in reps]).reshape(-1, 3)
