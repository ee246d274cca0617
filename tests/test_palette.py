"""Colours everybody can tell apart, on a light page and on a dark one."""

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from core import palette
from core.palette import ACCENT, NEUTRAL, PHASE_COLORS, REP_COLORS, SET_COLORS, SIDE_COLORS, translucent

THEME = tomllib.loads((Path(__file__).parents[1] / ".streamlit" / "config.toml").read_text())["theme"]
LINE_CONTRAST, TEXT_CONTRAST = 3.0, 4.5  # WCAG 2.2, 1.4.11 and 1.4.3
DISTINCT_LAB = 20.0  # some ten times what an eye just notices
# Machado, Oliveira & Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency", IEEE TVCG 15:1291 (2009), severity 1, in linear RGB.
EYES = {
    "trichromat": np.eye(3),
    "protanope": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranope": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanope": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(color: str) -> np.ndarray:
    srgb = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    share = TO_XYZ @ rgb / TO_XYZ.sum(axis=1)
    x, y, z = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: str, other: str, *, eye: str) -> float:
    seen = [lab(np.clip(np.array(EYES[eye]) @ linear(color), 0, 1)) for color in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(TO_XYZ[1] @ linear(color)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_the_measures_give_the_known_answers():
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=0.01)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    np.testing.assert_allclose(lab(linear("#ffffff")), [100, 0, 0], atol=0.01)
    assert difference("#ff0000", "#008000", eye="deuteranope") < difference("#ff0000", "#008000", eye="trichromat") / 2


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(
    "colors",
    [SIDE_COLORS, PHASE_COLORS, REP_COLORS, SET_COLORS],
    ids=["sides", "phases", "reps", "sets"],
)
def test_colours_of_one_figure_differ_to_every_eye(colors, eye):
    colors = {name: color for name, color in colors.items() if name != "rest"}  # a pause like the other one
    close = {
        pair: round(difference(colors[pair[0]], colors[pair[1]], eye=eye), 1)
        for pair in combinations(colors, 2)
        if difference(colors[pair[0]], colors[pair[1]], eye=eye) < DISTINCT_LAB
    }
    assert close == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "color", sorted({ACCENT, NEUTRAL, *SIDE_COLORS.values(), *PHASE_COLORS.values(), *REP_COLORS.values()})
)
def test_every_line_stands_out_on_both_pages(color, scheme):
    assert contrast(color, THEME[scheme]["backgroundColor"]) >= LINE_CONTRAST


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("background", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("text", ["textColor", "linkColor", "primaryColor"])
def test_text_can_be_read_on_both_pages(scheme, background, text):
    assert contrast(THEME[scheme][text], THEME[scheme][background]) >= TEXT_CONTRAST


def test_no_colour_stands_alone():
    for names in ("SIDE_DASHES", "SIDE_PATTERNS", "SIDE_SYMBOLS"):
        assert len({getattr(palette, names)[side] for side in ("left", "right")}) == 2
    for names in ("PHASE_PATTERNS", "REP_DASHES", "REP_SYMBOLS"):
        values = list(getattr(palette, names).values())
        assert len(set(values)) == len(values)


def test_the_theme_draws_other_charts_in_the_same_colours():
    assert set(THEME["chartCategoricalColors"]) == {*SIDE_COLORS.values(), *PHASE_COLORS.values()}


def test_translucent_keeps_the_hue():
    assert translucent("#0072b2", 0.1) == "rgba(0, 114, 178, 0.1)"
