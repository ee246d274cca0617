"""Charts as SVG, written by hand: scales, axes, lines, bars and a legend, with text as text.

Colours and strokes are CSS classes of ``report.css``, so one drawing serves light, dark and print.
Lengths are CSS px at the chart's own width.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TEXT_PX = 10.5
"""Size of the text in a chart, as in ``report.css``."""
_CHARACTER_PX = 0.56 * TEXT_PX
"""A character's mean width in a wide sans-serif."""


@dataclass(frozen=True)
class Plot:
    """The plotting area of a chart and its scales.

    Attributes
    ----------
    left, top, right, bottom
        Edges in px.
    x_range, y_range
        Data values at the left and right, and at the bottom and top edge.
    """

    left: float
    top: float
    right: float
    bottom: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        """Return the px of a data value across."""
        low, high = self.x_range
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return the px of a data value up."""
        low, high = self.y_range
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def wrap(width: float, height: float, parts: Iterable[str], *, label: str) -> str:
    """Return a whole SVG; `label` is what a screen reader says."""
    body = "".join(parts)
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg class="chart" {size} role="img" aria-label="{escape(label)}">{body}</svg>'


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "label") -> str:
    """Return a line of text with its baseline at (x, y)."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def line(start: tuple[float, float], end: tuple[float, float], *, kind: str) -> str:
    """Return a straight line."""
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line class="{kind}" {ends}/>'


def rect(left: float, top: float, *, width: float, height: float, kind: str, fill: str = "") -> str:
    """Return a rectangle; `fill` names a pattern of `hatch`."""
    pattern = f' fill="url(#{fill})"' if fill else ""
    size = f'x="{left:.1f}" y="{top:.1f}" width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}"'
    return f'<rect class="{kind}" {size}{pattern}/>'


def hatch(name: str) -> str:
    """Return the definition of a diagonal pattern that reads without colour."""
    return (
        f'<defs><pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse">'
        '<rect class="hatch-ground" width="5" height="5"/>'
        '<path class="hatch-line" d="M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2"/></pattern></defs>'
    )


def curve(xs: Floats, ys: Floats, plot: Plot, *, kind: str) -> str:
    """Return a line through data points, interrupted where `ys` is NaN."""
    known = np.isfinite(ys)
    edges = [0, *(np.flatnonzero(np.diff(known)) + 1).tolist(), len(ys)]
    runs = [(low, high) for low, high in pairwise(edges) if high - low > 1 and known[low]]
    return "".join(f'<polyline class="{kind}" points="{_points(xs[a:b], ys[a:b], plot)}"/>' for a, b in runs)


def band(xs: Floats, low: Floats, high: Floats, plot: Plot, *, kind: str) -> str:
    """Return the area between two curves without NaN."""
    return f'<polygon class="{kind}" points="{_points(xs, high, plot)} {_points(xs[::-1], low[::-1], plot)}"/>'


def marker(x: float, y: float, *, kind: str) -> str:
    """Return a dot."""
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _points(xs: Floats, ys: Floats, plot: Plot) -> str:
    return " ".join(f"{plot.x(x):.1f},{plot.y(y):.1f}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True))


def axes(plot: Plot, *, x_title: str = "", y_title: str = "", x_ticks: Sequence[float] | None = None) -> str:
    """Return gridlines and labels of both axes; without `x_ticks` there is none across."""
    parts = []
    for value in nice_ticks(*plot.y_range, most=max(2, int((plot.bottom - plot.top) / 28))):
        y = plot.y(value)
        parts.append(line((plot.left, y), (plot.right, y), kind="zero" if value == 0 else "grid"))
        parts.append(text(plot.left - 5, y + 3.5, _plain(value), anchor="end"))
    for value in x_ticks or ():
        parts.append(text(plot.x(value), plot.bottom + 13, _plain(value), anchor="middle"))
    if x_title:
        parts.append(text(plot.right, plot.bottom + 26, x_title, anchor="end"))
    if y_title:
        parts.append(text(0, plot.top - 9, y_title))
    return "".join(parts)


def nice_ticks(low: float, high: float, *, most: int) -> list[float]:
    """Return at most `most` round values (steps of 1, 2, 5 times a power of ten) inside a range, at least two steps."""
    rough = (high - low) / max(1, most)
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * factor for factor in (1, 2, 5, 10) if scale * factor >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 10) + 0.0 for index in range(first, math.floor(high / step + 1e-9) + 1)]


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def legend(items: Sequence[tuple[str, str]], *, right: float, y: float) -> str:
    """Return keys and names in one row that ends at `right`; an item is a class of a line and its name."""
    parts: list[str] = []
    x = right - sum(_key_px(name) for _, name in items)
    for kind, name in items:
        parts += [line((x, y - 3.5), (x + 18, y - 3.5), kind=kind), text(x + 22, y, name)]
        x += _key_px(name)
    return "".join(parts)


def _key_px(name: str) -> float:
    return 30 + len(name) * _CHARACTER_PX


def fits(words: str, width: float) -> bool:
    """Whether words of a chart fit into a width in px."""
    return len(words) * _CHARACTER_PX <= width


def every(count: int, *, width: float, widest: str) -> int:
    """Return every how many of `count` labels side by side in a width can be written: 1, 2, 5, 10, ..."""
    slot = width / max(1, count)
    needed = (len(widest) + 0.5) * _CHARACTER_PX / slot
    return next((step for step in (1, 2, 5, 10, 20, 50) if step >= needed), 100)
