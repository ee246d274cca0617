"""Several clips at once in a real browser: the table fills in, a bad file stops nobody, nothing stays behind."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.mannequin import Filming, View, draw_clip, plan_steady
from tests.browser.conftest import UPLOADER
from tests.browser.test_accessibility import violations
from tests.clips import write_clip
from tests.server import Server, running_app, wait_until

CLIPS = {
    "anna squat.mp4": ("squat", 3),
    "ben squat.mp4": ("squat", 2),
    "cleo curl.mp4": ("curl", 3),
    "dina.mp4": ("squat", 4),
}
BAD = "holiday.mp4"
DONE_MS = 120_000


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> list[Path]:
    """Four drawn sets, and a text that calls itself a clip in between."""
    folder = tmp_path_factory.mktemp("clips")
    filming = Filming(view=View(yaw_deg=80), resolution_wh=(240, 320), fps=15)
    for name, (exercise, count) in CLIPS.items():
        draw_clip(folder / name, plan_steady(exercise, count=count, period_s=1.6), filming=filming)
    (folder / BAD).write_bytes(b"just text" * 200)
    paths = [folder / name for name in CLIPS]
    return [*paths[:2], folder / BAD, *paths[2:]]


def open_batch(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/batch")
    page.locator(UPLOADER).wait_for(state="attached")


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has_text=name)


def test_a_clip_of_an_empty_room_is_no_failure_but_has_no_rep_alone_as_in_a_batch(context, app, tmp_path):
    """As `python -m core` says it; the batch called it failed."""
    clip, words = write_clip(tmp_path / "room.mp4"), re.compile(r"0 reps\. No person was found in any of the \d+ ")
    page = context.new_page()
    open_batch(page, app)
    page.set_input_files(UPLOADER, clip)
    expect(page.get_by_text("1 of 1 done")).to_be_visible(timeout=DONE_MS)
    expect(row_of(page, "room.mp4")).to_contain_text(words)
    expect(row_of(page, "room.mp4").locator(".words")).to_have_text("Done")
    mark = row_of(page, "room.mp4").locator(".error").evaluate("one => getComputedStyle(one).borderInlineStartColor")
    assert mark != "rgb(213, 94, 0)", "the mark of what failed"
    expect(row_of(page, "room.mp4").get_by_role("button")).to_have_count(0)
    page.get_by_role("link", name="Analyze").click()
    expect(page.get_by_role("heading", name="Analyze a set")).to_be_visible()
    page.set_input_files(UPLOADER, clip)
    page.get_by_role("button", name="Analyze", exact=True).click()
    expect(page.get_by_text(words)).to_be_visible(timeout=DONE_MS)


def test_four_of_five_come_out_and_the_bad_one_says_why(context, app, clips):
    page = context.new_page()
    open_batch(page, app)
    page.set_input_files(UPLOADER, clips)
    expect(page.get_by_role("row")).to_have_count(1 + 5)
    expect(page.get_by_text("4 of 5 done, 1 failed")).to_be_visible(timeout=DONE_MS)
    for name, (_, count) in CLIPS.items():
        expect(row_of(page, name).get_by_role("cell").nth(2)).to_have_text(re.compile(rf"^{count}\b"))
    expect(row_of(page, BAD)).to_contain_text("The file is no clip RepScope reads, whatever its name says.")
    expect(page.get_by_text("Failed", exact=True)).to_have_count(1)
    expect(row_of(page, BAD).get_by_role("button")).to_have_count(0)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == {}
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"] == 390
    page.set_viewport_size({"width": 1280, "height": 900})

    with page.expect_download() as saved:
        page.get_by_role("button", name="All reps (CSV)").click()
    reps = list(csv.DictReader(saved.value.path().read_text(encoding="utf-8").splitlines()))
    whole = [rep["clip"] for rep in reps if rep["is_partial"] == "False"]
    assert {name: whole.count(name) for name in CLIPS} == {name: count for name, (_, count) in CLIPS.items()}
    assert next(iter(reps[0])) == "clip"

    page.get_by_role("button", name="Open cleo curl.mp4").click()
    expect(page.get_by_role("heading", name="3 reps")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("combobox", name="Result")).to_have_value(re.compile("^cleo curl.mp4"))
    assert "holiday" not in app.log()


def test_one_is_cancelled_then_all_and_the_page_answers_meanwhile(context, app, clips):
    page = context.new_page()
    open_batch(page, app)
    good = [clip for clip in clips if clip.name != BAD]
    page.set_input_files(UPLOADER, good)
    expect(page.get_by_role("row")).to_have_count(1 + 4)
    page.get_by_role("button", name="Cancel dina.mp4").click()
    expect(row_of(page, "dina.mp4")).to_contain_text("Cancelled")
    page.get_by_role("button", name="Cancel all").click()
    expect(page.get_by_role("button", name="Clear the list")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("button", name=re.compile("^Cancel "))).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text="Cancelled").first).to_be_visible()
    page.get_by_role("button", name="Clear the list").click()
    expect(page.get_by_role("row")).to_have_count(0)


def analysed(server: Server) -> int:
    return server.log().count("Video processing complete: ")


def test_it_goes_on_while_another_page_is_open(context, app, clips):
    page = context.new_page()
    open_batch(page, app)
    before = analysed(app)
    page.set_input_files(UPLOADER, clips[:2])
    expect(page.get_by_role("row")).to_have_count(1 + 2)
    page.get_by_role("link", name="Guide").click()
    expect(page.get_by_role("heading", name="How to film").first).to_be_visible()
    assert wait_until(lambda: analysed(app) == before + 2, timeout_s=60)
    page.wait_for_timeout(4_000)  # the next look from this page, which takes the last result in
    page.get_by_role("link", name="Batch").click()
    expect(page.get_by_text("2 of 2 done")).to_be_visible(timeout=5_000)


def test_a_browser_that_goes_away_leaves_nothing_behind(chromium, tmp_path, clips):
    with running_app(tmp_path) as server:
        visitor = chromium.new_context()
        page = visitor.new_page()
        open_batch(page, server)
        page.set_input_files(UPLOADER, clips)
        expect(page.get_by_role("row")).to_have_count(1 + 5)
        assert len(server.clips()) >= 3
        visitor.close()
        # the job under way is given up after 90 s without a question (core.worker.pool), or has ended before
        assert wait_until(lambda: not server.clips(), timeout_s=110), server.clips()
