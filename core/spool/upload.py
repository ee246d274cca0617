"""ASGI middleware: Streamlit's uploads go to disk and never into memory.

Streamlit's own route reads a whole file into the server's memory and keeps it for the session. In
front of it, this middleware lets Streamlit check the request (session, XSRF token) against a small
receipt, streams the file part to the spool, and answers the browser when the clip is complete.
``st.file_uploader`` keeps its look, its progress bar and its delete button; what the page reads
from it is the receipt, see :meth:`core.spool.Spool.read_receipt`.
"""

import logging
import re
import secrets
from collections.abc import Callable
from functools import partial

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import UploadError
from core.spool.multipart import FilePart
from core.spool.store import Spool, new_receipt
from core.spool.writer import MB, NoRoomError, StoreError, TooLargeError

log = logging.getLogger("repscope")

# Streamlit's route, under any server.baseUrlPath: session id, then the uploader's id of the file.
UPLOAD_PATH = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
FRAMING_BYTES = MB  # a multipart body may be this much larger than its file; Streamlit allows the same
PASSED_ON = (b"content-disposition", b"content-type")
STATUS = {TooLargeError: 413, StoreError: 500, NoRoomError: 507}


class SpoolUploads:
    """Stand in front of Streamlit's upload route; everything else passes through."""

    def __init__(self, app: ASGIApp, spool: Callable[[], Spool]) -> None:
        self.app = app
        self._spool = spool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle PUT and DELETE of the upload route."""
        match = UPLOAD_PATH.search(scope["path"]) if scope["type"] == "http" else None
        if match and scope["method"] == "PUT":
            try:
                await self._put(scope, receive, send, owner=match[1], upload_id=match[2])
            except ClientDisconnect:
                log.info("Upload given up by the browser")
            except UploadError as error:
                status = STATUS.get(type(error), 400)
                log.warning("Upload refused (%d): %s", status, error)
                await PlainTextResponse(str(error), status)(scope, receive, send)
        elif match and scope["method"] == "DELETE":
            await self._delete(scope, receive, send, owner=match[1], upload_id=match[2])
        else:
            await self.app(scope, receive, send)

    async def _put(self, scope: Scope, receive: Receive, send: Send, *, owner: str, upload_id: str) -> None:
        part = FilePart(Headers(scope=scope), receive)
        await part.read_headers()
        receipt = new_receipt()
        answer = await self._ask_streamlit(scope, part.headers, receipt)
        if answer[0]["status"] < 400:
            await self._spool_part(part, owner=owner, upload_id=upload_id, receipt=receipt)
        for message in answer:
            await send(message)

    async def _ask_streamlit(
        self, scope: Scope, part_headers: list[tuple[bytes, bytes]], receipt: str
    ) -> list[Message]:
        """Return Streamlit's answer to the same request with the receipt as its only file.

        Nothing of the user's body but the name and type of its file part is passed on.
        """
        boundary = secrets.token_hex(16)
        lines = [name + b": " + value for name, value in part_headers if name.lower() in PASSED_ON]
        body = b"\r\n".join([f"--{boundary}".encode(), *lines, b"", receipt.encode(), f"--{boundary}--\r\n".encode()])
        replaced = (b"content-length", b"content-type", b"transfer-encoding")
        headers = [(name, value) for name, value in scope["headers"] if name not in replaced]
        headers.append((b"content-type", f"multipart/form-data; boundary={boundary}".encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        requests: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        answer: list[Message] = []

        async def receive() -> Message:
            return requests.pop() if requests else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            answer.append(message)

        await self.app({**scope, "headers": headers}, receive, send)
        return answer

    async def _spool_part(self, part: FilePart, *, owner: str, upload_id: str, receipt: str) -> None:
        """Stream the file part to disk; whatever goes wrong, the partial file is gone afterwards."""
        spool = self._spool()
        expected_bytes = max(0, part.content_length - FRAMING_BYTES)
        begin = partial(spool.begin, owner=owner, upload_id=upload_id, receipt=receipt, expected_bytes=expected_bytes)
        try:
            writer = await to_thread.run_sync(begin)
            try:
                async for chunk in part.chunks():
                    await to_thread.run_sync(writer.write, chunk)
                clip = await to_thread.run_sync(writer.commit)
            finally:
                await to_thread.run_sync(writer.abort)
        except UploadError as error:
            spool.refuse(owner=owner, message=str(error))
            raise
        log.info("Video streamed to temp file: %.1f MB", clip.size_bytes / MB)

    async def _delete(self, scope: Scope, receive: Receive, send: Send, *, owner: str, upload_id: str) -> None:
        """Remove the clip once Streamlit has agreed, before the browser hears of it."""

        async def send_after_removal(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                await to_thread.run_sync(partial(self._spool().discard_upload, owner=owner, upload_id=upload_id))
            await send(message)

        await self.app(scope, receive, send_after_removal)
