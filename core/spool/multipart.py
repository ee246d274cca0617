"""The one file part of a multipart request, as a stream of chunks."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from core.errors import UploadError

CHUNK_BYTES = 2**20
STALL_S = 60.0  # a browser that sends nothing for so long is gone, whatever its connection says


class FilePart:
    """Read a request body as it arrives; at most about one chunk of it is in memory.

    Raises
    ------
    UploadError
        The request is not multipart, does not hold exactly one part, is cut off, or stalls.
    ClientDisconnect
        The browser is gone.
    """

    def __init__(self, request_headers: Headers, receive: Receive) -> None:
        content_type, options = parse_options_header(request_headers.get("content-type"))
        if content_type != b"multipart/form-data" or not options.get(b"boundary"):
            raise _malformed("it is not multipart/form-data with a boundary")
        length = request_headers.get("content-length", "")
        self.content_length = int(length) if length.isdecimal() else 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._receive = receive
        self._more_body = True
        self._parts = 0
        self._headers_done = self._complete = False
        self._name, self._value, self._data = bytearray(), bytearray(), bytearray()
        try:
            self._parser = self._make_parser(options[b"boundary"])
        except FormParserError as error:
            raise _malformed(str(error)) from error

    async def read_headers(self) -> None:
        """Read until the headers of the part are complete; the parser bounds their length."""
        while not self._headers_done:
            if not self._more_body:
                raise _malformed("it holds no file")
            await self._feed()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the part, about ``CHUNK_BYTES`` at a time."""
        while self._more_body:
            if len(self._data) >= CHUNK_BYTES:
                yield self._take()
            await self._feed()
        if not self._complete:
            raise _malformed("its end is missing")
        if self._data:
            yield self._take()

    def _take(self) -> bytes:
        chunk = bytes(self._data)
        self._data.clear()
        return chunk

    async def _feed(self) -> None:
        try:
            async with asyncio.timeout(STALL_S):
                message = await self._receive()
        except TimeoutError:
            raise UploadError(f"The upload stopped: nothing came for {STALL_S:g} s. Upload the clip again.") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._more_body = message.get("more_body", False)
        try:
            self._parser.write(message.get("body", b""))
        except FormParserError as error:
            raise _malformed(str(error)) from error
        if self._parts > 1:
            raise _malformed("it holds more than one part")

    def _make_parser(self, boundary: bytes) -> MultipartParser:
        def collect(buffer: bytearray, data: bytes, start: int, end: int) -> None:
            buffer += memoryview(data)[start:end]

        def begin_part() -> None:
            self._parts += 1

        def end_header() -> None:
            self.headers.append((bytes(self._name), bytes(self._value)))
            self._name.clear()
            self._value.clear()

        def end_headers() -> None:
            self._headers_done = True

        def end_body() -> None:
            self._complete = True

        return MultipartParser(
            boundary,
            {
                "on_part_begin": begin_part,
                "on_header_field": partial(collect, self._name),
                "on_header_value": partial(collect, self._value),
                "on_header_end": end_header,
                "on_headers_finished": end_headers,
                "on_part_data": partial(collect, self._data),
                "on_end": end_body,
            },
        )


def _malformed(why: str) -> UploadError:
    return UploadError(f"The upload request is malformed: {why}. Reload the page and upload the clip again.")
