"""How exactly the mean of a set is known, and from which difference two sets differ by more than that.

Two things make a mean uncertain. The reps differ among themselves: the standard error of their mean. And the
measurement is off in a way that more reps do not mend, because the camera and the body model stay the same: measured on
sets of the mannequin, whose angles are exactly known (`benchmarks/differences.py`).

References
----------
JCGM 100:2008 (GUM): standard error as a type A uncertainty, 4.2.3; adding in quadrature, 5.1.2; effective degrees of
freedom of Welch and Satterthwaite and Student's t for a few reps, G.4.1 and G.6.4.
Minimal detectable change: Weir, J Strength Cond Res 19:231 (2005).
"""

import math
from dataclasses import dataclass

from core.metrics.trend import coverage_factor

NAN = float("nan")


@dataclass(frozen=True)
class Estimate:
    """A number of a set with its standard uncertainty.

    Attributes
    ----------
    mean, sd, n
        Over the reps that have a value; `sd` is NaN for fewer than two.
    error
        Standard uncertainty of the measurement itself, in the unit of the mean; NaN where it was never measured.
    """

    mean: float
    sd: float
    n: int
    error: float

    @property
    def standard_error(self) -> float:
        """Of the mean over the reps, SD / √n; NaN for fewer than two."""
        return self.sd / math.sqrt(self.n) if self.n > 1 else NAN

    @property
    def uncertainty(self) -> float:
        """Both together, √(SEM² + error²); NaN where one of them is not known."""
        return math.hypot(self.standard_error, self.error)


def minimal_detectable_change(one: Estimate, other: Estimate) -> float:
    """Return the difference that error alone exceeds in 1 of 20 comparisons.

    ``k √(u₁² + u₂²)``, where k is 1.96 for many reps, and for a few the larger value of Student's t at the effective
    degrees of freedom: 2.8 with four, 4.3 with two. NaN where an uncertainty is not known.
    """
    together = math.hypot(one.uncertainty, other.uncertainty)
    if not math.isfinite(together):
        return NAN
    return coverage_factor(_effective_freedom((one, other), together=together)) * together


def _effective_freedom(estimates: tuple[Estimate, ...], *, together: float) -> float:
    """Return the degrees of freedom of Welch and Satterthwaite; the measured errors count as well known."""
    few = sum(each.standard_error**4 / (each.n - 1) for each in estimates)
    return together**4 / few if few > 0 else math.inf
