"""The whole app as `streamlit run app.py` starts it: start, uploads, the clip route, sessions, end."""

import os
import signal
import socket
import subprocess
from urllib.parse import urlsplit

import httpx
import pytest

from core.spool import MB
from tests.server import ROOT, free_port, open_session, run_command, running_app, wait_until

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0" + os.urandom(5000)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("app"), MAX_FILE_SIZE_MB=4, SPOOL_QUOTA_MB=6) as running:
        yield running
        assert running.process.poll() is None, "the server died"
        assert "Traceback" not in running.log()


@pytest.fixture(scope="module")
def tab(server):
    with open_session(server) as session:
        yield session


@pytest.fixture
def session(tab):
    yield tab
    tab.request("DELETE", "upload-1")
    assert tab.server.clips() == []


# -- start -------------------------------------------------------------------


def test_bad_setting_stops_the_start_with_one_line():
    env = os.environ | {"MAX_FILE_SIZE_MB": "lots"}
    done = subprocess.run(
        run_command(free_port()), env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "MAX_FILE_SIZE_MB=lots: must be a whole number from 1 to 10000"
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["SPOOL_DIR", "POSE_MODEL_PATH"])
def test_a_path_that_cannot_be_used_stops_the_start_with_one_line(tmp_path, name):
    (tmp_path / "file").write_text("not a folder")
    path = tmp_path / "file" / "within"
    env = os.environ | {name: str(path)}
    done = subprocess.run(
        run_command(free_port()), env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"{name}={path}: must be ")
    assert "Traceback" not in done.stderr


def test_health(server):
    assert httpx.get(f"{server.url}/_stcore/health").text == "ok"


FROZEN = """
import gc
import sys

sys.path.insert(0, {root!r})
import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app import lifespan

route = Route("/tracked", lambda _: PlainTextResponse(str(len(gc.get_objects()))))
app = st.App({root!r} + "/pages/shell.py", lifespan=lifespan, routes=[route])
"""


def test_the_collector_does_not_walk_through_the_libraries(tmp_path):
    """Streamlit collects after every run of a page, the GIL held: 100 000 objects would take 50 ms of all visitors."""
    script = tmp_path / "counted.py"
    script.write_text(FROZEN.format(root=str(ROOT)))
    with running_app(tmp_path, script=script) as server:
        assert int(httpx.get(f"{server.url}/tracked").text) < 20_000


# -- uploads -----------------------------------------------------------------


def test_upload_is_on_disk_and_in_the_log_without_its_name(server, session):
    data = os.urandom(3 * MB)
    assert session.upload(data, name="anna-squats.mp4").status_code == 204
    (clip,) = server.clips()
    assert clip.read_bytes() == data
    assert "Video streamed to temp file: 3.0 MB\n" in server.log()
    assert "anna" not in server.log()
    assert clip.name not in server.log()


def test_too_large_is_413(server, session):
    answer = session.upload(bytes(5 * MB))
    assert (answer.status_code, server.clips()) == (413, [])
    assert "larger than 4 MB" in answer.text


def test_no_room_is_507(server, session):
    session.upload(bytes(4 * MB))
    answer = session.upload(bytes(3 * MB), upload_id="upload-2")
    assert (answer.status_code, len(server.clips())) == (507, 1)
    assert "SPOOL_QUOTA_MB" in answer.text


def test_delete_button_removes_the_clip(server, session):
    session.upload(MP4)
    assert session.request("DELETE").status_code == 204
    assert server.clips() == []


def test_connection_cut_in_the_middle_leaves_nothing(server, session):
    address = urlsplit(server.url)
    prepared = httpx.Request("PUT", server.url, files={"f": ("f.mp4", bytes(3 * MB), "video/mp4")})
    sent_body = prepared.read()[: 2 * MB]
    token = "2|a1b2c3d4|" + "0" * 32 + "|1700000000"
    head = (
        f"PUT /_stcore/upload_file/{session.session_id}/cut HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: {prepared.headers['content-type']}\r\nContent-Length: {prepared.headers['content-length']}\r\n"
        f"X-Xsrftoken: {token}\r\nCookie: _streamlit_xsrf={token}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + sent_body)
        assert wait_until(lambda: max(server.clip_sizes(), default=0) >= MB)
    assert wait_until(lambda: not server.clips())


def test_clip_goes_with_its_session(server):
    with open_session(server) as closing:
        closing.upload(MP4)
        assert len(server.clips()) == 1
    assert wait_until(lambda: not server.clips())


# -- the clip route ----------------------------------------------------------


@pytest.fixture
def clip_url(server, session):
    session.upload(MP4)
    (clip,) = server.clips()
    return f"{server.url}/clip/{clip.name}"


def test_clip_is_served_for_the_player_only(clip_url):
    answer = httpx.get(clip_url, headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, MP4)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "content-encoding" not in answer.headers
    assert httpx.head(clip_url).headers["content-length"] == str(len(MP4))


def test_clip_is_served_in_ranges(clip_url):
    answer = httpx.get(clip_url, headers={"Range": "bytes=1000-1999", "Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.content) == (206, MP4[1000:2000])
    assert answer.headers["content-range"] == f"bytes 1000-1999/{len(MP4)}"


@pytest.mark.parametrize("token", ["unknown", "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a%00"])
def test_nothing_else_is_served(server, clip_url, token):
    answer = httpx.get(f"{server.url}/clip/{token}")
    assert answer.status_code in (400, 404) or "<html" in answer.text  # ".." is resolved by the client: the app page
    assert "root:" not in answer.text


# -- end ---------------------------------------------------------------------


def test_kill_leaves_an_orphan_for_the_next_start_and_a_stop_leaves_nothing(tmp_path):
    with running_app(tmp_path) as killed, open_session(killed) as session:
        session.upload(MP4)
        killed.process.kill()
        killed.process.wait()
        assert len(killed.clips()) == 1

        with running_app(tmp_path) as stopped, open_session(stopped) as visitor:
            assert stopped.clips() == []
            visitor.upload(MP4)
            assert len(stopped.clips()) == 1
            stopped.process.send_signal(signal.SIGTERM)
            stopped.process.wait(20)
            assert list(stopped.spool_dir.iterdir()) == []
    assert "Traceback" not in stopped.log()
