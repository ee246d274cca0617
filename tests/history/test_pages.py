"""The pages of the history without a browser: what a trainer meets when clocks, clips and clicks are not as usual."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from core.compare import compare_sets
from core.corrections import Corrections
from core.history import Labels, SavedSummary, get_keyring
from core.history.archive import rows_to_show
from core.history.rows import insert_pictures
from core.mannequin import Filming, Motion, RepPlan, View, compute_truth, plan_steady
from core.pipeline import Analysis, correct, summarize
from core.spool import MB, Spool, SpooledFile, get_spool
from core.stills import still_path
from pages.components.history import open as opening
from pages.components.history.open import _load
from pages.components.state import Clip, Result
from pages.history_routes import COOKIE
from tests.history.conftest import ANNA, INFO
from tests.spooled import used_bytes
from tests.test_pages import page, text_of


@pytest.fixture
def spooled(tmp_path) -> Iterator[SpooledFile]:
    (tmp_path / "set.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(100))
    file = get_spool().copy_in(tmp_path / "set.mp4")
    yield file
    get_spool().remove(file.token)


@pytest.fixture
def result(analysis, request_defaults, spooled) -> Result:
    return Result(Clip("set.mp4", spooled, INFO), request_defaults, analysis, 150.0)


def visit(name: str, *seeded: Result, context: dict | None = None) -> AppTest:
    """A page of a browser that owns a history."""
    app = page(name)
    app.context = context or {}
    app.session_state["history_owner"] = ANNA
    app.session_state["results"] = {each.key: each for each in seeded}
    return app.run()


def day_field(app: AppTest):
    return next(field for field in app.date_input if field.label == "Day of training")


@pytest.mark.parametrize("zone", ["XXX+23:59", "XXX-23:59"], ids=["yesterday", "tomorrow"])
def test_a_new_set_is_of_today_where_the_server_is_yesterday_or_tomorrow_in_london(history, result, monkeypatch, zone):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        app = visit("results", result)
        app.button(key="history_save").click().run()
        assert not app.exception
        assert (day_field(app).value, day_field(app).max) == (date.today(), date.today())
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("days_east", [-1, 0, 1])
def test_a_new_set_is_of_today_where_the_browser_is(history, result, days_east):
    app = visit("results", result, context={"timezone_offset": -24 * 60 * days_east})
    app.button(key="history_save").click().run()
    assert not app.exception
    assert day_field(app).value == day_field(app).max == datetime.now(UTC).date() + timedelta(days=days_east)


def test_a_set_saved_where_it_was_tomorrow_can_be_renamed(history, analysis):
    tomorrow = date.today() + timedelta(days=1)
    saved_id = history.save(ANNA, analysis, Labels("Anna", session_on=tomorrow), clip_name="a.mp4")
    app = visit("history")
    app.button(key=f"history_edit_{saved_id}").click().run()
    assert not app.exception
    assert day_field(app).value == tomorrow


def test_a_session_from_another_place_is_marked_and_left_out_of_the_trend(history, analysis):
    front = Filming(fps=15, view=View(yaw_deg=0))
    elsewhere = summarize(compute_truth(plan_steady("squat", count=5, period_s=3), filming=front).track)
    elsewhere = correct(elsewhere, Corrections(exercise="squat"))
    here = correct(analysis, Corrections(exercise="squat"))
    for day, each in ((7, elsewhere), (14, elsewhere), (21, here)):
        history.save(ANNA, each, Labels("Anna", session_on=date(2026, 9, day)), clip_name="a.mp4")
    said = text_of(visit("history"))
    told = "one session from this place. Filmed from the side, as the newest was; 2 sessions from elsewhere, "
    assert said.count(told) >= 2
    assert (said.count("filmed from the front"), said.count("filmed from the left side")) == (2, 1), "on the cards"
    assert "by more than error gives" not in said


def test_a_count_is_judged_from_wherever_it_was_filmed(history, analysis):
    front = Filming(fps=15, view=View(yaw_deg=0))
    more = summarize(compute_truth(plan_steady("squat", count=analysis.rep_count + 3, period_s=3), filming=front).track)
    for day, each in ((7, analysis), (14, more)):
        history.save(ANNA, correct(each, Corrections(exercise="squat")),
                     Labels("Anna", session_on=date(2026, 9, day)), clip_name="a.mp4")  # fmt: skip
    said = text_of(visit("history"))
    assert f"{analysis.rep_count} to {more.rep_count} reps, up over 2 sessions, by more than error gives." in said


def open_dialog(*seeded: Result) -> AppTest:
    """The dialog alone: it runs by itself in a browser too."""

    def show() -> None:
        from pages.components.history.save import _ask
        from pages.components.state import results

        _ask(next(iter(results().values())))

    app = AppTest.from_function(show, default_timeout=60)
    app.session_state["history_owner"] = ANNA
    app.session_state["results"] = {each.key: each for each in seeded}
    return app.run()


def press_save(app: AppTest) -> AppTest:
    return app.button(key="history_save_now").click().run()


def test_a_result_whose_clip_expired_is_saved_without_it(history, result):
    get_spool().remove(result.clip.file.token)
    app = press_save(open_dialog(result))
    assert not app.exception
    assert [line.clip_name for line in history.find(ANNA)] == ["set.mp4"]


def test_a_clip_that_expires_while_the_dialog_is_open_does_not_stop_the_numbers(history, result):
    app = open_dialog(result)
    app.checkbox(key="history_new_clip").check()
    get_spool().remove(result.clip.file.token)
    press_save(app)
    assert not app.exception
    assert [line.clip_type for line in history.find(ANNA)] == [None]


def test_two_clicks_on_save_save_once(history, result, monkeypatch):
    """The second click stops the run of the first at the next thing that it would show."""

    @contextmanager
    def interrupted(_: str) -> Iterator[None]:
        yield
        st.stop()

    app = open_dialog(result)
    with monkeypatch.context() as patched:
        patched.setattr(st, "spinner", interrupted)
        press_save(app)
    press_save(app)
    assert not app.exception
    assert len(history.find(ANNA)) == 1


def test_a_dialog_closed_before_the_browser_answered_saves_nothing_when_another_opens(history, result):
    app = visit("results", result)
    app.session_state["history_saving"] = True
    app.button(key="history_save").click().run()
    assert not app.exception
    assert history.find(ANNA) == []


def test_a_result_deleted_from_the_history_can_be_saved_again(history, result):
    saved_id = history.save(ANNA, result.analysis, Labels("Anna"), clip_name="set.mp4")
    saved = replace(result, saved_id=saved_id, saved_corrections=result.analysis.corrections)
    app = visit("shell", saved)
    app.switch_page("history.py").run()
    app.button(key=f"history_delete_{saved_id}").click().run()
    app.switch_page("results.py").run()
    assert "history_save" in {button.key for button in app.button}
    app.switch_page("history.py").run()
    app.button(key=f"history_undo_{saved_id}").click().run()
    app.switch_page("results.py").run()
    assert "history_open" in {button.key for button in app.button}
    assert not app.exception


def test_corrections_that_the_history_does_not_have_are_told_at_the_top_and_saved_from_there(history, result):
    saved_id = history.save(ANNA, result.analysis, Labels("Anna"), clip_name="set.mp4")
    saved = replace(result, saved_id=saved_id, saved_corrections=result.analysis.corrections)
    words = "What you changed in this saved set is not in the history yet."
    assert words not in text_of(visit("results", saved))
    shorter = correct(result.analysis, Corrections(reps=result.analysis.count.all_reps[1:]))
    assert words not in text_of(visit("results", replace(result, analysis=shorter))), "nothing of it is saved"
    app = visit("results", replace(saved, analysis=shorter))
    assert words in text_of(app)
    app.button(key="history_update_top").click().run()
    assert words not in text_of(app)
    assert not app.exception
    assert history.load(ANNA, saved_id).corrections == shorter.corrections


def test_corrections_of_an_analysis_deleted_elsewhere_can_be_saved_anew(history, result):
    saved_id = history.save(ANNA, result.analysis, Labels("Anna"), clip_name="set.mp4")
    app = visit("results", replace(result, saved_id=saved_id, saved_corrections=None))
    history.hide(ANNA, saved_id)
    app.button(key="history_update").click().run()
    assert "was deleted" in text_of(app)
    app.run()
    assert "history_save" in {button.key for button in app.button}
    assert not app.exception


def test_a_key_that_cannot_be_read_is_said(history, result, tmp_path, monkeypatch):
    monkeypatch.setattr(ContextProxy, "cookies", {COOKIE: get_keyring().new_browser()[1]})
    (tmp_path / "data" / "secret.key").unlink()
    (tmp_path / "data" / "secret.key").mkdir()
    get_keyring.cache_clear()
    app = page("history").run()
    assert not app.exception
    assert "cannot keep its key" in text_of(app)
    app = open_dialog(result)
    del app.session_state["history_owner"]
    press_save(app)
    assert not app.exception
    assert "cannot keep its key" in text_of(app)


@pytest.fixture
def make_spool(monkeypatch, tmp_path) -> Iterator[Callable[..., Spool]]:
    """Put the spool of the server on another disk, or give it other limits."""
    made = []

    def make(base: Path = tmp_path / "spool", **limits: int) -> Spool:
        made.append(Spool(base, **{"max_file_bytes": 10 * MB, "quota_bytes": 10 * MB, "ttl_s": 3600} | limits))
        monkeypatch.setattr(opening, "get_spool", lambda: made[-1])
        return made[-1]

    yield make
    for each in made:
        each.close()


def open_from_history(saved_id: str) -> AppTest:
    return visit("history").button(key=f"history_open_{saved_id}").click().run()


def left_in(spool: Spool) -> list[Path]:
    return list(spool.folder.rglob("*"))


def test_a_set_whose_pictures_do_not_fit_on_the_disk_is_not_opened_and_leaves_nothing(
    history, whole, stills, make_spool, tiny_disk
):
    for path in (stills / "stills").iterdir():
        path.write_bytes(bytes(200_000))
    saved_id = history.save(ANNA, whole, Labels("Anna"), clip_name="a.mp4", folder=stills)
    spool = make_spool(tiny_disk)
    app = open_from_history(saved_id)
    assert not app.exception
    assert "no room for the clip: the server's disk is full" in text_of(app)
    assert (left_in(spool), used_bytes(spool.room)) == ([], 0)


@pytest.fixture
def saved_avi(history, whole, clip, preview) -> SavedSummary:
    """A set saved with a clip of 0.2 MB and its preview of 0.9 MB."""
    clip.path.write_bytes(bytes(200_000))
    preview.write_bytes(bytes(900_000))
    saved_id = history.save(ANNA, whole, Labels("Anna"), clip_name="a.avi", clip=clip, folder=preview.parent)
    return history.summary(ANNA, saved_id)


def test_pictures_and_preview_of_an_opened_set_count_against_the_quota(saved_avi, make_spool):
    spool = make_spool()
    result = _load(ANNA, saved_avi)
    files = [path.stat().st_size for path in left_in(spool) if path.is_file()]
    assert result.preview_path.stat().st_size == 900_000
    assert len(files) == 2 + len(saved_avi.rows)
    assert used_bytes(spool.room) == sum(files)


def test_a_set_saved_when_its_reps_began_a_little_earlier_keeps_its_pictures(history, whole, make_spool):
    rows = rows_to_show(whole)
    saved_id = history.save(ANNA, whole, Labels("Anna"), clip_name="a.mp4")
    with history.database.writing() as connection:
        insert_pictures(connection, saved_id, {row - 3: b"a picture" for row in rows})
    make_spool()
    result = _load(ANNA, history.summary(ANNA, saved_id))
    assert all(still_path(result.folder, whole.frame_index[row]).read_bytes() == b"a picture" for row in rows)


@pytest.mark.parametrize("limits", [{"max_file_bytes": MB}, {"quota_bytes": MB}], ids=["file size", "quota"])
def test_a_saved_clip_that_finds_no_room_leaves_the_numbers_and_is_said(history, whole, clip, make_spool, limits):
    clip.path.write_bytes(bytes(2 * MB))
    saved_id = history.save(ANNA, whole, Labels("Anna"), clip_name="a.mp4", clip=clip)
    spool = make_spool(**limits)
    result = _load(ANNA, history.summary(ANNA, saved_id))
    assert (result.clip_src, result.analysis.rep_count) == (None, 4)
    assert spool.get(result.clip.file.token).size_bytes == used_bytes(spool.room) < MB
    assert "Opened without its clip" in text_of(visit("results", result))
    assert history.clip_path(ANNA, saved_id) is not None


def test_a_preview_that_does_not_fit_on_the_disk_leaves_the_numbers(saved_avi, make_spool, tiny_disk):
    spool = make_spool(tiny_disk)
    result = _load(ANNA, saved_avi)
    assert (result.clip_src, result.preview_src) == (None, None)
    assert sum(path.stat().st_size for path in left_in(spool) if path.is_file()) == used_bytes(spool.room) < 200_000


def test_numbers_that_find_no_room_are_not_opened_and_that_is_said(history, whole, clip, make_spool):
    saved_id = history.save(ANNA, whole, Labels("Anna"), clip_name="a.mp4", clip=clip)
    spool = make_spool(quota_bytes=1000)
    app = open_from_history(saved_id)
    assert not app.exception
    assert "SPOOL_QUOTA_MB" in text_of(app)
    assert (left_in(spool), used_bytes(spool.room)) == ([], 0)


def test_the_dialog_says_what_clip_and_preview_take_together(history, result, stills, preview):
    preview.write_bytes(bytes(3 * MB))
    app = open_dialog(replace(result, folder=stills))
    assert app.checkbox(key="history_new_clip").label == "Keep the clip too (3.0 MB)"


def test_sessions_of_one_athlete_are_followed_however_the_name_was_typed(history, analysis):
    for name, day in (("Anna", 1), ("anna", 2)):
        history.save(ANNA, analysis, Labels(name, session_on=date(2026, 11, day)), clip_name="a.mp4")
    app = visit("history")
    assert not app.exception
    assert "From session to session" in text_of(app)


@pytest.fixture
def shallower() -> Analysis:
    """The squats of `analysis`, a little less deep: 6° of 124, less than two sets can be told apart by."""
    reps = tuple(RepPlan(out_s=1.2, back_s=1.2, depth=0.95) for _ in range(5))
    return summarize(compute_truth(Motion("squat", reps), filming=Filming(fps=15)).track)


def test_history_calls_no_change_what_compare_calls_error(history, analysis, shallower):
    for day, each in enumerate((analysis, shallower), 1):
        history.save(ANNA, each, Labels("Anna", session_on=date(2026, 11, day)), clip_name="a.mp4")
    limit = next(each for each in compare_sets(analysis, shallower).differences if each.name == "rom_deg")
    assert 3 < abs(limit.change) < limit.detectable
    said = text_of(visit("history"))
    first, last = (each.metrics.statistics["rom_deg"].mean for each in (analysis, shallower))
    assert (
        f"{first:.0f} to {last:.0f}°, no clear change over 2 sessions: error alone may give {limit.detectable:.0f}°"
        in said
    )
    assert "from the same place" in said


def test_card_and_result_say_the_same_range_of_the_same_joint(history, result):
    """Squats so shallow that the hip bends most are counted on it."""
    reps = tuple(RepPlan(out_s=1.0, back_s=1.0, depth=0.6) for _ in range(5))
    found = summarize(compute_truth(Motion("squat", reps), filming=Filming(fps=15)).track)
    named = correct(found, Corrections(exercise="squat"))
    assert "hip" in named.count.driving_joint
    history.save(ANNA, named, Labels(), clip_name="a.mp4")
    metrics = {metric.label: metric.value for metric in visit("results", replace(result, analysis=named)).metric}
    range_deg = metrics["Knee range"].split()[0]
    assert f"knee range {range_deg}°" in text_of(visit("history"))


def counts_compared(app: AppTest) -> tuple[str, str]:
    """The numbers of reps in the table of differences."""
    (table,) = (part for part in app.get("bidi_component") if part.proto.component_name == "repscope_differences")
    reps = next(row for row in json.loads(table.proto.json) if row["label"] == "Reps")
    return reps["one"], reps["other"]


def test_the_newest_set_is_first_compared_with_the_newest_of_its_exercise(history, analysis):
    curls = summarize(compute_truth(plan_steady("curl", count=5), filming=Filming(fps=15)).track)
    for day, each in enumerate((analysis, curls, analysis), 1):
        history.save(ANNA, each, Labels(f"set {day}", session_on=date(2026, 11, day)), clip_name="a.mp4")
    chosen = {box.label: box.options[box.index] for box in visit("compare").selectbox if box.label.startswith("Set")}
    assert "set 1" in chosen["Set A"]
    assert "set 3" in chosen["Set B"]


def test_a_comparison_shows_what_was_corrected_meanwhile(history, analysis):
    first, _ = (history.save(ANNA, analysis, Labels(name=name), clip_name="a.mp4") for name in "ab")
    app = visit("compare")
    assert counts_compared(app) == ("5", "5")
    history.update(ANNA, first, correct(analysis, Corrections(reps=analysis.count.all_reps[1:])))
    app.run()
    assert not app.exception
    assert sorted(counts_compared(app)) == ["4", "5"]
