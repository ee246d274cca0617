"""From a planned motion to frames, to an H.264 file, and the truth about both."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from core.landmarks import INDEX, LANDMARK_COUNT, LandmarkTrack
from core.mannequin.body import AVERAGE, Build
from core.mannequin.camera import LEFT_SIDE, Camera, View, aim_camera
from core.mannequin.exercises import EXERCISES, LYING, walk
from core.mannequin.flesh import Outfit, Part, build_parts, face_points, hand_points
from core.mannequin.motions import Motion, compute_depth
from core.mannequin.raster import Canvas, Capsules
from core.mannequin.scene import Room, paint_room, shade_floor
from core.mannequin.skeleton import SIDE_SIGN, Array, Skeleton, compute_true_angles

_SETTLE_S = 0.6
"""Time over which the last step of a walk becomes the first posture of the set."""
_TIME_BASE = Fraction(1, 90_000)
"""The clock of MPEG systems; fine enough that no presentation time is rounded by more than 6 µs."""
_NOISE_TILES = 5
_NO_AXIS = (0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Filming:
    """How a movement is filmed.

    Attributes
    ----------
    rotation_deg
        Clockwise turn a player must apply, as phones store it: 0, 90, 180 or 270. The size is the
        displayed one.
    jitter
        Share of the frame interval by which presentation times wander (variable frame rate).
    noise
        Standard deviation of the sensor noise in grey levels; 0 is none, 12 a dim room.
    """

    view: View = LEFT_SIDE
    resolution_wh: tuple[int, int] = (480, 640)
    fps: float = 30.0
    jitter: float = 0.0
    rotation_deg: int = 0
    noise: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Truth:
    """What is exactly known about a drawn clip.

    Attributes
    ----------
    time_s
        ``(n,)`` presentation times of the frames.
    angles
        ``core.landmarks.ANGLE_NAMES`` to ``(n,)`` degrees, clinical flexion.
    starts_s, turns_s, ends_s
        ``(k,)`` times of the reps.
    track
        The landmarks a perfect pose model would give: pixels of the displayed picture, visibility 1.
    """

    motion: Motion
    time_s: Array
    angles: dict[str, Array]
    starts_s: Array
    turns_s: Array
    ends_s: Array
    track: LandmarkTrack


def draw_clip(
    path: Path, motion: Motion, *, filming: Filming | None = None, build: Build = AVERAGE, outfit: Outfit | None = None
) -> Truth:
    """Draw a motion and write it as an H.264 mp4.

    Raises
    ------
    ValueError
        If the exercise is unknown, or lying and walked into.
    OSError
        If the file cannot be written.
    """
    shot = filming or Filming()
    stage = _set_stage(motion, shot, build)
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        width, height = shot.resolution_wh if shot.rotation_deg % 180 == 0 else shot.resolution_wh[::-1]
        stream = container.add_stream("libx264", rate=Fraction(shot.fps).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "21"}
        stream.codec_context.time_base = _TIME_BASE
        if shot.rotation_deg:
            stream.set_display_rotation(-shot.rotation_deg)
        for time, image in zip(stage.time_s, _draw_stage(stage, shot, build, outfit), strict=True):
            stored = np.ascontiguousarray(np.rot90(image, shot.rotation_deg // 90))
            frame = av.VideoFrame.from_ndarray(stored, format="rgb24")
            frame.pts, frame.time_base = round(time / _TIME_BASE), _TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return _truth(motion, stage)


def iter_images(
    motion: Motion, *, filming: Filming | None = None, build: Build = AVERAGE, outfit: Outfit | None = None
) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of a motion as ``(h, w, 3)`` RGB bytes, without writing them."""
    shot = filming or Filming()
    return _draw_stage(_set_stage(motion, shot, build), shot, build, outfit)


def compute_truth(motion: Motion, *, filming: Filming | None = None, build: Build = AVERAGE) -> Truth:
    """Return what `draw_clip` would, without drawing: a perfect pose model's view of the motion."""
    return _truth(motion, _set_stage(motion, filming or Filming(), build))


def pose_motion(motion: Motion, time_s: Array, *, build: Build = AVERAGE) -> Skeleton:
    """Return the skeleton of a motion at given times."""
    if motion.exercise not in EXERCISES:
        raise ValueError(f"unknown exercise {motion.exercise!r}: choose one of {', '.join(EXERCISES)}")
    if motion.walk_in_s and motion.exercise in LYING:
        raise ValueError(f"a mannequin cannot walk into a {motion.exercise}: set walk_in_s to 0")
    skeleton = EXERCISES[motion.exercise](compute_depth(motion, time_s), build)
    if not motion.walk_in_s:
        return skeleton
    arrived = np.clip((time_s - motion.walk_in_s + _SETTLE_S) / _SETTLE_S, 0.0, 1.0)
    share = (arrived * arrived * (3 - 2 * arrived))[:, None]
    walking = walk(np.minimum(time_s - motion.walk_in_s + _SETTLE_S, 0.0), build)
    return {name: (1 - share) * walking[name] + share * xyz for name, xyz in skeleton.items()}


@dataclass(frozen=True)
class _Stage:
    """Everything in front of the camera: the figure at its frame times, and where it trains."""

    skeleton: Skeleton
    time_s: Array
    training: Skeleton
    camera: Camera


def _set_stage(motion: Motion, shot: Filming, build: Build) -> _Stage:
    """Pose the motion at its frame times and aim the camera at the set, not at the way to it."""
    time_s = _frame_times(motion.duration_s, shot)
    skeleton = pose_motion(motion, time_s, build=build)
    training = {name: xyz[time_s >= motion.walk_in_s] for name, xyz in skeleton.items()}
    camera = aim_camera(shot.view, training, resolution_wh=shot.resolution_wh)
    return _Stage(skeleton, time_s, training, camera)


def _frame_times(duration_s: float, shot: Filming) -> Array:
    count = max(2, round(duration_s * shot.fps))
    wander = np.random.default_rng(shot.seed).uniform(-0.5, 0.5, count) * shot.jitter
    wander[0] = 0.0
    ticks = np.round((np.arange(count) + wander) / shot.fps / float(_TIME_BASE))
    return np.asarray(ticks * float(_TIME_BASE), dtype=np.float64)


def _draw_stage(stage: _Stage, shot: Filming, build: Build, outfit: Outfit | None) -> Iterator[NDArray[np.uint8]]:
    room = paint_room(stage.camera, stage.training, resolution_wh=shot.resolution_wh, seed=shot.seed)
    parts = build_parts(stage.skeleton, build, outfit=outfit)
    rng = np.random.default_rng(shot.seed)
    grain = rng.normal(0.0, shot.noise, (_NOISE_TILES, *room.picture.shape)).astype(np.float32) if shot.noise else None
    for index in range(len(stage.time_s)):
        canvas = _draw_figure(room, stage.camera, parts, stage.skeleton, index)
        if grain is not None:
            canvas.colour += np.roll(grain[rng.integers(_NOISE_TILES)], rng.integers(0, 400, 2), axis=(0, 1))
        yield canvas.to_image()


def _draw_figure(room: Room, camera: Camera, parts: list[Part], skeleton: Skeleton, index: int) -> Canvas:
    canvas = Canvas(room.picture)
    shade_floor(room, camera, {name: xyz[index] for name, xyz in skeleton.items()}, picture=canvas.colour)
    canvas.draw(_project_parts(parts, camera, index))
    return canvas


def _project_parts(parts: list[Part], camera: Camera, index: int) -> Capsules:
    """Bring the parts of one frame to pixels; perspective scales each end by its own depth."""
    ends = np.array([(part.start[index], part.end[index]) for part in parts])
    axes = np.array([_NO_AXIS if part.flat_axis is None else part.flat_axis[index] for part in parts])
    xy, away, scale = camera.project(ends)
    points = np.concatenate([xy, -away[..., None]], axis=-1).astype(np.float32)
    return Capsules(
        start=points[:, 0],
        end=points[:, 1],
        radii=(np.array([part.radii_m for part in parts]) * scale).astype(np.float32),
        colour=np.array([part.colour for part in parts], dtype=np.float32),
        flat_axis=(axes @ camera.axes.T * (1.0, 1.0, -1.0)).astype(np.float32),
        flatness=np.array([part.flatness for part in parts], dtype=np.float32),
    )


def _truth(motion: Motion, stage: _Stage) -> Truth:
    return Truth(
        motion=motion,
        time_s=stage.time_s,
        angles=compute_true_angles(stage.skeleton),
        starts_s=motion.starts_s,
        turns_s=motion.turns_s,
        ends_s=motion.ends_s,
        track=_project_track(stage.skeleton, stage.time_s, stage.camera),
    )


def _project_track(skeleton: Skeleton, time_s: Array, camera: Camera) -> LandmarkTrack:
    """Return the 33 landmarks of a skeleton in pixels and, around the hips, in metres."""
    points = face_points(skeleton)
    for side in SIDE_SIGN:
        points |= hand_points(skeleton, side)
        points |= {f"{side}_{joint}": skeleton[f"{side}_{joint}"]
                   for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel")}  # fmt: skip
        points[f"{side}_foot_index"] = skeleton[f"{side}_toe"]
    placed = np.zeros((len(time_s), LANDMARK_COUNT, 3))
    for name, xyz in points.items():
        placed[:, INDEX[name]] = xyz
    xy, away, _ = camera.project(placed)
    seen, hips = camera.to_camera(placed), camera.to_camera(skeleton["pelvis"])[:, None]
    _, hips_away, _ = camera.project(skeleton["pelvis"])
    return LandmarkTrack(
        time_s=time_s,
        xyz=np.concatenate([xy, (away - hips_away[:, None])[..., None]], axis=-1),
        visibility=np.ones((len(time_s), LANDMARK_COUNT)),
        world=seen - hips,
    )
