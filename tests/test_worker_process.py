"""What the worker process is and when it ends, seen from whole programs that start one."""

import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.waiting import is_alive, wait_until

ROOT = Path(__file__).parent.parent

PARENT = """
import sys
import time
sys.path[:0] = [{root!r}, {tests!r}]
import {extra}
from tests import worker_tasks as tasks
from core.worker import get_pool

if __name__ == "__main__":
    assert get_pool() is get_pool()
    {body}
"""


def parent_source(body: str, *, extra: str) -> str:
    return PARENT.format(root=str(ROOT), tests=str(ROOT / "tests"), body=body, extra=extra)


def run_parent(body: str, tmp_path: Path) -> subprocess.Popen[str]:
    script = tmp_path / "parent.py"
    (tmp_path / "heavy.py").touch()
    script.write_text(parent_source(body, extra="heavy"))
    return subprocess.Popen(
        [sys.executable, "-W", "error", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def assert_clean(modules: set[str]) -> None:
    assert {"av", "mediapipe", "numpy", "core.worker"} <= modules
    assert (
        not {"heavy", "streamlit", "pandas", "plotly", "cv2", "matplotlib", "pydantic", "pytest", "tornado"} & modules
    )


def test_the_child_does_not_import_what_the_main_script_imports(tmp_path):
    with run_parent("print(*get_pool().submit(tasks.report_modules).result())", tmp_path) as parent:
        out, err = parent.communicate(timeout=30)
    assert_clean(set(out.split()))
    assert (parent.returncode, err) == (0, "")


@pytest.mark.slow
def test_the_child_of_streamlit_run_does_not_import_streamlit_or_the_page(tmp_path):
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from websockets.sync.client import connect

    answer = tmp_path / "modules.txt"
    body = f"""
    import pathlib
    modules = get_pool().submit(tasks.report_modules).result()
    pathlib.Path({str(answer)!r}).write_text(" ".join(modules) + " end")
    """
    page = tmp_path / "page.py"
    page.write_text(parent_source(body, extra="streamlit, pandas"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.headless=true", f"--server.port={port}", "--browser.gatherUsageStats=false"]
    streamlit = Path(sys.executable).parent / "streamlit"
    with subprocess.Popen([streamlit, "run", page, *options], stdout=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: _accepts_connections(port), what="Streamlit starts", seconds=30)
            with connect(f"ws://127.0.0.1:{port}/_stcore/stream", max_size=None) as session:
                request = BackMsg()
                request.rerun_script.query_string = ""
                session.send(request.SerializeToString())
                wait_until(lambda: answer.exists() and answer.read_text().endswith("end"), what="the page runs")
        finally:
            server.terminate()
    assert_clean(set(answer.read_text().split()))


def _accepts_connections(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("task", ["spin_without_yielding", "report_pid"], ids=["busy", "idle"])
def test_no_child_outlives_a_killed_parent(tmp_path, task):
    body = f"""
    job = get_pool().submit(tasks.{task})
    while True:
        for message in job.take_messages():
            print(message, flush=True)
        if job.state == "done":
            print(job.result(), flush=True)
            time.sleep(60)
        time.sleep(0.01)
    """
    with run_parent(body, tmp_path) as parent:
        pid = int(parent.stdout.readline())
        family = psutil.Process(parent.pid).children(recursive=True)
        assert pid in [child.pid for child in family]
        parent.kill()
        wait_until(lambda: not any(is_alive(child.pid) for child in family), what="the children end")


def test_no_child_outlives_a_parent_that_exits_while_a_job_runs(tmp_path):
    body = """
    job, queued = [get_pool().submit(tasks.spin_without_yielding) for _ in range(2)]
    while not (messages := job.take_messages()):
        time.sleep(0.01)
    print(messages[0])
    """
    with run_parent(body, tmp_path) as parent:
        out, err = parent.communicate(timeout=30)
    assert (parent.returncode, err) == (0, "")
    assert not psutil.pid_exists(int(out))


@pytest.mark.parametrize(("level", "expected"), [("INFO", "a line for the operator\n"), ("WARNING", "")])
def test_what_a_task_logs_reaches_the_operator_at_the_level_of_the_web_process(tmp_path, level, expected):
    body = f"""
    import logging
    logging.getLogger("repscope").setLevel({level!r})
    get_pool().submit(tasks.log_a_line).result()
    """
    with run_parent(body, tmp_path) as parent:
        out, err = parent.communicate(timeout=30)
    assert (out, err) == (expected, "")
