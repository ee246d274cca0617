"""Text twice as large as usual on a phone: nothing is cut, nothing lies over something else."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import open_analyze
from tests.browser.test_analyze import SAMPLE_REPS, count_on, start
from tests.server import Server

TWICE = """document.addEventListener("DOMContentLoaded", () => {
  const textContent = "html { font-size: 200% !important }";
  document.head.append(Object.assign(document.createElement("style"), { textContent }));
})"""
TITLE = "[class*=title] text"
BOXES = "(chart, title) => [chart, ...chart.querySelectorAll(title)].map((part) => part.getBoundingClientRect())"
"""Where a chart and its titles are, at one moment: asked one by one, a title is gone where the chart was drawn anew."""
CUT = "parts => parts.filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.innerText)"


@pytest.fixture
def result(context: BrowserContext, app: Server) -> Page:
    context.add_init_script(TWICE)
    page = open_analyze(context, app)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Try the sample clip").click()
    start(page)
    assert count_on(page) == SAMPLE_REPS
    page.locator(".rs-charts[data-drawn]").wait_for(timeout=90_000)
    return page


def test_everything_is_read_at_twice_the_size_of_text(result):
    parts = "[data-testid=stMetric] :is(p, div), .rs-head :is(.rs-title, .rs-values), .rs-card-head, .rs-shot"
    assert result.locator(parts).evaluate_all(CUT) == []
    tempo = result.get_by_test_id("stMetric").filter(has_text="Tempo")
    expect(tempo).to_have_text(re.compile(r"\d\.\d-\d\.\d-\d\.\d-\d\.\d"))

    for part in (".rs-title", ".rs-time", ".rs-card-head b"):
        expect(result.locator(part).first).to_have_css("font-size", "28px")
    table = result.get_by_role("region", name="Reps")
    expect(table.get_by_role("table")).to_have_css("font-size", "28px")

    charts = result.get_by_test_id("stPlotlyChart")
    expect(charts).to_have_count(3)
    for at in range(3):
        charts.nth(at).scroll_into_view_if_needed()
        expect(charts.nth(at).locator(TITLE).first).to_be_visible()
        box, *boxes = charts.nth(at).evaluate(BOXES, TITLE)
        assert all(box["x"] - 1 <= each["x"] <= box["x"] + box["width"] - each["width"] + 1 for each in boxes)
        tops = sorted((each["y"], each["height"]) for each in boxes if each["height"] > each["width"])
        assert all(y + height <= below for (y, height), (below, _) in pairwise(tops))


def test_the_menu_begins_at_the_top_of_a_phone(page):
    page.set_viewport_size({"width": 390, "height": 844})
    link = page.get_by_role("link", name="Analyze", exact=True)
    expect(link).to_be_visible()
    assert link.bounding_box()["y"] < 40
