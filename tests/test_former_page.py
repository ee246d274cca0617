"""What a browser still asks for the page before, when the server has switched to another: the new page stays."""

import time
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.server import START_TIMEOUT_S, Server, running_app


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("app")) as running:
        yield running


def open_tab(server: Server, *, session: str = "") -> ClientConnection:
    """Connect as a browser tab, or as one that was cut off and goes on with its session."""
    words = ["streamlit", "no-token", session] if session else ["streamlit"]
    return connect(f"{server.url.replace('http', 'ws')}/_stcore/stream", subprotocols=words, max_size=None)


def ask(tab: ClientConnection, *, page: str = "", fragment: str = "") -> None:
    asked = BackMsg()
    asked.rerun_script.page_script_hash = page
    asked.rerun_script.fragment_id = fragment
    asked.rerun_script.is_auto_rerun = bool(fragment)
    tab.send(asked.SerializeToString())


def hear(tab: ClientConnection, *, for_s: float = 0.0) -> list[ForwardMsg]:
    """Return what comes until a run has ended, and then for some seconds."""
    messages: list[ForwardMsg] = []
    until = None
    while until is None or (left_s := until - time.monotonic()) > 0:
        try:
            message = ForwardMsg.FromString(tab.recv(timeout=START_TIMEOUT_S if until is None else left_s))
        except TimeoutError:
            break
        messages.append(message)
        if message.WhichOneof("type") == "script_finished" and until is None:
            until = time.monotonic() + for_s
    return messages


def announced(messages: list[ForwardMsg]) -> list[str]:
    return [each.new_session.page_script_hash for each in messages if each.WhichOneof("type") == "new_session"]


def only(messages: list[ForwardMsg], kind: str) -> Any:
    (found,) = (getattr(each, kind) for each in messages if each.WhichOneof("type") == kind)
    return found


def test_a_timer_of_the_former_page_does_not_empty_the_new_one(server):
    with open_tab(server) as tab:
        ask(tab)
        first = hear(tab)
        analyze, guide = (only(first, "navigation").app_pages[place].page_script_hash for place in (0, -1))
        timer = only(first, "auto_rerun").fragment_id
        ask(tab, page=analyze, fragment=timer)
        assert announced(hear(tab)) == [analyze]

        ask(tab, page=guide)
        for _ in range(3):  # while the new page is made
            ask(tab, page=analyze, fragment=timer)
        assert announced(hear(tab, for_s=2)) == [guide]


def test_a_tab_that_was_cut_off_is_answered_when_it_goes_on(server):
    with open_tab(server) as tab:
        ask(tab)
        first = hear(tab)
    analyze, session = only(first, "navigation").page_script_hash, only(first, "new_session").initialize.session_id
    with open_tab(server, session=session) as tab:
        ask(tab, page=analyze, fragment=only(first, "auto_rerun").fragment_id)
        assert announced(hear(tab)) == [analyze]


def test_what_is_no_message_ends_the_connection_and_nothing_else(server):
    with open_tab(server) as tab:
        tab.send(b"\xff\xff\xff")
        with pytest.raises(ConnectionClosed):
            hear(tab)
        assert tab.close_code == 1002
    with open_tab(server) as tab:
        ask(tab)
        assert announced(hear(tab))
    assert "pages/former_page.py" not in server.log()
