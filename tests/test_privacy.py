"""Nothing is sent anywhere: neither the command line nor the app connects to others, by the kernel's own account."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.tab import open_tab
from tests.server import ROOT, open_session, running_app, wait_until

CALLS = "connect,sendto,sendmsg,sendmmsg"
OUTWARD = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(({!r}, {}))"
"""A datagram socket that is connected sends nothing."""


@pytest.fixture
def strace(tmp_path) -> list[str | Path]:
    """Start what follows under a tracer that is nobody's parent; a missing one skips, or fails where it is required."""
    if shutil.which("strace") is None:
        reason = "no strace here: apt-get install strace"
        if os.environ.get("REPSCOPE_REQUIRE_STRACE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return ["strace", "-D", "-f", "-e", f"trace={CALLS}", "-o", tmp_path / "trace"]


@pytest.mark.parametrize(
    ("address", "port", "is_outward"),
    [("192.0.2.1", 443, True), ("127.0.0.1", 443, False), ("127.0.0.53", 53, True)],
    ids=["another machine", "this one", "its resolver of names"],
)
def test_the_trace_tells_others_from_this_machine(strace, tmp_path, address, port, is_outward):
    asking = subprocess.Popen([*strace, sys.executable, "-c", OUTWARD.format(address, port)], stderr=subprocess.DEVNULL)
    asking.wait(60)
    assert len(read_outward(tmp_path / "trace", pid=asking.pid)) == is_outward


@pytest.mark.model
def test_an_analysis_connects_to_nobody(strace, squat_clip, tmp_path):
    command = [sys.executable, "-m", "core", squat_clip[0], "--max-frames", "20", "--json", "-"]
    analyzing = subprocess.Popen([*strace, *command], cwd=ROOT, stdout=subprocess.DEVNULL)
    assert analyzing.wait(300) == 0
    assert read_outward(tmp_path / "trace", pid=analyzing.pid) == []


@pytest.mark.model
@pytest.mark.slow
def test_the_app_connects_to_nobody_from_its_start_to_a_result(strace, squat_clip, tmp_path):
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {" ".join(map(str, strace))} {sys.executable} "$@"\n')
    python.chmod(0o700)
    with running_app(tmp_path, python=str(python)) as server:
        with open_session(server) as session:
            assert not session.sends_usage
        with open_tab(server.url) as tab:
            tab.upload(squat_clip[0])
            assert tab.analyze(timeout_s=120) == 3
    assert read_outward(tmp_path / "trace", pid=server.process.pid) == []


def read_outward(trace: Path, *, pid: int) -> list[str]:
    """Return the calls of a trace that name another machine, once it tells that the process has ended."""
    has_ended = re.compile(rf"^{pid} +\+\+\+ (exited|killed)", re.MULTILINE)
    assert wait_until(lambda: has_ended.search(trace.read_text())), "the trace has no end"
    return [line for line in trace.read_text().splitlines() if "AF_INET" in line and not is_loopback(line)]


def is_loopback(line: str) -> bool:
    """Tell whether a call stays on this machine; a question to its resolver of names is passed on."""
    return ("127.0.0." in line or '"::1"' in line) and "htons(53)" not in line
