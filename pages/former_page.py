"""ASGI middleware: what a browser still asks for the page before does not empty the page it is about to get.

A page that follows something, as the uploader's refusals or a job, asks for that part of itself every second or two.
When the server switches to another page, the browser goes on asking until it hears of it: a whole trip over the gym's
network. Streamlit answers even after the new page has run: it announces the former page again, at which the browser
takes everything else down, and finds that the part is gone. So such a question is not passed on.
"""

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class FormerPageFilter:
    """Stand in front of Streamlit's websocket, and drop reruns of parts (fragments) of a page that is not open."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Follow which page each browser tab has open; everything else passes through."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        open_page = ""  # not known yet, also where a tab that was cut off connects again

        async def receive_current() -> Message:
            nonlocal open_page
            while True:
                message = await receive()
                page, is_part = _asked(message)
                if not is_part:
                    open_page = page or open_page
                elif open_page and page != open_page:
                    continue
                return message

        async def send_noting(message: Message) -> None:
            nonlocal open_page
            open_page = _announced(message) or open_page
            await send(message)

        await self.app(scope, receive_current, send_noting)


def _asked(message: Message) -> tuple[str, bool]:
    """Return which page is to run, empty where none is named, and whether only a part of it."""
    try:
        asked = BackMsg.FromString(message.get("bytes") or b"").rerun_script
    except DecodeError:  # Streamlit closes the connection at it
        return "", False
    return asked.page_script_hash, bool(asked.fragment_id)


def _announced(message: Message) -> str:
    """Return the page that a message opens; empty where it is about something else."""
    told = ForwardMsg.FromString(message.get("bytes") or b"")
    if told.metadata.run.fragment_ids:
        return ""
    return told.new_session.page_script_hash or told.navigation.page_script_hash
