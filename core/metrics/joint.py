"""Which joint angle a rep is measured on, and how well each side of it was seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.landmarks import SIDES, TRUNK_LEAN, LandmarkTrack, angle_indices, base_joint
from core.metrics.curve import RepCurve, cut_curve
from core.rep_count import Rep, RepCount
from core.reps import SEEN_BETTER_MIN

SEEN_WELL_MIN = 0.65
"""Median visibility of a joint's three landmarks from which its angle is measured rather than guessed:
hidden far sides of real clips lie below .6, near sides above .85 (median over 40 clips, 2026-11)."""
TAKES_PART_MIN = 0.5
"""A side with less than this share of the other's range does not perform the rep: in a side lunge the leg that stays
behind bends by up to .45 of it (rule of thumb)."""
ALIKE_MIN = 0.8
"""Correlation from which two sides move together in a rep (rule of thumb; in turn it is below 0)."""
_ROM_MIN_DEG = 1.0


@dataclass(frozen=True)
class MeasuredRep:
    """The curves of one rep.

    Attributes
    ----------
    name
        What is measured: ``left_knee``, ``trunk_lean``, or ``knee`` for the mean of both sides.
    curve
        Of that angle; None where samples are missing.
    left, right
        Curves of both sides where they are seen well; None otherwise and for the trunk.
    visibility
        Median visibility in [0, 1] of the landmarks measured.
    """

    name: str
    curve: RepCurve | None
    left: RepCurve | None
    right: RepCurve | None
    visibility: float


def driven_side(name: str | None) -> str | None:
    """Return the side a driving signal belongs to; None for both."""
    side = (name or "").split("_")[0]
    return side if side in SIDES else None


def choose_joint(
    track: LandmarkTrack, angles: dict[str, NDArray[np.float64]], count: RepCount, *, own: str | None = None
) -> str | None:
    """Return the joint to measure: the exercise's own, else the driving one, or what moves most with it.

    Parameters
    ----------
    own
        The joint that shows the depth of the exercise; None where the exercise is not known or the trainer chose a
        joint. It is measured where it is seen well and moves with the reps.

    Notes
    -----
    A squat may be counted on the hip and the next one on the knee: what both measure is then the same all the same.
    For a displacement (hip height, say) each angle is weighed by range of motion times
    |correlation with the signal| times visibility, median over reps; the best one is named.
    """
    driving = base_joint(count.driving_joint)
    if own is not None and (own == driving or _carries_reps(track, angles, count, joint=own)):
        return own
    if driving is not None:
        return driving
    weights = {name: _moves_with(track, series, name=name, count=count) for name, series in angles.items()}
    best = max(weights, key=lambda name: weights[name], default=None)
    return base_joint(best) if best is not None and weights[best] > 0 else None


def _carries_reps(track: LandmarkTrack, angles: dict[str, NDArray[np.float64]], count: RepCount, *, joint: str) -> bool:
    """Tell whether a joint moves with what the reps were counted on, in every rep, on a side that is seen well."""
    found = []
    for rep in count.reps:
        sides = [rep.side] if rep.side in SIDES else SIDES
        names = [TRUNK_LEAN] if joint == TRUNK_LEAN else [f"{side}_{joint}" for side in sides]
        seen = [name for name in names if joint_visibility(track, name, rep) >= SEEN_WELL_MIN]
        moves = [_range_and_correlation(track, angles[name], count, rep=rep) for name in seen]
        found.append(max((together for _, together in filter(None, moves)), default=0.0))
    return min(found, default=0.0) >= ALIKE_MIN


def _moves_with(track: LandmarkTrack, series: NDArray[np.float64], *, name: str, count: RepCount) -> float:
    weights = []
    for rep in count.reps:
        if moves := _range_and_correlation(track, series, count, rep=rep):
            weights.append(moves[0] * moves[1] * joint_visibility(track, name, rep))
    return float(np.median(weights)) if weights else 0.0


def _range_and_correlation(
    track: LandmarkTrack, series: NDArray[np.float64], count: RepCount, *, rep: Rep
) -> tuple[float, float] | None:
    """Return an angle's range in degrees in a rep, and |correlation| with the signal; None where one stands still."""
    inside = (track.time_s >= rep.start_s) & (track.time_s <= rep.end_s) & np.isfinite(series + count.signal)
    if inside.sum() < 4 or np.ptp(series[inside]) == 0 or np.ptp(count.signal[inside]) == 0:
        return None
    together = abs(float(np.corrcoef(series[inside], count.signal[inside])[0, 1]))
    return float(np.ptp(series[inside])), together


def choose_side(
    track: LandmarkTrack, angles: dict[str, NDArray[np.float64]], count: RepCount, *, joint: str | None
) -> str | None:
    """Return the side on which the reps of both sides are measured; None for the mean, or where there are no sides.

    One side for the whole set, or its reps could not be compared. Where both sides carry the same reps, it need not
    be the one that drove the count: the mean of both where they were counted together and are seen well, else the side
    seen clearly better. A side that moves alone is measured, however it is seen.

    Parameters
    ----------
    joint
        From `choose_joint`.
    """
    if joint is None or joint == TRUNK_LEAN:
        return None
    driving = driven_side(count.driving_joint)
    reps = [rep for rep in count.reps or count.all_reps if rep.side not in SIDES]
    if not reps:
        return driving
    names = {side: f"{side}_{joint}" for side in SIDES}
    seen = {side: float(np.median([joint_visibility(track, names[side], rep) for rep in reps])) for side in SIDES}
    pairs = [[_cut(track, angles, names[side], rep) for side in SIDES] for rep in reps]
    shared = sum(left is not None and right is not None and _move_alike(left, right) for left, right in pairs)
    if 2 * shared > len(reps):
        if driving is None and min(seen.values()) >= SEEN_WELL_MIN:
            return None
        better = max(SIDES, key=lambda side: seen[side])
        return better if driving is None or seen[better] - seen[driving] >= SEEN_BETTER_MIN else driving
    return driving or _moving_side(pairs, seen)


def _move_alike(left: RepCurve, right: RepCurve) -> bool:
    """Tell whether both sides perform the rep at the same time."""
    return both_take_part(left, right) and float(np.corrcoef(left.value, right.value)[0, 1]) >= ALIKE_MIN


def moves_alike(one: RepCurve, other: RepCurve) -> bool:
    """Tell whether two curves of a rep rise and fall together, or one as the other falls."""
    if one.rom == 0 or other.rom == 0:
        return False
    return abs(float(np.corrcoef(one.value, other.value)[0, 1])) >= ALIKE_MIN


def _moving_side(pairs: list[list[RepCurve | None]], seen: dict[str, float]) -> str:
    """Return the side seen well that moves more; without one, the side seen better."""

    def rank(side: str) -> tuple[bool, float, float]:
        roms = [curve.rom for pair in pairs if (curve := pair[SIDES.index(side)]) is not None]
        well = bool(roms) and seen[side] >= SEEN_WELL_MIN
        return (well, float(np.median(roms)) if well else 0.0, seen[side])

    return max(SIDES, key=rank)


def measure_rep(
    track: LandmarkTrack, angles: dict[str, NDArray[np.float64]], *, joint: str, side: str | None, rep: Rep
) -> MeasuredRep:
    """Cut the curves of one rep out of the angle series.

    Parameters
    ----------
    joint
        From `choose_joint`.
    side
        ``left`` or ``right``: the rep's own, or from `choose_side`; None for the mean of both.
    """
    if joint == TRUNK_LEAN:
        curve = _cut(track, angles, TRUNK_LEAN, rep)
        return MeasuredRep(TRUNK_LEAN, curve, None, None, joint_visibility(track, TRUNK_LEAN, rep))
    names = {each: f"{each}_{joint}" for each in SIDES}
    seen = {each: joint_visibility(track, names[each], rep) for each in SIDES}
    curves = {each: _cut(track, angles, names[each], rep) for each in SIDES}
    well = {each: curves[each] if seen[each] >= SEEN_WELL_MIN else None for each in SIDES}
    left, right = curves["left"], curves["right"]
    if side is not None:
        return MeasuredRep(names[side], curves[side], well["left"], well["right"], seen[side])
    mean = None
    if left is not None and right is not None:
        mean = RepCurve(left.time_s, (left.value + right.value) / 2, (left.velocity + right.velocity) / 2)
    return MeasuredRep(joint, mean, well["left"], well["right"], min(seen.values()))


def both_take_part(left: RepCurve, right: RepCurve) -> bool:
    """Tell whether both sides perform the rep, judged by their ranges of motion."""
    return min(left.rom, right.rom) >= max(TAKES_PART_MIN * max(left.rom, right.rom), _ROM_MIN_DEG)


def _cut(track: LandmarkTrack, angles: dict[str, NDArray[np.float64]], name: str, rep: Rep) -> RepCurve | None:
    return cut_curve(track.time_s, angles[name], start_s=rep.start_s, end_s=rep.end_s)


def joint_visibility(track: LandmarkTrack, name: str, rep: Rep) -> float:
    """Return the median visibility of an angle's worst landmark, 0 unseen."""
    inside = (track.time_s >= rep.start_s) & (track.time_s <= rep.end_s)
    if not inside.any():
        return 0.0
    least = track.visibility[inside][:, angle_indices(name)].min(axis=1)
    return float(np.median(np.nan_to_num(least, nan=0.0)))
