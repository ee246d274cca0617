"""Accounts of a real identity provider, saved in a real PostgreSQL: nothing moves from one to the other."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.history import Keyring, Labels, Owner
from tests.browser.conftest import open_analyze
from tests.browser.test_history import analyze_sample, card, open_history, save
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET
from tests.postgres import running_cluster
from tests.saved_sets import save_for
from tests.server import ROOT, Server, free_port, is_up, running_app, wait_until


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


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of a provider's description; its issuer is what comes before ``/.well-known``."""
    with running_provider() as url:
        yield url


@pytest.fixture
def database_url() -> Iterator[str]:
    with running_cluster() as cluster:
        yield cluster.create("history")


@pytest.fixture
def server(tmp_path: Path, provider: str, database_url: str) -> Iterator[Server]:
    secrets_path, port = tmp_path / "secrets.toml", free_port()
    secrets_path.write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"s" * 40}"\n'
        f'client_id = "{CLIENT_ID}"\nclient_secret = "{CLIENT_SECRET}"\nserver_metadata_url = "{provider}"\n'
    )
    settings = {"HISTORY_DIR": tmp_path / "data", "DATABASE_URL": database_url, "STREAMLIT_SECRETS_FILES": secrets_path}
    settings["STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL"] = 60  # logging in loads the page anew
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


def saved_by(url: str) -> list[str]:
    """Return the athletes of all rows, whoever owns them, and how many pictures there are at the end."""
    with psycopg.connect(url) as connection:
        athletes = [row[0] for row in connection.execute("SELECT athlete FROM analyses ORDER BY athlete")]
        pictures = connection.execute("SELECT count(*) FROM pictures").fetchone()
    return [*athletes, str(pictures[0])]


@pytest.fixture
def used_browser(context, server, provider, database_url, tmp_path) -> BrowserContext:
    """A browser that saved a set before there were accounts; Ben has saved one, too, elsewhere."""
    browser, cookie = Keyring(tmp_path / "data").new_browser()
    ben = Owner.of_account(issuer=provider.partition("/.well-known")[0], subject="ben")
    for owner, athlete in ((browser, "Of the browser"), (ben, "Of Ben")):
        save_for(owner, [Labels(athlete)], url=database_url, data=tmp_path / "data")
    context.add_cookies([{"name": "repscope_history", "value": cookie, "url": server.url}])
    return context


def test_nothing_moves_between_accounts(server, database_url, used_browser, chromium, tmp_path):
    clips = tmp_path / "data" / "clips"
    page = log_in(used_browser, server, "anna")
    open_history(page)
    expect(page.get_by_text("Nothing is saved yet")).to_be_visible()
    page.get_by_role("link", name="Analyze").click()
    analyze_sample(page)
    save(page, athlete="Of Anna", with_clip=True)
    open_history(page)
    expect(card(page, "Of Anna")).to_be_visible()
    expect(card(page, "Of ")).to_have_count(1)
    expect(page.get_by_text("Saved by Anna")).to_be_visible()
    src = card(page, "Of Anna").locator("img").first.get_attribute("src")
    assert httpx.get(server.url + src).status_code == 200
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Try the sample clip").wait_for()
    open_history(page)
    expect(page.get_by_text("belongs to your account")).to_be_visible()
    expect(card(page, "Of ")).to_have_count(0)

    page = log_in(used_browser, server, "ben")  # in the same browser
    open_history(page)
    expect(card(page, "Of Ben")).to_be_visible()
    expect(card(page, "Of ")).to_have_count(1)

    elsewhere = chromium.new_context()  # Anna, in another browser
    page = log_in(elsewhere, server, "anna")
    open_history(page)
    expect(card(page, "Of Anna")).to_be_visible()
    expect(card(page, "Of ")).to_have_count(1)
    assert "repscope_history" not in {each["name"] for each in elsewhere.cookies()}
    assert saved_by(database_url)[:-1] == ["Of Anna", "Of Ben", "Of the browser"]
    assert len(list(clips.iterdir())) == 1
    card(page, "Of Anna").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo (")).to_be_visible()
    assert wait_until(lambda: saved_by(database_url) == ["Of Ben", "Of the browser", "0"], timeout_s=30)
    assert not list(clips.iterdir())
    assert httpx.get(server.url + src).status_code == 404
    elsewhere.close()


def test_a_visit_goes_on_when_somebody_logs_in_and_is_over_when_she_logs_out(server, context):
    page = open_analyze(context, server)
    analyze_sample(page)
    open_history(page)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Who").fill("anna")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("button", name="Show the result")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Show the result").click()
    save(page, athlete="Of Anna", with_clip=False)
    open_history(page)
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Try the sample clip").wait_for()
    page.wait_for_timeout(1500)  # the tab has said which visit it knows
    expect(page.get_by_role("button", name="Show the result")).to_have_count(0)
    page.get_by_role("link", name="Results", exact=True).click()
    expect(page.get_by_text("No result yet")).to_be_visible()
