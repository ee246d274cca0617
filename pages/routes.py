"""What the browser fetches beside the pages: the clip, and what its analysis left on disk.

``/clip/{token}`` is the upload itself, ``/clip/{token}/{run}/…`` the files of one analysis of it: stills, the preview,
and the annotated video. The token is the key; only names of the forms below ever become a path.
``/pictures/{name}`` are the drawings of the guide.
"""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from core.spool import get_spool
from core.video import ANNOTATED_NAME, PREVIEW_NAME

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
STILL = re.compile(r"[0-9]{5,7}\.jpg")
MAX_NAME = 100
PICTURES = Path(__file__).parent / "pictures"
PICTURE = re.compile(r"[a-z_]{1,40}\.jpg")  # a name may be too long to ask the disk for


async def send_clip(request: Request) -> Response:
    """Serve a spooled clip to the player, with range requests."""
    file = get_spool().get(request.path_params["token"])
    return send_file(file.path, media_type=file.media_type) if file else _gone()


async def send_still(request: Request) -> Response:
    """Serve one analysed frame as a small picture."""
    name = request.path_params["name"]
    return _send(request, f"stills/{name}", media_type="image/jpeg") if STILL.fullmatch(name) else _gone()


async def send_preview(request: Request) -> Response:
    """Serve the preview to the player, with range requests."""
    return _send(request, PREVIEW_NAME, media_type="video/mp4")


async def send_annotated(request: Request) -> Response:
    """Serve the annotated video to be saved under the name asked for, ``?name=``, as far as it is one."""
    saved_as = file_name(request.query_params.get("name", ""))
    return _send(request, ANNOTATED_NAME, media_type="video/mp4", saved_as=saved_as)


def file_name(asked: str) -> str:
    """Return the name the annotated video is saved under: the letters, digits and harmless signs of `asked`, no path.

    Where nothing is left it is the video's own name.
    """
    suffix = Path(ANNOTATED_NAME).suffix
    stem = re.sub(r"[^\w .()+-]+", "_", asked.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(suffix))
    return f"{stem.strip(' ._')[:MAX_NAME] or Path(ANNOTATED_NAME).stem}{suffix}"


def _send(request: Request, name: str, *, media_type: str, saved_as: str | None = None) -> Response:
    folder = get_spool().get_folder(request.path_params["token"], request.path_params["run"])
    return send_file(folder / name, media_type=media_type, saved_as=saved_as) if folder else _gone()


def send_file(path: Path, *, media_type: str, saved_as: str | None = None) -> Response:
    """Send a file, or say that it is gone: it may go at any time, also from under the spool."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return _gone()
    return _PassingFile(path, stat_result=found, media_type=media_type, headers=HEADERS, filename=saved_as)


class _PassingFile(FileResponse):
    """A file that may go until it is open, which in Starlette it is only after a 200 has been sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the first line together with the first bytes, or 404 instead of both."""
        start: Message | None = None

        async def send_opened(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start:
                await send(start)
                start = None
            await send(message)

        try:
            await super().__call__(scope, receive, send_opened)
        except FileNotFoundError:
            await _gone()(scope, receive, send)


def _gone() -> Response:
    return PlainTextResponse("This is no longer on the server.", 404, headers=HEADERS)


async def send_picture(request: Request) -> Response:
    """Serve a drawn picture of the guide."""
    path = PICTURES / request.path_params["name"]
    if not PICTURE.fullmatch(path.name) or not path.is_file():
        return PlainTextResponse("There is no such picture.", 404)
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "public, max-age=86400"})


ROUTES = [
    Route("/pictures/{name}", send_picture),
    Route("/clip/{token}", send_clip),
    Route("/clip/{token}/{run}/stills/{name}", send_still),
    Route(f"/clip/{{token}}/{{run}}/{PREVIEW_NAME}", send_preview),
    Route(f"/clip/{{token}}/{{run}}/{ANNOTATED_NAME}", send_annotated),
]
