"""What a whole set measures: means, tempo, consistency, fatigue, asymmetry."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.metrics.direction import LoadDirection
from core.metrics.per_rep import LONGEST_PAUSE_S, TOO_SLOW, RepMetrics
from core.metrics.trend import FEWEST_REPS, fit_trend
from core.sampling import supported_at

NAN = float("nan")
AVERAGED = (
    "duration_s", "to_turn_s", "from_turn_s", "eccentric_s", "concentric_s", "pause_turn_s", "pause_top_s",
    "rom_deg", "min_deg", "max_deg", "peak_velocity_deg_s", "mean_velocity_deg_s",
    "left_right_rom_diff_deg", "left_right_timing_ms", "quality",
)  # fmt: skip
"""The fields of `RepMetrics` with a mean and SD over the set."""
Rest = tuple[RepMetrics, float, float]
"""After which rep, from when (s) and for how long (s)."""
STEADY, NO_TREND = "about the same", "no clear trend"
"""What is said instead of a velocity loss."""


@dataclass(frozen=True)
class Statistic:
    """Mean and sample SD (n - 1) over the reps with a value; NaN with too few."""

    mean: float
    sd: float
    n: int


@dataclass(frozen=True)
class SetMetrics:
    """The numbers of a set, over whole reps; NaN where one cannot be known.

    Attributes
    ----------
    reps
        Every rep in order of time, partial ones among them and marked.
    statistics
        By the name of the field of `RepMetrics`, for each in `AVERAGED`.
    joint
        The angle measured (``knee``, ``left_elbow``, ``trunk_lean``); None without reps, or where no angle moves with
        them.
    eccentric_first
        Whether the load is lowered before the turning point (squat) or after (curl); None unknown.
    phase_basis
        How that was told, in words.
    tempo
        Mean seconds as ``eccentric-pause-concentric-pause``, e.g. ``2.1-0.3-1.4-0.2``, where
        `eccentric_first` is known; else ``to turn-pause-from turn-pause``. Empty where withheld; ``?`` for the
        pause between reps where there is none: a single rep, or rests after all of them.
    consistency
        1 less the mean of the coefficients of variation (SD / mean) of duration and range, in
        [0, 1]; 1 is a metronome.
    velocity_loss_pct
        100 (first - last) / first of the straight line through the mean velocities of the whole reps: of the concentric
        half, of the whole rep where halves are unnamed. Negative: they became faster. One rep against another would
        tell chance: the same set filmed twice was 17 % faster and 7 % slower. NaN where the line is steady or
        shows no clear trend.
    velocity_loss_note
        Why it is NaN; empty where it is not.
    asymmetry_pct
        100 (L - R) / (0.5 (L + R)) of the mean ranges of left and right; positive: left is larger.
    asymmetry_note
        Why it is NaN; empty where it is not.
    time_under_tension_s
        How long any rep lasts, shallow ones and the pauses between reps included; not longer rests, and not what the
        clip cuts, which may be set-up. What two limbs do at once is not told twice.
    time_under_tension_note
        Why it is NaN; empty where it is not.
    cadence_per_min
        Whole reps per minute from the start of the first to the end of the last, without rests; NaN for fewer than two.
    notes
        What was withheld and why, for the trainer.

    References
    ----------
    Velocity loss: Sanchez-Medina & Gonzalez-Badillo, Med Sci Sports Exerc 43:1725 (2011), there of
    the bar and from its fastest to its last rep. Asymmetry: symmetry index of Robinson, Herzog & Nigg,
    J Manipulative Physiol Ther 10:172 (1987). Consistency and time under tension as defined here.
    """

    reps: tuple[RepMetrics, ...]
    statistics: dict[str, Statistic]
    joint: str | None
    eccentric_first: bool | None
    phase_basis: str
    tempo: str
    consistency: float
    velocity_loss_pct: float
    velocity_loss_note: str
    asymmetry_pct: float
    asymmetry_note: str
    time_under_tension_s: float
    time_under_tension_note: str
    cadence_per_min: float
    notes: tuple[str, ...]


def summarize_set(
    reps: list[RepMetrics], *, pauses_s: list[float], side_roms: tuple[list[float], list[float]],
    direction: LoadDirection, sample_rate_hz: float,
) -> SetMetrics:  # fmt: skip
    """Summarise the reps of a set.

    Parameters
    ----------
    reps
        In order of time.
    pauses_s
        After each, from `pause_between`: known where its sample rate withholds it, too.
    side_roms
        Ranges in degrees of the left and of the right side, of whole reps where they were seen well.
    direction
        From `detect_load_direction`.
    sample_rate_hz
        Decides what is withheld.
    """
    whole = [rep for rep in reps if not rep.is_partial]
    statistics = {name: to_statistic([getattr(rep, name) for rep in whole]) for name in AVERAGED}
    is_too_slow = {rep.left_right_note for rep in whole} == {TOO_SLOW}
    asymmetry_pct, asymmetry_note = _asymmetry(*side_roms, is_too_slow=is_too_slow)
    counted = [pair for pair in zip(reps, pauses_s, strict=True) if not (pair[0].is_partial and pair[0].is_cut)]
    under_tension_s, under_tension_note = _time_under_tension(counted, sample_rate_hz=sample_rate_hz)
    velocity_loss_pct, velocity_loss_note = _velocity_loss(whole)
    joints = [rep.joint for rep in whole or reps]
    rests = [(one, one.end_s, other.start_s - one.end_s) for one, other in pairwise(reps)]
    rests = [rest for rest in rests if rest[2] > LONGEST_PAUSE_S]
    return SetMetrics(
        reps=tuple(reps),
        statistics=statistics,
        joint=max(joints, key=joints.count, default=None) or None,
        eccentric_first=direction.eccentric_first,
        phase_basis=direction.basis,
        tempo=_tempo(statistics, eccentric_first=direction.eccentric_first),
        consistency=_consistency(statistics),
        velocity_loss_pct=velocity_loss_pct,
        velocity_loss_note=velocity_loss_note,
        asymmetry_pct=asymmetry_pct,
        asymmetry_note=asymmetry_note,
        time_under_tension_s=under_tension_s,
        time_under_tension_note=under_tension_note,
        cadence_per_min=_cadence_per_min(whole, rests),
        notes=tuple(_notes(reps, rests, under_tension_note, direction=direction, sample_rate_hz=sample_rate_hz)),
    )


def _cadence_per_min(whole: list[RepMetrics], rests: list[Rest]) -> float:
    if len(whole) < 2:
        return NAN
    start_s, end_s = whole[0].start_s, whole[-1].end_s
    return 60 * len(whole) / (end_s - start_s - sum(rest_s for _, at_s, rest_s in rests if start_s < at_s < end_s))


def _time_under_tension(reps: list[tuple[RepMetrics, float]], *, sample_rate_hz: float) -> tuple[float, str]:
    """Return how long reps last with the pauses after them, s; NaN, and why, where one of these is withheld."""
    withheld = [rep for rep, pause_s in reps if math.isfinite(pause_s) and not math.isfinite(rep.pause_top_s)]
    if not withheld:
        return _covered_s([rep for rep, _ in reps]), ""
    if not supported_at(sample_rate_hz)["rom_and_tempo"]:
        return NAN, f"{sample_rate_hz:.1f} frames a second, the pauses between reps need 7.5"
    return NAN, f"{TOO_SLOW} for the pause after {_listed(withheld)}"


def _listed(reps: list[RepMetrics]) -> str:
    """Name reps in a sentence: rep 1, 2, partial rep after rep 2."""
    whole = [str(rep.rep) for rep in reps if not rep.is_partial]
    partial = [_in_text(rep) for rep in reps if rep.is_partial]
    return ", ".join(["rep " + ", ".join(dict.fromkeys(whole))] * bool(whole) + list(dict.fromkeys(partial)))


def _in_text(rep: RepMetrics) -> str:
    return rep.name[0].lower() + rep.name[1:]


def _covered_s(reps: list[RepMetrics]) -> float:
    """Return the length of the union of the reps with the pauses after them, s."""
    total_s, until_s = 0.0, -math.inf
    for rep in sorted(reps, key=lambda rep: rep.start_s):
        end_s = rep.end_s + (rep.pause_top_s if math.isfinite(rep.pause_top_s) else 0.0)
        total_s += max(0.0, end_s - max(rep.start_s, until_s))
        until_s = max(until_s, end_s)
    return total_s


def to_statistic(values: list[float]) -> Statistic:
    """Return mean, SD and number of the known values; SD needs two."""
    known = [value for value in values if math.isfinite(value)]
    return Statistic(
        mean=float(np.mean(known)) if known else NAN,
        sd=float(np.std(known, ddof=1)) if len(known) > 1 else NAN,
        n=len(known),
    )


def _tempo(statistics: dict[str, Statistic], *, eccentric_first: bool | None) -> str:
    """Join the mean times, the eccentric half and the pause after it first."""
    order = ("to_turn_s", "pause_turn_s", "from_turn_s", "pause_top_s")
    if eccentric_first is False:
        order = ("from_turn_s", "pause_top_s", "to_turn_s", "pause_turn_s")
    means = {name: statistics[name].mean for name in order}
    if not all(math.isfinite(mean) for name, mean in means.items() if name != "pause_top_s"):
        return ""
    return "-".join(f"{mean:.1f}" if math.isfinite(mean) else "?" for mean in means.values())


def _consistency(statistics: dict[str, Statistic]) -> float:
    of = (statistics["duration_s"], statistics["rom_deg"])
    variations = [one.sd / one.mean if one.mean > 0 else NAN for one in of]
    return max(0.0, 1.0 - sum(variations) / 2) if all(math.isfinite(each) for each in variations) else NAN


def _velocity_loss(whole: list[RepMetrics]) -> tuple[float, str]:
    trend = fit_trend([rep.mean_velocity_deg_s for rep in whole])
    if trend is None:
        return NAN, f"needs {FEWEST_REPS} whole reps with a velocity"
    if trend.is_steady:
        return NAN, STEADY
    if not trend.is_clear or min(trend.first, trend.last) <= 0:  # a line below zero is no velocity's
        return NAN, NO_TREND
    return 100 * (trend.first - trend.last) / trend.first, ""


def _asymmetry(left: list[float], right: list[float], *, is_too_slow: bool) -> tuple[float, str]:
    if not left or not right or sum(left) + sum(right) == 0:
        return NAN, TOO_SLOW if is_too_slow else "needs both sides seen well and both taking part"
    mean_left, mean_right = float(np.mean(left)), float(np.mean(right))
    return 100 * (mean_left - mean_right) / (0.5 * (mean_left + mean_right)), ""


def _notes(
    reps: list[RepMetrics], rests: list[Rest], under_tension_note: str, *, direction: LoadDirection,
    sample_rate_hz: float,
) -> list[str]:  # fmt: skip
    if not reps:
        return []
    supports = supported_at(sample_rate_hz)
    notes = []
    if not supports["rom_and_tempo"]:
        notes.append(f"Range of motion and tempo withheld: {sample_rate_hz:.1f} frames a second, they need 7.5.")
    if not supports["velocity"]:
        notes.append(f"Velocities withheld: {sample_rate_hz:.1f} frames a second, they need 10.")
    if under_tension_note:
        notes.append(f"Time under tension withheld: {under_tension_note}.")
    if rests:
        listed = ", ".join(f"{rest_s:.0f} s after {_in_text(rep)}" for rep, _, rest_s in rests)
        notes.append(f"Rests, {listed}: not in tempo, cadence and time under tension.")
    if direction.eccentric_first is None:
        notes.append(f"Lowering and lifting are not told apart: {direction.basis}.")
    return notes
