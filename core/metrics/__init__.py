"""Reps to numbers, per rep and for the set, whatever the exercise.

Read `curve` (a rep between its samples), `joint` (which angle, which side), `direction` (which
half lowers the load), `per_rep`, `summary`. A number that cannot be known is NaN.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.landmarks import SIDES, LandmarkTrack, base_joint
from core.metrics.curve import RepCurve, cut_curve, find_moving
from core.metrics.direction import LoadDirection, detect_load_direction
from core.metrics.joint import (
    MeasuredRep,
    both_take_part,
    choose_joint,
    choose_side,
    driven_side,
    measure_rep,
    moves_alike,
)
from core.metrics.per_rep import RepMetrics, compute_rep_metrics, pause_between, rate_quality, usual_shape
from core.metrics.summary import SetMetrics, Statistic, summarize_set, to_statistic
from core.rep_count import Rep, RepCount
from core.sampling import rate_within, supported_at
from core.view import View

__all__ = ["LoadDirection", "RepMetrics", "SetMetrics", "Statistic", "compute_metrics", "to_statistic"]


MOVES_SHARE = 0.5
"""A pause in which the signal that drove the count moves by more than this share of a rep's range is none."""


def compute_metrics(
    track: LandmarkTrack,
    angles: dict[str, NDArray[np.float64]],
    count: RepCount,
    *,
    sample_rate_hz: float,
    view: View | None = None,
    chosen_joint: str | None = None,
    own_joint: str | None = None,
) -> SetMetrics:
    """Measure every counted and partial rep, and the set.

    Parameters
    ----------
    track
        ``n`` samples.
    angles
        Smoothed angles in degrees, ``(n,)`` for each of ``ANGLE_NAMES``; NaN where not measured.
    count
        The reps of these samples.
    sample_rate_hz
        Effective rate. Below 7.5 Hz, over the clip or within a rep, ranges, phases and pauses are withheld, below 10 Hz
        velocities.
    view
        Of the camera; where it turns one side away, that side is guessed rather than seen, and the
        sides are not compared.
    chosen_joint
        What the trainer chose to count on; where it names a side, that side is measured.
    own_joint
        The joint that shows the depth of the exercise, where that is known. It is measured, whatever drove the count,
        if it moves with the reps; not where the trainer chose a joint.

    Notes
    -----
    Where a displacement drove the count, range and velocity are those of the joint angle moving
    most with it (`choose_joint`; its name stands with each rep), and the phases its own; likewise where
    `own_joint` is measured and another drove. Which side is measured, `choose_side` says.
    """
    joint = choose_joint(track, angles, count, own=None if chosen_joint else own_joint)
    side = driven_side(chosen_joint) or choose_side(track, angles, count, joint=joint)
    reps = count.all_reps
    direction = detect_load_direction(track, count.reps or list(reps))
    measured = [_measure(track, angles, joint=joint, side=side, rep=rep) for rep in reps]
    if view is not None and view.near_side is not None:
        measured = [replace(one, left=None, right=None) for one in measured]
    usual = usual_shape([one for one, rep in zip(measured, reps, strict=True) if not rep.is_partial])
    curves = [_tempo_curve(track, count, rep=rep, measured=one) for rep, one in zip(reps, measured, strict=True)]
    moving = _moving(reps, curves)
    leave_s = _next_leaves(track, count, reps, moving)
    pauses_s = [pause_between(home_s, next_s) for (_, home_s), next_s in zip(moving, leave_s, strict=True)]
    rates_hz = [_rate_hz(track, rep, sample_rate_hz=sample_rate_hz) for rep in reps]
    numbers = [
        compute_rep_metrics(
            replace(rep, turn_s=turn_s),
            one,
            moving_s=moving_s,
            pause_top_s=pause_s,
            tempo_curve=curve,
            eccentric_first=direction.eccentric_first,
            quality=rate_quality(rep, one, track=track, usual=usual),
            sample_rate_hz=rate_hz,
        )
        for rep, one, (curve, turn_s), moving_s, pause_s, rate_hz in zip(
            reps, measured, curves, moving, pauses_s, rates_hz, strict=True
        )
    ]
    return summarize_set(
        numbers,
        pauses_s=pauses_s,
        side_roms=_side_roms(reps, measured, rates_hz=rates_hz),
        direction=direction,
        sample_rate_hz=sample_rate_hz,
    )


def _measure(
    track: LandmarkTrack, angles: dict[str, NDArray[np.float64]], *, joint: str | None, side: str | None, rep: Rep
) -> MeasuredRep:
    if joint is None:
        return MeasuredRep("", None, None, None, 0.0)
    return measure_rep(track, angles, joint=joint, side=rep.side if rep.side in SIDES else side, rep=rep)


def _tempo_curve(
    track: LandmarkTrack, count: RepCount, *, rep: Rep, measured: MeasuredRep
) -> tuple[RepCurve | None, float]:
    """Return the curve of the phases and when it turns, s: the angle if it moves like what drove, else the signal.

    Wrists may be widest apart while the arms still rise, so the angle's own turn is taken.
    """
    signal = cut_curve(track.time_s, count.signal, start_s=rep.start_s, end_s=rep.end_s)
    if measured.curve is None:
        return signal, rep.turn_s
    if base_joint(count.driving_joint) == base_joint(measured.name):
        return measured.curve, rep.turn_s
    if signal is None or moves_alike(measured.curve, signal):
        is_cut = rep.cut_start or rep.cut_end  # the line between its ends is no home then
        return measured.curve, rep.turn_s if is_cut else measured.curve.farthest_s
    return signal, rep.turn_s


def _moving(reps: Sequence[Rep], curves: list[tuple[RepCurve | None, float]]) -> list[tuple[float, float]]:
    """Return when each rep leaves home and is back, s.

    Reps are found without the rests beside them. Once the trainer has edited one, all come as they were stored, perhaps
    by a release that found them otherwise.
    """
    if not any(rep.is_edited for rep in reps):
        return [(rep.start_s, rep.end_s) for rep in reps]
    return [
        (rep.start_s, rep.end_s) if curve is None else find_moving(curve, turn_s)
        for rep, (curve, turn_s) in zip(reps, curves, strict=True)
    ]


def _next_leaves(
    track: LandmarkTrack, count: RepCount, reps: Sequence[Rep], moving: list[tuple[float, float]]
) -> list[float]:
    """Return when the rep after each leaves home, s.

    NaN where none does, where it is one that the clip cuts, the put-down, and where something moves in between that is
    no rep, as one that the trainer took out.
    """

    def range_between(start_s: float, end_s: float) -> float:
        values = count.signal[(track.time_s >= start_s) & (track.time_s <= end_s)]
        return float(np.nanmax(values) - np.nanmin(values)) if np.isfinite(values).any() else 0.0

    least = MOVES_SHARE * float(np.median([range_between(rep.start_s, rep.end_s) for rep in reps])) if reps else 0.0
    following = [
        leaves_s
        if not (rep.is_partial and (rep.cut_start or rep.cut_end)) and range_between(home_s, leaves_s) <= least
        else float("nan")
        for (_, home_s), rep, (leaves_s, _) in zip(moving[:-1], reps[1:], moving[1:], strict=True)
    ]
    return [*following, float("nan")][: len(reps)]


def _rate_hz(track: LandmarkTrack, rep: Rep, *, sample_rate_hz: float) -> float:
    """Return the rate that decides what a rep supports: its own, or that of the clip where that is lower."""
    return float(np.fmin(sample_rate_hz, rate_within(track.time_s, start_s=rep.start_s, end_s=rep.end_s)))


def _side_roms(
    reps: Sequence[Rep], measured: list[MeasuredRep], *, rates_hz: list[float]
) -> tuple[list[float], list[float]]:
    """Return the ranges to compare: of shared reps, or of each side's own; none of a rep that is sampled too slowly."""
    left, right = [], []
    for rep, one, rate_hz in zip(reps, measured, rates_hz, strict=True):
        if rep.is_partial or one.left is None or one.right is None or not supported_at(rate_hz)["rom_and_tempo"]:
            continue
        if rep.side != "right" and (rep.side == "left" or both_take_part(one.left, one.right)):
            left.append(one.left.rom)
        if rep.side != "left" and (rep.side == "right" or both_take_part(one.left, one.right)):
            right.append(one.right.rom)
    return left, right
