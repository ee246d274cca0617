"""Plotly for the browser, out of the installed package: no other host, compressed once, kept by the browser."""

import gzip
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

PLOTLY_SRC = f"/plotly/{version('plotly')}/plotly.min.js"
"""Where the browser finds it; the version is in the path, so a copy never goes stale."""
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


async def plotly_js(request: Request) -> Response:
    """Serve Plotly, 1.5 MB compressed instead of 4.8."""
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(_path(), media_type="text/javascript", headers=_HEADERS)
    body = await to_thread.run_sync(_compressed)
    return Response(body, media_type="text/javascript", headers=_HEADERS | {"Content-Encoding": "gzip"})


def _path() -> Path:
    spec = find_spec("plotly")  # does not import it
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("Plotly is not installed: run make setup.")
    return Path(spec.submodule_search_locations[0]) / "package_data" / "plotly.min.js"


@cache
def _compressed() -> bytes:
    return gzip.compress(_path().read_bytes(), compresslevel=6)


PLOTLY_ROUTE = Route(PLOTLY_SRC, plotly_js)
