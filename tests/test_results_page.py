"""The Results page after a correction, and what it says of results that are there, or not any more."""

import json
from dataclasses import replace

from streamlit.testing.v1 import AppTest

from core.corrections import Corrections, delete_rep, mark_partial
from core.pipeline import correct
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


def with_edits(result: Result) -> Result:
    """The same after the trainer took out rep 1 and called the next one partial."""
    reps = mark_partial(delete_rep(result.analysis.count.all_reps, 0), 0, is_partial=True)
    corrections = Corrections(reps=reps)
    return replace(result, analysis=correct(result.analysis, corrections), steps=(Corrections(),))


def held(app: AppTest) -> Result:
    (result,) = app.session_state["results"].values()
    return result


REPLACED = "Your edited reps were replaced by a new count"


def test_another_exercise_keeps_edited_reps(result):
    edited = with_edits(result)
    app = choose(visit(edited), "Exercise", "lunge")
    assert held(app).analysis.count.all_reps == edited.analysis.count.all_reps
    assert "3 reps" in text_of(app)
    assert REPLACED not in text_of(app)


def test_another_joint_says_that_it_replaces_edited_reps_and_undo_brings_them_back(result):
    edited = with_edits(result)
    app = visit(edited)
    assert REPLACED not in text_of(app)
    choose(app, "Exercise", "lunge")
    choose(app, "Count on", "left_hip")
    assert "5 reps" in text_of(app)
    assert REPLACED in text_of(app)
    app.button(key="result_undo").click().run()
    assert held(app).analysis.count.all_reps == edited.analysis.count.all_reps
    assert held(app).analysis.corrections.exercise == "lunge"
    assert "3 reps" in text_of(app)
    assert REPLACED not in text_of(app)
    assert next(box for box in app.selectbox if box.label == "Count on").value is None


def test_another_joint_replaces_nothing_where_nothing_was_edited(result):
    assert REPLACED not in text_of(choose(visit(result), "Count on", "left_hip"))
