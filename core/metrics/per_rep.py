"""What one rep measures: phases, range, velocity, sides, quality."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.landmarks import SIDES, TRUNK_LEAN, LandmarkTrack
from core.metrics.curve import RepCurve, find_pause
from core.metrics.joint import MeasuredRep, both_take_part
from core.rep_count import Rep, name_rep
from core.sampling import supported_at

NAN = float("nan")
CLEAR_MIN = 0.8
"""Quality from which nothing needs saying (rule of thumb)."""
SAMPLES_FULL = 8
"""Samples in a rep that describe its curve: four in each half (rule of thumb)."""
TOO_SLOW = "too few frames a second"
"""Why left and right of a rep, or of a set of such reps, are not compared."""
LONGEST_PAUSE_S = 5.0
"""Between two reps; a longer one is a rest in the set and no part of its tempo (rule of thumb: programmes prescribe
pauses of 0 to 4 s)."""


@dataclass(frozen=True)
class RepMetrics:
    """The numbers of one rep; NaN where one cannot be known.

    Attributes
    ----------
    rep, side, is_partial, is_edited
        Number from 1, of a partial one that of the whole one before it (0 before the first), which no export tells;
        ``left``, ``right`` or ``both``; not a full repetition; set or changed by the trainer.
    start_s, turn_s, end_s, duration_s
        Seconds of presentation; `duration_s` is `end_s` less `start_s`, and less the rest that ends drawn by a trainer
        hold. The turn is that of the angle measured, where it moves like what the rep was counted on.
    to_turn_s, from_turn_s
        Moving time before and after the pause at the turning point; NaN for a half that the clip cuts.
    eccentric_s, concentric_s
        The same two, named by which lowers the load; NaN where that cannot be told.
    pause_turn_s
        Resting at the turning point, see `find_pause`; it and the two moving times add up to `duration_s`.
    pause_top_s
        Resting at home (the top of a squat, the bottom of a curl) until the next rep; NaN after the last one, for more
        than `LONGEST_PAUSE_S`, and before what the clip cuts, which may be the put-down.
    joint
        The angle measured: ``left_knee``, ``trunk_lean``, or ``knee`` for the mean of both sides; empty where no angle
        moves with the reps.
    rom_deg, min_deg, max_deg
        Range of that angle, its least and its largest value, degrees.
    peak_velocity_deg_s
        Largest angular speed of the rep.
    mean_velocity_deg_s
        Mean angular speed of the concentric half, of the whole rep where halves are unnamed; NaN where the clip
        cuts it.
    left_rom_deg, right_rom_deg
        Range of each side that does the rep; NaN for one that is not seen well or rests, and for the trunk.
    left_right_rom_diff_deg
        Range of the left less that of the right.
    left_right_timing_ms
        How much later the left passes the middle of its range than the right, mean of way out and back.
    left_right_note
        Why these two are NaN; empty where they are not.
    quality, quality_reason
        How far these numbers may be trusted, 0 to 1, and what limits it. See `rate_quality`.
    is_cut
        The clip begins or ends before the rep is home again.
    """

    rep: int
    side: str
    is_partial: bool
    is_edited: bool
    start_s: float
    turn_s: float
    end_s: float
    duration_s: float
    to_turn_s: float
    from_turn_s: float
    eccentric_s: float
    concentric_s: float
    pause_turn_s: float
    pause_top_s: float
    joint: str
    rom_deg: float
    min_deg: float
    max_deg: float
    peak_velocity_deg_s: float
    mean_velocity_deg_s: float
    left_rom_deg: float
    right_rom_deg: float
    left_right_rom_diff_deg: float
    left_right_timing_ms: float
    left_right_note: str
    quality: float
    quality_reason: str
    is_cut: bool

    @property
    def name(self) -> str:
        """In running text: Rep 3, Partial rep after rep 3, Partial rep before rep 1."""
        return name_rep(self.rep, is_partial=self.is_partial)


def compute_rep_metrics(
    rep: Rep,
    measured: MeasuredRep,
    *,
    moving_s: tuple[float, float],
    pause_top_s: float,
    tempo_curve: RepCurve | None,
    eccentric_first: bool | None,
    quality: tuple[float, str],
    sample_rate_hz: float,
) -> RepMetrics:
    """Gather the numbers of one rep.

    Parameters
    ----------
    rep
        As counted, with the turn of `tempo_curve`.
    moving_s
        When it leaves home and is back.
    pause_top_s
        From `pause_between`.
    measured
        Its angle curves.
    tempo_curve
        The curve phases and pauses are read from; None where samples are missing.
    eccentric_first
        From `detect_load_direction`.
    quality
        From `rate_quality`.
    sample_rate_hz
        Below 7.5 Hz ranges and phases are withheld, below 10 Hz velocities (`core.sampling`).
    """
    supports = supported_at(sample_rate_hz)
    if not supports["rom_and_tempo"]:
        tempo_curve = None
    arrives_s, departs_s = (NAN, NAN) if tempo_curve is None else find_pause(tempo_curve, rep.turn_s)
    curve = measured.curve if supports["rom_and_tempo"] else None
    leaves_s, returns_s = moving_s
    halves = (NAN if rep.cut_start else arrives_s - leaves_s, NAN if rep.cut_end else returns_s - departs_s)
    eccentric_s, concentric_s = _name_halves(halves, eccentric_first)
    left_rom_deg, right_rom_deg = _side_roms(measured, side=rep.side) if supports["rom_and_tempo"] else (NAN, NAN)
    rom_diff_deg, timing_ms, note = _compare_sides(measured, side=rep.side, supports=supports)
    peak, mean = _velocities(
        rep,
        curve if supports["velocity"] else None,
        out_s=(leaves_s, arrives_s),
        back_s=(departs_s, returns_s),
        eccentric_first=eccentric_first,
    )
    return RepMetrics(
        rep=rep.number,
        side=rep.side,
        is_partial=rep.is_partial,
        is_edited=rep.is_edited,
        start_s=rep.start_s,
        turn_s=rep.turn_s,
        end_s=rep.end_s,
        duration_s=returns_s - leaves_s,
        to_turn_s=halves[0],
        from_turn_s=halves[1],
        eccentric_s=eccentric_s,
        concentric_s=concentric_s,
        pause_turn_s=departs_s - arrives_s,
        pause_top_s=pause_top_s if supports["rom_and_tempo"] else NAN,
        joint=measured.name,
        rom_deg=NAN if curve is None else curve.rom,
        min_deg=NAN if curve is None else float(curve.value.min()),
        max_deg=NAN if curve is None else float(curve.value.max()),
        peak_velocity_deg_s=peak,
        mean_velocity_deg_s=mean,
        left_rom_deg=left_rom_deg,
        right_rom_deg=right_rom_deg,
        left_right_rom_diff_deg=rom_diff_deg,
        left_right_timing_ms=timing_ms,
        left_right_note=note,
        quality=quality[0],
        quality_reason=quality[1],
        is_cut=rep.cut_start or rep.cut_end,
    )


def pause_between(returns_s: float, next_leaves_s: float) -> float:
    """Return how long the body rests until the next rep, s; NaN for a longer rest and where none leaves home (NaN).

    Limbs that take turns may begin before the other is home.
    """
    pause_s = max(0.0, next_leaves_s - returns_s) if math.isfinite(next_leaves_s) else NAN
    return pause_s if pause_s <= LONGEST_PAUSE_S else NAN


def _name_halves(halves: tuple[float, float], eccentric_first: bool | None) -> tuple[float, float]:
    if eccentric_first is None:
        return NAN, NAN
    return halves if eccentric_first else (halves[1], halves[0])


def _velocities(
    rep: Rep,
    curve: RepCurve | None,
    *,
    out_s: tuple[float, float],
    back_s: tuple[float, float],
    eccentric_first: bool | None,
) -> tuple[float, float]:
    """Return peak and mean angular speed in deg/s; the wobble of a rest is no movement."""
    if curve is None:
        return NAN, NAN
    lifting = {True: [back_s], False: [out_s], None: [out_s, back_s]}[eccentric_first]
    moving_s = sum(end_s - start_s for start_s, end_s in lifting)
    path_deg = sum(_path_deg(curve, start_s, end_s) for start_s, end_s in lifting)
    is_cut = (rep.cut_start and out_s in lifting) or (rep.cut_end and back_s in lifting)
    return float(np.abs(curve.velocity).max()), path_deg / moving_s if moving_s > 0 and not is_cut else NAN


def _path_deg(curve: RepCurve, start_s: float, end_s: float) -> float:
    inside = (curve.time_s >= start_s) & (curve.time_s <= end_s)
    return float(np.abs(np.diff(curve.value[inside])).sum())


def _side_roms(measured: MeasuredRep, *, side: str) -> tuple[float, float]:
    """Return the ranges of left and right in degrees; NaN for a side unseen or at rest."""
    left, right = measured.left, measured.right
    left_rom, right_rom = NAN if left is None else left.rom, NAN if right is None else right.rom
    if side in SIDES:
        return (left_rom, NAN) if side == "left" else (NAN, right_rom)
    if left is None or right is None or both_take_part(left, right):
        return left_rom, right_rom
    return (left_rom, NAN) if left_rom > right_rom else (NAN, right_rom)


def _compare_sides(measured: MeasuredRep, *, side: str, supports: dict[str, bool]) -> tuple[float, float, str]:
    """Return the differences in degrees and ms, and why they are NaN."""
    left, right = measured.left, measured.right
    if measured.name == TRUNK_LEAN:
        return NAN, NAN, "the trunk has no sides"
    if not supports["rom_and_tempo"]:
        return NAN, NAN, TOO_SLOW
    if left is None or right is None:
        return NAN, NAN, "one side is hidden, turned away or not measured throughout"
    if side in SIDES:
        return NAN, NAN, f"the {side} side's turn: sides are compared over the set"
    if not both_take_part(left, right):
        return NAN, NAN, f"the {'left' if left.rom > right.rom else 'right'} side does the rep alone"
    return left.rom - right.rom, 1000 * (_middle_s(left) - _middle_s(right)), ""


def _middle_s(curve: RepCurve) -> float:
    """Return the mean time at which the curve passes the middle of its range.

    Turning points would not do: at a lock-out or a rest the highest sample is anywhere on a plateau.
    """
    above = curve.value > (curve.value.max() + curve.value.min()) / 2
    crossings = np.flatnonzero(above[1:] != above[:-1])
    return float(np.mean(curve.time_s[crossings[[0, -1]]])) if len(crossings) else NAN


def rate_quality(
    rep: Rep, measured: MeasuredRep, *, track: LandmarkTrack, usual: NDArray[np.float64] | None
) -> tuple[float, str]:
    """Rate how far a rep's numbers may be trusted, and name what limits them.

    Parameters
    ----------
    usual
        The set's usual curve from `usual_shape`; None for fewer than three complete reps.

    Returns
    -------
    tuple
        Quality in [0, 1], the least of: visibility of the joint, share of frames with a person in
        them, samples over the eight a rep needs, likeness (correlation) to the set's usual curve.
        And the reason in words.
    """
    inside = (track.time_s >= rep.start_s) & (track.time_s <= rep.end_s)
    found = float(track.is_seen[inside].mean()) if inside.any() else 0.0
    grades = {
        "the joint is hard to see": measured.visibility,
        f"a person was found in {found:.0%} of its frames": found,
        f"only {int(inside.sum())} frames of it were analysed": min(1.0, float(inside.sum()) / SAMPLES_FULL),
        "parts of it were not measured": 1.0 if measured.curve is not None else 0.0,
    }
    if usual is not None and measured.curve is not None:
        grades["it moves unlike the other reps"] = max(0.0, _likeness(shape(measured.curve), usual))
    reason = min(grades, key=lambda words: grades[words])
    return grades[reason], "clear" if grades[reason] >= CLEAR_MIN else reason


def shape(curve: RepCurve) -> NDArray[np.float64]:
    """Return ``(50,)`` the curve over its own duration: fast and slow compare."""
    span = np.linspace(curve.time_s[0], curve.time_s[-1], 50)
    return np.interp(span, curve.time_s, curve.value)


def usual_shape(measured: list[MeasuredRep]) -> NDArray[np.float64] | None:
    """Return ``(50,)`` the median curve of the reps; None for fewer than three."""
    shapes = [shape(one.curve) for one in measured if one.curve is not None]
    return np.median(shapes, axis=0) if len(shapes) >= 3 else None


def _likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
