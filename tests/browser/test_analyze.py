"""The whole way in a real browser: a clip goes in, reps come out as CSV, and two people share a worker."""

import csv
import json
import re
import shutil
import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import UPLOADER, choose, open_analyze
from tests.server import ROOT, wait_until

SAMPLE = ROOT / "models" / "sample_squats.mp4"
SAMPLE_REPS = 5
ANALYSIS_MS = 120_000


def start(page: Page) -> None:
    button = page.get_by_role("button", name="Analyze", exact=True)
    expect(button).to_be_enabled()
    button.click()


def count_on(page: Page) -> int:
    heading = page.get_by_role("heading", name=re.compile(r"^\d+ reps?$"))
    expect(heading).to_be_visible(timeout=ANALYSIS_MS)
    return int(heading.inner_text().split()[0])


def download(page: Page, label: str) -> tuple[str, Path]:
    with page.expect_download() as saved:
        page.get_by_role("button", name=label).click()
    return saved.value.suggested_filename, saved.value.path()


def test_a_clip_goes_in_and_reps_come_out_as_csv(page, app):
    page.set_input_files(UPLOADER, SAMPLE)
    start(page)
    assert count_on(page) == SAMPLE_REPS
    expect(page.locator(".rs-plot.js-plotly-plot")).to_have_count(2)

    name, path = download(page, "Reps (CSV)")
    reps = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert name == "sample_squats_reps.csv"
    assert len([rep for rep in reps if rep["is_partial"] == "False"]) == SAMPLE_REPS
    name, path = download(page, "All (JSON)")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert (document["clip"], document["rep_count"]) == ("sample_squats.mp4", SAMPLE_REPS)
    assert [rep["start_s"] for rep in document["reps"]] == pytest.approx([float(rep["start_s"]) for rep in reps])
    assert download(page, "Frames (CSV)")[1].stat().st_size > 1000
    assert download(page, "Landmarks (NPZ)")[1].stat().st_size > 10_000

    page.get_by_text("What it took").click()
    total = page.get_by_test_id("stMetric").filter(has_text="Processing time").inner_text()
    assert f"{document['timing_s']['total']:.1f} s" in total
    assert "Video processing complete: " in app.log()
    assert "sample_squats" not in app.log()


def test_a_clip_is_called_as_it_is_called(page, tmp_path):
    name = "leg press $100 to $120 *pb* :red[x] #1.mp4"
    shutil.copy(SAMPLE, tmp_path / name)
    page.set_input_files(UPLOADER, tmp_path / name)
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    start(page)
    assert count_on(page) == SAMPLE_REPS
    expect(page.get_by_test_id("stCaptionContainer").get_by_text(name, exact=True)).to_be_visible()

    page.get_by_role("link", name="Analyze").click()
    page.get_by_role("slider", name="Frame skip").press("End")
    start(page)
    box = page.get_by_role("combobox", name="Result")
    expect(box).to_have_value(f"{name} (frame skip 12, 640 px)", timeout=ANALYSIS_MS)
    choose(page, "Result", f"{name} (frame skip auto, 640 px)")


def test_results_survive_other_pages_and_other_sliders_upload_nothing(page, app):
    uploads = []
    page.on("request", lambda request: uploads.append(request.url) if "upload_file" in request.url else None)
    page.set_input_files(UPLOADER, SAMPLE)
    start(page)
    count_on(page)
    page.get_by_role("link", name="Guide").click()
    expect(page.get_by_role("heading", name="How to film")).to_be_visible()
    page.get_by_role("link", name="Results").click()
    assert count_on(page) == SAMPLE_REPS
    expect(page.locator("video")).to_be_visible()
    assert wait_until(lambda: page.locator("video").evaluate("video => video.readyState") >= 1), (
        "the clip does not play"
    )
    page.get_by_role("link", name="Analyze").click()
    assert len(uploads) == 1


def test_cancel_stops_it_and_the_next_run_works(page):
    page.get_by_role("button", name="Try the sample clip").click()
    start(page)
    expect(page.get_by_text(re.compile(r"frame \d+ of \d+"))).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=3000)
    start(page)
    assert count_on(page) == SAMPLE_REPS


def test_taking_the_clip_away_stops_its_run(page, app):
    page.set_input_files(UPLOADER, SAMPLE)
    start(page)
    expect(page.get_by_text(re.compile(r"frame \d+ of \d+"))).to_be_visible()
    page.get_by_role("button", name="Remove sample_squats.mp4").click()
    assert wait_until(lambda: not app.clips()), "the clip of a stopped run stays on disk"
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.get_by_role("button", name="Try the sample clip").click()
    expect(page.get_by_role("button", name="Analyze", exact=True)).to_be_enabled()


def test_a_second_person_sees_her_place_and_gets_her_turn(page, app, chromium):
    other: BrowserContext = chromium.new_context()
    hers = open_analyze(other, app)
    for visitor in (page, hers):
        visitor.get_by_role("button", name="Try the sample clip").click()
        expect(visitor.get_by_role("button", name="Analyze", exact=True)).to_be_enabled()
    start(page)
    start(hers)
    expect(hers.get_by_text("Waiting: number 1 in the queue")).to_be_visible(timeout=10_000)
    assert count_on(page) == SAMPLE_REPS
    assert count_on(hers) == SAMPLE_REPS
    other.close()


def test_a_killed_worker_is_explained_and_the_next_run_works(page, app):
    import psutil

    page.get_by_role("button", name="Try the sample clip").click()
    start(page)
    expect(page.get_by_text(re.compile(r"frame \d+ of \d+"))).to_be_visible()
    children = psutil.Process(app.process.pid).children(recursive=True)
    for child in children:
        if child.memory_info().rss > 100 * 2**20:
            child.kill()
    expect(page.get_by_text(re.compile("stopped by the system"))).to_be_visible(timeout=10_000)
    start(page)
    assert count_on(page) == SAMPLE_REPS


def test_the_page_asks_no_other_server(context, app):
    asked = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(app.url)
    page.get_by_role("button", name="Try the sample clip").click()
    start(page)
    count_on(page)
    time.sleep(1)
    assert [url for url in asked if not url.startswith((app.url, "data:", "blob:"))] == []


@pytest.mark.parametrize("number", range(3), ids=["numbers", "counts", "angles"])
def test_the_tables_of_the_guide_fit_on_a_phone(context, app, number):
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{app.url}/guide")
    page.get_by_role("tab", name="Numbers").click()
    table = page.get_by_role("tabpanel").locator("table:visible")
    expect(table).to_have_count(3)
    around = table.nth(number).locator("xpath=..")
    assert around.evaluate("around => around.scrollWidth <= around.clientWidth"), "it scrolls sideways"
    right = table.nth(number).bounding_box()
    assert right["x"] + right["width"] <= 390


SHIFTS = """
    window.shifts = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts.push(entry.value);
    }).observe({type: "layout-shift"});
"""
GOOD_SHIFT = 0.1
"""The sum of layout shifts up to which a page counts as steady (https://web.dev/articles/cls)."""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 900)])
def test_nothing_is_cut_off_and_nothing_jumps_when_the_result_comes(context, app, width, height):
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.goto(app.url)
    page.get_by_role("button", name="Try the sample clip").click()
    expect(page.get_by_role("button", name="Analyze", exact=True)).to_be_in_viewport(ratio=1)
    start(page)
    expect(page.get_by_text(re.compile(r"frame \d+ of \d+"))).to_be_visible()
    page.evaluate(SHIFTS)
    count_on(page)
    page.locator(".rs-charts[data-drawn]").wait_for()
    expect(page.get_by_role("heading", name="5 reps")).to_be_in_viewport()
    assert page.evaluate("window.shifts.reduce((sum, shift) => sum + shift, 0)") < GOOD_SHIFT
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
