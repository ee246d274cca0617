"""A result corrected in a real browser: what is done in the player, numbers, table and every export follow."""

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import choose
from tests.browser.test_analyze import SAMPLE_REPS, count_on, download, start
from tests.browser.test_player import open_tools, time_of, tool
from tests.server import wait_until


@pytest.fixture
def result(page: Page) -> Page:
    """The sample clip, analysed, with its curves drawn."""
    page.get_by_role("button", name="Try the sample clip").click()
    start(page)
    assert count_on(page) == SAMPLE_REPS
    page.locator(".rs-charts[data-drawn]").wait_for(timeout=90_000)
    return page


def expect_count(page: Page, count: int) -> None:
    expect(page.get_by_role("heading", name=f"{count} reps", exact=True)).to_be_visible()


def reps_csv(page: Page) -> list[dict[str, str]]:
    """Download the reps once the page has run to its end: the heading is there before the new download is."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    return list(csv.DictReader(download(page, "Reps (CSV)")[1].read_text(encoding="utf-8").splitlines()))


def test_deleting_adding_and_undoing_a_rep_changes_page_and_csv(result):
    before = reps_csv(result)
    open_tools(result, rep=2)
    tool(result, "Delete").click()
    expect_count(result, SAMPLE_REPS - 1)
    expect(result.get_by_text("Reps edited by hand")).to_be_visible()
    after = reps_csv(result)
    assert [row["start_s"] for row in after] == [row["start_s"] for n, row in enumerate(before) if n != 1]
    assert [row["rep"] for row in after] == ["1", "2", "3", "4"]

    result.locator(".rs-slider").fill(str(float(before[1]["start_s"]) + 0.1))
    tool(result, "Add rep here").click()
    expect_count(result, SAMPLE_REPS)
    added = reps_csv(result)[1]
    assert added["is_edited"] == "True"
    assert float(added["start_s"]) == pytest.approx(float(before[1]["start_s"]) + 0.1, abs=0.05)
    assert float(added["rom_deg"]) == pytest.approx(float(before[1]["rom_deg"]), abs=10)

    tool(result, "Undo").click()
    expect_count(result, SAMPLE_REPS - 1)
    tool(result, "Undo").click()
    expect_count(result, SAMPLE_REPS)
    assert reps_csv(result) == before


def test_a_refused_edit_says_why_and_changes_nothing(result):
    open_tools(result, rep=1)
    tool(result, "Partial").click()
    expect_count(result, SAMPLE_REPS - 1)
    expect(result.get_by_text(re.compile("1 partial, not counted"))).to_be_visible()
    tool(result, "Reset to what was found").click()
    expect_count(result, SAMPLE_REPS)


def test_a_row_of_the_table_and_a_cue_take_the_player_there(result):
    rows = reps_csv(result)
    table = result.get_by_role("region", name="Reps")
    table.get_by_role("row").nth(3).get_by_role("cell").last.click()  # row 0 is the heading
    assert wait_until(lambda: abs(time_of(result) - float(rows[2]["start_s"])) < 0.1), time_of(result)
    table.get_by_role("button", name="See rep 2 in the player").press("Enter")
    assert wait_until(lambda: abs(time_of(result) - float(rows[1]["start_s"])) < 0.1), time_of(result)

    cue = result.get_by_role("button", name=re.compile(r"^Rep \d+$")).last
    expected_s = float(
        re.search(r"[\d.]+ s", result.get_by_text(re.compile(r"Rep \d+, [\d.]+ s:")).inner_text())[0][:-2]
    )
    cue.click()
    assert wait_until(lambda: abs(time_of(result) - expected_s) < 0.1), time_of(result)


def test_the_exercise_can_be_chosen_and_the_reps_stay(result):
    open_tools(result, rep=5)
    tool(result, "Delete").click()
    expect_count(result, SAMPLE_REPS - 1)
    choose(result, "Exercise", "Lunge")
    expect(result.get_by_text("Lunge · Counted on: ")).to_be_visible()
    expect_count(result, SAMPLE_REPS - 1)


def test_another_joint_replaces_edited_reps_and_undo_brings_them_back(result):
    open_tools(result, rep=5)
    tool(result, "Delete").click()
    expect_count(result, SAMPLE_REPS - 1)
    edited = reps_csv(result)
    choose(result, "Exercise", "Lunge")
    expect(result.get_by_text("Lunge · Counted on: ")).to_be_visible()
    choose(result, "Count on", "Right hip")
    expect(result.get_by_text("Your edited reps were replaced by a new count.")).to_be_visible()
    expect_count(result, SAMPLE_REPS)
    result.get_by_test_id("stButton").get_by_role("button", name="Undo").click()
    expect_count(result, SAMPLE_REPS - 1)
    expect(result.get_by_text("Your edited reps were replaced")).to_have_count(0)
    assert [row["start_s"] for row in reps_csv(result)] == [row["start_s"] for row in edited]


def test_on_a_phone_joint_and_exercise_are_chosen_side_by_side(result):
    result.set_viewport_size({"width": 390, "height": 844})
    joint, exercise = (result.get_by_role("combobox", name=name) for name in ("Count on", "Exercise"))
    assert wait_until(lambda: joint.bounding_box()["y"] == exercise.bounding_box()["y"])
    assert exercise.bounding_box()["x"] + exercise.bounding_box()["width"] <= 390


def test_corrections_survive_other_pages(result):
    open_tools(result, rep=1)
    tool(result, "Delete").click()
    expect_count(result, SAMPLE_REPS - 1)
    result.get_by_role("link", name="Guide").click()
    expect(result.get_by_role("heading", name="How to film")).to_be_visible()
    result.get_by_role("link", name="Results").click()
    expect_count(result, SAMPLE_REPS - 1)
    open_tools(result, rep=1)
    tool(result, "Undo").click()
    expect_count(result, SAMPLE_REPS)
