"""The table of reps in a real browser: a usual set is seen whole, a long one scrolls inside itself."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.server import running_app

SCRIPT = Path(__file__).with_name("rep_table_script.py")


@pytest.fixture(scope="module")
def table_url(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("table"), script=SCRIPT) as server:
        yield server.url


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(("reps", "scrolls"), [(10, False), (15, False), (30, True)])
def test_up_to_fifteen_rows_are_seen_at_once(chromium: Browser, table_url, reps, scrolls, width):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{table_url}/?reps={reps}")
    table = page.get_by_role("region", name="Reps")
    expect(table.get_by_role("row")).to_have_count(reps + 1)
    assert table.evaluate("table => table.scrollHeight > table.clientHeight") == scrolls
    context.close()


def test_what_lies_beyond_the_edge_is_told_by_a_bar_that_is_seen(chromium: Browser, table_url):
    """Turn and end of a rep lie there on a laptop, most columns on a phone; the bar was as clear as glass."""
    context = chromium.new_context(viewport={"width": 390, "height": 900})
    page = context.new_page()
    page.goto(f"{table_url}/?reps=5")
    table = page.get_by_role("region", name="Reps")
    expect(table.get_by_role("row")).to_have_count(6)
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")
    thumb = table.evaluate("table => getComputedStyle(table).scrollbarColor")
    assert not thumb.startswith("rgba(0, 0, 0, 0) "), thumb
    context.close()
