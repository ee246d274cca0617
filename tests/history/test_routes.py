"""The routes of the history when its database or its key is out of order: words, no stack trace."""

import asyncio
import re
from functools import partial

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import HistoryError
from core.history import Keyring, Labels, get_keyring
from pages.history_routes import BROWSER_SRC, COOKIE, HISTORY_ROUTES, send_clip
from tests.history.conftest import ANNA, BEN
from tests.history.test_pages import visit


def ask(method: str, address: str, **headers: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=HISTORY_ROUTES))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return await client.request(method, address, headers=headers)

    return asyncio.run(send())


def test_an_export_from_a_broken_database_says_so(history):
    src = f"/history/files/{get_keyring().write_pass(ANNA, to='export')}/export.zip"
    assert ask("GET", src).status_code == 200
    history.database.close()
    history.database.sqlite_path.write_bytes(b"just text, and enough of it to be looked at " * 50)
    answer = ask("GET", src)
    assert answer.status_code == 503
    assert "is no database of RepScope's" in answer.text


def test_a_key_that_cannot_be_read_is_said(history, tmp_path):
    src = f"/history/files/{get_keyring().write_pass(ANNA, to='files')}"
    (tmp_path / "data" / "secret.key").unlink()
    (tmp_path / "data" / "secret.key").mkdir()
    get_keyring.cache_clear()
    for rest in ("export.zip", f"{'0' * 32}/clip", f"{'0' * 32}/1.jpg"):
        answer = ask("GET", f"{src}/{rest}")
        assert answer.status_code == 503
        assert "cannot keep its key" in answer.text


def test_a_picture_of_a_row_that_no_database_can_count_is_not_there(history):
    src = f"/history/files/{get_keyring().write_pass(ANNA, to='files')}/{'0' * 32}"
    for row in ("12", "9" * 30, "9" * 5000):
        assert ask("GET", f"{src}/{row}.jpg").status_code == 404


def test_another_site_gets_no_leave_to_ask_whose_browser_this_is(history):
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Headers": "x-repscope"}
    answer = ask("OPTIONS", BROWSER_SRC, **headers)
    assert answer.status_code == 405
    assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    ("scheme", "forwarded", "is_secure"),
    [
        ("http", {}, False),
        ("https", {}, True),
        ("http", {"X-Forwarded-Proto": "https"}, True),
        ("http", {"X-Forwarded-Proto": "https, http"}, True),
        ("http", {"X-Forwarded-Proto": "http, https"}, False),
    ],
    ids=["plain", "TLS", "TLS up to the proxy", "TLS up to the first of two proxies", "plain up to the first of two"],
)
def test_the_cookie_travels_by_tls_only_where_the_browser_speaks_it(history, scheme, forwarded, is_secure):
    answer = ask("POST", f"{scheme}://server{BROWSER_SRC}?make=1", **{"X-RepScope": "1"}, **forwarded)
    flags = answer.headers["set-cookie"].split("; ")
    assert flags[0].startswith(f"{COOKIE}=")
    assert ("Secure" in flags) == is_secure
    assert "HttpOnly" in flags


def test_a_folder_that_cannot_be_looked_at_is_said(tmp_path):
    keyring = Keyring(tmp_path / ("x" * 300))
    for read in (keyring.read_cookie, partial(keyring.read_pass, to="files")):
        with pytest.raises(HistoryError, match="cannot keep its key"):
            read("a.b")


def test_who_was_given_the_address_of_a_picture_gets_that_and_nothing_else(history, analysis, stills):
    history.save(ANNA, analysis, Labels("Anna"), clip_name="a.mp4", folder=stills)
    app = visit("history")
    (strip,) = app.get("html")
    (link,) = (part.proto.url for part in app.get("link_button"))
    src = re.search(r'src="([^"]+)"', strip.proto.body)[1]
    token = src.split("/")[3]
    assert (ask("GET", src).status_code, ask("GET", link).status_code) == (200, 200)
    assert ask("GET", f"/history/files/{token}/export.zip").status_code == 404
    assert get_keyring().read_pass(token, to="browser") is None, "it would be taken for the browser itself"


def test_the_preview_of_a_saved_clip_is_for_its_owner(history, whole, clip, stills, preview):
    saved_id = history.save(ANNA, whole, Labels("Anna"), clip_name="a.avi", clip=clip, folder=stills)
    without = history.save(ANNA, whole, Labels("Anna"), clip_name="a.avi")
    anna, ben = (get_keyring().write_pass(owner, to="files") for owner in (ANNA, BEN))
    answer = ask("GET", f"/history/files/{anna}/{saved_id}/preview.mp4", Range="bytes=4-7")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (206, b"ftyp", "video/mp4")
    for token, asked in ((ben, saved_id), (anna, without), (anna, "x" * 32), ("made.up.pass", saved_id)):
        assert ask("GET", f"/history/files/{token}/{asked}/preview.mp4").status_code == 404


def test_a_saved_clip_that_is_deleted_just_before_it_is_opened_is_gone_and_no_error(history, analysis, clip):
    saved_id = history.save(ANNA, analysis, Labels("Anna"), clip_name="a.mp4", clip=clip)

    async def answer(request: Request) -> Response:
        response = await send_clip(request)
        history.delete(ANNA, saved_id)
        return response

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Route("/{token}/{saved_id}/clip", answer)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return await client.get(f"/{get_keyring().write_pass(ANNA, to='files')}/{saved_id}/clip")

    assert asyncio.run(get()).status_code == 404
