"""The history in a real browser: saved, found after a restart, seen by nobody else, gone for good when deleted."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import open_analyze
from tests.browser.test_accessibility import violations
from tests.browser.test_analyze import SAMPLE_REPS, count_on, start
from tests.postgres import running_cluster
from tests.server import Server, running_app, wait_until


def analyze_sample(page: Page) -> None:
    page.get_by_role("button", name="Try the sample clip").click()
    start(page)
    assert count_on(page) == SAMPLE_REPS


def save(page: Page, *, athlete: str, name: str = "Morning", with_clip: bool = False, load: str = "") -> None:
    page.get_by_role("button", name="Save to history").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Athlete").fill(athlete)
    dialog.get_by_label("Name of the set").fill(name)
    if load:
        dialog.get_by_label("Load (kg)").fill(load)
        dialog.get_by_label("Load (kg)").press("Tab")
    if with_clip:
        dialog.get_by_text("Keep the clip too").click()
        expect(dialog.get_by_text("and the clip")).to_be_visible()
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Saved. Open the history")).to_be_visible()


def open_history(page: Page) -> None:
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name="History", exact=True)).to_be_visible()


def card(page: Page, text: str):
    return page.locator("[class*=st-key-history_card_]").filter(has_text=text)


@pytest.fixture(scope="module")
def visit(chromium, server) -> Iterator[Page]:
    """One visit for several tests: the sample is analysed, and nothing saved so far."""
    context = chromium.new_context()
    page = open_analyze(context, server)
    analyze_sample(page)
    yield page
    context.close()


def audit_in_both_schemes(page: Page) -> dict[str, dict[str, str]]:
    """Return what axe finds serious in light and in dark, on a laptop and on a phone."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[scheme] = violations(page)
    background = page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", background)[:3])) < 3 * 127, "it did not turn dark"
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


CLEAN: dict[str, dict[str, str]] = {"light": {}, "dark": {}}


def test_nothing_is_written_or_set_before_save(visit, folder):
    open_history(visit)
    expect(visit.get_by_text("Nothing is saved yet")).to_be_visible()
    assert audit_in_both_schemes(visit) == CLEAN
    visit.get_by_role("link", name="Results", exact=True).click()
    visit.get_by_role("button", name="Save to history").click()
    expect(visit.get_by_role("dialog").get_by_label("Athlete")).to_be_visible()
    assert audit_in_both_schemes(visit) == CLEAN
    visit.keyboard.press("Escape")
    assert not (folder / "data").exists()
    assert "repscope_history" not in {cookie["name"] for cookie in visit.context.cookies()}


def delete_and_undo(page: Page, server: Server, data: Path) -> None:
    saved = card(page, "Anna")
    src = saved.locator("img").first.get_attribute("src")
    page.reload()
    saved.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name=re.compile(r"Undo \(\d+ s\)")).click()
    expect(saved.get_by_role("button", name="Open")).to_be_visible()
    assert httpx.get(server.url + src).status_code == 200
    saved.get_by_role("button", name="Open").click()
    assert count_on(page) == SAMPLE_REPS
    assert wait_until(lambda: page.locator("video").evaluate("video => video.readyState") >= 1)

    open_history(page)
    saved.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("is deleted")).to_be_visible()
    expect(card(page, "Anna")).to_have_count(0)
    assert wait_until(lambda: not list((data / "clips").iterdir()))
    assert wait_until(lambda: server.clips() == []), "the copy that was opened in this visit stays"
    assert httpx.get(server.url + src).status_code == 404
    files = b"".join(path.read_bytes() for path in data.glob("history.sqlite3*"))
    assert b"Anna" not in files
    assert b"\xff\xd8\xff" not in files, "a picture is left in the file"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path) -> Iterator[dict[str, object]]:
    """The settings of a server whose history is in the one or the other."""
    settings: dict[str, object] = {"HISTORY_DIR": tmp_path / "data"}
    if request.param == "sqlite":
        yield settings
        return
    with running_cluster() as cluster:
        yield settings | {"DATABASE_URL": cluster.create("history")}


def test_save_restart_find_delete(chromium: Browser, tmp_path, database):
    data = tmp_path / "data"
    visitor, stranger = chromium.new_context(), chromium.new_context()
    with running_app(tmp_path, **database) as server:
        page = open_analyze(visitor, server)
        analyze_sample(page)
        save(page, athlete="Anna *Ö*", with_clip=True, load="60")
        (cookie,) = [each for each in visitor.cookies() if each["name"] == "repscope_history"]
        assert (cookie["httpOnly"], cookie["sameSite"], len(cookie["value"]) > 60) == (True, "Lax", True)
        assert (data / "secret.key").stat().st_mode & 0o777 == 0o600
        page.close()
    visitor.clear_cookies(name="_streamlit_xsrf")
    with running_app(tmp_path, **database) as server:
        visitor.add_cookies([cookie])
        page = open_analyze(visitor, server)
        open_history(page)
        saved = card(page, "Anna")
        expect(saved).to_contain_text("Anna *Ö* · Morning")
        expect(saved).to_contain_text(f"{SAMPLE_REPS} reps")
        expect(saved).to_contain_text("60 kg")
        picture = saved.locator("img").first
        assert wait_until(lambda: picture.evaluate("image => image.naturalWidth") > 50)

        other = open_analyze(stranger, server)
        open_history(other)
        expect(other.get_by_text("Nothing is saved yet")).to_be_visible()
        assert other.locator("[class*=st-key-history_card_]").count() == 0

        href = page.get_by_role("link", name="Export all").get_attribute("href")
        archive = zipfile.ZipFile(io.BytesIO(httpx.get(server.url + href if href.startswith("/") else href).content))
        assert archive.testzip() is None
        names = archive.namelist()
        assert {"analyses.csv", "reps.csv"} <= set(names)
        assert any(name.endswith("clip.mp4") for name in names)
        delete_and_undo(page, server, data)
    visitor.close()
    stranger.close()


def test_another_tab_opened_before_finds_it_too(visit, server):
    other = open_analyze(visit.context, server)
    visit.get_by_role("link", name="Results", exact=True).click()
    save(visit, athlete="Two tabs")
    open_history(other)
    expect(card(other, "Two tabs")).to_be_visible()
    assert audit_in_both_schemes(other) == CLEAN
    other.close()


def test_a_cookie_that_was_made_up_is_nobody(server, context: BrowserContext):
    context.add_cookies([{"name": "repscope_history", "value": "abc.def", "url": server.url}])
    page = open_analyze(context, server)
    open_history(page)
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    answer = httpx.post(f"{server.url}/history/browser?make=1", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert httpx.get(f"{server.url}/history/files/abc.def.ghi/{'0' * 32}/1.jpg").status_code == 404


MAX_GROWTH_MB = 5


def test_opening_it_costs_who_never_saves_no_memory(chromium, tmp_path):
    import psutil

    with running_app(tmp_path, HISTORY_DIR=tmp_path / "data") as server:
        process = psutil.Process(server.process.pid)
        visitor = chromium.new_context()
        page = open_analyze(visitor, server)
        analyze_sample(page)
        for _ in range(2):  # what any change of pages costs is paid before
            for name in ("Guide", "Results"):
                page.get_by_role("link", name=name, exact=True).click()
                page.wait_for_timeout(1000)
        before_mb = process.memory_info().rss / 2**20
        for _ in range(2):
            open_history(page)
            expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
            page.wait_for_timeout(1000)
            page.get_by_role("link", name="Results", exact=True).click()
            page.wait_for_timeout(1000)
        growth_mb = process.memory_info().rss / 2**20 - before_mb
        visitor.close()
    print(f"web process: {before_mb:.1f} MB before, growth {growth_mb:.1f} MB")  # noqa: T201
    assert growth_mb < MAX_GROWTH_MB
