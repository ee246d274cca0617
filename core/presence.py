"""Is there somebody, and does she stay in place: what must hold before anything is counted."""

import numpy as np
from numpy.typing import NDArray

from core.geometry import midpoint
from core.landmarks import LandmarkTrack
from core.signals import body_length, has_places
from core.smoothing import fill_gaps, finite_runs, sample_interval_s

Floats = NDArray[np.float64]

MIN_SIGHT_S = 0.8
"""Never seen for this long without a break is no person: the model's imagined people come and go within half a
second, and no rep is over sooner."""
MIN_SIGHT_SHARE = 0.2
"""Share of the samples with a person below which a short sight proves nothing."""
SURE_SIGHT_S = 4.0
"""Seen for one slow rep without a break is a person, however long the phone went on filming an empty room."""
SURE_SHARE = 0.75
"""Who is seen in so many of the samples of `SURE_SIGHT_S` is tracked with frames lost in between; the model's imagined
people are there in up to 0.41 of a clip."""
TRAVEL_WINDOW_S = 2.4
"""Longer than a stride (1.1 s), so that only steady travel shows, not swaying on the spot."""
TRAVEL_SPEED = 0.25
"""Body lengths a second. Strolling is 0.4 and more (0.7 m/s at 1.7 m); a walking lunge about 0.2."""
MAX_JUMP_SHARE = 0.5
"""Covering more than this share of the way in one sample is a cut or a zoom of the film, not walking."""


def is_person_seen(track: LandmarkTrack) -> bool:
    """Tell whether a person is seen long enough, at a stretch and in all."""
    seen = track.is_seen
    if not seen.any():
        return False
    longest_s = max(float(np.ptp(track.time_s[run])) for run in finite_runs(np.where(seen, 1.0, np.nan)))
    if longest_s >= (MIN_SIGHT_S if seen.mean() >= MIN_SIGHT_SHARE else SURE_SIGHT_S):
        return True
    until = np.searchsorted(track.time_s, track.time_s + SURE_SIGHT_S)
    whole = np.flatnonzero(until < len(seen))
    sights = np.append(0, seen.cumsum())
    return bool((sights[until[whole]] - sights[whole] >= SURE_SHARE * (until[whole] - whole)).any())


def find_travel(track: LandmarkTrack) -> NDArray[np.bool_]:
    """Return ``(n,)`` true where the body walks through the picture from side to side.

    A rep returns to where it started; walking does not. False throughout where places mean nothing.
    """
    travels = np.zeros(len(track.time_s), dtype=bool)
    if not has_places(track):
        return travels
    place = fill_gaps(midpoint(track.xyz[:, :, :2], "hip")[:, 0] / body_length(track), time_s=track.time_s)
    interval_s = sample_interval_s(track.time_s)
    for run in finite_runs(place):
        travels[run] = _travels(place[run], half=round(TRAVEL_WINDOW_S / 2 / interval_s))
    return travels


def _travels(place: Floats, *, half: int) -> NDArray[np.bool_]:
    index = np.arange(len(place))
    before, after = np.maximum(index - half, 0), np.minimum(index + half, len(place) - 1)
    ways = np.abs(place[after] - place[before])
    jumps = np.abs(np.diff(place, append=place[-1]))
    largest = np.array([jumps[a : b + 1].max() for a, b in zip(before, after, strict=True)])
    enough = TRAVEL_SPEED * TRAVEL_WINDOW_S * (after - before) / max(2 * half, 1)
    return np.asarray((ways > enough) & (after > before) & (largest < MAX_JUMP_SHARE * ways))
