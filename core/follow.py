"""Who is followed through a clip: a second pass over it, and a choice, only where somebody else is in the picture.

MediaPipe can look for several people at once, but then searches every frame anew (15 ms on top of 20 for one
person, 20 more for each further one) and, where two overlap, drops now the one, now the other. Following one at a
time does not. So the first pass is that of a clip with one person. Afterwards a few small pictures kept from it,
with the person covered, are looked at: 0.2 s. Only if somebody is in them the clip is watched again, with the
first person covered. Both at once would need a second landmarker, 80 MB, in a worker of 205.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.people import body_distance, body_size, choose_body, cover_bodies
from core.pose import PoseEstimator, PoseSample
from core.prefetch import prefetch
from core.sampling import SamplingPlan
from core.stills import StillWriter
from core.video import Frame, VideoInfo
from core.video.preview import PreviewWriter
from core.video.read import iter_frames

LOOKS = 12
"""Small pictures kept at even times, 15 ms each to look at where nobody else is in them."""
LOOK_STRIDE = 15
"""Frames between two of them at least, so that looking takes 5 % of the time at most."""
JUMP_LOOKS = 4
"""And of the first moments where the person followed leaps: it may be somebody else from there on."""
LEAP = 0.5
"""In body sizes between two frames; a cut of the film leaps as well."""
SMALLEST = 0.33
"""Who is smaller than that beside the person followed stands in the background."""
STEADY = 0.012
"""Between two looks at one picture people stay within this share of their size (median .006), the plants, benches and
machines that are taken for people do not (median .04, least .017): measured on the clips of the project."""
LOOKS_NEEDED = 2
"""One steady sighting may be chance."""
PATIENCE = 3
"""Unsteady sightings after which it is furniture; each costs 75 ms."""
_LOOK_PX = 256
_FRAME_S = 1 / 15


@dataclass
class Clock:
    """Seconds spent so far waiting for decoded frames and in the pose model."""

    decode_s: float = 0.0
    pose_s: float = 0.0


@dataclass(frozen=True)
class Followed:
    """The person that trains, frame by frame, and in words who else was seen."""

    samples: list[PoseSample]
    warnings: tuple[str, ...] = ()


def follow_training(
    path: Path,
    *,
    info: VideoInfo,
    plan: SamplingPlan,
    estimator: PoseEstimator,
    clock: Clock,
    stills: StillWriter | None = None,
    preview: PreviewWriter | None = None,
) -> Generator[tuple[int, PoseSample], None, Followed]:
    """Yield (pass, landmarks) as they come, the first pass being 0, and return the person that trains.

    The first pass also writes `stills` and `preview`.
    """
    lookout = Lookout(plan.frames)
    first, second = [], []
    poses = stream_poses(
        path, info=info, plan=plan, estimator=estimator, clock=clock, lookout=lookout, stills=stills, preview=preview
    )
    for sample in poses:
        first.append(sample)
        yield 0, sample
    started = time.perf_counter()
    is_alone = not lookout.sees_somebody(estimator)
    clock.pose_s += time.perf_counter() - started
    first = estimator.without_lag(first)
    if is_alone:
        return Followed(first)
    for sample in stream_poses(path, info=info, plan=plan, estimator=estimator, clock=clock, covered=first):
        second.append(sample)
        yield 1, sample
    again = {sample.frame_index: sample for sample in estimator.without_lag(second)}
    return _choose(first, [again.get(sample.frame_index, nobody(sample)) for sample in first])


def stream_poses(
    path: Path,
    *,
    info: VideoInfo,
    plan: SamplingPlan,
    estimator: PoseEstimator,
    clock: Clock,
    lookout: "Lookout | None" = None,
    stills: StillWriter | None = None,
    preview: PreviewWriter | None = None,
    covered: list[PoseSample] | None = None,
) -> Iterator[PoseSample]:
    """Yield the landmarks of one planned frame after the other and add their cost to `clock`.

    `lookout` and `stills` see the frames as well, `preview` all of the clip; who is in `covered` is painted over.
    """
    known = {sample.frame_index: sample for sample in covered or ()}
    with closing(prefetch(iter_frames(path, info=info, plan=plan, preview=preview))) as frames:
        while True:
            started = time.perf_counter()
            frame = next(frames, None)
            decoded = time.perf_counter()
            clock.decode_s += decoded - started
            if frame is None:
                return
            if frame.frame_index in known:
                frame = _cover(frame, known[frame.frame_index])
            sample = estimator.estimate(frame)
            if lookout:
                lookout.keep(frame, sample)
            clock.pose_s += time.perf_counter() - decoded
            if stills:
                stills.add(frame.image, frame_index=frame.frame_index, time_s=frame.time_s)
            yield sample


class Lookout:
    """Keeps a few small pictures with the person covered, to look for others once the pass is over."""

    def __init__(self, planned_frames: int) -> None:
        self._stride = max(LOOK_STRIDE, planned_frames // LOOKS)
        self._passed = 0
        self._jumps = 0
        self._last: PoseSample | None = None
        self._pictures: list[tuple[Frame, float]] = []

    def keep(self, frame: Frame, sample: PoseSample) -> None:
        """Keep the frame if it is time, or if the person has leapt."""
        is_time = self._passed % self._stride == self._stride // 2
        self._passed += 1
        if not _is_seen(sample):
            return
        has_leapt = self._last is not None and self._jumps < JUMP_LOOKS and _has_leapt(self._last, sample)
        self._jumps += has_leapt
        self._last = sample
        if is_time or has_leapt:
            step = max(1, max(frame.image.shape) // _LOOK_PX)
            small = sample.landmarks / step
            image = cover_bodies(np.ascontiguousarray(frame.image[::step, ::step]), [small])
            self._pictures.append((replace(frame, image=image), float(body_size(small))))

    def sees_somebody(self, estimator: PoseEstimator) -> bool:
        """Look at the pictures: is somebody else of a comparable size in some of them?"""
        if not self._pictures:
            return False
        steady, unsteady = 0, 0
        estimator.forget()
        for picture, size in self._pictures:
            found = estimator.estimate(picture)
            if not _is_seen(found):
                continue
            again = estimator.estimate(replace(picture, time_s=picture.time_s + _FRAME_S))
            estimator.forget()
            if _is_steady(found, again):
                steady += bool(body_size(found.landmarks) > SMALLEST * size)
            else:
                unsteady += 1
            if steady >= LOOKS_NEEDED or unsteady >= PATIENCE:
                break
        return steady >= LOOKS_NEEDED


def nobody(sample: PoseSample) -> PoseSample:
    """Return the sample without the person."""
    return replace(sample, landmarks=np.full_like(sample.landmarks, np.nan), world=np.full_like(sample.world, np.nan))


def _choose(first: list[PoseSample], second: list[PoseSample]) -> Followed:
    passes = (first, second)
    choice = choose_body(
        np.array([[sample.landmarks for sample in samples] for samples in passes]),
        np.array([[sample.world for sample in samples] for samples in passes]),
        time_s=np.array([sample.time_s for sample in first]),
    )
    chosen = [
        passes[source][frame] if source >= 0 else nobody(first[frame]) for frame, source in enumerate(choice.source)
    ]
    return Followed(chosen, choice.warnings)


def _cover(frame: Frame, sample: PoseSample) -> Frame:
    return replace(frame, image=cover_bodies(frame.image, [sample.landmarks])) if _is_seen(sample) else frame


def _is_seen(sample: PoseSample) -> bool:
    return bool(np.isfinite(sample.landmarks[0, 0]))


def _has_leapt(before: PoseSample, now: PoseSample) -> bool:
    return body_distance(before.landmarks, now.landmarks) > LEAP


def _is_steady(first: PoseSample, again: PoseSample) -> bool:
    return _is_seen(first) and _is_seen(again) and body_distance(first.landmarks, again.landmarks) < STEADY
