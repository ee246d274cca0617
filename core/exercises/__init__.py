"""What is known of each exercise: its traits (`catalog`), its `faults`."""

from core.exercises.catalog import BY_NAME, EXERCISES, WORDS, Exercise, Trait
from core.exercises.faults import CUE_RULES, FOR_ANY, CueRule

__all__ = ["BY_NAME", "CUE_RULES", "EXERCISES", "FOR_ANY", "WORDS", "CueRule", "Exercise", "Trait"]
