"""Two sets side by side: which rep of one is shown with which of the other, and which differences are more than error.

`phase` pairs reps and lays them over each other, `reps` sees that both are lowered together, `uncertainty` says
how exactly a mean is known, and `differences` puts the numbers of two analyses beside each other.
"""

from core.compare.differences import (
    Comparison,
    Difference,
    compare_sets,
    detectable_changes,
    measure_alike,
)
from core.compare.phase import PHASE_PCT, Moments, PhaseCurves, pair_in_order, pair_with_one, phase_curves
from core.compare.reps import are_opposite, moments_in_phase
from core.compare.uncertainty import Estimate, minimal_detectable_change

__all__ = [
    "PHASE_PCT",
    "Comparison",
    "Difference",
    "Estimate",
    "Moments",
    "PhaseCurves",
    "are_opposite",
    "compare_sets",
    "detectable_changes",
    "measure_alike",
    "minimal_detectable_change",
    "moments_in_phase",
    "pair_in_order",
    "pair_with_one",
    "phase_curves",
]
