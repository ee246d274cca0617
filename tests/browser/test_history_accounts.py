"""Accounts of a real identity provider: each sees its own history, whoever used the browser before."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import open_analyze
from tests.browser.test_history import analyze_sample, card, open_history, save
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET
from tests.server import ROOT, Server, free_port, running_app, wait_until


@contextmanager
def running_provider() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.identity_provider", str(port)], cwd=ROOT)
    url = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    try:
        assert wait_until(lambda: is_up(url), timeout_s=30)
        yield url
    finally:
        process.terminate()
        process.wait()


def is_up(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    secrets_path, port = tmp_path / "secrets.toml", free_port()
    with running_provider() as provider:
        secrets_path.write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"s" * 40}"\n'
            f'client_id = "{CLIENT_ID}"\nclient_secret = "{CLIENT_SECRET}"\nserver_metadata_url = "{provider}"\n'
        )
        settings = {"HISTORY_DIR": tmp_path / "data", "STREAMLIT_SECRETS_FILES": secrets_path}
        with running_app(tmp_path, port=port, **settings) as running:
            yield running


def log_in(context: BrowserContext, server: Server, name: str) -> Page:
    page = open_analyze(context, server)
    open_history(page)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Who").fill(name)
    page.get_by_role("button", name="Go").click()
    page.get_by_role("button", name="Try the sample clip").wait_for()
    return page


def test_nothing_moves_between_accounts(server, context, chromium):
    expect.set_options(timeout=20_000)
    page = log_in(context, server, "anna")
    analyze_sample(page)
    save(page, athlete="Of Anna")
    open_history(page)
    expect(card(page, "Of Anna")).to_be_visible()
    expect(page.get_by_text("Saved by Anna")).to_be_visible()
    src = card(page, "Of Anna").locator("img").first.get_attribute("src")
    assert httpx.get(server.url + src).status_code == 200
    assert "repscope_history" not in {cookie["name"] for cookie in context.cookies()}
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Try the sample clip").wait_for()
    open_history(page)
    expect(page.get_by_text("belongs to your account")).to_be_visible()
    expect(card(page, "Of Anna")).to_have_count(0)

    page = log_in(context, server, "ben")  # in the same browser
    open_history(page)
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    page.get_by_role("link", name="Analyze").click()
    analyze_sample(page)
    save(page, athlete="Of Ben")
    open_history(page)
    expect(card(page, "Of Ben")).to_be_visible()
    expect(card(page, "Of Anna")).to_have_count(0)

    elsewhere = chromium.new_context()  # Anna, in another browser
    page = log_in(elsewhere, server, "anna")
    open_history(page)
    expect(card(page, "Of Anna")).to_be_visible()
    expect(card(page, "Of Ben")).to_have_count(0)
    elsewhere.close()
    expect.set_options(timeout=5_000)
