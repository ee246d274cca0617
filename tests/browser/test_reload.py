"""A page loaded anew goes on with its visit: results, corrections, clip, analysis under way; nobody else's does."""

import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import UPLOADER, open_analyze
from tests.browser.test_analyze import ANALYSIS_MS, SAMPLE, SAMPLE_REPS, count_on, start
from tests.browser.test_corrections import expect_count
from tests.browser.test_player import open_tools, tool, wait_for_clip
from tests.server import Server, running_app, wait_until

NOTHING = re.compile("No result yet")
PROGRESS = re.compile(r"frame \d+ of \d+")
SILENT_TABS = "BroadcastChannel.prototype.postMessage = () => {}"
LATE_ANSWERS = """
const wait = window.setTimeout;
window.setTimeout = (act, ms, ...rest) => ms === 500 ? void (window.answer = act) : wait(act, ms, ...rest);
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """The app with a minute's grace: a page takes longer than the second of the other tests to load."""
    with running_app(tmp_path_factory.mktemp("reload"), STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=60) as running:
        yield running
        assert "Traceback" not in running.log()


def upload(context: BrowserContext, server: Server) -> Page:
    page = open_analyze(context, server)
    page.set_input_files(UPLOADER, SAMPLE)
    start(page)
    return page


def samples(server: Server) -> int:
    """Return how many copies of the clip are on the server; visits that ended a moment ago leave theirs a while."""
    return server.clip_sizes().count(SAMPLE.stat().st_size)


@pytest.fixture
def corrected(context: BrowserContext, server: Server) -> Page:
    """A result with a rep deleted by hand."""
    page = upload(context, server)
    assert count_on(page) == SAMPLE_REPS
    page.locator(".rs-charts[data-drawn]").wait_for(timeout=90_000)
    open_tools(page, rep=2)
    tool(page, "Delete").click()
    expect_count(page, SAMPLE_REPS - 1)
    return page


def test_a_reload_brings_back_the_result_its_correction_and_its_clip(corrected):
    for _ in range(2):
        corrected.reload()
        expect_count(corrected, SAMPLE_REPS - 1)
    expect(corrected.get_by_text("Reps edited by hand")).to_be_visible()
    wait_for_clip(corrected)
    corrected.locator(".rs-charts[data-drawn]").wait_for(timeout=90_000)
    open_tools(corrected, rep=2)
    tool(corrected, "Undo").click()
    expect_count(corrected, SAMPLE_REPS)


def test_a_tab_that_was_put_away_and_comes_back_on_another_page_finds_its_clip_and_can_remove_it(corrected, server):
    corrected.goto("about:blank")
    corrected.goto(server.url)
    expect(corrected.get_by_role("heading", name=SAMPLE.name)).to_be_visible()
    corrected.get_by_role("button", name="Show the result").click()
    expect_count(corrected, SAMPLE_REPS - 1)
    before = samples(server)
    corrected.get_by_role("button", name="Delete this result and its clip").click()
    expect(corrected.get_by_text(NOTHING)).to_be_visible()
    assert wait_until(lambda: samples(server) == before - 1)
    corrected.reload()
    expect(corrected.get_by_text(NOTHING)).to_be_visible()


@pytest.mark.parametrize("path", ["", "/results"], ids=["its own page", "another page"])
def test_an_analysis_goes_on_through_a_reload(context, server, path):
    page = upload(context, server)
    expect(page.get_by_text(PROGRESS)).to_be_visible(timeout=ANALYSIS_MS)
    page.goto(server.url + path)
    if not path:
        expect(page.get_by_text(PROGRESS)).to_be_visible(timeout=ANALYSIS_MS)
    assert count_on(page) == SAMPLE_REPS
    expect(page.get_by_role("combobox", name="Result")).to_have_count(0)
    wait_for_clip(page)


def test_a_clip_chosen_before_a_reload_can_be_removed(context, server):
    page = open_analyze(context, server)
    page.set_input_files(UPLOADER, SAMPLE)
    expect(page.get_by_role("button", name="Analyze", exact=True)).to_be_enabled()
    page.reload()
    expect(page.get_by_role("heading", name=SAMPLE.name)).to_be_visible()
    before = samples(server)
    page.get_by_role("button", name="Remove the clip").click()
    expect(page.get_by_role("heading", name=SAMPLE.name)).to_have_count(0)
    assert wait_until(lambda: samples(server) == before - 1)


def test_a_clip_chosen_before_the_visit_came_back_stays_and_the_former_one_goes(context, server, tmp_path):
    former = open_analyze(context, server)
    former.set_input_files(UPLOADER, SAMPLE)
    expect(former.get_by_role("button", name="Analyze", exact=True)).to_be_enabled()
    context.add_init_script(f"{SILENT_TABS}; {LATE_ANSWERS}")
    with context.expect_page() as opened:
        former.evaluate("window.open(location.href)")
    page = opened.value
    before = samples(server)
    chosen = tmp_path / "chosen.mp4"
    chosen.write_bytes(SAMPLE.read_bytes())
    page.set_input_files(UPLOADER, chosen)
    expect(page.get_by_role("heading", name=chosen.name)).to_be_visible()
    assert samples(server) == before + 1
    page.evaluate("window.answer()")
    assert wait_until(lambda: samples(server) == before)
    page.get_by_role("link", name="Guide").click()
    page.get_by_role("link", name="Analyze").click()
    expect(page.get_by_role("heading", name=chosen.name)).to_be_visible()


def test_no_other_browser_and_no_other_tab_sees_the_visit(corrected, server, chromium):
    with corrected.context.expect_page() as opened:
        corrected.evaluate("window.open(location.href)")  # takes a copy of the tab's storage along
    new_tab, stranger = corrected.context.new_page(), chromium.new_context().new_page()
    for other in (opened.value, new_tab, stranger):
        other.goto(f"{server.url}/results")
        expect(other.get_by_text(NOTHING)).to_be_visible()
        other.wait_for_timeout(1500)  # the tabs have been asked whose it is
        expect(other.get_by_text(NOTHING)).to_be_visible()
    assert opened.value.evaluate("sessionStorage['repscope-visit']") != corrected.evaluate(
        "sessionStorage['repscope-visit']"
    )
    stranger.context.close()
    corrected.reload()
    expect_count(corrected, SAMPLE_REPS - 1)


def test_a_page_the_server_still_believes_open_is_not_in_the_way(corrected):
    """A phone that lost its network did not say good-bye; its page answers nobody any more."""
    corrected.context.add_init_script(SILENT_TABS)
    corrected.reload()
    expect_count(corrected, SAMPLE_REPS - 1)
    with corrected.context.expect_page() as opened:
        corrected.evaluate("window.open(location.href)")
    expect_count(opened.value, SAMPLE_REPS - 1)


def test_a_visit_is_over_when_its_time_is_and_does_not_outlive_its_server(context, tmp_path):
    with running_app(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=2) as server:
        page = upload(context, server)
        count_on(page)
        assert server.clips()
        page.goto("about:blank")
        assert wait_until(lambda: server.clips() == [])
        page.goto(f"{server.url}/results")
        expect(page.get_by_text(NOTHING)).to_be_visible()

        port = int(server.url.rpartition(":")[2])
        page = upload(context, server)
        count_on(page)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        with running_app(tmp_path, port=port, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=60) as restarted:
            assert restarted.clips() == []
            page.goto(f"{restarted.url}/results")
            expect(page.get_by_text(NOTHING)).to_be_visible()
            page.wait_for_timeout(1500)
            expect(page.get_by_text(NOTHING)).to_be_visible()


def test_a_page_loaded_anew_that_outlives_its_server_remembers_its_next_visit(context, tmp_path):
    with running_app(tmp_path, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=60) as server:
        port = int(server.url.rpartition(":")[2])
        page = open_analyze(context, server)
        page.wait_for_function("sessionStorage['repscope-visit']")
        page.reload()
        expect(page.get_by_role("button", name="Try the sample clip")).to_be_visible()
        page.wait_for_timeout(1500)  # the visit has come back
        former = page.evaluate("sessionStorage['repscope-visit']")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        with running_app(tmp_path, port=port, STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=60):
            page.wait_for_function(f"sessionStorage['repscope-visit'] !== '{former}'")
