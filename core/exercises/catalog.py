"""How each exercise looks in numbers, and which joint it trains.

An exercise is a list of traits of the `core.movement.Movement`; each names a number, where it is
even odds, and how softly it goes over from no to yes. The bounds are physical (a thigh has to
leave the vertical for a squat, hands have to pass the head for a press) and lie between what
textbook execution gives and what other exercises give; none is a fit to particular clips.

References
----------
Ranges of textbook execution: Escamilla, Med Sci Sports Exerc 33:127 (2001), squat: knee flexion 0 to
100-140; NSCA, Exercise Technique Manual for Resistance Training (3rd ed.), all others.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trait:
    """One number an exercise is known by.

    Attributes
    ----------
    number
        Name of the field of `Movement`.
    at, softness
        Half convinced at `at`, fully `softness` beyond it, not at all `softness` before it.
    is_least
        Whether `at` is a lower bound; else an upper one.
    """

    number: str
    at: float
    softness: float
    is_least: bool


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    name, label
        Key, and as a trainer says it.
    joint
        The joint that shows its depth.
    traits
        All of them must hold; the most telling first.
    cues
        Kinds of `CUE_RULES` that apply, beside those for any exercise.
    film_from
        From where the camera sees its joint bend, and most of its cues: ``side`` or ``front``.
    unseen
        A fault that trainers look for and no view shows.
    """

    name: str
    label: str
    joint: str
    traits: tuple[Trait, ...]
    cues: tuple[str, ...] = ()
    film_from: str = "side"
    unseen: str = ""


def at_least(number: str, at: float, softness: float) -> Trait:
    """Return the trait that a number lies above a bound."""
    return Trait(number, at, softness, is_least=True)


def at_most(number: str, at: float, softness: float) -> Trait:
    """Return the trait that a number lies below a bound."""
    return Trait(number, at, softness, is_least=False)


WORDS = {
    "knee": ("knees bend through {:.0f}°", "knees stay nearly still ({:.0f}°)"),
    "hip": ("hips bend through {:.0f}°", "hips stay nearly still ({:.0f}°)"),
    "elbow": ("elbows bend through {:.0f}°", "elbows stay nearly still ({:.0f}°)"),
    "shoulder": ("upper arms move through {:.0f}°", "upper arms stay nearly still ({:.0f}°)"),
    "ankle": ("ankles move through {:.0f}°", "ankles stay nearly still ({:.0f}°)"),
    "lean_low": ("trunk stays {:.0f}° or more from upright", "trunk comes within {:.0f}° of upright"),
    "lean_high": ("trunk leans up to {:.0f}°", "trunk stays within {:.0f}° of upright"),
    "lean_range": ("trunk swings through {:.0f}°", "trunk keeps its angle within {:.0f}°"),
    "stance_low": ("hips stay high over the feet", "hips come down towards the feet"),
    "stance_high": ("the body stands", "hips stay low, as in lying"),
    "hands_low": ("hands stay up", "hands come down below the shoulders"),
    "hands_high": ("hands rise above the shoulders", "hands stay low"),
    "hands_out": ("hands go out to the sides", "hands go to the front"),
    "feet_part": ("feet part", "feet stay in place"),
    "feet_apart": ("feet stand far apart", "feet stand side by side"),
    "thighs_differ": ("one thigh drops further than the other", "both thighs drop alike"),
    "body_travel": ("the body rises and falls", "the body hardly rises and falls"),
    "hangs": ("the body moves and the hands are fixed", "the hands move and the body is still"),
}
"""How each number of a movement is told: where it is large, and where it is small."""

_UPRIGHT = at_most("lean_high", 40, 12)
_LYING = at_least("lean_low", 52, 12)
_LEGS_STILL = (at_most("knee", 40, 15), at_most("hip", 42, 15))
_ON_FEET = at_least("stance_high", 0.38, 0.08)
_HANDS_MOVE = at_most("hangs", 0.65, 0.12)
_FEET_STAY = at_most("feet_part", 0.24, 0.08)

EXERCISES = (
    Exercise(
        "squat",
        "squat",
        "knee",
        (
            at_least("knee", 50, 15),
            at_most("lean_high", 60, 10),
            at_most("feet_apart", 0.48, 0.07),
            at_most("thighs_differ", 0.14, 0.05),
            at_least("hip", 35, 12),
            at_least("body_travel", 0.10, 0.05),
            at_least("stance_high", 0.38, 0.08),
            at_most("stance_low", 0.46, 0.07),
            _FEET_STAY,
        ),
        cues=(
            "squat_depth",
            "knee_past_toes",
            "trunk_past_shin",
            "knees_inward",
        ),
        unseen="a rounded back",
    ),
    Exercise(
        "lunge",
        "lunge",
        "knee",
        (
            at_least("knee", 45, 15),
            at_least("feet_apart", 0.48, 0.07),
            at_least("thighs_differ", 0.12, 0.05),
            at_most("lean_high", 55, 10),
            _ON_FEET,
            at_least("body_travel", 0.08, 0.04),
        ),
        cues=("lunge_lean",),
    ),
    Exercise(
        "deadlift",
        "deadlift or hinge",
        "hip",
        (
            at_least("lean_range", 30, 8),
            at_least("lean_high", 46, 10),
            at_most("knee", 82, 15),
            at_most("hands_high", -0.20, 0.08),
            at_least("hip", 35, 10),
            at_least("stance_high", 0.44, 0.08),
            at_least("stance_low", 0.30, 0.06),
            at_most("lean_low", 42, 10),
            at_most("elbow", 50, 15),
        ),
        unseen="a rounded back",
    ),
    Exercise(
        "push_up",
        "push-up",
        "elbow",
        (
            _LYING,
            at_most("hands_high", -0.02, 0.05),
            at_least("elbow", 42, 12),
            at_most("stance_high", 0.36, 0.08),
            at_most("lean_range", 32, 8),
            *_LEGS_STILL,
        ),
        cues=(
            "hips_sag",
            "hips_high",
            "push_up_depth",
        ),
    ),
    Exercise(
        "bench_press",
        "bench press",
        "elbow",
        (
            at_least("lean_low", 50, 10),
            at_least("hands_low", -0.08, 0.05),
            at_least("hands_high", 0.06, 0.05),
            at_least("elbow", 45, 12),
            at_most("lean_range", 25, 6),
            *_LEGS_STILL,
        ),
    ),
    Exercise(
        "sit_up",
        "sit-up",
        "hip",
        (
            at_least("lean_range", 25, 8),
            at_least("lean_high", 52, 10),
            at_most("stance_high", 0.30, 0.07),
            at_least("hip", 28, 8),
            at_most("lean_low", 58, 12),
            at_most("feet_part", 0.40, 0.10),
            at_most("knee", 80, 20),
        ),
    ),
    Exercise(
        "pull_up",
        "pull-up",
        "elbow",
        (
            at_least("hands_low", -0.10, 0.06),
            at_least("hands_high", 0.18, 0.06),
            at_least("hangs", 0.55, 0.10),
            at_least("elbow", 45, 12),
            at_most("lean_high", 45, 10),
            at_most("hip", 60, 20),
        ),
        cues=(
            "chin_below_hands",
            "dead_hang",
        ),
        film_from="front",
    ),
    Exercise(
        "overhead_press",
        "overhead press",
        "elbow",
        (
            at_least("hands_high", 0.18, 0.06),
            at_least("hands_low", -0.16, 0.06),
            at_most("hangs", 0.55, 0.10),
            at_least("elbow", 45, 12),
            at_least("shoulder", 35, 10),
            _UPRIGHT,
            _FEET_STAY,
            at_most("knee", 60, 15),
            at_most("hip", 60, 15),
        ),
        cues=(
            "hands_uneven",
            "lockout",
            "trunk_swing",
        ),
    ),
    Exercise(
        "curl",
        "curl",
        "elbow",
        (
            at_least("elbow", 55, 12),
            at_most("shoulder", 52, 12),
            at_most("hands_high", 0.12, 0.06),
            at_most("hands_low", -0.22, 0.06),
            _HANDS_MOVE,
            _UPRIGHT,
            _FEET_STAY,
            *_LEGS_STILL,
        ),
        cues=(
            "upper_arm_swing",
            "trunk_swing",
        ),
    ),
    Exercise(
        "lateral_raise",
        "lateral raise",
        "shoulder",
        (
            at_least("shoulder", 45, 12),
            at_least("hands_out", -0.16, 0.10),
            at_most("hands_low", -0.20, 0.06),
            at_least("hands_high", -0.16, 0.08),
            at_most("elbow", 58, 12),
            _HANDS_MOVE,
            _UPRIGHT,
            _FEET_STAY,
            *_LEGS_STILL,
        ),
        cues=("hands_uneven",),
        film_from="front",
    ),
    Exercise(
        "front_raise",
        "front raise",
        "shoulder",
        (
            at_least("shoulder", 45, 12),
            at_most("hands_out", -0.16, 0.10),
            at_most("hands_low", -0.20, 0.06),
            at_least("hands_high", -0.16, 0.08),
            at_most("elbow", 58, 12),
            _HANDS_MOVE,
            _UPRIGHT,
            _FEET_STAY,
            *_LEGS_STILL,
        ),
        cues=("trunk_swing",),
    ),
    Exercise(
        "jumping_jack",
        "jumping jack",
        "shoulder",
        (
            at_least("feet_part", 0.20, 0.06),
            at_least("shoulder", 55, 15),
            at_least("hands_high", 0.08, 0.08),
            at_most("hands_low", -0.12, 0.06),
            at_most("knee", 65, 15),
            at_most("lean_high", 50, 12),
            at_least("stance_high", 0.38, 0.08),
        ),
        film_from="front",
    ),
    Exercise(
        "row",
        "row",
        "elbow",
        (
            at_least("elbow", 40, 12),
            at_least("lean_low", 26, 8),
            at_most("lean_range", 28, 8),
            at_least("shoulder", 25, 8),
            at_most("hands_high", -0.02, 0.06),
            _ON_FEET,
            at_most("body_travel", 0.16, 0.05),
            *_LEGS_STILL,
        ),
        unseen="a rounded back",
    ),
    Exercise(
        "calf_raise",
        "calf raise",
        "ankle",
        (
            at_least("ankle", 16, 5),
            at_most("ankle", 75, 10),
            at_least("body_travel", 0.035, 0.012),
            at_most("body_travel", 0.16, 0.04),
            at_most("knee", 22, 7),
            at_most("hip", 22, 7),
            at_most("shoulder", 25, 8),
            at_most("elbow", 28, 8),
            at_least("stance_low", 0.42, 0.08),
            _UPRIGHT,
            _FEET_STAY,
        ),
    ),
    Exercise(
        "burpee",
        "burpee",
        "hip",
        (
            at_least("lean_high", 62, 10),
            at_most("lean_low", 32, 10),
            at_least("stance_high", 0.46, 0.07),
            at_most("stance_low", 0.20, 0.06),
            at_least("knee", 55, 15),
            at_least("hip", 30, 10),
            at_most("hands_low", -0.22, 0.06),
        ),
    ),
)

BY_NAME = {exercise.name: exercise for exercise in EXERCISES}
