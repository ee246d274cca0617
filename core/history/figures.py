"""The numbers of a set that are followed from session to session."""

import math
from dataclasses import dataclass

from core.pipeline import Analysis


@dataclass(frozen=True)
class Figures:
    """Key figures of one set as they were when it was saved; NaN where one was not measured.

    Attributes
    ----------
    joint
        The angle measured, e.g. ``left_knee``, as in `core.metrics.SetMetrics`; None without reps.
    rom_deg
        Mean range of motion of the whole reps.
    eccentric_s, concentric_s
        Mean times of the lowering and the lifting half.
    velocity_deg_s
        Mean velocity, mean of the whole reps.
    velocity_loss_pct, asymmetry_pct, time_under_tension_s
        As in `core.metrics.SetMetrics`.
    view, turn_deg
        From where the camera saw the body: `place` and `turn_deg` of its `View`; None where an earlier release did not
        tell.
    """

    joint: str | None
    rom_deg: float
    eccentric_s: float
    concentric_s: float
    velocity_deg_s: float
    velocity_loss_pct: float
    asymmetry_pct: float
    time_under_tension_s: float
    view: str | None = None
    turn_deg: float = math.nan


NUMBERS = tuple(name for name in Figures.__dataclass_fields__ if name not in ("joint", "view"))


def figures_of(analysis: Analysis) -> Figures:
    """Return the key figures of a set."""
    metrics = analysis.metrics
    means = {name: statistic.mean for name, statistic in metrics.statistics.items()}
    return Figures(
        joint=metrics.joint,
        rom_deg=means["rom_deg"],
        eccentric_s=means["eccentric_s"],
        concentric_s=means["concentric_s"],
        velocity_deg_s=means["mean_velocity_deg_s"],
        velocity_loss_pct=metrics.velocity_loss_pct,
        asymmetry_pct=metrics.asymmetry_pct,
        time_under_tension_s=metrics.time_under_tension_s,
        view=analysis.view.place,
        turn_deg=analysis.view.turn_deg,
    )
