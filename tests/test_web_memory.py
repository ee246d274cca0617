"""What the app holds in memory: the libraries of each process, and that the worker is gone after a job."""

import pickle
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from benchmarks.tab import open_tab
from core.analyze import analyze_clip
from core.pipeline import Request
from tests.server import ROOT, running_app, wait_until

SAMPLE = ROOT / "models" / "sample_squats.mp4"
NOT_IN_THE_WEB_PROCESS = ("pandas", "pyarrow", "scipy", "av", "mediapipe", "cv2", "xlsxwriter", "plutoprint")
MAX_PROGRESS_BYTES, MAX_BYTES_A_FRAME = 4_000, 10_000
"""An analysed frame of 480 x 640 has 900 000 bytes, its landmarks and angles 2 500."""


def libraries(pid: int) -> set[str]:
    """Return the packages whose compiled modules a process has loaded."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    parts = [line.partition("site-packages/")[2].split("/")[0] for line in maps]
    return {part.removesuffix(".libs") for part in parts if part}


FREED = """
import ctypes
from pathlib import Path

from core.memory import return_large_blocks

return_large_blocks()
del (large := [bytearray(2**21)])[:]  # from now on glibc by itself would keep what is smaller in its heap
chunk = bytearray(2**20)
address = ctypes.addressof(ctypes.c_char.from_buffer(chunk))
heap = next(line for line in Path("/proc/self/maps").read_text().splitlines() if line.endswith("[heap]"))
start, end = (int(bound, 16) for bound in heap.split()[0].split("-"))
print("heap" if start <= address < end else "block of its own")
"""


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process holds")
def test_a_chunk_of_an_upload_never_stays_in_the_heap():
    done = subprocess.run([sys.executable, "-c", FREED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "block of its own\n"


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process has loaded")
def test_a_result_on_the_page_loads_no_heavy_library_and_leaves_no_worker(tmp_path):
    with running_app(tmp_path, WORKER_IDLE_SECONDS=0) as server, open_tab(server.url) as tab:
        tab.upload(SAMPLE)
        assert tab.analyze(timeout_s=120) == 5
        web = psutil.Process(server.process.pid)
        assert wait_until(lambda: not web.children(recursive=True)), web.children(recursive=True)
        loaded = libraries(server.process.pid)
    assert {"numpy"} <= loaded
    assert not loaded & set(NOT_IN_THE_WEB_PROCESS)


@pytest.mark.model
def test_what_the_worker_sends_has_no_room_for_a_frame(squat_clip, request_defaults: Request):
    sent: list[int] = []

    def follow():
        analysis = yield from analyze_clip(squat_clip[0], request_defaults)
        sent.append(len(pickle.dumps(analysis)))

    messages = [len(pickle.dumps(progress)) for progress in follow()]
    assert max(messages) < MAX_PROGRESS_BYTES
    assert sent[0] < MAX_BYTES_A_FRAME * len(messages)
