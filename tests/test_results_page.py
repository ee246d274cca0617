"""The Results page after a correction, and what it says of results that are there, or not any more."""

import json

from streamlit.testing.v1 import AppTest

from pages.components.state import Result
from tests.test_pages import page, text_of


def visit(*seeded: Result) -> AppTest:
    app = page("results")
    app.session_state["results"] = {each.key: each for each in seeded}
    return app.run()


def choose(app: AppTest, label: str, name: str | None) -> AppTest:
    """Choose from a list; None is its first line, "Automatic"."""
    box = next(box for box in app.selectbox if box.label == label)
    app = (box.select_index(0) if name is None else box.set_value(name)).run()
    assert not app.exception
    return app


def drawn(app: AppTest) -> list[str]:
    """Return the joints whose curves are drawn, the first first."""
    (workbench,) = (part for part in app.get("bidi_component") if part.proto.component_name == "repscope_workbench")
    curves = json.loads(workbench.proto.json)[0]["curves"]
    return [curve["joint"] for curve in curves]


def pick(app: AppTest, *joints: str) -> AppTest:
    (pills,) = app.pills
    return pills.set_value(list(joints)).run()


def test_the_joint_measured_after_a_correction_is_drawn_first(result):
    app = visit(result)
    assert drawn(app) == ["knee", "hip"]
    assert drawn(choose(app, "Count on", "left_hip"))[0] == "hip"
    assert drawn(choose(app, "Count on", "trunk_lean"))[0] == "trunk_lean"
    assert drawn(choose(app, "Count on", "left_elbow"))[0] == "elbow", "also where it shows no reps"
    choose(app, "Count on", None)
    assert drawn(choose(app, "Exercise", "deadlift"))[0] == "hip", "its depth is measured on the hip"


def test_curves_picked_by_hand_stay_for_the_joint_they_were_picked_for(result):
    app = pick(visit(result), "knee", "ankle")
    assert drawn(choose(app, "Exercise", "lunge")) == ["knee", "ankle"]
    assert drawn(choose(app, "Count on", "left_hip"))[0] == "hip"
    assert drawn(choose(app, "Count on", None)) == ["knee", "ankle"]
