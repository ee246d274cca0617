"""The real app as a child process, and a session in it without a browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from websockets.sync.client import connect

ROOT = Path(__file__).parent.parent
START_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Server:
    """A running app: where it answers, its process, its log and its folder of clips."""

    url: str
    process: subprocess.Popen[bytes]
    log_path: Path
    spool_dir: Path

    def log(self) -> str:
        return self.log_path.read_text()

    def clips(self) -> list[Path]:
        """Return every file in the spool, complete or not."""
        return list(self.spool_dir.glob("*/*"))

    def clip_sizes(self) -> list[int]:
        """Return the sizes of what is in the spool at this moment."""
        sizes = []
        for clip in self.clips():
            with suppress(FileNotFoundError):  # it may go while we look
                sizes.append(clip.stat().st_size)
        return sizes


def run_command(port: int, *, script: Path = ROOT / "app.py", python: str = sys.executable) -> list[str]:
    listen = ["--server.address=127.0.0.1", f"--server.port={port}"]
    return [python, "-m", "streamlit", "run", str(script), *listen]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def running_app(
    folder: Path,
    *,
    cgroup: Path | None = None,
    script: Path = ROOT / "app.py",
    python: str = sys.executable,
    port: int | None = None,
    **environment: object,
) -> Iterator[Server]:
    """Start the app, or another script, on a free port, with settings from keyword arguments; stop it at the end.

    In a cgroup, a shell moves itself there before it becomes the app, so every page is charged to it.
    Sessions end a second after their connection does (`disconnectedSessionTTL`), instead of minutes.
    """
    spool_dir, log_path = folder / "spool", folder / "server.log"
    settings = {"SPOOL_DIR": spool_dir, "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": 1} | environment
    env = os.environ | {name: str(value) for name, value in settings.items()}
    with log_path.open("ab") as log:
        port = port or free_port()
        command = run_command(port, script=script, python=python)
        if cgroup:
            command = ["sh", "-c", f'echo $$ > {cgroup}/cgroup.procs; exec "$@"', "sh", *command]
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    try:
        server = Server(f"http://127.0.0.1:{port}", process, log_path, spool_dir)
        health = f"{server.url}/_stcore/health"
        wait_until(lambda: process.poll() is not None or is_up(health), timeout_s=START_TIMEOUT_S)
        if process.poll() is not None or not is_up(health):
            raise RuntimeError(f"the app did not start:\n{server.log()}")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def is_up(url: str) -> bool:
    """Return whether something answers there."""
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@contextmanager
def open_session(server: Server) -> Iterator["Session"]:
    """Connect as a browser tab does and run the page once."""
    with connect(
        f"{server.url.replace('http', 'ws')}/_stcore/stream", subprotocols=["streamlit"], max_size=None
    ) as tab:
        rerun = BackMsg()
        rerun.rerun_script.query_string = ""
        tab.send(rerun.SerializeToString())
        while True:
            message = ForwardMsg.FromString(tab.recv(timeout=START_TIMEOUT_S))
            if message.WhichOneof("type") == "new_session":
                started = message.new_session
                yield Session(server, started.initialize.session_id, sends_usage=started.config.gather_usage_stats)
                return


@dataclass(frozen=True)
class Session:
    """A browser tab's session: who may upload, and whether its browser is told to send Streamlit statistics."""

    server: Server
    session_id: str
    sends_usage: bool = False

    def request(self, method: str, upload_id: str = "upload-1", **kwargs) -> httpx.Response:
        token = generate_xsrf_token_string()
        headers = {"X-Xsrftoken": token, "Cookie": f"_streamlit_xsrf={token}"}
        url = f"{self.server.url}/_stcore/upload_file/{self.session_id}/{upload_id}"
        return httpx.request(method, url, headers=headers, timeout=60, **kwargs)

    def upload(self, data: bytes, *, name: str = "clip.mp4", upload_id: str = "upload-1") -> httpx.Response:
        return self.request("PUT", upload_id, files={name: (name, data, "video/mp4")})


def wait_until(is_true, *, timeout_s: float = 45.0) -> bool:
    """Return whether something becomes true in time."""
    deadline = time.monotonic() + timeout_s
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(is_true())
