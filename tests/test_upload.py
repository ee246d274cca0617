"""The upload middleware in front of Streamlit's own upload route, driven as a server would drive it."""

import asyncio
import logging
import os
import re
import shutil
import tracemalloc
from functools import partial
from types import SimpleNamespace

import httpx
import pytest
from starlette.applications import Starlette
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_routes import create_upload_routes

from core.spool import MB, Spool, multipart
from core.spool.upload import SpoolUploads
from tests.spooled import used_bytes

SESSION, UPLOAD_ID = "11111111-aaaa", "22222222-bbbb"
URL = f"/_stcore/upload_file/{SESSION}/{UPLOAD_ID}"
XSRF = generate_xsrf_token_string()
BOUNDARY = "b0undary"


async def next_of(messages: list[dict]) -> dict:
    return messages.pop(0) if messages else await asyncio.Event().wait()


class Site:
    """Streamlit's real upload routes behind the middleware, without the rest of the server."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.streamlit_files = MemoryUploadedFileManager("/_stcore/upload_file")
        runtime = SimpleNamespace(is_active_session=SESSION.__eq__)
        routes = create_upload_routes(runtime, self.streamlit_files, "")
        self.app = SpoolUploads(Starlette(routes=routes), spool=lambda: spool)

    def request(self, method: str, url: str = URL, *, xsrf: bool = True, **kwargs) -> httpx.Response:
        headers = {"X-Xsrftoken": XSRF, "Cookie": f"_streamlit_xsrf={XSRF}"} if xsrf else {}
        headers |= kwargs.pop("headers", {})

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
                return await client.request(method, url, headers=headers, **kwargs)

        return asyncio.run(send())

    def put(self, data: bytes, *, name: str = "squat.mp4", **kwargs) -> httpx.Response:
        return self.request("PUT", files={name: (name, data, "video/mp4")}, **kwargs)

    def put_body(self, body: bytes, **kwargs) -> httpx.Response:
        return self.request("PUT", content=body, headers=MULTIPART, **kwargs)

    async def serve(self, receive, headers: dict[str, str] | None = None) -> list[dict]:
        """Run one PUT on raw ASGI messages, which no HTTP client sends as badly as a broken connection."""
        raw = MULTIPART | {"X-Xsrftoken": XSRF, "Cookie": f"_streamlit_xsrf={XSRF}"} | (headers or {})
        pairs = [(name.lower().encode(), value.encode()) for name, value in raw.items()]
        scope = {"type": "http", "method": "PUT", "path": URL, "query_string": b"", "headers": pairs}
        answers: list[dict] = []

        async def send(message: dict) -> None:
            answers.append(message)

        await self.app(scope, receive, send)
        return answers

    def put_raw(self, messages: list[dict], *, headers: dict[str, str] | None = None) -> list[dict]:
        """Send messages one by one; after the last one the browser is silent."""
        return asyncio.run(self.serve(partial(next_of, messages), headers))

    def receipt(self) -> bytes:
        (record,) = self.streamlit_files.get_files(SESSION, [UPLOAD_ID])
        return record.data

    def clips(self) -> list[str]:
        return [path.name for path in self.spool.folder.iterdir()]


MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
PART = b'Content-Disposition: form-data; name="f"; filename="f.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
START = {"type": "http.request", "body": b"--b0undary\r\n" + PART, "more_body": True}
MEGABYTE = {"type": "http.request", "body": bytes(MB), "more_body": True}
END = {"type": "http.request", "body": b"\r\n--b0undary--\r\n", "more_body": False}
GONE = {"type": "http.disconnect"}


def body(*parts: bytes, end: bytes = b"--b0undary--\r\n") -> bytes:
    return b"".join(b"--b0undary\r\n" + part + b"\r\n" for part in parts) + end


@pytest.fixture
def site(tmp_path):
    spool = Spool(tmp_path, max_file_bytes=4 * MB, quota_bytes=6 * MB, ttl_s=3600)
    yield Site(spool)
    spool.close()


# -- in ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "size", [1, 65_536, 3 * MB + 5, 4 * MB], ids=["1 byte", "64 kB", "3 MB and a bit", "the limit"]
)
def test_clip_goes_to_disk_and_a_receipt_to_the_page(site, size):
    data = os.urandom(size)
    assert site.put(data).status_code == 204
    clip = site.spool.read_receipt(site.receipt())
    assert clip is not None
    assert clip.path.read_bytes() == data
    assert site.clips() == [clip.token]
    assert len(site.receipt()) < 100


@pytest.mark.parametrize("name", ["../../etc/passwd", "Kniebeuge Ä 1.mp4", "a" * 300 + ".mp4", "x\u202egp4.mp4"])
def test_name_is_for_display_only(site, name):
    assert site.put(b"clip", name=name).status_code == 204
    (record,) = site.streamlit_files.get_files(SESSION, [UPLOAD_ID])
    assert record.name == name
    assert re.fullmatch(r"[\w-]{32}", site.clips()[0])


def test_boundary_inside_the_clip_is_data(site):
    data = b"\r\n--b0undar\r\n--b0und\r\n\r\n--" * 1000
    assert site.put_body(body(PART + data)).status_code == 204
    assert site.spool.read_receipt(site.receipt()).path.read_bytes() == data


def test_any_chunking_gives_the_same_clip(site):
    data = os.urandom(500) + b"\r\n--b0undarX" + os.urandom(500)
    whole = body(PART + data)
    pieces = [{"type": "http.request", "body": whole[i : i + 1], "more_body": True} for i in range(len(whole))]
    pieces.append({"type": "http.request", "body": b"", "more_body": False})
    assert site.put_raw(pieces)[0]["status"] == 204
    assert site.spool.read_receipt(site.receipt()).path.read_bytes() == data


def test_base_url_path_does_not_go_round_the_middleware(site):
    answer = site.put(b"clip", url=f"/base{URL}")
    assert answer.status_code == 404  # these routes have no base path; but it was the middleware that read the body
    assert site.clips() == []


def test_log_tells_the_size_and_nothing_private(site, caplog):
    caplog.set_level(logging.INFO, "repscope")
    site.put(bytes(3 * MB + MB // 2), name="anna-squats.mp4")
    assert caplog.messages == ["Video streamed to temp file: 3.5 MB"]


# -- refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "xsrf", "status"),
    [
        pytest.param(URL, False, 403, id="no XSRF token"),
        pytest.param("/_stcore/upload_file/other/22222222-bbbb", True, 400, id="no such session"),
    ],
)
def test_streamlits_checks_come_before_the_first_byte(site, monkeypatch, url, xsrf, status):
    monkeypatch.setattr(Spool, "begin", lambda *_, **__: pytest.fail("the spool was touched"))
    assert site.put(bytes(2 * MB), url=url, xsrf=xsrf).status_code == status
    assert site.clips() == []


def test_over_the_limit_while_streaming(site):
    answer = site.put(bytes(4 * MB + 1))  # within what framing may add to the announced length
    assert answer.status_code == 413
    assert "larger than 4 MB" in answer.text
    assert "larger than 4 MB" in site.spool.refusal(SESSION)
    assert site.clips() == []


def test_over_the_limit_without_a_length(site):
    assert site.put_raw([START, *[MEGABYTE] * 7])[0]["status"] == 413
    assert site.clips() == []


def test_announced_over_the_limit_is_refused_before_the_clip_is_read(site):
    unread = [START, MEGABYTE]
    assert site.put_raw(unread, headers={"Content-Length": str(6 * MB)})[0]["status"] == 413
    assert unread == [MEGABYTE]


def test_over_the_quota(site):
    assert site.put(bytes(4 * MB)).status_code == 204
    answer = site.put(bytes(3 * MB), url=URL + "2")
    assert answer.status_code == 507
    assert "SPOOL_QUOTA_MB" in answer.text
    assert len(site.clips()) == 1


def test_a_folder_of_clips_that_is_gone_is_said(site):
    shutil.rmtree(site.spool.folder)
    answer = site.put(b"clip")
    assert answer.status_code == 500
    assert "could not be stored: No such file" in answer.text
    assert site.spool.refusal(SESSION) == answer.text
    assert used_bytes(site.spool.room) == 0


def test_next_upload_clears_the_refusal(site):
    site.put(bytes(5 * MB))
    site.put(b"clip")
    assert site.spool.refusal(SESSION) is None


def test_empty_file(site):
    answer = site.put(b"")
    assert (answer.status_code, site.clips()) == (400, [])
    assert "empty (0 bytes)" in site.spool.refusal(SESSION)


MALFORMED = {
    "no multipart": (b"data", {"Content-Type": "video/mp4"}),
    "no content type": (b"data", {}),
    "no boundary": (b"data", {"Content-Type": "multipart/form-data"}),
    "endless boundary": (b"data", {"Content-Type": "multipart/form-data; boundary=" + "b" * 300}),
    "garbage": (b"\x00" * 100, MULTIPART),
    "no part": (b"--b0undary--\r\n", MULTIPART),
    "empty body": (b"", MULTIPART),
    "headers only": (b'--b0undary\r\nContent-Disposition: form-data; name="f"\r\n', MULTIPART),
    "endless header": (b"--b0undary\r\nX: " + b"x" * 100_000, MULTIPART),
    "end missing": (body(PART + b"clip", end=b""), MULTIPART),
    "two files": (body(PART + b"one", PART + b"two"), MULTIPART),
    "file and field": (body(PART + b"one", b'Content-Disposition: form-data; name="x"\r\n\r\ny'), MULTIPART),
}


@pytest.mark.parametrize(("content", "headers"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_request(site, content, headers):
    answer = site.request("PUT", content=content, headers=headers)
    assert answer.status_code == 400
    assert re.search(r"malformed: .* Reload the page", answer.text)
    assert site.clips() == []
    assert used_bytes(site.spool.room) == 0


def test_field_instead_of_a_file_is_refused_by_streamlit(site):
    answer = site.put_body(body(b'Content-Disposition: form-data; name="f"\r\n\r\n' + b"clip"))
    assert (answer.status_code, site.clips()) == (400, [])


@pytest.mark.parametrize("messages", [[GONE], [START, GONE], [START, *[MEGABYTE] * 3, GONE]])
def test_browser_gone_leaves_nothing(site, messages):
    assert site.put_raw(list(messages)) == []
    assert site.clips() == []
    assert used_bytes(site.spool.room) == 0


def test_silent_browser_is_given_up(site, monkeypatch):
    monkeypatch.setattr(multipart, "STALL_S", 0.05)
    assert site.put_raw([START, MEGABYTE, MEGABYTE])[0]["status"] == 400
    assert "nothing came for" in site.spool.refusal(SESSION)
    assert site.clips() == []


def test_cancelled_request_leaves_nothing(site):
    async def upload_and_cancel() -> None:
        request = asyncio.create_task(site.serve(partial(next_of, [START, MEGABYTE, MEGABYTE])))
        while not site.clips():
            await asyncio.sleep(0.01)
        request.cancel()
        await asyncio.wait([request])

    asyncio.run(upload_and_cancel())
    assert site.clips() == []
    assert used_bytes(site.spool.room) == 0


# -- forged ------------------------------------------------------------------


def test_crafted_receipt_names_nobodys_clip(site):
    """What a user uploads never reaches Streamlit's store, even when it looks like a receipt."""
    site.put(b"victim")
    victim = site.spool.read_receipt(site.receipt())
    for forged in (site.receipt(), victim.token.encode(), str(victim.path).encode()):
        assert site.put(forged).status_code == 204
        clip = site.spool.read_receipt(site.receipt())
        assert clip.path.read_bytes() == forged
        assert clip.token != victim.token


TRICKS = {
    "receipt in a header": PART.replace(b"video/mp4", b"video/mp4\r\nX-Receipt: repscope-receipt-x") + b"clip",
    "boundary in the file name": PART.replace(b"f.mp4", b"f--b0undary.mp4") + b"clip",
    "newline in the file name": PART.replace(b"f.mp4", b"f\n\nrepscope-receipt-x") + b"clip",
    "two dispositions": b'Content-Disposition: form-data; name="g"; filename="g"\r\n' + PART + b"clip",
    "nested multipart": PART.replace(b"video/mp4", b"multipart/mixed; boundary=z") + b"--z\r\n\r\nx\r\n--z--",
}


@pytest.mark.parametrize("part", TRICKS.values(), ids=TRICKS)
def test_tricks_with_the_part_still_give_a_genuine_receipt_or_none(site, part):
    status = site.put_body(body(part)).status_code
    assert status in (204, 400)
    if status == 204:
        assert site.spool.read_receipt(site.receipt()).token == site.clips()[0]
    else:
        assert site.clips() == []


# -- out ---------------------------------------------------------------------


def test_delete_removes_the_clip(site):
    site.put(b"clip")
    assert site.request("DELETE").status_code == 204
    assert site.clips() == []


def test_delete_needs_the_xsrf_token(site):
    site.put(b"clip")
    assert site.request("DELETE", xsrf=False).status_code == 403
    assert len(site.clips()) == 1


def test_everything_else_passes_through(site):
    assert site.request("OPTIONS").status_code == 204
    assert site.request("GET", "/elsewhere").status_code == 404


def test_memory_stays_flat(tmp_path):
    spool = Spool(tmp_path, max_file_bytes=100 * MB, quota_bytes=100 * MB, ttl_s=3600)
    site = Site(spool)
    tracemalloc.start()
    assert site.put_raw([START, *[MEGABYTE] * 100, END])[0]["status"] == 204
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used_bytes(spool.room) == 100 * MB
    assert peak_bytes < 6 * MB
    spool.close()
