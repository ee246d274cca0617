"""axe-core on every page, light and dark, on a laptop and on a phone: no serious or critical violation."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import UPLOADER
from tests.server import Server

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = {"serious", "critical"}
WIDTHS = (1280, 390)
ANALYSIS_MS = 120_000
NOT_OURS = {
    "aria-dialog-name": ("stToast", "st.toast names itself by an element that it does not draw"),
}
"""What Streamlit gets wrong inside its own elements: rule, the part of the element's HTML it is limited to, and why."""


@pytest.fixture(params=["light", "dark"])
def scheme(request) -> str:
    return request.param


@pytest.fixture
def visit(chromium: Browser, app: Server, scheme: str) -> Iterator[Page]:
    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(app.url)
    page.locator(UPLOADER).wait_for(state="attached")
    yield page
    context.close()


def settled(page: Page) -> None:
    """Wait until the page's script has run and what it draws has stopped fading in."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    page.wait_for_timeout(500)


def violations(page: Page, *, widths: tuple[int, ...] = WIDTHS) -> dict[str, str]:
    """Return what axe finds serious at each width: the elements, and what is wrong with them."""
    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        found |= {f"{html} at {width} px": problem for html, problem in audit(page)}
    return found


def audit(page: Page) -> list[tuple[str, str]]:
    """Run axe as the page is now; open shadow roots are looked into."""
    page.evaluate(AXE)
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", STANDARDS
    )
    return [
        (node["html"][:200], f"{rule['impact']} {rule['id']}: {node['failureSummary']}")
        for rule in result["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
        if not is_not_ours(rule["id"], node["html"])
    ]


def is_not_ours(rule: str, html: str) -> bool:
    return rule in NOT_OURS and NOT_OURS[rule][0] in html


def open_page(page: Page, name: str, *, shows: Locator) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    expect(shows).to_be_visible()


def test_every_page_without_a_clip(visit):
    found = {"Analyze": violations(visit)}
    open_page(visit, "Guide", shows=visit.get_by_role("heading", name="How to film"))
    found["Guide"] = violations(visit)
    for name in ("Exercises", "Numbers", "Privacy", "Problems"):
        visit.get_by_role("tab", name=name).click()
        for closed in visit.locator("summary:visible").all():
            closed.click()
        found[name] = violations(visit, widths=(390,))
    for name, heading in (("Batch", "Several clips"), ("Compare", "Compare two sets")):
        open_page(visit, name, shows=visit.get_by_role("heading", name=heading))
        found[name] = violations(visit, widths=(390,))
    open_page(visit, "Results", shows=visit.get_by_role("button", name="Analyze a clip"))
    found["Results"] = violations(visit)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_every_page_with_a_result(visit):
    visit.get_by_role("button", name="Try the sample clip").click()
    start = visit.get_by_role("button", name="Analyze", exact=True)
    expect(start).to_be_enabled()
    found = {"Ready": violations(visit)}
    start.click()
    count = visit.get_by_role("heading", name=re.compile(r"^\d+ reps?$"))
    expect(count).to_be_visible(timeout=ANALYSIS_MS)
    expect(visit.locator(".js-plotly-plot").first).to_be_visible()
    found["Analyze"] = violations(visit)
    open_page(visit, "Results", shows=count)
    found["Results"] = violations(visit)
    assert found == {"Ready": {}, "Analyze": {}, "Results": {}}


def test_axe_sees_what_is_wrong(visit):
    """The check itself: text without contrast and a button without a name are found."""
    visit.evaluate("""() => {
        const bad = document.createElement("div");
        bad.innerHTML = '<button></button><p style="color: #777; background: #888">Hard to read</p>';
        document.querySelector("[data-testid=stMain]").append(bad);
    }""")
    settled(visit)
    assert {problem.split(":")[0] for _, problem in audit(visit)} == {"critical button-name", "serious color-contrast"}


def test_the_page_follows_the_system(visit, scheme):
    background = visit.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    light = sum(int(part) for part in re.findall(r"\d+", background)[:3]) / 3
    assert (light > 127) == (scheme == "light")


def test_the_keyboard_is_seen_on_the_way_to_another_page(visit):
    """The link that has the focus was shaded as the open page is, 1.1:1: Tab seemed to do nothing."""
    link = visit.get_by_role("link", name="Batch")
    settled(visit)
    link.focus()  # by script, which browsers take for the mouse after a click and for the keyboard before one
    visit.keyboard.press("Shift+Tab")
    outlines = [
        visit.get_by_role("link", name=name).evaluate("one => getComputedStyle(one).outline")
        for name in ("Analyze", "Batch")
    ]
    assert re.search(r"solid 2px", outlines[0]), outlines
    assert "none" in outlines[1], outlines
