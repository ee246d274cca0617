"""Which faults of form are worth a word: bound, views, wording, source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CueRule:
    """When a fault is worth a word.

    Attributes
    ----------
    kind
        Key, and the name of its measure in `core.cues`.
    name
        What is looked for, in a few words, and where in the rep, if there alone: "not found" says nothing of the rest.
    threshold, unit
        The bound the measured value has to pass.
    severity
        ``warning`` for what most trainers correct, ``hint`` for what some let pass.
    views
        Names of the camera views that show it; empty: any.
    text
        For the trainer, with a place for the value.
    source
        Where the bound comes from.
    """

    kind: str
    name: str
    threshold: float
    unit: str
    severity: str
    views: frozenset[str]
    text: str
    source: str


_SIDE = frozenset({"side_left", "side_right"})
_FACING = frozenset({"front", "back"})
_ANY_VIEW: frozenset[str] = frozenset()
_THUMB = "rule of thumb"

CUE_RULES = {
    rule.kind: rule
    for rule in (
        CueRule(
            "squat_depth", "too little depth", 10, "°", "warning", _SIDE,
            "thigh stopped {:.0f}° above parallel",
            "parallel: hip crease level with the knee, IPF Technical Rules and Myer et al. 2014; 10° for the landmarks",
        ),
        CueRule(
            "knee_past_toes", "knees past the toes at the bottom", 30, "% of the shin", "hint", _SIDE,
            "at the bottom the knee went past the toes by {:.0f} % of the shin's length; fine if the heel stays down",
            "rule of thumb; holding the knee back loads the hip instead, Fry et al., J Strength Cond Res 17:629 (2003)",
        ),
        CueRule(
            "trunk_past_shin", "too much trunk lean at the bottom", 20, "°", "warning", _SIDE,
            "at the bottom the trunk leaned {:.0f}° further forward than the shin; keep the chest up",
            "trunk parallel to shin: Myer et al., Strength Cond J 36(6):4 (2014); 20° is a rule of thumb",
        ),
        CueRule(
            "knees_inward", "knees inward at the bottom", 20, "%", "warning", _FACING,
            "at the bottom the knees came {:.0f} % closer together than the ankles; push the knees out",
            "knee separation as in Noyes et al., Am J Sports Med 33:197 (2005), over the ankles'; 20 %: rule of thumb",
        ),
        CueRule(
            "lunge_lean", "too much trunk lean at the bottom", 40, "°", "hint", _SIDE,
            "at the bottom the trunk leaned forward by {:.0f}°; stay tall", _THUMB,
        ),
        CueRule(
            "hips_sag", "sagging hips", 20, "°", "warning", _SIDE,
            "hips sagged {:.0f}° below the line to the ankles", _THUMB,
        ),
        CueRule(
            "hips_high", "hips too high", 30, "°", "hint", _SIDE,
            "hips stood {:.0f}° above the line to the ankles", _THUMB,
        ),
        CueRule(
            "push_up_depth", "too little depth", 10, "°", "warning", _SIDE,
            "elbows stopped {:.0f}° short of a right angle",
            "90° at the elbow: FITNESSGRAM push-up test; 10° for the landmarks",
        ),
        CueRule(
            "upper_arm_swing", "swinging upper arms", 28, "°", "warning", _SIDE,
            "upper arm swung through {:.0f}°; keep the elbow still", _THUMB,
        ),
        CueRule(
            "trunk_swing", "swinging trunk", 15, "°", "warning", _SIDE,
            "trunk swung through {:.0f}°; lift without momentum", _THUMB,
        ),
        CueRule(
            "hands_uneven", "hands off level at the top", 10, "°", "warning", _FACING,
            "hands {:.0f}° off level at the top", _THUMB,
        ),
        CueRule(
            "lockout", "elbows bent at the top", 30, "°", "hint", _SIDE | _FACING,
            "elbows stayed bent by {:.0f}° at the top", _THUMB,
        ),
        CueRule("chin_below_hands", "chin below the hands", 5, "% of the trunk", "warning", _FACING,
                "chin stayed below the hands by {:.0f} % of the trunk's length", "chin over the bar: rule of thumb"),
        CueRule(
            "dead_hang", "elbows bent at the bottom", 40, "°", "hint", _FACING,
            "elbows still bent by {:.0f}° at the bottom", _THUMB,
        ),
        CueRule(
            "range_short", "reps of short range", 20, "%", "hint", _ANY_VIEW,
            "range {:.0f} % shorter than usual in this set", _THUMB,
        ),
    )
}  # fmt: skip
"""By kind. The bounds leave room for the 4 to 10 degrees by which landmarks err."""
FOR_ANY = ("range_short",)
"""Cues that hold for every recognised exercise."""
