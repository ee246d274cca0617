"""What a clip shows, whichever joint it is counted on: all signals, and every way they can be cut into cycles.

That is nine tenths of the work of a count (`core.reps`), and the same for every joint that a trainer may name.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.landmarks import LandmarkTrack
from core.presence import find_travel, is_person_seen
from core.rhythm import shape_signal
from core.signals import Signal, build_signals
from core.stillness import find_brief_moves
from core.votes import Candidate, find_candidates, is_moving

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What ``n`` samples show; each part is found when it is first asked for, and kept: 1.8 MB at most of 600 samples.

    Attributes
    ----------
    track
        The landmarks.
    angles
        Smoothed degrees, ``(n,)`` for each of ``ANGLE_NAMES``.
    """

    track: LandmarkTrack
    angles: dict[str, Floats]

    @cached_property
    def is_of_person(self) -> bool:
        """Whether a person is seen for long enough; else there are no signals."""
        return is_person_seen(self.track)

    @cached_property
    def signals(self) -> list[Signal]:
        """Those that a part of the body shows."""
        return build_signals(self.track, self.angles) if self.is_of_person else []

    @cached_property
    def shape(self) -> list[Signal]:
        """The one of the whole body; none where too little of it is seen."""
        return shape_signal(self.track) if self.is_of_person else []

    @cached_property
    def moving(self) -> list[Signal]:
        """All that move by more than noise."""
        return [signal for signal in (*self.signals, *self.shape) if is_moving(signal)]

    @cached_property
    def travel(self) -> Mask:
        """Where the person walks, ``(n,)``."""
        return find_travel(self.track)

    @cached_property
    def candidates(self) -> list[Candidate]:
        """Every way the moving signals, and the rhythm of the body, can be cut into cycles."""
        return find_candidates(self.moving, self.track, travel=self.travel)

    @cached_property
    def brief(self) -> "Cut | None":
        """The clip cut to where the body briefly moves, told by its shape and its angles."""
        return self._cut_to(find_brief_moves(self.track, [*self.shape, *self.signals]))

    @cached_property
    def brief_by_shape(self) -> "Cut | None":
        """The same told by the shape alone, as it has to be of a hidden limb, whose angles never rest."""
        return self._cut_to(find_brief_moves(self.track, self.shape))

    def take(self, rows: Mask) -> "Evidence":
        """Return what some of the samples show by themselves."""
        return Evidence(self.track.take(rows), {name: values[rows] for name, values in self.angles.items()})

    def _cut_to(self, rows: Mask) -> "Cut | None":
        if not rows.any():
            return None
        steps_s = np.diff(self.track.time_s, prepend=self.track.time_s[0])
        follows_cut = np.append(False, ~rows[:-1])
        cut_s = np.cumsum(np.where(follows_cut, np.median(steps_s), steps_s)[rows])
        taken = self.take(rows)
        return Cut(rows, replace(taken, track=replace(taken.track, time_s=cut_s)))


@dataclass(frozen=True, eq=False)
class Cut:
    """What some rows of a clip show, as if it had been cut to them.

    Attributes
    ----------
    rows
        ``(n,)`` which they are.
    evidence
        Of them, with the times closed up.
    """

    rows: Mask
    evidence: Evidence
