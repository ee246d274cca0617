"""How a report says numbers: units, signs, names of joints, reps and phases; what is not known is a dash."""

import math
from dataclasses import dataclass

from core.exercises import BY_NAME
from core.metrics import RepMetrics, SetMetrics
from core.pipeline import Analysis

DASH = "–"
EDITED_MARK = "*"


@dataclass(frozen=True)
class Phase:
    """One part of a rep in order of time: what to call it, its field of `RepMetrics`, how it is drawn."""

    name: str
    field: str
    kind: str


def say(value: float, unit: str = "", *, decimals: int = 0, signed: bool = False) -> str:
    """Return a number with its unit; a dash for NaN. A minus is a minus sign, and there is no minus zero."""
    if not math.isfinite(value):
        return DASH
    rounded = round(value, decimals) + 0.0
    sign = "−" if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):.{decimals}f}{unit}"


def say_joint(name: str) -> str:
    """Return an angle's name in words: ``left_knee`` is left knee."""
    return name.replace("_", " ")


def say_exercise(analysis: Analysis) -> str:
    """Return what was done; a set where that is not clear."""
    name = analysis.recognition.exercise
    label = BY_NAME[name].label if name else "set"
    return label[0].upper() + label[1:]


def count_of(number: int, thing: str) -> str:
    """Return how many: 1 rep, 2 reps."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def rep_name(rep: RepMetrics) -> str:
    """Return a rep's name in running text."""
    return f"{rep.name} (edited)" if rep.is_edited else rep.name


def rep_tag(rep: RepMetrics) -> str:
    """Return a rep's label in a chart: its number, ``p`` for a partial one, a star where edited."""
    return ("p" if rep.is_partial else str(rep.rep)) + (EDITED_MARK if rep.is_edited else "")


def phases_of(metrics: SetMetrics) -> tuple[Phase, ...]:
    """Return the phases of a rep in order of time, named by which half lowers the load where that is known."""
    out, back = ("way out", "eccentric"), ("way back", "concentric")
    if metrics.eccentric_first is True:
        out, back = ("lowering", "eccentric"), ("lifting", "concentric")
    elif metrics.eccentric_first is False:
        out, back = ("lifting", "concentric"), ("lowering", "eccentric")
    return (
        Phase(out[0], "to_turn_s", out[1]),
        Phase("pause", "pause_turn_s", "pause"),
        Phase(back[0], "from_turn_s", back[1]),
        Phase("pause after", "pause_top_s", "rest"),
    )


def say_tempo(metrics: SetMetrics) -> str:
    """Return the mean tempo written out, a dash where withheld.

    ``lowering 1.2 s · pause 0.1 s · lifting 0.9 s · pause 0.4 s``, in the order of `SetMetrics.tempo`.
    """
    if not metrics.tempo:
        return DASH
    phases = phases_of(metrics)
    ordered = (*phases[2:], *phases[:2]) if metrics.eccentric_first is False else phases
    means = (say(metrics.statistics[phase.field].mean, " s", decimals=1) for phase in ordered)
    return " · ".join(f"{phase.name.removesuffix(' after')} {mean}" for phase, mean in zip(ordered, means, strict=True))
