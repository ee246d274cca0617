"""Fixtures that several test files share."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from core.landmarks import LandmarkTrack
from core.mannequin import Filming, Truth, View, compute_truth, draw_clip, plan_steady
from core.pipeline import Analysis, Request, summarize

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SHARED = Path(__file__).parents[2] / "shared"

settings.register_profile("repscope", deadline=None)  # a busy machine is no fault of an example
settings.load_profile("repscope")


@pytest.fixture(scope="session")
def squat_clip(tmp_path_factory) -> tuple[Path, Truth]:
    """A drawn clip of three squats from the side, with its truth."""
    path = tmp_path_factory.mktemp("clips") / "squats.mp4"
    motion = plan_steady("squat", count=3, period_s=2.0)
    return path, draw_clip(path, motion, filming=Filming(view=View(yaw_deg=80), resolution_wh=(360, 480), fps=30))


@pytest.fixture
def squat_track() -> LandmarkTrack:
    """What a perfect pose model would see of five squats at 15 Hz."""
    return compute_truth(plan_steady("squat", count=5), filming=Filming(fps=15)).track


@pytest.fixture
def analysis(squat_track) -> Analysis:
    return summarize(squat_track)


@pytest.fixture
def request_defaults() -> Request:
    return Request(
        frame_skip="auto", resize_width=480, max_frames=200, min_frames=20, max_duration_s=300, model=None, joint=None
    )


@pytest.fixture
def result(analysis: Analysis, request_defaults: Request, tmp_path):
    """A result of a visit, its clip on disk, as the pages hold it."""
    from core.spool import get_spool
    from core.video import VideoInfo
    from pages.components.state import Clip, Result

    (tmp_path / "set.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42" + bytes(100))
    file = get_spool().copy_in(tmp_path / "set.mp4")
    info = VideoInfo("mov", "h264", 480, 640, 0, 12.8, 30.0, 384, 480_000)
    return Result(Clip("set.mp4", file, info), request_defaults, analysis, 150.0)


@pytest.fixture
def tiny_disk(tmp_path):
    """Mount a real file system of 1 MB and 200 files."""
    mount = tmp_path / "tiny"
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=200", "tmpfs", mount]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("mounting a tiny disk needs root")
    yield mount
    subprocess.run(["umount", "-l", mount], check=True)


def run_cli(*arguments: object) -> tuple[int, str, str]:
    """Run the command line in a process of its own; return exit code, stdout and stderr."""
    command = [sys.executable, "-m", "core", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent, check=False)
    return done.returncode, done.stdout, done.stderr


def nan_track(frames: int) -> LandmarkTrack:
    """Nobody in the picture, 15 frames a second."""
    return LandmarkTrack(
        time_s=np.arange(frames) / 15,
        xyz=np.full((frames, 33, 3), np.nan),
        visibility=np.full((frames, 33), np.nan),
        world=np.full((frames, 33, 3), np.nan),
    )
