"""Landmarks of a clip, kept under ``.cache/`` by content and sampling, so that a re-run takes seconds."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.analyze import to_track
from core.errors import AnalysisError
from core.export import read_landmarks, write_landmarks
from core.follow import Clock, follow_training
from core.landmarks import LandmarkTrack
from core.model import MODEL_SHA256, model_path
from core.pipeline import Request
from core.pose import open_pose, silence_native_log
from core.video.read import probe

CACHE = Path(__file__).parent.parent / ".cache" / "landmarks"


@dataclass(frozen=True)
class Unreadable:
    """A clip that ends in a clear error, as some should."""

    message: str


def load_track(clip: Path, request: Request) -> LandmarkTrack | Unreadable:
    """Return the landmarks the product would see; runs the pose model once per clip and sampling."""
    cached = CACHE / f"{_key(clip, request)}.npz"
    if cached.is_file():
        return read_landmarks(cached)
    try:
        track = _run(clip, request)
    except AnalysisError as error:
        return Unreadable(str(error))
    CACHE.mkdir(parents=True, exist_ok=True)
    cached.write_bytes(write_landmarks(track))
    return track


def _key(clip: Path, request: Request) -> str:
    with clip.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    sampling = f"{request.frame_skip} {request.resize_width} {request.max_frames} {request.min_frames} {MODEL_SHA256}"
    return f"{content[:24]}-{hashlib.sha256(sampling.encode()).hexdigest()[:12]}"


def _run(clip: Path, request: Request) -> LandmarkTrack:
    silence_native_log()
    info = probe(clip, max_duration_s=request.max_duration_s)
    plan = request.plan(info)
    with open_pose(model_path(request.model)) as estimator:
        steps = follow_training(clip, info=info, plan=plan, estimator=estimator, clock=Clock())
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                return to_track(stop.value.samples)
