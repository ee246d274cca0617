"""Several people in the picture: hiding those already known, telling one body from another, choosing the one training.

The pose model follows one person at a time, and follows that one well. So people are looked for one after
the other: the picture with the known bodies covered shows whether there is anybody else.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.landmarks import INDEX, SIDES, joint_indices

Floats = NDArray[np.float64]

SAME_PLACE = 0.2
"""Two poses nearer than this, in body sizes, show the same body; those of two people in a row are 0.3 apart."""
MAX_COST = 0.8
"""Of a pose for a body: distance from where it is expected, in body sizes, plus logarithm of the ratio of sizes."""
HEADING_S = 1.0
"""Time over which the heading of a body is averaged, and for which it is trusted once the body is hidden."""
MEMORY_S = 4.0
"""How long a pose is remembered: one slow rep."""
HIDDEN_S = 2.0
"""Who crosses in front of somebody hides them for less: it is 3 steps of a walk."""
SWING_DEG = 25.0
"""A joint that turns by less is fidgeting, or noise of the model."""
TRAVEL = 0.5
"""Who is so many body sizes away after `TRAVEL_S` is going somewhere: a slow walk makes 1.0, a squat at most 0.3."""
TRAVEL_S = 2.0
UNDECIDED = 0.7
"""A body that exercises at least this much of what the busiest one does may be the one meant: two dancers are at .8,
a coach who crouches and points beside a push-up at .6."""
CLEARLY_LARGER = 1.2
"""Ratio of sizes below which two people are equally near."""
COPY_CORRELATION = 0.8
"""Two bodies whose joints turn together more than this are a mirror image, an inset, or two in step."""
BRIEF_S = 1.0
"""Who is seen for less is not told, and is nobody's continuation."""

_TRUNK = [INDEX[f"{side}_{part}"] for part in ("shoulder", "hip") for side in SIDES]
_OUTLINE = [INDEX["nose"], *_TRUNK, *(INDEX[f"{side}_{part}"] for part in ("knee", "ankle") for side in SIDES)]
_BONES = [
    (INDEX[a], INDEX[b])
    for a, b in [
        ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), ("left_ear", "right_ear"),
        ("left_shoulder", "right_hip"), ("right_shoulder", "left_hip"),
        *((f"{side}_{a}", f"{side}_{b}") for side in SIDES for a, b in [
            ("shoulder", "hip"), ("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "index"), ("shoulder", "ear"),
            ("hip", "knee"), ("knee", "ankle"), ("ankle", "foot_index"),
        ]),
    ]
]  # fmt: skip
_FLESH = 0.1
"""Half the width of what is covered around a bone, in body sizes: a trunk is 0.15 wide; clothes and errors beside."""
_CELLS = 64
"""Along the longer side of the picture: fine enough for an arm, and 1 ms."""
_FAR = 1e3
_JOINTS = [joint_indices(joint, side) for side in SIDES for joint in ("knee", "hip", "elbow", "shoulder")]


def body_size(landmarks: Floats) -> Floats:
    """Return the diagonal of the box around head, trunk and legs of ``(..., 33, c)`` landmarks, px."""
    outline = landmarks[..., _OUTLINE, :2]
    return np.asarray(np.hypot(*np.moveaxis(outline.max(axis=-2) - outline.min(axis=-2), -1, 0)))


def body_distance(first: Floats, second: Floats) -> float:
    """Return how far two ``(33, c)`` poses lie apart at the median point, in sizes of the first."""
    gaps = np.linalg.norm((first - second)[_OUTLINE, :2], axis=-1)
    return float(np.median(gaps) / body_size(first))


def cover_bodies(image: NDArray[np.uint8], bodies: list[Floats]) -> NDArray[np.uint8]:
    """Return the picture with the bodies painted over in its mean colour.

    Along the bones and not in a box: somebody who stands behind stays visible.
    """
    height, width = image.shape[:2]
    cell_px = -(-max(height, width) // _CELLS)
    rows, columns = -(-height // cell_px), -(-width // cell_px)
    cells = (np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1) + 0.5) * cell_px
    hidden = np.zeros((rows, columns), dtype=bool)
    for landmarks in bodies:
        start, end = (landmarks[list(points), :2] for points in zip(*_BONES, strict=True))
        along, offset = end - start, cells[:, :, None] - start
        share = np.clip((offset * along).sum(-1) / np.maximum((along**2).sum(-1), 1e-9), 0.0, 1.0)
        gap = np.linalg.norm(offset - share[..., None] * along, axis=-1).min(axis=-1)
        hidden |= gap < _FLESH * body_size(landmarks)
    covered = image.copy()
    mask = hidden.repeat(cell_px, axis=0).repeat(cell_px, axis=1)[:height, :width]
    covered[mask] = image[::8, ::8].mean(axis=(0, 1)).astype(np.uint8)
    return covered


class _Body:
    """One body under way: which pass saw it in which frame (-1: none), and the poses it was last seen in."""

    def __init__(self, landmarks: Floats, time_s: float, *, frames: int) -> None:
        self.source = np.full(frames, -1)
        self.time_s = time_s
        self._poses = [(time_s, landmarks)]
        self._heading = np.zeros(2)

    def see(self, landmarks: Floats, time_s: float) -> None:
        """Move to the pose; the heading is a mean over `HEADING_S`, so that going up and down cancels out."""
        share = min((time_s - self.time_s) / HEADING_S, 1.0)
        moved = _centre(landmarks) - _centre(self._poses[-1][1])
        self._heading = (1 - share) * self._heading + share * moved / (time_s - self.time_s)
        self._poses = [pose for pose in self._poses if time_s - pose[0] < MEMORY_S] + [(time_s, landmarks)]
        self.time_s = time_s

    def cost(self, landmarks: Floats, time_s: float) -> float:
        """Return how ill the pose fits, in body sizes; `_FAR` where it cannot be this body.

        It may be where the last steps were leading, or back in a pose of the last seconds: who is hidden at
        the bottom of a squat comes out standing.
        """
        known = np.array([pose[:, :2] for _, pose in self._poses])
        ahead = known[-1:] + self._heading * min(time_s - self.time_s, HEADING_S)
        expected = np.concatenate([ahead, known])
        size = body_size(expected)
        gap = np.median(np.linalg.norm((landmarks[:, :2] - expected)[:, _OUTLINE], axis=-1), axis=-1) / size
        cost = float(np.min(gap + abs(np.log(body_size(landmarks) / size))))
        return cost if cost < MAX_COST else _FAR


def link_bodies(passes: Floats, *, time_s: Floats) -> NDArray[np.int64]:
    """Tell which pass shows which body in which frame.

    Parameters
    ----------
    passes
        ``(p, n, 33, 4)`` landmarks of each pass over the clip, NaN where it found nobody. A pass may
        change from one body to another, and two may change places.
    time_s
        ``(n,)`` seconds.

    Returns
    -------
    ``(bodies, n)`` index of the pass, -1 where the body was not seen.

    Notes
    -----
    Bodies keep their place, heading and size; in each frame the poses are given to them at the least
    total cost. Who walks behind somebody comes out where the steps were leading.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  the web process must not load it

    bodies: list[_Body] = []
    for frame, now in enumerate(time_s):
        found = [index for index in range(len(passes)) if np.isfinite(passes[index, frame, :, :2]).all()]
        if len(found) > 1:
            found = _without_doubles(found, passes[:, frame])
        cost = np.array([[body.cost(passes[index, frame], now) for index in found] for body in bodies])
        pairs = np.transpose(linear_sum_assignment(cost)) if cost.size else ()
        linked = {found[column]: int(row) for row, column in pairs if cost[row, column] < _FAR}
        hidden = [row for row, body in enumerate(bodies) if row not in linked.values() and now - body.time_s < HIDDEN_S]
        for column, index in enumerate(found):
            if index not in linked:
                linked[index] = len(bodies)
                bodies.append(_Body(passes[index, frame], now, frames=len(time_s)))
            elif not (cost[hidden, column] < _FAR).any():  # else it may be the one in front: expect both as before
                bodies[linked[index]].see(passes[index, frame], now)
            bodies[linked[index]].source[frame] = index
    return np.array([body.source for body in bodies]).reshape(-1, len(time_s))


def _without_doubles(found: list[int], poses: Floats) -> list[int]:
    """Leave out later passes that show the body of an earlier one."""
    kept: list[int] = []
    for index in found:
        if all(body_distance(poses[earlier], poses[index]) > SAME_PLACE for earlier in kept):
            kept.append(index)
    return kept


def _centre(landmarks: Floats) -> Floats:
    return np.asarray(landmarks[..., _TRUNK, :2].mean(axis=-2))


@dataclass(frozen=True)
class Choice:
    """Which body is followed.

    Attributes
    ----------
    source
        ``(n,)`` index of the pass that shows it, -1 where none does.
    warnings
        In words, for the trainer: who else was seen, and how sure the choice is.
    """

    source: NDArray[np.int64]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)  # arrays have no one truth
class _Candidate:
    """One linked body: where it is seen, how large it is (px), how far its busiest joint swings in all."""

    source: NDArray[np.int64]
    flexion: Floats
    size: float
    swung_deg: float

    @property
    def score(self) -> float:
        return self.size * self.swung_deg


def choose_body(passes: Floats, world: Floats, *, time_s: Floats) -> Choice:
    """Choose the body that trains: the largest that moves its limbs without going anywhere.

    Parameters
    ----------
    passes, time_s
        As for `link_bodies`; somebody is seen in at least one frame.
    world
        ``(p, n, 33, 3)`` metres, for angles that do not depend on where the camera stands.

    Notes
    -----
    Exercise is what the busiest joint swings in degrees while the body stays in its place, times the
    body's size. Where that leaves two candidates, the larger is followed and the warning says so.
    """
    interval_s = float(np.median(np.diff(time_s)))
    linked = link_bodies(passes, time_s=time_s)
    lasting = [source for source in linked if (source >= 0).sum() * interval_s >= BRIEF_S] or list(linked)
    bodies = [_measure(source, passes, world, interval_s) for source in lasting]
    busiest = max(bodies, key=lambda body: body.score)
    rivals = [body for body in _beside(busiest.source, bodies) if body.score >= UNDECIDED * busiest.score]
    chosen = _largest([body for body in bodies if body is busiest or body in rivals])
    bodies.sort(key=lambda body: body.score, reverse=True)
    whole = _measure(_continue(chosen.source, bodies), passes, world, interval_s)
    others = _beside(whole.source, bodies)
    return Choice(whole.source, tuple(_tell(whole, others, undecided=bool(rivals), interval_s=interval_s)))


def _largest(bodies: list[_Candidate]) -> _Candidate:
    """Return the largest, or of those about as large the one found first: the most prominent to the model."""
    size = max(body.size for body in bodies)
    return next(body for body in bodies if CLEARLY_LARGER * body.size >= size)


def _measure(source: NDArray[np.int64], passes: Floats, world: Floats, interval_s: float) -> _Candidate:
    frames = np.arange(len(source))
    landmarks = np.where(source[:, None, None] >= 0, passes[source, frames], np.nan)
    size = float(np.nanpercentile(body_size(landmarks), 75))  # upright more than bent
    flexion = np.where(source >= 0, _flexion_deg(world[source, frames]), np.nan)
    half = max(1, round(TRAVEL_S / 2 / interval_s))
    centre = np.pad(_centre(landmarks), ((half, half), (0, 0)), constant_values=np.nan)
    travels = np.linalg.norm(centre[2 * half :] - centre[: -2 * half], axis=1) > TRAVEL * size
    swung_deg = max(_swung_deg(values[(source >= 0) & ~travels]) for values in flexion)
    return _Candidate(source, flexion, size, swung_deg)


def _flexion_deg(world: Floats) -> Floats:
    """Return ``(8, n)`` degrees of the `_JOINTS`."""
    proximal, vertex, distal = (world[:, points] for points in np.transpose(_JOINTS))
    first, second = vertex - proximal, distal - vertex
    cosine = (first * second).sum(-1) / (np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1))
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1)))).T


def _swung_deg(values: Floats) -> float:
    """Return how far a pointer travels that is dragged along with a play of `SWING_DEG`: noise does not move it."""
    swung, pointer = 0.0, values[0] if len(values) else 0.0
    for value in values:
        dragged = min(max(pointer, value - SWING_DEG / 2), value + SWING_DEG / 2)
        swung, pointer = swung + abs(dragged - pointer), dragged
    return float(swung)


def _continue(source: NDArray[np.int64], bodies: list[_Candidate]) -> NDArray[np.int64]:
    """Return where a body is seen, carried on by those never seen beside it: after a cut, all have moved."""
    for body in bodies:
        if not ((body.source >= 0) & (source >= 0)).any():
            source = np.maximum(source, body.source)
    return source


def _beside(source: NDArray[np.int64], bodies: list[_Candidate]) -> list[_Candidate]:
    """Return the bodies seen at the same time, which makes them somebody else."""
    return [body for body in bodies if ((body.source >= 0) & (source >= 0) & (body.source != source)).any()]


def _is_copy(first: _Candidate, second: _Candidate) -> bool:
    """Whether the busiest joint of the first turns together with the same one, or its mirror image, of the second."""
    both = (first.source >= 0) & (second.source >= 0)
    ours, theirs = first.flexion[:, both], second.flexion[:, both]
    busiest = int(np.argmax(ours.std(axis=1)))
    if not first.swung_deg:
        return False
    mirrored = (busiest + len(_JOINTS) // 2) % len(_JOINTS)
    return max(_correlation(ours[busiest], theirs[index]) for index in (busiest, mirrored)) > COPY_CORRELATION


def _correlation(first: Floats, second: Floats) -> float:
    """Return Pearson's r; 0 where it says nothing."""
    if len(first) < 10:
        return 0.0
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / spread if spread else 0.0


def _tell(chosen: _Candidate, others: list[_Candidate], *, undecided: bool, interval_s: float) -> list[str]:
    copies = [body for body in others if _is_copy(chosen, body)]
    people = [body for body in others if body not in copies]
    warnings = []
    if people:
        seen_s = np.any([body.source >= 0 for body in people], axis=0).sum() * interval_s
        which = (
            "it is not clear which one trains: the larger is followed. Film so that only one is in the picture."
            if undecided
            else "the one followed is the one exercising."
        )
        warnings.append(f"Another person was seen for {seen_s:.0f} s; {which}")
    if copies:
        seen_s = np.any([body.source >= 0 for body in copies], axis=0).sum() * interval_s
        warnings.append(
            f"A second figure moving alike was seen for {seen_s:.0f} s, a mirror image or somebody in step; "
            "the larger one is followed."
        )
    return warnings
