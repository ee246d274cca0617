"""What the browser asks of the history beside its page: the cookie, pictures, clips, and everything as one zip.

The address of a file holds a pass that the page gave out: it names the owner and its purpose, is signed, and ends after
some hours.
"""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from itertools import chain

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from core.errors import HistoryError
from core.history import Keyring, Owner, get_history, get_keyring
from core.video import PREVIEW_NAME
from pages.routes import HEADERS, send_file

BROWSER_SRC = "/history/browser"
COOKIE = "repscope_history"
COOKIE_SECONDS = 400 * 24 * 3600
"""Browsers keep no cookie longer; opening the history starts the time anew."""
PICTURE_HEADERS = HEADERS | {"Cache-Control": "private, max-age=3600"}
SAVED_ID = re.compile(r"[0-9a-f]{32}")
PICTURE = re.compile(r"([0-9]{1,6})\.jpg")


async def know_browser(request: Request) -> Response:
    """Tell the page whose browser this is; make it an owner where ``?make=1`` asks for it and it is none yet.

    The cookie is set or renewed here and nowhere else. A page of another site cannot ask: the header makes the
    browser ask us first whether it may, and we do not answer that.
    """
    if request.headers.get("x-repscope") != "1":
        return PlainTextResponse("This is for RepScope's own pages.", 403, headers=HEADERS)
    try:
        return await to_thread.run_sync(_answer_browser, request, get_keyring())
    except HistoryError as error:
        return JSONResponse({"error": str(error)}, headers=HEADERS)


def _answer_browser(request: Request, keyring: Keyring) -> Response:
    cookie = request.cookies.get(COOKIE, "")
    owner = keyring.read_cookie(cookie) if cookie else None
    is_new = owner is None
    if owner is None:
        if request.query_params.get("make") != "1":
            return JSONResponse({"pass": None}, headers=HEADERS)
        owner, cookie = keyring.new_browser()
    answer = JSONResponse({"pass": keyring.write_pass(owner, to="browser"), "is_new": is_new}, headers=HEADERS)
    forwarded = request.headers.get("x-forwarded-proto", "")
    is_https = "https" in (request.url.scheme, forwarded.split(",")[0].strip())
    answer.set_cookie(COOKIE, cookie, max_age=COOKIE_SECONDS, httponly=True, samesite="lax", secure=is_https)
    return answer


def say_errors(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Answer with what the history cannot do, where it cannot."""

    @wraps(answer)
    async def answer_or_say(request: Request) -> Response:
        try:
            return await answer(request)
        except HistoryError as error:
            return PlainTextResponse(str(error), 503, headers=HEADERS)

    return answer_or_say


@say_errors
async def send_picture(request: Request) -> Response:
    """Serve one picture of a saved analysis."""
    owner, saved_id = _asked(request)
    if owner is None:
        return _gone()
    name = PICTURE.fullmatch(request.path_params["name"])
    jpeg = await to_thread.run_sync(get_history().picture, owner, saved_id, int(name[1])) if name else None
    return Response(jpeg, media_type="image/jpeg", headers=PICTURE_HEADERS) if jpeg else _gone()


@say_errors
async def send_clip(request: Request) -> Response:
    """Serve a saved clip from disk, with range requests."""
    owner, saved_id = _asked(request)
    if owner is None:
        return _gone()
    path = await to_thread.run_sync(get_history().clip_path, owner, saved_id)
    summary = await to_thread.run_sync(get_history().summary, owner, saved_id) if path else None
    return send_file(path, media_type=summary.clip_type) if path and summary else _gone()


@say_errors
async def send_preview(request: Request) -> Response:
    """Serve the copy of a saved clip that every browser plays, with range requests."""
    owner, saved_id = _asked(request)
    path = await to_thread.run_sync(get_history().preview_path, owner, saved_id) if owner else None
    return send_file(path, media_type="video/mp4") if path else _gone()


@say_errors
async def send_export(request: Request) -> Response:
    """Serve everything an owner saved."""
    from core.history.export import iter_zip  # noqa: PLC0415  # SQLAlchemy comes with it

    owner = get_keyring().read_pass(request.path_params["token"], to="export")
    if owner is None:
        return _gone()
    name = f"repscope_history_{datetime.now(UTC):%Y-%m-%d}.zip"
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    blocks = iter_zip(get_history(), owner)
    first = await to_thread.run_sync(next, blocks)  # before the answer begins: a database that is down is said
    return StreamingResponse(chain([first], blocks), media_type="application/zip", headers=headers)


def _asked(request: Request) -> tuple[Owner | None, str]:
    saved_id = request.path_params["saved_id"]
    is_id = SAVED_ID.fullmatch(saved_id) is not None
    return get_keyring().read_pass(request.path_params["token"], to="files") if is_id else None, saved_id


def _gone() -> Response:
    return PlainTextResponse(
        "This is not in your history any more, or the page was open too long.", 404, headers=HEADERS
    )


HISTORY_ROUTES = [
    Route(BROWSER_SRC, know_browser, methods=["POST"]),
    Route("/history/files/{token}/export.zip", send_export),
    Route("/history/files/{token}/{saved_id}/clip", send_clip),
    Route(f"/history/files/{{token}}/{{saved_id}}/{PREVIEW_NAME}", send_preview),
    Route("/history/files/{token}/{saved_id}/{name}", send_picture),
]
