"""The workbench alone as an ASGI app, with the set of `player_case`: every edit is made and shown as it arrived."""

import os
import sys
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.plotly_js import PLOTLY_ROUTE

FOLDER = Path(os.environ["PLAYER_FOLDER"])


async def send_file(request: Request) -> Response:
    """Serve what the test put into the folder."""
    path = FOLDER / request.path_params["path"]
    return FileResponse(path) if path.is_file() else PlainTextResponse("gone", 404)


app = st.App(
    Path(__file__).with_name("player_script.py"),
    routes=[Route("/files/{path:path}", send_file), PLOTLY_ROUTE],
)
