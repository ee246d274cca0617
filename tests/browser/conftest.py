"""The real app in a child process and a page of a real headless Chromium."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.server import Server, running_app

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
UPLOADER = "[data-testid=stFileUploaderDropzoneInput]"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


@pytest.fixture(scope="module")  # not longer: while Playwright runs, no other test can start an event loop
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a missing one skips, or fails where REPSCOPE_REQUIRE_BROWSER=1."""
    if shutil.which(CHROMIUM) is None:
        reason = f"no browser at {CHROMIUM}: apt-get install chromium"
        if os.environ.get("REPSCOPE_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=60_000)  # not five s: on a busy machine charts come late
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with its default settings, shared by the tests that need no others."""
    with running_app(tmp_path_factory.mktemp("app")) as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `server` keeps its clips and its history."""
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """The app with a history of its own, for the tests of one file."""
    with running_app(folder, HISTORY_DIR=folder / "data") as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor; closing it ends her sessions."""
    visitor = chromium.new_context()
    visitor.set_default_timeout(60_000)
    yield visitor
    visitor.close()


@pytest.fixture
def page(context: BrowserContext, app: Server) -> Page:
    """The Analyze page, ready for a clip."""
    return open_analyze(context, app)


def choose(page: Page, label: str, option: str) -> None:
    """Choose from a list; a page that still scrolls there, as a click makes it, shuts the list again."""
    box = page.get_by_role("combobox", name=label)
    box.click(trial=True)  # scrolls there, also if a rerun replaces it meanwhile
    page.wait_for_timeout(300)
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def open_analyze(context: BrowserContext, server: Server) -> Page:
    """Open the Analyze page of a server and wait for its uploader."""
    page = context.new_page()
    page.goto(server.url)
    page.locator(UPLOADER).wait_for(state="attached")
    return page
