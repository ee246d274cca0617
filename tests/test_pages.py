"""Every page: alone and empty, with a seeded result, through the shell, and with bad uploads."""

import errno
import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from core.corrections import Corrections
from core.cues import Cue
from core.errors import AnalysisError
from core.settings import load_settings
from core.spool import MB, get_spool
from pages.components.batch_table.table import _describe_depth
from pages.components.corrections import in_words
from pages.components.downloads import file_stem
from pages.components.state import Result

ROOT = Path(__file__).parent.parent
TIMEOUT_S = 60


def page(name: str) -> AppTest:
    return AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=TIMEOUT_S)


def text_of(app: AppTest) -> str:
    """Return what a page says, with signs that were kept from being markup as they are seen."""
    elements = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return re.sub(r"\\(?=[!-/:-@\[-`{-~])", "", "\n".join(str(element.value) for element in elements))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("shell", "Analyze a set"), ("analyze", "Analyze a set"), ("results", "No result yet"), ("guide", "How to film")],
)
def test_every_page_stands_alone_and_empty(name, expected):
    app = page(name).run()
    assert not app.exception
    assert expected in text_of(app)


def table_of(app) -> dict:
    """Return what the table of reps is given: ``columns`` and ``rows``."""
    (table,) = (part for part in app.get("bidi_component") if part.proto.component_name == "repscope_rep_table")
    return json.loads(table.proto.json)[0]


def titles(table: dict) -> list[str]:
    return [column["title"] for column in table["columns"]]


def test_results_shows_what_the_session_has(result):
    app = page("results")
    app.session_state["results"] = {(result.clip.file.sha256, result.request): result}
    app.run()
    assert not app.exception
    assert "5 reps" in text_of(app)
    (cost,) = (box for box in app.expander if box.label == "What it took")
    metrics = {metric.label: metric.value for metric in cost.metric}
    assert metrics["Memory, peak together"] == f"{result.analysis.peak_mb + 150:.0f} MB"
    assert {"Decode", "Pose", "Rest", "Processing time", "Worker", "Web process"} <= set(metrics)
    table = table_of(app)
    assert [row["tag"] for row in table["rows"]] == ["1", "2", "3", "4", "5"]
    first = ["Rep", "Range (°)", "Duration (s)", "Lowering (s)"]
    assert titles(table)[:4] == first, "columns that say nothing are left out"
    assert "Peak velocity (°/s)" in titles(table)


def test_velocity_is_left_out_where_the_rate_is_too_low(result):
    from core.mannequin import Filming, compute_truth, plan_steady
    from core.pipeline import summarize

    track = compute_truth(plan_steady("squat", count=5), filming=Filming(fps=8)).track
    slow = replace(result, analysis=summarize(track))
    app = page("results")
    app.session_state["results"] = {("sha", result.request): slow}
    app.run()
    assert "Peak velocity (°/s)" not in titles(table_of(app))


def with_clip_name(result: Result, name: str) -> Result:
    return replace(result, clip=replace(result.clip, name=name))


def test_one_result_needs_no_list_and_is_named(result):
    app = page("results")
    app.session_state["results"] = {result.key: result}
    app.run()
    assert "Result" not in [box.label for box in app.selectbox]
    assert "set.mp4" in text_of(app)
    assert "640 px" not in text_of(app)


def test_the_list_of_results_says_nothing_that_a_correction_changes(result):
    coarse = replace(result, request=replace(result.request, frame_skip=4))
    other = with_clip_name(result, "other.mp4")
    app = page("results")
    app.session_state["results"] = {
        result.key: result,
        coarse.key: coarse,
        ("another sha", result.request): other,
        ("a third sha", result.request): other,
    }
    app.run()
    box = next(box for box in app.selectbox if box.label == "Result")
    assert box.options == [
        "other.mp4 (2)",
        "other.mp4",
        "set.mp4 (frame skip 4, 480 px)",
        "set.mp4 (frame skip auto, 480 px)",
    ]
    box.set_value(("a third sha", result.request)).run()
    assert not app.exception
    assert app.session_state["results_chosen"] == ("a third sha", result.request)


def test_naming_the_joint_recounts(result):
    app = page("results")
    app.session_state["results"] = {(result.clip.file.sha256, result.request): result}
    app.run()
    joint = next(box for box in app.selectbox if box.label == "Count on")
    joint.set_value("left_knee").run()
    assert not app.exception
    assert "Counted on: Left knee" in text_of(app)
    assert "5 reps" in text_of(app)


def wait_for(app: AppTest, is_true) -> AppTest:
    deadline = time.monotonic() + TIMEOUT_S
    while not is_true(app) and time.monotonic() < deadline:
        time.sleep(0.3)
        app.run()
    assert is_true(app), text_of(app)
    return app


@pytest.mark.model
def test_the_sample_clip_is_analysed_from_the_page():
    app = page("shell").run()
    app.button(key="analyze_sample").click().run()
    assert not app.exception
    facts = {metric.label: metric.value for metric in app.metric}
    assert facts["Duration"] == "12.8 s"
    assert facts["Resolution"] == "480 × 640"
    app.select_slider(key="analyze_skip").set_value(6).run()
    assert {metric.label: metric.value for metric in app.metric}["Effective rate"] == "5.0 Hz"
    assert "Good for count." in text_of(app)
    assert "Too few frames a second for range of motion, tempo and velocity." in text_of(app)
    assert "with Auto, range of motion and tempo are measured too" in text_of(app)
    app.button(key="analyze_start").click().run()
    wait_for(app, lambda app: "reps" in text_of(app))
    assert "5 reps" in text_of(app)
    assert "5.0 frames a second were analysed" in text_of(app)
    assert "with Auto, range of motion and tempo are measured too" in text_of(app)
    app.switch_page("analyze.py").run()
    assert app.button(key="analyze_show")
    app.select_slider(key="analyze_skip").set_value("auto").run()
    assert "These settings have not been analysed yet" in text_of(app)
    app.select_slider(key="analyze_skip").set_value(6).run()
    app.button(key="analyze_show").click().run()
    assert "5 reps" in text_of(app)


@pytest.mark.model
def test_the_sample_clip_asked_for_again_does_not_cancel_its_analysis():
    app = page("shell").run()
    app.button(key="analyze_sample").click().run()
    app.button(key="analyze_start").click().run()
    job = app.session_state["run"].job
    app.button(key="analyze_sample").click().run()
    wait_for(app, lambda app: app.session_state["run"] is None)
    assert job.result().rep_count == 5
    app.switch_page("analyze.py").run()
    app.button(key="analyze_remove").click().run()
    app.button(key="analyze_sample").click().run()
    assert "clip" in app.session_state


@pytest.mark.model
def test_a_disk_without_room_for_the_result_is_said_at_the_start(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    app = page("shell").run()
    app.button(key="analyze_sample").click().run()
    with monkeypatch.context() as full:
        full.setattr(Path, "mkdir", refuse)
        app.button(key="analyze_start").click().run()
    assert not app.exception
    assert "There is no room" in text_of(app)
    app.button(key="analyze_start").click().run()
    assert "There is no room" not in text_of(app)
    app.button(key="analyze_cancel").click().run()


@pytest.mark.model
def test_cancel_frees_the_worker_within_a_second():
    from core.worker import get_pool
    from tests.worker_tasks import count

    app = page("analyze").run()
    app.button(key="analyze_sample").click().run()
    app.button(key="analyze_start").click().run()
    wait_for(app, lambda app: "run" in app.session_state and app.session_state["run"].last is not None)
    started = time.monotonic()
    app.button(key="analyze_cancel").click().run()
    assert app.session_state["run"] is None
    job = get_pool().submit(count, 3)
    while job.state == "queued":
        time.sleep(0.01)
    assert time.monotonic() - started < 1.0 + 1.0  # the page's own rerun is the second second
    assert job.result(30) is not None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"just text" * 20, "no clip RepScope reads"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(2000), "cannot be opened: it has no readable index"),
    ],
    ids=["text", "no index"],
)
def test_a_bad_file_is_explained_and_the_next_one_works(tmp_path, data, message):
    from pages.components.job import probe_clip

    (tmp_path / "bad.mp4").write_bytes(data)
    file = get_spool().copy_in(tmp_path / "bad.mp4")
    with pytest.raises(AnalysisError, match=message):
        probe_clip(file)
    sample = get_spool().copy_in(ROOT / "models" / "sample_squats.mp4")
    assert probe_clip(sample).duration_s == pytest.approx(12.8, abs=0.1)


def test_a_clip_whose_facts_take_too_long_gets_advice_of_its_own(monkeypatch):
    from pages.components import job

    monkeypatch.setattr(job, "PROBE_TIMEOUT_S", 0.0)
    job._probe_pool.clear()
    try:
        app = page("analyze").run()
        receipt = get_spool().receipt(get_spool().copy_in(ROOT / "models" / "sample_squats.mp4").token)
        app.file_uploader(key="analyze_upload").upload("mine.mp4", receipt, "video/mp4").run()
    finally:
        job._probe_pool.clear()
    assert "The clip's facts could not be read: " in text_of(app)
    assert "longer than 0 s" in text_of(app)
    assert "JOB_TIMEOUT_SECONDS" not in text_of(app)


def test_bytes_that_are_no_receipt_are_no_clip():
    app = page("analyze").run()
    app.file_uploader(key="analyze_upload").upload("forged.mp4", b"repscope-receipt-guess", "video/mp4").run()
    assert "The clip is no longer on the server" in text_of(app)


def test_an_uploaded_receipt_shows_the_facts_of_its_clip():
    file = get_spool().copy_in(ROOT / "models" / "sample_squats.mp4")
    app = page("analyze").run()
    receipt = get_spool().receipt(file.token)
    app.file_uploader(key="analyze_upload").upload("mine.mp4", receipt, "video/mp4").run()
    assert not app.exception
    assert "mine.mp4" in text_of(app)
    assert {metric.label: metric.value for metric in app.metric}["Duration"] == "12.8 s"


def test_a_clip_as_large_as_the_limit_is_said_to_be_so_large(result):
    limit_mb = load_settings().max_file_size_mb
    app = page("analyze")
    app.session_state["clip"] = replace(result.clip, info=replace(result.clip.info, size_bytes=limit_mb * MB))
    app.run()
    assert f"up to {limit_mb} MB" in app.file_uploader[0].label
    assert {metric.label: metric.value for metric in app.metric}["Size"] == f"{limit_mb}.0 MB"


def test_a_clip_of_too_few_frames_promises_nothing(result):
    """Ten frames were good for count, range of motion, tempo and velocity, and 0.0 MB; then nothing was measured."""
    app = page("analyze")
    short = replace(result.clip.info, duration_s=10 / result.clip.info.fps, frame_count=10, size_bytes=18_300)
    app.session_state["clip"] = replace(result.clip, info=short)
    app.run()
    assert "Too short: it has about 10 frames, and fewer than 20 measure nothing." in text_of(app)
    assert "Good for" not in text_of(app)
    assert "check_circle" not in text_of(app)
    assert {metric.label: metric.value for metric in app.metric}["Size"] == "18 kB"


def test_a_clip_says_what_it_is_good_for_above_the_sliders(result):
    app = page("analyze")
    app.session_state["clip"] = result.clip
    app.run()
    assert "Good for count, range of motion, tempo and velocity." in text_of(app)
    (advanced,) = (box for box in app.expander if box.label == "Advanced")
    assert {metric.label for metric in advanced.metric} == {"Frames to analyse", "Effective rate"}
    assert [slider.label for slider in (*advanced.select_slider, *advanced.slider)] == [
        "Frame skip",
        "Resize width (px)",
    ]
    app.select_slider(key="analyze_skip").set_value(12).run()
    assert "Too few frames a second even for the count." in text_of(app)


def test_what_is_no_clip_leaves_nothing_on_disk_and_its_reason_stays(tmp_path):
    (tmp_path / "bad.mp4").write_bytes(b"just text" * 20)
    file = get_spool().copy_in(tmp_path / "bad.mp4")
    app = page("analyze").run()
    app.file_uploader(key="analyze_upload").upload("bad.mp4", get_spool().receipt(file.token), "video/mp4").run()
    assert "no clip RepScope reads" in text_of(app)
    assert get_spool().get(file.token) is None
    assert not file.path.exists()
    app.run()
    assert "no clip RepScope reads" in text_of(app)


def test_other_sampling_of_an_analysed_clip_can_be_started(result):
    app = page("analyze")
    app.session_state["clip"] = result.clip
    app.session_state["results"] = {(result.clip.file.sha256, result.request): result}
    app.session_state["analyze_skip"] = 3
    app.run()
    assert not app.exception
    assert not app.button(key="analyze_start").disabled


def deleter(app: AppTest) -> Button:
    """Return the button that deletes the result on the page."""
    (button,) = (each for each in app.button if (each.key or "").startswith("result_delete_"))
    return button


def test_a_result_and_its_clip_can_be_deleted(result):
    app = page("results")
    app.session_state["results"] = {(result.clip.file.sha256, result.request): result}
    app.run()
    app.session_state["clip"] = result.clip  # analyzing leads here with the clip still in its page
    app.run()
    get_spool().keep(result.clip.file.token)
    deleter(app).click().run()
    assert not app.exception
    assert "No result yet" in text_of(app)
    assert not result.clip.file.path.exists()
    assert "clip" not in app.session_state


def test_a_clip_that_another_result_shows_stays(result):
    other = replace(result, request=replace(result.request, frame_skip=9))
    app = page("results")
    app.session_state["results"] = {result.key: result, other.key: other}
    app.session_state["clip"] = result.clip
    app.run()
    assert deleter(app).label == "Delete this result"
    first = deleter(app)
    first.click().run()
    assert deleter(app).key != first.key, "the second click of a double click deleted the next result"
    assert [toast.value.replace("\\", "") for toast in app.toast] == [f"{result.clip.name} is deleted"]
    assert result.clip.file.path.exists()
    assert deleter(app).label == "Delete this result and its clip"


def test_an_expired_clip_is_explained():
    app = page("analyze").run()
    app.button(key="analyze_sample").click().run()
    get_spool().remove(app.session_state["clip"].file.token)
    app.run()
    assert "The clip has expired and was deleted" in text_of(app)


def test_reset_brings_back_the_reps_and_keeps_joint_and_exercise(result):
    from pages.components.corrections import apply_edit, change
    from pages.components.state import results

    change(result, Corrections(joint="right_knee", exercise="squat"))
    apply_edit(results()[result.key], {"action": "delete", "row": 0})
    assert results()[result.key].analysis.rep_count == 4
    apply_edit(results()[result.key], {"action": "reset"})
    again = results().pop(result.key).analysis
    assert again.rep_count == 5
    assert again.corrections == Corrections(joint="right_knee", exercise="squat")


def test_a_deleted_result_takes_its_report_along(result):
    app = page("results")
    app.session_state["results"] = {(result.clip.file.sha256, result.request): result}
    app.session_state["report_made"] = None
    app.run()
    app.button(key="report_make").click().run()
    assert app.session_state["report_made"].html
    deleter(app).click().run()
    assert "report_made" not in app.session_state


def test_a_name_the_pdf_cannot_write_is_said(result):
    app = page("results")
    folder = get_spool().make_folder(result.clip.file.token)
    app.session_state["results"] = {result.key: replace(result, folder=folder)}
    app.run()
    app.text_input(key=f"report_client_{result.clip.file.token}").set_value("李雷")
    app.button(key="report_make").click().run()
    assert "may show boxes for 李雷" in text_of(app)


def test_a_doubtful_rep_says_why(result):
    reps = list(result.analysis.metrics.reps)
    reps[1] = replace(reps[1], quality=0.5, quality_reason="the joint is hard to see")
    metrics = replace(result.analysis.metrics, reps=tuple(reps))
    app = page("results")
    doubtful = replace(result, analysis=replace(result.analysis, metrics=metrics))
    app.session_state["results"] = {(result.clip.file.sha256, result.request): doubtful}
    app.run()
    table = table_of(app)
    assert table["rows"][1]["cells"][titles(table).index("What limits it") - 1] == "the joint is hard to see"


def test_the_table_says_partial_reps_and_minus_as_the_charts_and_the_report_do(result):
    reps = list(result.analysis.metrics.reps)
    reps[1] = replace(reps[1], left_right_rom_diff_deg=-0.3)
    reps[2] = replace(reps[2], left_right_rom_diff_deg=-2.0)
    reps[4] = replace(reps[4], rep=4, is_partial=True, is_edited=True)
    metrics = replace(result.analysis.metrics, reps=tuple(reps))
    app = page("results")
    app.session_state["results"] = {result.key: replace(result, analysis=replace(result.analysis, metrics=metrics))}
    table = table_of(app.run())
    assert [row["tag"] for row in table["rows"]] == ["1", "2", "3", "4", "p"]
    assert table["rows"][4]["name"] == "partial rep after rep 4 (edited)"
    column = titles(table).index("Left − right (°)") - 1
    assert [row["cells"][column] for row in table["rows"]][1:3] == ["0", "−2"]


@pytest.mark.parametrize(
    ("reps", "said"),
    [
        ((2,), "Rep 2, 4.0 s: thigh stopped 25° above parallel"),
        ((2, 4), "In 2 reps, worst in rep 4, 8.0 s: thigh stopped"),
    ],
)
def test_a_fault_of_several_reps_says_how_many_and_which_is_worst(result, reps, said):
    cues = tuple(
        Cue(rep, 2.0 * rep, "squat_depth", f"Rep {rep}, {2 * rep}.0 s: thigh stopped {23 + rep}° above parallel",
            23.0 + rep, "°", 10.0, "rule of thumb", "warning")
        for rep in reps
    )  # fmt: skip
    app = page("results")
    app.session_state["results"] = {result.key: replace(result, analysis=replace(result.analysis, cues=cues))}
    assert said in text_of(app.run())


def test_the_set_is_said_to_become_slower_or_faster(result):
    def said(loss_pct: float, note: str) -> str:
        metrics = replace(result.analysis.metrics, velocity_loss_pct=loss_pct, velocity_loss_note=note)
        app = page("results")
        app.session_state["results"] = {result.key: replace(result, analysis=replace(result.analysis, metrics=metrics))}
        return next(metric.value for metric in app.run().metric if metric.label == "Lifting over the set")

    nan = float("nan")
    assert [said(-56, ""), said(12, "")] == ["56 % faster", "12 % slower"]
    assert [said(nan, "no clear trend"), said(nan, "needs 3 whole reps")] == ["no clear trend", "–"]


@pytest.mark.parametrize(("name", "words"), [("left_knee", "Left knee"), ("push_up", "Push-up"), ("row", "Row")])
def test_joints_and_exercises_in_words(name, words):
    assert in_words(name) == words


@pytest.mark.parametrize(
    ("clip", "stem"),
    [
        ("Sample clip: squats", "Sample clip squats"),
        ("Kniebeuge (früh).mov", "Kniebeuge (früh)"),
        ("a/b\\c?.mp4", "b c"),
    ],
)
def test_downloads_have_names_that_a_file_system_takes_as_they_are(clip, stem):
    assert file_stem(clip) == stem


def test_depth_in_the_list_is_that_of_the_deepest_rep(analysis):
    reps = [replace(rep, max_deg=100.0 + 5 * at) for at, rep in enumerate(analysis.metrics.reps)]
    reps.append(replace(reps[0], max_deg=170.0, is_partial=True))
    deep = replace(analysis, metrics=replace(analysis.metrics, reps=tuple(reps)))
    assert _describe_depth(deep).endswith(", up to 120°")


def test_the_joint_measured_is_named_where_another_was_counted_on(result):
    metrics = replace(result.analysis.metrics, joint="right_hip")
    app = page("results")
    other = replace(result, analysis=replace(result.analysis, metrics=metrics))
    app.session_state["results"] = {(result.clip.file.sha256, result.request): other}
    app.run()
    assert "Measured on: Right hip" in text_of(app)


def test_a_job_that_is_watched_moves_nothing_on_the_page():
    from core.worker import get_pool
    from pages.components.state import Drawing
    from tests.worker_tasks import count

    quiet = page("shell").run()
    job = get_pool().submit(count, 400, pause_s=0.05)
    watching = page("shell")
    watching.session_state["drawings"] = {"run-1": Drawing(Corrections(), job)}
    watching.run()
    assert not job.has_ended
    job.cancel()
    assert [child.type for child in watching.main.children.values()] == [
        child.type for child in quiet.main.children.values()
    ]
