"""The colours of figures, players and reports: one set that reads on a light and on a dark page.

No colour stands alone: lines differ in their dash, bars in their pattern, markers in their symbol.
Hexadecimal sRGB, so that the worker can draw with them too.

Notes
-----
A figure cannot know the theme it is shown in, so every colour has at least 3:1 of contrast with
both backgrounds of ``.streamlit/config.toml``. Those that share a figure differ by at least 20 in
CIE L*a*b* to a trichromat and to somebody without one kind of cone; `tests/test_palette.py` checks it.

References
----------
Left and right: blue and vermilion of Okabe & Ito, "Color Universal Design", 2008.
Contrast of graphical objects: WCAG 2.2, success criterion 1.4.11.
"""

from core.landmarks import TRUNK_LEAN

NEUTRAL = "#7b8490"
"""What belongs to no side and no phase: the trunk, pauses, partial reps."""
ACCENT = "#128c46"
"""The set as a whole: means, trends."""

SIDE_COLORS = {"left": "#0072b2", "right": "#d55e00", TRUNK_LEAN: NEUTRAL}
SIDE_DASHES = {"left": "solid", "right": "7px,3px", TRUNK_LEAN: "solid"}
SIDE_PATTERNS = {"left": "", "right": "/"}
SIDE_SYMBOLS = {"left": "diamond", "right": "square", TRUNK_LEAN: "diamond"}

PHASE_COLORS = {"eccentric": ACCENT, "concentric": "#b04ac8", "pause": NEUTRAL, "rest": NEUTRAL}
PHASE_PATTERNS = {"eccentric": "/", "concentric": "", "pause": ".", "rest": "x"}
"""Pauses are alike in colour; where they lie tells them apart, and the pattern."""

REP_COLORS = {"whole": ACCENT, "partial": NEUTRAL, "edited": "#b04ac8"}
REP_DASHES = {"whole": "solid", "partial": "6px,4px", "edited": "2px,3px"}
REP_SYMBOLS = {"whole": "circle", "partial": "circle-open", "edited": "diamond-open"}

SET_COLORS = {"one": ACCENT, "other": "#b04ac8"}
SET_DASHES = {"one": "solid", "other": "7px,3px"}
"""Two sets side by side, A and B."""


def translucent(color: str, opacity: float) -> str:
    """Return a colour as CSS ``rgba()``: bands and faint lines, over whichever background there is."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity:g})"
