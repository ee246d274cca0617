"""What a browser draws over and beside the clip: landmarks, angle and reps as compact numbers.

Landmarks travel as base64 of little-endian integers. Absence has a code of its own in each of them,
so that a browser can tell what was not seen from what is at the edge of the picture.
"""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.landmarks import DRAWN, INDEX, SIDES, SKELETON
from core.pipeline import Analysis
from core.plots import joint_title, plot_joint

ABSENT_XY = 65535
"""Code of a landmark that was not seen, in the 16 bits of a coordinate."""
MARGIN = 0.5
"""Coordinates are sent for landmarks up to this share of the frame outside it; further out they are a mistake."""

Floats = NDArray[np.float64]


def pack_overlay(analysis: Analysis) -> dict[str, Any] | None:
    """Return the landmarks to draw over the clip, as JSON types.

    Returns
    -------
    dict or None
        None for landmarks without a clip. Else ``size_wh`` px of the analysed frame, ``segments`` and ``sides``
        of the drawn landmarks, ``margin``, and in base64: ``time_ms`` uint32 ``(n,)``; ``xy`` uint16 ``(n, 17, 2)``,
        0 to 65534 from `MARGIN` before to `MARGIN` behind the frame, `ABSENT_XY` where unseen; ``visibility`` uint8
        ``(n, 17)``, 255 is 1.
    """
    if analysis.plan is None:
        return None
    rows = [INDEX[name] for name in DRAWN]
    size_wh = np.array(analysis.plan.size_wh, float)
    share = (analysis.track.xyz[:, rows, :2] / size_wh + MARGIN) / (1 + 2 * MARGIN)
    is_seen = ((share >= 0) & (share <= 1)).all(axis=2, keepdims=True)  # NaN compares as False
    visibility = np.nan_to_num(analysis.track.visibility[:, rows], nan=0.0)
    return {
        "size_wh": list(analysis.plan.size_wh),
        "names": list(DRAWN),
        "segments": [[DRAWN.index(one), DRAWN.index(other)] for one, other in SKELETON],
        "sides": [next((side for side in SIDES if name.startswith(side)), "") for name in DRAWN],
        "margin": MARGIN,
        "time_ms": _encode(analysis.track.time_s * 1000, "<u4"),
        "xy": _encode(np.where(is_seen, share * (ABSENT_XY - 1), ABSENT_XY), "<u2"),
        "visibility": _encode(np.clip(visibility, 0, 1) * 255, "u1"),
    }


def pack_driving(analysis: Analysis) -> dict[str, Any] | None:
    """Return the angle the reps are measured on and the landmark it belongs to; None where nothing repeats.

    ``degrees`` is float32 ``(n,)`` in base64, NaN where not measured: rounded once, by who shows it, as in the report.
    """
    joint = analysis.metrics.joint
    if joint is None:
        return None
    return {
        "joint": joint,
        "words": joint.replace("_", " "),
        "landmark": DRAWN.index(analysis.landmark_beside(joint)),
        "degrees": base64.b64encode(analysis.angle(joint).astype("<f4").tobytes()).decode(),
    }


def pack_reps(analysis: Analysis) -> list[dict[str, Any]]:
    """Return one entry a row of ``analysis.metrics.reps``; None for what was not measured."""
    names = ("is_partial", "is_edited", "side", "start_s", "turn_s", "end_s", "eccentric_s", "concentric_s", "rom_deg")
    return [
        {"row": row, "number": rep.rep, **{name: _known(getattr(rep, name)) for name in names}}
        for row, rep in enumerate(analysis.metrics.reps)
    ]


def pack_curves(analysis: Analysis, joints: list[str]) -> list[dict[str, Any]]:
    """Return each joint's traces as a Plotly figure in JSON; bands, words and axes but for a range are the player's."""
    packed = []
    for joint in joints:
        figure = plot_joint(analysis, joint)
        figure.layout = {"template": "none", "yaxis": {"range": figure.layout.yaxis.range}}
        for trace in figure.data:
            trace.x, trace.y = np.asarray(trace.x, np.float32), np.asarray(trace.y, np.float32)
        packed.append({"joint": joint, "title": joint_title(joint), "figure": figure.to_json()})
    return packed


def _encode(values: NDArray[Any], dtype: str) -> str:
    """Return the values, rounded, as base64 of integers."""
    return base64.b64encode(np.round(values).astype(dtype).tobytes()).decode()


def _known(value: object) -> object:
    return None if isinstance(value, float) and np.isnan(value) else value
