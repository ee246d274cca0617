"""The routes of the clip and of what its analyses left on disk: what is served, how, and nothing else."""

import asyncio
import os
from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.spool import get_spool
from pages.routes import ROUTES, file_name, send_clip

PREVIEW = os.urandom(5000)


class Client:
    """Asks the routes without a server."""

    def get(self, address: str, **kwargs) -> httpx.Response:
        return asyncio.run(self._get(address, **kwargs))

    async def _get(self, address: str, **kwargs) -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=ROUTES))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return await client.get(address, **kwargs)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def clip(tmp_path):
    (tmp_path / "set.mp4").write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0" + os.urandom(1000))
    file = get_spool().copy_in(tmp_path / "set.mp4")
    yield file
    get_spool().remove(file.token)


@pytest.fixture
def base(clip) -> Iterator[str]:
    """The address of an analysis that left everything it can."""
    folder = get_spool().make_folder(clip.token)
    (folder / "stills").mkdir()
    (folder / "stills" / "00012.jpg").write_bytes(b"still")
    (folder / "stills" / "secret.txt").write_bytes(b"secret")
    (folder / "preview.mp4").write_bytes(PREVIEW)
    for name in ("annotated.mp4", "report.html", "annotated.mp4.part", "other.mp4"):
        (folder / name).write_bytes(name.encode())
    beside = folder.with_name("beside")
    beside.write_bytes(b"secret")
    yield f"/clip/{clip.token}/{folder.name}"
    beside.unlink()


def test_the_upload_itself(client, clip):
    answer = client.get(f"/clip/{clip.token}")
    assert (answer.content, answer.headers["content-type"]) == (clip.path.read_bytes(), "video/mp4")


@pytest.mark.parametrize(
    ("name", "media_type", "is_saved"),
    [
        ("stills/00012.jpg", "image/jpeg", False),
        ("preview.mp4", "video/mp4", False),
        ("annotated.mp4", "video/mp4", True),
    ],
)
def test_what_an_analysis_left(client, base, name, media_type, is_saved):
    answer = client.get(f"{base}/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    saved = f'attachment; filename="{name}"' if is_saved else None
    assert answer.headers.get("content-disposition") == saved


def test_the_preview_is_served_in_ranges(client, base):
    answer = client.get(f"{base}/preview.mp4", headers={"Range": "bytes=1000-1999"})
    assert (answer.status_code, answer.content) == (206, PREVIEW[1000:2000])


@pytest.mark.parametrize(
    "name",
    [
        "stills/12.jpg",
        "stills/00013.jpg",
        "stills/000012.jpg",
        "stills/0001٢.jpg",
        "stills/00012.jpg/",
        "stills/secret.txt",
        "stills/..%2fpreview.mp4",
        "stills",
        "",
        "..%2fbeside",
        "%2e%2e/beside",
        "annotated.mp4.part",
        "other.mp4",
        "report.html",
        "annotated.mp4%00.mp4",
    ],
)
def test_no_other_name_is_served(client, base, name):
    answer = client.get(f"{base}/{name}", follow_redirects=False)
    assert answer.status_code in (307, 404)
    assert b"still" not in answer.content
    assert b"secret" not in answer.content


def test_a_file_that_went_from_under_the_spool_is_gone_and_no_error(client, clip):
    clip.path.unlink()
    assert client.get(f"/clip/{clip.token}").status_code == 404


@pytest.mark.parametrize("headers", [{}, {"range": "bytes=0-9"}, {"range": "bytes=0-1,5-9"}])
def test_a_clip_that_goes_just_before_it_is_opened_is_gone_and_no_error(clip, headers):
    """What the session's end does while the server is between the answer's first line and the file."""

    async def answer(request: Request) -> Response:
        response = await send_clip(request)
        clip.path.unlink()
        return response

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Route("/clip/{token}", answer)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
            return await client.get(f"/clip/{clip.token}", headers=headers)

    found = asyncio.run(ask())
    assert (found.status_code, found.text) == (404, "This is no longer on the server.")
    assert found.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("name", "status"),
    [("side.jpg", 200), ("nothing.jpg", 404), ("a" * 300 + ".jpg", 404), ("..%2froutes.py", 404), ("%00.jpg", 404)],
    ids=["there", "not there", "too long a name", "another folder", "no name"],
)
def test_pictures_of_the_guide(client, name, status):
    assert client.get(f"/pictures/{name}").status_code == status


def test_a_run_belongs_to_its_clip(client, base, tmp_path):
    (tmp_path / "other.mp4").write_bytes(b"another clip")
    other = get_spool().copy_in(tmp_path / "other.mp4")
    _, _, token, run = base.split("/")
    for address in (f"/clip/{other.token}/{run}", f"/clip/{token}/..", f"/clip/{token}/run-x", f"/clip/%2e%2e/{run}"):
        assert client.get(f"{address}/preview.mp4").status_code == 404
    get_spool().remove(other.token)


def test_nothing_is_served_of_a_result_that_is_gone(client, base, clip):
    folder = get_spool().get_folder(clip.token, base.rsplit("/", 1)[1])
    get_spool().remove_folder(folder)
    assert client.get(f"{base}/preview.mp4").status_code == 404
    assert client.get(f"/clip/{clip.token}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "saved"),
    [
        ("Anna squats", "Anna squats.mp4"),
        ("squats_annotated.mp4", "squats_annotated.mp4"),
        ("Kniebeuge März (3×5)", "Kniebeuge März (3_5).mp4"),
        ("../../etc/passwd", "passwd.mp4"),
        ("C:\\temp\\set", "set.mp4"),
        ('a"; filename="b.exe', "a_ filename_b.exe.mp4"),
        ("line\r\nSet-Cookie: x", "line_Set-Cookie_ x.mp4"),
        ("x" * 300, "x" * 100 + ".mp4"),
        ("..", "annotated.mp4"),
        ("", "annotated.mp4"),
    ],
)
def test_the_name_to_save_under_is_one(client, base, asked, saved):
    assert file_name(asked) == saved
    answer = client.get(f"{base}/annotated.mp4", params={"name": asked})
    assert answer.content == b"annotated.mp4"
    assert answer.headers["content-disposition"].startswith("attachment; filename")
