"""The Results page after a correction, and what it says of results that are there, or not any more."""

import json
import math
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.corrections import Corrections, delete_rep, mark_partial
from core.pipeline import correct
from core.recognition import Recognition
from core.spool import get_spool
from core.view import View
from core.worker import get_pool
from pages.components.corrections import AUTOMATIC
from pages.components.state import MAX_RESULTS, Result, Run
from tests.report_case import make_analysis, still_clip
from tests.test_pages import deleter, page, text_of
from tests.worker_tasks import give


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


def test_automatic_is_a_choice_and_offers_nothing_to_clear(result):
    """From the second run on both lists had a cross at "Automatic", as if it were not the first of their lines."""
    app = visit(result)
    for _ in range(2):
        lists = {box.label: box for box in app.selectbox if box.label in ("Count on", "Exercise")}
        assert [box.proto.HasField("default") for box in lists.values()] == [True, True]
        app.run()


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
    assert next(box for box in app.selectbox if box.label == "Count on").value == AUTOMATIC


def test_the_exercise_found_comes_first_in_its_box(result):
    """A phone cuts what is longer than some 20 letters."""
    box = next(box for box in visit(result).selectbox if box.label == "Exercise")
    assert box.options[0] == "Squat (auto)"


def test_the_time_under_tension_is_named_by_what_it_is(result):
    labels = {metric.label: metric.value for metric in visit(result).metric}
    seconds = result.analysis.metrics.time_under_tension_s
    assert labels["Time in reps and pauses"] == f"{seconds:.0f} s"


def test_where_the_joint_chosen_shows_no_rep_automatic_is_offered_with_what_it_counts(result):
    app = visit(result)
    offer = "Automatic counts 5 reps."
    assert offer not in text_of(choose(app, "Count on", "left_hip"))
    choose(app, "Count on", "left_elbow")
    assert held(app).analysis.rep_count == 0
    assert offer in text_of(app)
    app.button(key="result_automatic").click().run()
    assert held(app).analysis.rep_count == 5
    assert offer not in text_of(app)
    assert next(box for box in app.selectbox if box.label == "Count on").value == AUTOMATIC
    assert not app.exception


def test_where_a_trainer_took_every_rep_out_nothing_is_offered(result):
    chosen = correct(result.analysis, Corrections(joint="left_elbow", reps=()))
    assert chosen.rep_count == 0
    assert "result_automatic" not in {button.key for button in visit(replace(result, analysis=chosen)).button}


def test_where_automatic_counts_no_more_than_the_joint_chosen_nothing_is_offered(result):
    chosen = correct(still_clip(), Corrections(joint="left_elbow"))
    assert chosen.rep_count == correct(chosen, Corrections()).rep_count == 0
    app = visit(replace(result, analysis=chosen))
    assert "result_automatic" not in {button.key for button in app.button}


def test_another_joint_replaces_nothing_where_nothing_was_edited(result):
    assert REPLACED not in text_of(choose(visit(result), "Count on", "left_hip"))


def test_a_result_that_made_room_is_told_of(result):
    seeded = [replace(result, request=replace(result.request, max_frames=100 + at)) for at in range(MAX_RESULTS)]
    oldest = replace(seeded[0], clip=replace(result.clip, name="monday *pb*.mp4"))

    def hold_another() -> None:
        import streamlit as st

        from pages.components.state import hold_result

        hold_result(st.session_state["another"])

    app = AppTest.from_function(hold_another)
    app.session_state["results"] = {each.key: each for each in [oldest, *seeded[1:]]}
    app.session_state["another"] = replace(result, request=replace(result.request, frame_skip=9))
    app.run()
    assert not app.exception

    shown = page("results")
    for name in ("results", "results_gone"):
        shown.session_state[name] = app.session_state[name]
    assert "A visit holds 24 results: monday *pb*.mp4 made room for newer ones." in text_of(shown.run())
    shown.session_state["results_gone"] = [*app.session_state["results_gone"], "tuesday.mp4"]
    assert "24 results: 2 made room for newer ones, the last of them tuesday.mp4." in text_of(shown.run())


def test_how_many_results_stay_is_said_before_there_is_one():
    assert f"the newest {MAX_RESULTS} results stay here for the rest of your visit" in text_of(page("results").run())


def test_a_result_deleted_by_hand_is_not_told_of(result):
    other = replace(result, request=replace(result.request, frame_skip=4))
    app = visit(result, other)
    deleter(app).click().run()
    assert "made room" not in text_of(app)


def test_form_that_is_not_judged_says_why_as_the_report_does(result):
    unknown = replace(result.analysis, recognition=Recognition(None, 0.3, "unknown"), cues=())
    app = visit(replace(result, analysis=unknown))
    assert "Form" in [heading.value for heading in app.subheader]
    assert unknown.say_checked() in [caption.value for caption in app.caption]
    assert "was not recognised, so its form was not judged" in unknown.say_checked()


def test_form_is_not_spoken_of_where_there_is_no_rep(result):
    app = visit(replace(result, analysis=still_clip()))
    assert "0 reps" in text_of(app)
    assert "Form" not in [heading.value for heading in app.subheader]


def end_a_run(result: Result, *, on: str) -> AppTest:
    """Open a page of the app in the moment in which an analysis has ended."""
    job = get_pool().submit(give, result.analysis)
    job.result(60)
    app = page("shell").run()
    app.session_state["clip"] = result.clip
    app.session_state["run"] = Run(result.clip, result.request, job, get_spool().make_folder(result.clip.file.token))
    app = app.switch_page(on).run()
    assert not app.exception
    assert app.session_state["run"] is None
    return app


def test_a_result_that_opens_is_not_told_of_besides(result):
    app = end_a_run(result, on="analyze.py")
    assert "5 reps" in text_of(app)
    assert not app.toast, "on a phone it covers the navigation"


def test_a_result_that_comes_in_meanwhile_is_told_of_on_the_other_page(result):
    app = end_a_run(replace(result, clip=replace(result.clip, name="monday *pb*.mp4")), on="guide.py")
    assert [toast.value for toast in app.toast] == [r"monday \*pb\*\.mp4: 5 reps"]


def test_a_withheld_time_under_tension_says_why(result):
    why = "too few frames a second for the pause after rep 2"
    metrics = replace(result.analysis.metrics, time_under_tension_s=math.nan, time_under_tension_note=why)
    app = visit(replace(result, analysis=replace(result.analysis, metrics=metrics)))
    (shown,) = (metric for metric in app.metric if metric.label == "Time in reps and pauses")
    assert (shown.value, shown.proto.help) == ("–", why)


def test_a_pause_that_was_not_measured_is_explained_beside_the_tempo(result):
    def help_of(tempo: str) -> str:
        metrics = replace(result.analysis.metrics, tempo=tempo)
        app = visit(replace(result, analysis=replace(result.analysis, metrics=metrics)))
        return next(metric.proto.help for metric in app.metric if metric.label.startswith("Tempo"))

    assert help_of("1.1-0.0-0.9-?").endswith("? is a pause between reps that was not measured")
    assert "?" not in help_of("1.1-0.0-0.9-0.4")


@pytest.mark.parametrize(
    ("view", "pct", "said"),
    [
        ("front", 60.0, "60 %, left"),
        ("front", -5.0, "5 %, within error"),
        ("unknown", -60.0, "60 %, right, error not known"),
        ("unknown", 0.2, "0 %, error not known"),
    ],
)
def test_left_against_right_with_what_is_known_of_its_error(result, view, pct, said):
    front = make_analysis(reps=3, exercise="lateral_raise", yaw_deg=0)
    analysis = replace(
        front,
        metrics=replace(front.metrics, asymmetry_pct=pct),
        view=View(view, front.view.yaw_deg, "upright", 0.5, ""),
    )
    app = visit(replace(result, analysis=analysis))
    assert next(metric.value for metric in app.metric if metric.label == "Left against right") == said
