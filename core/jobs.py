"""What the pages have done in the worker process.

A job is sent by name, so the web process imports this module. What a job works with is imported when it runs: PyAV, the
pose model and the drawing are in the worker only: 17 MB that a web process, which never opens a clip, does without.
"""

from collections.abc import Generator
from pathlib import Path

from core.pipeline import Analysis, Progress, Request
from core.video import VideoInfo

# ruff: noqa: PLC0415


def probe_in_worker(path: Path, *, max_duration_s: float) -> Generator[None, None, VideoInfo]:
    """Do what `core.video.read.probe` does: a hostile file ends the worker and nothing else."""
    from core.video.read import probe

    yield from ()
    return probe(path, max_duration_s=max_duration_s)


def analyze_in_worker(
    path: Path, request: Request, *, folder: Path | None = None
) -> Generator[Progress, None, Analysis]:
    """Do what `core.analyze.analyze_clip` does, without MediaPipe's chatter; the process must be its own."""
    from core.analyze import analyze_clip
    from core.pose import silence_native_log

    silence_native_log()
    return (yield from analyze_clip(path, request, folder=folder))


def annotate_in_worker(path: Path, analysis: Analysis, folder: Path) -> Generator[float, None, None]:
    """Do what `core.annotate.annotate_clip` does."""
    from core.annotate import annotate_clip

    yield from annotate_clip(path, analysis, folder)
