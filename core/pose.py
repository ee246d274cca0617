"""Landmarks of the person in a frame; with the model's build the only file importing MediaPipe."""

import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import PoseModelError
from core.lag import remove_lag
from core.landmarks import LANDMARK_COUNT
from core.video import Frame

_PAUSE_MS = 1000
"""Between two runs: the landmarker smooths over a few tenths of a second."""


@dataclass(frozen=True)
class PoseSample:
    """The person in one frame.

    Attributes
    ----------
    frame_index, time_s
        Of the frame.
    landmarks
        ``(33, 4)``: x right, y down, z away from the camera, in pixels of the analysed frame, and
        visibility in [0, 1]; all NaN where no person was found.
    world
        ``(33, 3)`` metres around the middle of the hips, same axes; NaN likewise.
    """

    frame_index: int
    time_s: float
    landmarks: NDArray[np.float64]
    world: NDArray[np.float64]


class PoseEstimator(Protocol):
    """Finds the person in a frame; remembers the frames before, so one serves one run only."""

    def estimate(self, frame: Frame) -> PoseSample:
        """Return the person in the frame; frames come in rising order of time."""
        ...

    def forget(self) -> None:
        """Lose the person followed, so that the next frame may be any other."""
        ...

    def without_lag(self, samples: list[PoseSample]) -> list[PoseSample]:
        """Return all samples of a run, where the person was at their times."""
        ...


class MediaPipePose:
    """MediaPipe's pose landmarker in VIDEO mode, waited for at the first frame if it is still loading."""

    def __init__(self, loading: Future[Any]) -> None:
        self._loading = loading
        self._last_ms = -1
        self._offset_ms = 0

    def estimate(self, frame: Frame) -> PoseSample:
        """Return the most prominent person in the frame.

        MediaPipe refuses equal timestamps; two frames in one millisecond become neighbours.
        """
        result = self._detect(frame.image, self._offset_ms + round(frame.time_s * 1000))
        landmarks = np.full((LANDMARK_COUNT, 4), np.nan)
        world = np.full((LANDMARK_COUNT, 3), np.nan)
        if result.pose_landmarks:
            height, width = frame.image.shape[:2]
            # z comes in the scale of x, see the model card
            scale = (width, height, width, 1.0)
            landmarks[:] = [(p.x, p.y, p.z, p.visibility) for p in result.pose_landmarks[0]]
            landmarks *= scale
            world[:] = [(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]]
        return PoseSample(frame.frame_index, frame.time_s, landmarks, world)

    def forget(self) -> None:
        """Lose the person followed, in a black picture; the times of later frames may start anew.

        A second landmarker instead would take 80 MB.
        """
        self._offset_ms = self._last_ms + _PAUSE_MS
        self._detect(np.zeros((64, 64, 3), np.uint8), self._offset_ms)
        self._offset_ms += _PAUSE_MS

    def without_lag(self, samples: list[PoseSample]) -> list[PoseSample]:
        """Return all samples of a run without what MediaPipe's smoothing delays them by, see `core.lag`."""
        if not samples:
            return []
        landmarks = np.array([sample.landmarks for sample in samples])
        world = np.array([sample.world for sample in samples])
        time_s = np.array([sample.time_s for sample in samples])
        landmarks[:, :, :3], world = remove_lag(landmarks[:, :, :3], world, time_s=time_s)
        return [
            replace(sample, landmarks=mended, world=mended_world)
            for sample, mended, mended_world in zip(samples, landmarks, world, strict=True)
        ]

    def _detect(self, image: NDArray[np.uint8], timestamp_ms: int) -> Any:
        landmarker = self._loading.result()
        import mediapipe as mp  # noqa: PLC0415

        self._last_ms = max(self._last_ms + 1, timestamp_ms)
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=image)
        return landmarker.detect_for_video(picture, self._last_ms)


@contextmanager
def open_pose(model: Path) -> Iterator[MediaPipePose]:
    """Load the model in a thread of its own, and close it again.

    Import and load take 0.2 s together, time enough to open a clip beside. What fails is raised at the first frame.

    Raises
    ------
    PoseModelError
        MediaPipe cannot load the file.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="load") as thread:
        loading = thread.submit(_load, model)
        try:
            yield MediaPipePose(loading)
        finally:
            if loading.exception() is None:
                loading.result().close()


def _load(model: Path) -> Any:
    from mediapipe.tasks.python.core.base_options import BaseOptions  # noqa: PLC0415
    from mediapipe.tasks.python.vision.core.vision_task_running_mode import (  # noqa: PLC0415
        VisionTaskRunningMode,
    )
    from mediapipe.tasks.python.vision.pose_landmarker import (  # noqa: PLC0415
        PoseLandmarker,
        PoseLandmarkerOptions,
    )

    options = PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)), running_mode=VisionTaskRunningMode.VIDEO
    )
    try:
        return PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, OSError) as error:
        raise PoseModelError(
            f"The pose model {model} cannot be loaded: {error}. Unset POSE_MODEL_PATH, or run `make setup`."
        ) from error


def silence_native_log() -> None:
    """Send what MediaPipe's C++ side writes to descriptor 2 nowhere; Python's stderr goes on working.

    It prints five lines of warnings a run that mean nothing to anybody, past every log setting.
    """
    if sys.stderr is None or sys.stderr.fileno() != 2:
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  a descriptor is what is needed
        os.dup2(nowhere.fileno(), 2)
    sys.stderr = os.fdopen(kept, "w", buffering=1)
