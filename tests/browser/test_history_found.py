"""Months of saved sets in a real browser: searched, followed from session to session, and renamed."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from core.history import Labels
from tests.browser.conftest import choose
from tests.browser.test_accessibility import violations
from tests.browser.test_history import card
from tests.saved_sets import save_for_browser

SETS = [
    Labels("Anna", "Week 1", "", date(2026, 9, 7), 40),
    Labels("Anna", "Week 4", "heels lifted", date(2026, 9, 28), 45),
    Labels("Anna", "Week 8", "", date(2026, 10, 26), 50),
    Labels("Ben", "Test", "", date(2026, 11, 2)),
]


@pytest.fixture
def page(server, folder, chromium: Browser) -> Iterator[Page]:
    """The history of a browser that saved these sets."""
    visitor = chromium.new_context()
    cookie = save_for_browser(folder / "data", SETS)
    visitor.add_cookies([{"name": "repscope_history", "value": cookie, "url": server.url}])
    page = visitor.new_page()
    page.goto(f"{server.url}/history")
    expect(card(page, "Ben")).to_be_visible(timeout=20_000)
    yield page
    visitor.close()


def names(page: Page) -> list[str]:
    """Return the names of the sets from top to bottom, as a screen reader meets them."""
    cards = page.locator("[class*=st-key-history_card_]").all_inner_texts()
    return [name for text in cards for name in ("Week 1", "Week 4", "Week 8", "Test") if name in text]


def test_search_finds_by_note_and_says_when_nothing_fits(page):
    page.get_by_label("Search").fill("heels")
    page.get_by_label("Search").press("Enter")
    for other in ("Week 1", "Week 8"):  # the page may be drawn in two goes
        expect(card(page, other)).to_have_count(0)
    assert names(page) == ["Week 4"]
    page.get_by_label("Search").fill("snatch")
    page.get_by_label("Search").press("Enter")
    expect(page.get_by_text("Nothing that is saved fits")).to_be_visible()


def test_the_latest_comes_first_on_a_phone_too(page):
    latest_first = ["Test", "Week 8", "Week 4", "Week 1"]
    assert names(page) == latest_first
    page.set_viewport_size({"width": 390, "height": 844})
    boxes = {name: card(page, name).bounding_box()["y"] for name in latest_first}
    assert sorted(boxes, key=boxes.get) == latest_first


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_athletes_exercise_is_followed_from_session_to_session(page, scheme):
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_text("Choose an athlete and an exercise")).to_be_visible()
    choose(page, "Athlete", "Anna")
    choose(page, "Exercise", "Squat")
    expect(page.get_by_role("heading", name="From session to session")).to_be_visible()
    for title in ("Range of motion, knee", "Tempo", "Velocity, knee", "Volume", "Volume load"):
        expect(page.get_by_role("figure", name=f"{title}. ")).to_be_visible()
    change = "120 to 150 kg, no clear change over 3 sessions: error alone may give 50 kg."
    expect(page.get_by_text(change)).to_be_visible()
    assert violations(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"] == 390


def test_details_are_edited_and_found_under_their_new_name(page):
    card(page, "Ben").get_by_role("button", name="Edit details").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the set").fill("After the break")
    dialog.get_by_label("Note").fill("shoes off")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(card(page, "After the break")).to_contain_text("shoes off")
    page.reload()
    expect(card(page, "After the break")).to_contain_text("Ben")
