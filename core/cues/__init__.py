"""What broke down in which rep: measured statements, each with its source.

A cue is given only where the exercise is recognised, the view of the camera shows the fault, the
landmarks it needs are seen and the rep was measured well. Better no cue than a wrong one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cues.measures import MEASURES, USUAL_MIN_REPS, Scene, steady_points
from core.exercises import BY_NAME, CUE_RULES, FOR_ANY, CueRule
from core.landmarks import LandmarkTrack
from core.metrics import RepMetrics, SetMetrics
from core.recognition import Recognition
from core.sampling import ROM_MIN_HZ, mean_rate_hz, supported_at
from core.view import View

Floats = NDArray[np.float64]

QUALITY_MIN = 0.6
"""Least quality of a rep that is judged."""


@dataclass(frozen=True)
class Cue:
    """One statement on one rep.

    Attributes
    ----------
    rep, time_s
        Which rep, and when in the clip to look.
    kind
        A key of `core.exercises.CUE_RULES`.
    text
        For the trainer, rep and time included.
    value, threshold, unit
        What was measured, the bound it passed, and the unit of both.
    source
        Where the bound comes from: a reference, or "rule of thumb".
    severity
        ``hint`` or ``warning``.
    """

    rep: int
    time_s: float
    kind: str
    text: str
    value: float
    unit: str
    threshold: float
    source: str
    severity: str


def compute_cues(
    track: LandmarkTrack,
    angles: dict[str, Floats],
    view: View,
    *,
    recognition: Recognition,
    metrics: SetMetrics,
) -> list[Cue]:
    """Return the cues of a set, in order of reps.

    Parameters
    ----------
    track
        ``n`` samples.
    angles
        Smoothed angles in degrees, ``(n,)`` each.
    view
        Of the camera; decides which cues can be seen at all.
    recognition
        Without a named exercise there are no cues.
    metrics
        Of the same set. Partial reps, and those whose range was withheld (low rate, gaps), are not judged.
    """
    measured = _measure(track, angles, view, recognition=recognition, metrics=metrics)
    return [_to_cue(rule, rep, time_s, value) for rule, rep, time_s, value in measured if value > rule.threshold]


def say_checked(
    track: LandmarkTrack,
    angles: dict[str, Floats],
    view: View,
    *,
    recognition: Recognition,
    metrics: SetMetrics,
) -> str:
    """Say what was checked without being found, and what could not be seen; takes what `compute_cues` does.

    No cue is no praise: the view may not show the fault, the landmarks may be hidden, the rate too low.
    """
    if recognition.exercise is None:
        return "The exercise was not recognised, so its form was not judged."
    measured = _measure(track, angles, view, recognition=recognition, metrics=metrics)
    looked_for = {rule.kind for rule, _, _, value in measured if np.isfinite(value)}
    found = {rule.kind for rule, _, _, value in measured if value > rule.threshold}
    groups: dict[str, list[str]] = {}
    for rule in _rules(recognition.exercise):
        if rule.kind in looked_for - found:
            groups.setdefault("Checked, not found", []).append(rule.name)
        elif rule.kind not in found:
            groups.setdefault(_why_not_judged(rule, track, view, metrics=metrics), []).append(rule.name)
    if unseen := BY_NAME[recognition.exercise].unseen:
        groups["Never judged, the model sees no point between shoulders and hips"] = [unseen]
    return " ".join(f"{why}: {', '.join(names)}." for why, names in groups.items())


def _why_not_judged(rule: CueRule, track: LandmarkTrack, view: View, *, metrics: SetMetrics) -> str:
    rate_hz, reps = mean_rate_hz(track.time_s), sum(not rep.is_partial for rep in metrics.reps)
    if rule.views and view.name not in rule.views:
        return f"Not to be seen from here; film from the {'side' if 'side_left' in rule.views else 'front'}"
    if not supported_at(rate_hz)["rom_and_tempo"]:
        return f"Too few analysed frames a second to judge ({rate_hz:.1f}, it takes {ROM_MIN_HZ})"
    if rule.kind == "range_short" and reps < USUAL_MIN_REPS:
        return f"Too few reps to judge ({reps}, it takes {USUAL_MIN_REPS})"
    return "Not measured well enough to judge"


def _rules(exercise: str) -> list[CueRule]:
    return [CUE_RULES[kind] for kind in (*BY_NAME[exercise].cues, *FOR_ANY)]


def _measure(
    track: LandmarkTrack,
    angles: dict[str, Floats],
    view: View,
    *,
    recognition: Recognition,
    metrics: SetMetrics,
) -> list[tuple[CueRule, RepMetrics, float, float]]:
    """Return every rule that the view shows on every rep that was measured well, with time (s) and value."""
    if recognition.exercise is None:
        return []
    shown = [rule for rule in _rules(recognition.exercise) if not rule.views or view.name in rule.views]
    scene = Scene(track, angles, metrics, points=steady_points(track), near=view.near_side or "left")
    measured = []
    for rep in metrics.reps:
        if np.isfinite(rep.rom_deg) and rep.quality >= QUALITY_MIN and not rep.is_partial:
            for rule in shown:
                at, value = MEASURES[rule.kind](scene, rep)
                measured.append((rule, rep, float(track.time_s[at]), value))
    return measured


def _to_cue(rule: CueRule, rep: RepMetrics, time_s: float, value: float) -> Cue:
    return Cue(
        rep=rep.rep,
        time_s=time_s,
        kind=rule.kind,
        text=f"Rep {rep.rep}, {time_s:.1f} s: {rule.text.format(value)}",
        value=value,
        unit=rule.unit,
        threshold=rule.threshold,
        source=rule.source,
        severity=rule.severity,
    )
