"""The guide cannot drift from the product: errors, exercises, pictures."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from core import errors
from core.compare.errors_measured import APART
from core.exercises import CUE_RULES, EXERCISES
from core.history.store import UNDO_SECONDS
from core.mannequin.pictures import PICTURES, SIZE_WH, draw
from pages.components import gallery, guide
from pages.components.troubles import TROUBLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROSE = " ".join(README.split())  # a sentence stays one wherever its lines are broken
SAYINGS = [says for troubles in TROUBLES.values() for trouble in troubles for says in trouble.says]
OFF_PAGE = {"LandmarksError"}
"""Told on the command line only."""
A_BUG = ("A report may not load anything, but asks for ",)


@cache
def family() -> set[str]:
    """Return the names of all errors of the tree, wherever they are defined."""
    found = {errors.AnalysisError.__name__}
    for path in (ROOT / "core").rglob("*.py"):  # subclasses live beside what raises them
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                found.add(node.name)
    return found


def text_of(node: ast.expr) -> str:
    """Return a literal with … for what is filled in; empty for what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


@cache
def messages() -> list[tuple[str, str]]:
    """Return (error, text) of every error the product can make, as far as its text stands in the call."""
    found = []
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        if path == ROOT / "core" / "__main__.py":
            continue  # the command line: what it says never reaches a page
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if name in family() and node.args and text_of(node.args[0]):
                found.append((name, text_of(node.args[0])))
    return found


@cache
def literals() -> set[str]:
    """Return every string of the product, filled in with …."""
    found: set[str] = set()
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]:
        if path.name != "troubles.py":
            found |= {text_of(node) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.expr)}
    return found


def fits(says: str, text: str) -> bool:
    """Tell whether an error's text begins as the guide quotes it."""
    pattern = ".*".join(re.escape(part) for part in says.split("…"))
    return re.match(pattern, text, re.DOTALL) is not None


def test_errors_are_found():
    assert len(messages()) > 40


def test_every_error_has_its_entry():
    missing = [
        f"{name}: {text}"
        for name, text in messages()
        if name not in OFF_PAGE
        and text not in A_BUG
        and not text.startswith(A_BUG)
        and not any(fits(says, text) for says in SAYINGS)
    ]
    assert missing == []


def test_every_entry_quotes_what_the_product_says():
    assert [says for says in SAYINGS if not any(fits(says, text) for text in literals())] == []


def test_every_kind_of_error_is_in_the_guide():
    quoted = {name for name, text in messages() if any(fits(says, text) for says in SAYINGS)}
    kinds = {
        error.__name__ for error in vars(errors).values() if isinstance(error, type) and issubclass(error, Exception)
    }
    assert kinds - quoted - OFF_PAGE == {"AnalysisError"}


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_an_exercise_is_filmed_from_where_a_cue_of_it_is_seen(exercise):
    views = [CUE_RULES[kind].views for kind in exercise.cues]
    assert not views or any(any(view.startswith(exercise.film_from) for view in each) for each in views)


def test_pictures_are_there_small_and_of_the_size_the_page_keeps_for_them():
    import cv2

    names = {picture.name for picture in PICTURES}
    assert {shot.name for shot in (*guide._PLACES, *guide._MISTAKES)} <= names
    assert SIZE_WH == gallery.SIZE_WH
    for name in names:
        path = ROOT / "pages" / "pictures" / f"{name}.jpg"
        assert path.stat().st_size < 25_000
        assert cv2.imread(str(path)).shape == (SIZE_WH[1], SIZE_WH[0], 3)


def test_a_stored_picture_is_what_the_mannequin_draws():
    import cv2
    import numpy as np

    picture = next(each for each in PICTURES if each.name == "side")
    stored = cv2.cvtColor(cv2.imread(str(ROOT / "pages" / "pictures" / "side.jpg")), cv2.COLOR_BGR2RGB)
    assert np.abs(draw(picture).astype(int) - stored).mean() < 4


def errors_seen_from(place: str) -> list[float]:
    """Return the README's row of angle errors: knee, hip, elbow, shoulder, trunk lean, range of motion."""
    return [float(cell) for cell in re.search(rf"^\| {place} \|(.*)\|$", README, re.MULTILINE)[1].split("|")]


def test_the_accuracy_of_each_number_is_that_of_the_readme_and_of_the_comparison():
    text = guide._explain_numbers()
    knee, hip, elbow, shoulder, _, _ = errors_seen_from("side")
    assert f"knee {knee}°, hip {hip}°, elbow {elbow}°, shoulder {shoulder}°" in text
    exact, within = re.search(r"\| phone and web clips \| 56 \| (\S+) \| (\S+) \|", README).groups()
    assert f"{100 * float(exact):.0f} % of 56 real clips exact, {100 * float(within):.0f} % within one" in text
    assert (
        f"**Range of motion (ROM)** | How far the angle travels in a rep. | within {APART['rom_deg'][-1]:.0f}°" in text
    )
    assert "half of them within 0.05 s" in text
    assert "met within 33 ms (median)" in PROSE


def test_what_is_said_of_camera_places_is_what_the_readme_measured():
    side, oblique, front = (errors_seen_from(place) for place in ("side", "60°", "front"))
    assert max(far - near for far, near in zip(oblique, side, strict=True)) == pytest.approx(2, abs=0.5)
    assert all(10 <= error <= 15 for error in front[:4])
    assert "up to 20° short for push-ups" in PROSE
    assert "up to 20° short" in guide._PLACING["push_up"]


def test_a_cue_is_quoted_with_the_number_from_which_on_it_is_given():
    assert guide._say_from(CUE_RULES["squat_depth"]) == "thigh stopped 10° or more above parallel"
    assert all("or more" in guide._say_from(rule) for rule in CUE_RULES.values())
    assert guide._PLACING.keys() <= {exercise.name for exercise in EXERCISES}


def test_the_times_of_the_privacy_chapter_are_those_of_the_product():
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "disconnectedSessionTTL = 600" in config
    assert UNDO_SECONDS == 10
