"""Put back legs that the pose model has exchanged.

In side views of lunges and split squats the model takes one leg for the other for a few samples (up to a
quarter of them), and both knees jump.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.geometry import midpoint
from core.landmarks import INDEX, SIDES, LandmarkTrack

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEG = tuple(np.array([INDEX[f"{side}_{name}"] for name in ("knee", "ankle", "heel", "foot_index")]) for side in SIDES)
SWITCH_COST = 0.15
"""What an exchange must save in movement: trunk lengths, root of the sum of squares over both legs. Chosen on mannequin
clips, where it fires in the two side views of the lunge and in none of 77 others."""
EXCHANGED_COST = 0.02
"""For each sample taken as exchanged, so that the labels as given win where nothing moves."""
START_COST = 0.5
"""For a first sample taken as exchanged: in the middle an exchange needs two switches, at the start one would do."""
MAX_SHARE = 0.3
"""If more samples than this look exchanged, legs move too fast for the sampling (running on the spot): none is."""


def unswap_legs(track: LandmarkTrack) -> LandmarkTrack:
    """Return the track with exchanged legs put back, in picture, world and visibility alike.

    Notes
    -----
    Two states, as labelled or exchanged, and the path of least movement through them (Viterbi 1967).
    """
    exchanged = find_swapped_legs(track.xyz[:, :, :2])
    if not exchanged.any():
        return track
    fields = {name: _exchange(getattr(track, name), exchanged) for name in ("xyz", "world", "visibility")}
    return replace(track, **fields)


def find_swapped_legs(xy: Floats) -> Flags:
    """Return ``(n,)`` whether the legs of a sample are exchanged; ``(n, 33, 2)`` in any one unit."""
    swapped = np.zeros(len(xy), dtype=np.bool_)
    known = np.flatnonzero(np.isfinite(xy).all(axis=(1, 2)))
    if len(known) < 3:
        return swapped
    size = float(np.percentile(np.linalg.norm((midpoint(xy, "shoulder") - midpoint(xy, "hip"))[known], axis=1), 90))
    if size <= 0:
        return swapped
    legs = np.stack([xy[known][:, leg] for leg in LEG], axis=1) / size
    swapped[known] = _cheapest_path(_movement(legs))
    return swapped if swapped.sum() <= MAX_SHARE * len(known) else np.zeros_like(swapped)


def _movement(legs: Floats) -> Floats:
    """Return ``(n - 1, 2, 2)`` movement into a state (as labelled, exchanged) from the one before."""
    kept = np.sqrt(((legs[1:] - legs[:-1]) ** 2).sum(axis=(1, 2, 3)))
    changed = np.sqrt(((legs[1:, ::-1] - legs[:-1]) ** 2).sum(axis=(1, 2, 3)))
    return np.stack([np.stack([kept, changed], axis=1), np.stack([changed, kept], axis=1)], axis=1)


def _cheapest_path(movement: Floats) -> Flags:
    switch = SWITCH_COST * (1.0 - np.eye(2))
    cost, origins = np.array([0.0, START_COST]), []
    for step in movement:
        total = step + cost + switch
        origins.append(total.argmin(axis=1))
        cost = total.min(axis=1) + np.array([0.0, EXCHANGED_COST])
    path = [int(cost.argmin())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return np.asarray(np.array(path[::-1]) == 1)


def _exchange(values: Floats, exchanged: Flags) -> Floats:
    """Return a copy with the legs of the flagged samples exchanged."""
    left, right = LEG
    copy: Floats = values.copy()
    copy[np.ix_(exchanged, left)] = values[np.ix_(exchanged, right)]
    copy[np.ix_(exchanged, right)] = values[np.ix_(exchanged, left)]
    return copy
