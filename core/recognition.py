"""Which exercise it is, from posture and movement; counting never needs it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.exercises import EXERCISES, WORDS, Exercise, Trait
from core.landmarks import LandmarkTrack
from core.movement import Movement, describe_movement
from core.rep_count import RepCount

CONFIDENCE_MIN = 0.5
"""Below this nothing is named: the weakest trait is less likely than not."""
MARGIN_MIN = 0.15
"""By how much the best exercise must beat the next one to be named."""
NEAREST_MIN = 0.2
"""Below this not even the nearest exercise is worth telling."""
UNKNOWN = 0.6
"""What a trait counts that was not seen: no contradiction, and little support."""


@dataclass(frozen=True)
class Recognition:
    """What exercise this looks like.

    Attributes
    ----------
    exercise
        A name of `core.exercises.BY_NAME`; None where nothing fits well and alone.
    confidence
        In [0, 1], of the exercise that fits best, named or not.
    reason
        In words: the numbers it rests on, or why nothing is named.
    """

    exercise: str | None
    confidence: float
    reason: str


def recognize_exercise(track: LandmarkTrack, angles: dict[str, NDArray[np.float64]], count: RepCount) -> Recognition:
    """Suggest the exercise of a counted set.

    Parameters
    ----------
    track
        ``n`` samples.
    angles
        Smoothed angles in degrees, ``(n,)`` each.
    count
        Its reps; without any nothing is recognised.

    Notes
    -----
    Every exercise is rated by its weakest trait, as a coach would: a squat with the hands on the
    floor is none. A trait goes from 0 to 1 linearly around its bound, so no single degree decides.
    An exercise is named if it reaches `CONFIDENCE_MIN` and beats the next by `MARGIN_MIN`.
    """
    if not count.reps:
        return Recognition(None, 0.0, "Nothing was counted, so there is no movement to recognise.")
    movement = describe_movement(track, angles, count.reps)
    ranked = sorted(EXERCISES, key=lambda exercise: rate_exercise(exercise, movement), reverse=True)
    return _decide(ranked[0], ranked[1], movement, driven_by=count.driving_joint or "no joint")


def rate_exercise(exercise: Exercise, movement: Movement) -> float:
    """Return how well a movement fits, in [0, 1]: its weakest trait decides.

    The first, most telling trait has to be seen: a press filmed without legs is no squat.
    """
    if np.isnan(getattr(movement, exercise.traits[0].number)):
        return 0.0
    return min(rate_trait(trait, movement) for trait in exercise.traits)


def rate_trait(trait: Trait, movement: Movement) -> float:
    """Return how well a movement shows a trait, in [0, 1]."""
    value: float = getattr(movement, trait.number)
    if np.isnan(value):
        return UNKNOWN
    beyond = (value - trait.at) if trait.is_least else (trait.at - value)
    return float(np.clip(0.5 + 0.5 * beyond / trait.softness, 0.0, 1.0))


def _decide(best: Exercise, next_best: Exercise, movement: Movement, *, driven_by: str) -> Recognition:
    confidence, rival = rate_exercise(best, movement), rate_exercise(next_best, movement)
    unknown = f"unknown, driven by {driven_by.replace('_', ' ')}: "
    if confidence < NEAREST_MIN:
        return Recognition(None, confidence, unknown + "it is like none of the exercises known here")
    if confidence < CONFIDENCE_MIN:
        weakest = min(best.traits, key=lambda trait: rate_trait(trait, movement))
        return Recognition(
            None, confidence, unknown + f"nearest is {best.label}, but {_tell(weakest, movement, held=False)}"
        )
    if confidence - rival < MARGIN_MIN:
        return Recognition(None, confidence, unknown + f"could be {best.label} or {next_best.label}")
    told = [_tell(trait, movement, held=True) for trait in best.traits if not np.isnan(getattr(movement, trait.number))]
    return Recognition(best.name, confidence, f"{best.label}: {', '.join(told[:3])}")


def _tell(trait: Trait, movement: Movement, *, held: bool) -> str:
    """Put a trait that held, or the opposite of one that did not, into words."""
    large, small = WORDS[trait.number]
    return (large if trait.is_least == held else small).format(getattr(movement, trait.number))
