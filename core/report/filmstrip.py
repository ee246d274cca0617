"""The filmstrip: start, turn and end of a few reps as pictures, with the skeleton drawn over them."""

import base64
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.geometry import VISIBILITY_GATE
from core.landmarks import DRAWN, INDEX, SIDES, SKELETON, TRUNK_LEAN, joint_indices, without_side
from core.metrics import RepMetrics
from core.metrics.joint import driven_side
from core.pipeline import Analysis
from core.report.words import count_of, rep_name, say, say_joint
from core.stills import row_at, still_path

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""x, y, width and height in px of the analysed frame."""

MOST_REPS = 4
"""Two rows of two fill half a page of A4."""
REASONS = ("first", "largest", "next largest", "smallest", "last")
"""Why a rep is shown."""
MARGIN = 0.16
"""Air around the body, as a share of its larger side."""
ASPECT = (0.74, 1.3)
"""Narrowest and widest picture, width over height: two rows of them leave room for the curve."""


@dataclass(frozen=True)
class Still:
    """One picture as SVG, and its caption."""

    svg: str
    caption: str


@dataclass(frozen=True)
class RepStrip:
    """The pictures of one rep, and why it was chosen."""

    name: str
    why: str
    stills: tuple[Still, ...]


@dataclass(frozen=True)
class Filmstrip:
    """The reps shown, and a note: which they are, or why there are none."""

    reps: tuple[RepStrip, ...]
    note: str


def make_filmstrip(analysis: Analysis, folder: Path | None) -> Filmstrip:
    """Return the strip of a set.

    Parameters
    ----------
    analysis
        Of a clip.
    folder
        The analysis's own folder with its stills (`core.stills`); None where it is gone.
    """
    chosen = choose_reps(analysis.metrics.reps)
    if not chosen:
        return Filmstrip((), "No pictures: there is no rep to show.")
    if analysis.plan is None:
        return Filmstrip((), "No pictures: the set was analysed from landmarks, without a clip.")
    time_s, frames = analysis.track.time_s, analysis.frame_index
    rows = [[row_at(time_s, at_s, frame_index=frames) for at_s in _moments(rep)] for rep, _ in chosen]
    paths = [still_path(folder, frames[row]) for each in rows for row in each] if folder else []
    if not paths or not all(path.is_file() for path in paths):
        return Filmstrip((), "No pictures: those of this clip are no longer on the server. Analyze the clip again.")
    box = _crop(analysis, [row for each in rows for row in each])
    strips = tuple(
        RepStrip(rep_name(rep), why, _stills(analysis, rep, rows=each, box=box, folder=folder or Path()))
        for (rep, why), each in zip(chosen, rows, strict=True)
    )
    total = analysis.rep_count
    reasons = dict.fromkeys(reason for _, why in chosen for reason in why.split(", "))
    order = [f"the {reason}" for reason in REASONS if reason in reasons]
    return Filmstrip(
        strips, f"{len(chosen)} of {count_of(total, 'rep')}, by range of motion: {', '.join(order)}." if order else ""
    )


def choose_reps(reps: tuple[RepMetrics, ...]) -> list[tuple[RepMetrics, str]]:
    """Return the reps to show with the reason; all where there are few, else first, last, largest and smallest range.

    Where two of these are one rep, the next largest fill up.
    """
    if len(reps) <= MOST_REPS:
        return [(rep, "") for rep in reps]
    whole = [index for index, rep in enumerate(reps) if not rep.is_partial] or list(range(len(reps)))
    by_range = sorted(whole, key=lambda index: -np.nan_to_num(reps[index].rom_deg, nan=-1.0))
    reasons: dict[int, list[str]] = {whole[0]: ["first"]}
    if np.isfinite(reps[by_range[0]].rom_deg):
        reasons.setdefault(by_range[0], []).append("largest")
        smallest = next(index for index in reversed(by_range) if np.isfinite(reps[index].rom_deg))
        reasons.setdefault(smallest, []).append("smallest")
    reasons.setdefault(whole[-1], []).append("last")
    for index in by_range:
        if len(reasons) < MOST_REPS:
            reasons.setdefault(index, ["next largest"])
    return [(reps[index], ", ".join(reasons[index])) for index in sorted(reasons)]


def _moments(rep: RepMetrics) -> tuple[float, float, float]:
    return rep.start_s, rep.turn_s, rep.end_s


def _crop(analysis: Analysis, rows: list[int]) -> Box:
    """Return the part of the picture that holds the body in all these rows, in a printable shape."""
    assert analysis.plan is not None
    frame = np.array(analysis.plan.size_wh, float)
    points = analysis.track.xyz[np.ix_(rows, [INDEX[name] for name in DRAWN], [0, 1])].reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return 0.0, 0.0, float(frame[0]), float(frame[1])
    low, high = np.clip(points.min(axis=0), 0, frame), np.clip(points.max(axis=0), 0, frame)
    margin = MARGIN * float((high - low).max())
    low, high = np.maximum(low - margin, 0), np.minimum(high + margin, frame)
    width, height = (high - low).tolist()
    width, height = max(width, ASPECT[0] * height), max(height, width / ASPECT[1])
    (x, y), (room_x, room_y) = ((low + high) / 2).tolist(), frame.tolist()
    return _place(x, width, room_x), _place(y, height, room_y), width, height


def _place(middle: float, length: float, room: float) -> float:
    """Return where a stretch starts: inside the room, or over both its ends where it is longer."""
    if length >= room:
        return (room - length) / 2
    return min(max(middle - length / 2, 0.0), room - length)


def _stills(analysis: Analysis, rep: RepMetrics, *, rows: list[int], box: Box, folder: Path) -> tuple[Still, ...]:
    stills = []
    for moment, at_s, row in zip(("Start", "Turn", "End"), _moments(rep), rows, strict=True):
        angle = say(_angle(analysis, rep, row), "°")
        label = f"{rep_name(rep)}, {moment.lower()}, {at_s:.1f} s: {say_joint(rep.joint)} {angle}"
        jpeg = still_path(folder, analysis.frame_index[row]).read_bytes()
        svg = _draw(analysis, rep.joint, row=row, box=box, jpeg=jpeg, label=label)
        stills.append(Still(svg, f"{moment} {at_s:.1f} s · {angle}"))
    return tuple(stills)


def _angle(analysis: Analysis, rep: RepMetrics, row: int) -> float:
    """Return the angle a rep is measured on; NaN where its range is withheld: two angles would tell it all the same."""
    if not rep.joint or np.isnan(rep.rom_deg):
        return float("nan")
    return float(analysis.angle(rep.joint)[row])


def _draw(analysis: Analysis, joint: str, *, row: int, box: Box, jpeg: bytes, label: str) -> str:
    """Return the picture with the body's segments over it, those of the measured joint in colour."""
    assert analysis.plan is not None
    width, height = analysis.plan.size_wh
    pen = box[3] / 100
    picture = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    bones = _paths(analysis, list(SKELETON), row)
    limbs = _paths(analysis, _measured(joint), row)
    strokes = (("bone-edge", 2.2, bones), ("bone", 1.1, bones), ("limb-edge", 3.4, limbs), ("limb", 2.0, limbs))
    drawn = "".join(f'<path class="{kind}" stroke-width="{wide * pen:.2f}" d="{d}"/>' for kind, wide, d in strokes if d)
    return (
        f'<svg class="still" viewBox="{" ".join(f"{each:.1f}" for each in box)}" role="img" '
        f'aria-label="{escape(label)}">'
        f'<image href="{picture}" x="0" y="0" width="{width}" height="{height}" preserveAspectRatio="none"/>'
        f"{drawn}</svg>"
    )


def _measured(joint: str) -> list[tuple[str, str]]:
    """Return the two segments of the measured joint, of both sides where both are measured."""
    if joint == TRUNK_LEAN:
        return [(f"{side}_shoulder", f"{side}_hip") for side in SIDES]
    names = list(INDEX)
    side = driven_side(joint)
    chains = [joint_indices(without_side(joint), each) for each in ([side] if side else SIDES)] if joint else []
    return [(names[one], names[other]) for chain in chains for one, other in pairwise(chain)]


def _paths(analysis: Analysis, segments: list[tuple[str, str]], row: int) -> str:
    """Return the segments whose ends are both seen, as one path."""
    parts = []
    for names in segments:
        at = [INDEX[name] for name in names]
        ends = analysis.track.xyz[row, at, :2]
        if np.isfinite(ends).all() and (analysis.track.visibility[row, at] >= VISIBILITY_GATE).all():
            (x1, y1), (x2, y2) = ends.tolist()
            parts.append(f"M{x1:.1f},{y1:.1f}L{x2:.1f},{y2:.1f}")
    return "".join(parts)
