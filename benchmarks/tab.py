"""A visitor's browser tab without the browser: Streamlit's protocol over a real socket, uploads over the real route.

What it sends and fetches is what the front end does: it runs the page, puts the clip, presses Analyze, runs again
each fragment that asked for it, and loads the player's files. Sixteen of them need no sixteen Chromiums.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from websockets.sync.client import ClientConnection, connect

UPLOADER, ANALYZE = "analyze_upload", "analyze_start"
_HEADING = re.compile(r"(\d+) reps?")
_PLAYER_FILE = re.compile(r'"(/(?:clip|plotly)/[^"]+)"')


class PageError(RuntimeError):
    """The page showed an error."""


@dataclass
class Tab:
    """One session; `widgets` are the ids of what is on the page, by their key."""

    url: str
    socket: ClientConnection
    session_id: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    rep_count: int | None = None
    _page: str = ""
    _kept: list[WidgetState] = field(default_factory=list)
    _due: dict[str, tuple[float, float]] = field(default_factory=dict)
    _runs: int = 0
    _answer: FileURLs | None = None

    def load(self) -> None:
        """Run the page as it is opened: its frame over HTTP, then the script."""
        httpx.get(self.url, timeout=60).raise_for_status()
        self._rerun()

    def upload(self, clip: Path) -> None:
        """Drop a clip on the page; ends when the page shows what is in it."""
        request = BackMsg()
        request.file_urls_request.request_id = str(uuid4())
        request.file_urls_request.session_id = self.session_id
        request.file_urls_request.file_names.append(clip.name)
        self.socket.send(request.SerializeToString())
        self._follow(lambda: self._answer is not None, timeout_s=60)
        urls = self._answer
        assert urls
        token = generate_xsrf_token_string()
        headers = {"X-Xsrftoken": token, "Cookie": f"_streamlit_xsrf={token}"}
        with clip.open("rb") as body:
            put = httpx.put(
                self.url + urls.upload_url, headers=headers, files={clip.name: (clip.name, body)}, timeout=600
            )
        if put.is_error:
            raise PageError(put.text)
        state = WidgetState(id=self.widgets[UPLOADER])
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, clip.name, clip.stat().st_size
        info.file_urls.CopyFrom(urls)
        self._kept = [state]
        self._rerun()
        self._follow(lambda: ANALYZE in self.widgets, timeout_s=60)

    def analyze(self, *, timeout_s: float) -> int:
        """Press Analyze, wait for the result on the page and return its count."""
        self.rep_count = None
        self._rerun(WidgetState(id=self.widgets[ANALYZE], trigger_value=True))
        self._follow(lambda: self.rep_count is not None, timeout_s=timeout_s)
        self._finish_run()
        assert self.rep_count is not None
        return self.rep_count

    def _rerun(self, *pressed: WidgetState) -> None:
        """Run the page to its end."""
        self._ask(ClientState(), *pressed)
        self._finish_run()

    def _ask(self, state: ClientState, *pressed: WidgetState) -> None:
        state.widget_states.widgets.extend([*self._kept, *pressed])
        self.socket.send(BackMsg(rerun_script=state).SerializeToString())

    def _finish_run(self) -> None:
        before = self._runs
        self._follow(lambda: self._runs > before, timeout_s=120)

    def _follow(self, is_there: Callable[[], bool], *, timeout_s: float) -> None:
        """Take in what the server sends, and run fragments again when they are due."""
        deadline = time.monotonic() + timeout_s
        while not is_there():
            now = time.monotonic()
            if now > deadline:
                raise TimeoutError(f"nothing came within {timeout_s:g} s")
            for fragment_id, (due, every) in list(self._due.items()):
                if now >= due:
                    self._due[fragment_id] = (now + every, every)
                    self._ask(ClientState(fragment_id=fragment_id, is_auto_rerun=True, page_script_hash=self._page))
            try:
                self._take(ForwardMsg.FromString(self.socket.recv(timeout=0.1)))
            except TimeoutError:
                continue

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin_run(message)
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            every = message.auto_rerun.interval
            self._due.setdefault(message.auto_rerun.fragment_id, (time.monotonic() + every, every))
        elif kind == "stop_auto_rerun":
            for fragment_id in message.stop_auto_rerun.fragment_ids:
                self._due.pop(fragment_id, None)
        elif kind == "file_urls_response":
            self._answer = message.file_urls_response.file_urls[0]
        elif kind == "script_finished":
            self._runs += 1
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta.new_element)

    def _begin_run(self, message: ForwardMsg) -> None:
        self.session_id = message.new_session.initialize.session_id
        if not message.metadata.run.fragment_ids:  # the whole page: what asks to be run again asks anew
            self._due.clear()
            self.widgets.clear()

    def _see(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception" or (kind == "alert" and element.alert.format == element.alert.ERROR):
            raise PageError(element.exception.message or element.alert.body)
        if kind == "heading" and (found := _HEADING.fullmatch(element.heading.body.strip("# "))):
            self.rep_count = int(found[1])
        elif kind == "bidi_component":
            self._fetch_files(element.bidi_component.json)
        elif kind in ("file_uploader", "button"):
            widget_id = getattr(element, kind).id
            self.widgets[widget_id.split("-", 2)[2]] = widget_id

    def _fetch_files(self, data: str) -> None:
        """Load what a player loads at once: its libraries, and the first megabyte of the clip."""
        for path in _PLAYER_FILE.findall(data):
            with httpx.stream("GET", self.url + path, headers={"Range": "bytes=0-1048575"}, timeout=60) as answer:
                for _ in answer.iter_raw():
                    pass


@contextmanager
def open_tab(url: str) -> Iterator[Tab]:
    """Open the page; closing ends the session."""
    stream = f"{url.replace('http', 'ws')}/_stcore/stream"
    with connect(stream, subprotocols=["streamlit"], max_size=None, open_timeout=60) as socket:
        tab = Tab(url, socket)
        tab.load()
        yield tab
