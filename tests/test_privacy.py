"""Nothing is sent anywhere: an analysis opens no socket but loopback, traced by the kernel's own account."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.model
@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_an_analysis_connects_to_nobody(squat_clip, tmp_path):
    trace = tmp_path / "trace"
    command = [sys.executable, "-m", "core", str(squat_clip[0]), "--max-frames", "20", "--json", "-"]
    calls = "connect,sendto,sendmsg"
    subprocess.run(["strace", "-f", "-e", f"trace={calls}", "-o", trace, *command], cwd=ROOT, check=True, timeout=300)
    outward = [line for line in trace.read_text().splitlines() if "AF_INET" in line and not is_loopback(line)]
    assert outward == []


def is_loopback(line: str) -> bool:
    return "127.0.0." in line or '"::1"' in line
