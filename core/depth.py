"""Lift the body's segments from the picture into space, where the view needs it.

The picture keeps its say: x and y of a segment stay as seen, and only its depth is added, fused from
three cues by inverse variance. The model's own depths are too rough to be used alone: knee angles from
world landmarks are 9-21° off in a squat, from image z 20-40°.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import gate_landmarks, midpoint
from core.landmarks import INDEX, SIDES, LandmarkTrack, without_side
from core.smoothing import sample_interval_s
from core.view import View

Floats = NDArray[np.float64]
Segments = dict[str, Floats]
"""``trunk`` (hips to shoulders) and, for both sides, ``left_thigh``, ``left_shank``, ``left_sole``,
``left_upper_arm``, ``left_forearm``, each pointing away from the trunk, heel to toe: ``(n, 2 or 3)``."""


FLAT_FROM_DEG, LIFTED_UP_TO_DEG = 78.0, 64.0
"""If the body's sideways axis points out of the picture by the first or more, angles are of the picture; by the second
or less, of space; blended between. In a side view lifting adds noise to legs and trunk (trunk 2.2°, lifted 3.6°);
mannequin clips from the side are at 81° or more, at 60° at 63° or less, one push-up at 68°."""


@dataclass(frozen=True)
class Scatter:
    """Standard deviations of a segment's cues, in shares of its length.

    Attributes
    ----------
    world
        Of its depth in the world landmarks, beside `WORLD_SHARE`.
    length
        Of its length in the picture: how far landmarks wander along the limb.
    lateral
        Of how far it leaves the sagittal plane.
    """

    world: float
    length: float
    lateral: float


SCATTER = {
    "trunk": Scatter(world=0.15, length=0.03, lateral=0.10),
    "thigh": Scatter(world=0.25, length=0.06, lateral=0.10),
    "shank": Scatter(world=0.25, length=0.06, lateral=0.10),
    "sole": Scatter(world=0.25, length=0.12, lateral=0.10),
    "upper_arm": Scatter(world=0.20, length=0.06, lateral=0.50),
    "forearm": Scatter(world=0.40, length=0.06, lateral=0.50),
}
"""Arms are raised sideways, legs hardly; the model places wrists badly in depth: pull-ups from behind lose a third of
the elbow's range if it is trusted. Chosen on 79 mannequin clips, moving and resting joints alike; lengths above what
suits those best, as the landmarks of real people wander more. Half or double of any moves no pooled RMSE by more than
5°, mostly by less than 1.5°."""
ENDS = {
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
    "sole": ("heel", "foot_index"),
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
}
WORLD_SHARE = 0.3
"""Scatter of the model's world depth as a share of the depth itself."""
SAGITTAL_MIN = 0.2
"""Least share of the body's sideways axis along the line of sight (yaw 12°): below, the sagittal plane is
seen edge on and says nothing of depth."""
SURE_MIN = 0.5
"""Least confidence of the view for the sagittal plane to be used."""
FULL_LENGTH_PERCENTILE = 90
"""A segment's length in the clip: its longest look but for stray landmarks."""
WORLD_LENGTH = 0.8
"""Share of the length in the world landmarks a segment has at least: one that always points at the camera never shows
its own."""
SHORT_FLOOR = 0.12
"""Below this share of the length foreshortening is told from scatter no better (sine of 7°)."""
CAMERA_TRUNKS = 8.0
"""Camera distance in trunk lengths, 4 m: a phone across the gym. It is not known, but a rough correction beats none:
knee in a squat at 45° 8.7° without, 5.9° with the true distance, 5.7° with three quarters of it."""
STEADY_S = 0.28
"""Width of the window that smooths the model's depths and the fused ones: their jitter would double that of the angles
(real clips: knee 1.7° a sample in the picture, 3.1° lifted raw, 2.0° so), and their sign flips where a limb crosses the
picture's plane. A rep of 1 s loses a fifth of its depth's swing, at 7.5 Hz 30 %."""
SCALE_WINDOW_S = 3.0
SCALE_STEADY, SCALE_MOVED = 0.12, 0.25
"""Running median of the scale, and the shares by which it must differ from the clip's to be followed a little and
altogether. Below, poses move it (a front squat by 9 % in 3 s); zooms, cuts and walks to the camera are beyond."""
BODY = tuple(
    INDEX[f"{side}_{name}"] for side in SIDES for name in ("shoulder", "hip", "knee", "ankle", "elbow", "wrist")
)


def lift_share(name: str, view: View) -> float:
    """Return how much of an angle is to be measured in space rather than in the picture, 0-1.

    Arms leave the picture's plane in a side view too: raised sideways, a shoulder is 40° off in the picture and 10°
    lifted. So shoulders are always lifted, and elbows at least by half.
    """
    out_of_picture = abs(view.left_xyz[2])
    if not np.isfinite(out_of_picture):
        return 0.0
    least = 1.0 if name.endswith("shoulder") else 0.5 if name.endswith("elbow") else 0.0
    turn_deg = float(np.degrees(np.arcsin(min(out_of_picture, 1.0))))
    return float(np.clip((FLAT_FROM_DEG - turn_deg) / (FLAT_FROM_DEG - LIFTED_UP_TO_DEG), least, 1.0))


def build_segments(points: Floats) -> Segments:
    """Return the segments of ``(n, 33, k)`` points, NaN where an end is.

    The trunk is its midline: shoulders are wider than hips, so a line from hip to shoulder of one side
    would lean by several degrees. Where a side is hidden the other's line stands in.
    """
    lines = [points[:, INDEX[f"{side}_shoulder"]] - points[:, INDEX[f"{side}_hip"]] for side in SIDES]
    middle = 0.5 * (lines[0] + lines[1])
    trunk = np.where(np.isfinite(middle), middle, np.where(np.isfinite(lines[0]), lines[0], lines[1]))
    limbs = {
        f"{side}_{name}": points[:, INDEX[f"{side}_{end}"]] - points[:, INDEX[f"{side}_{start}"]]
        for side in SIDES
        for name, (start, end) in ENDS.items()
    }
    return {"trunk": trunk, **limbs}


def lift_segments(track: LandmarkTrack, view: View) -> Segments:
    """Return the segments in space.

    Parameters
    ----------
    track
        ``n`` samples; where world landmarks are missing the other cues decide.
    view
        Of the camera.

    Returns
    -------
    dict
        ``(n, 3)`` metres, about; NaN where a landmark is not seen well enough, or never with world landmarks.

    Notes
    -----
    The cues: 1. the depth between the ends in the world landmarks; 2. limbs move near the sagittal plane,
    which the view shows at a known slant; 3. what a segment lacks of its full length it has in depth, with
    the sign of the first two as far as they are sure of it. Before that, what is nearer to the camera is
    shrunk back to the scale of the hips.
    """
    xy, world = track.xyz[:, :, :2], track.world
    scale = follow_scale(xy, world, time_s=track.time_s)
    metric = _undo_perspective((xy - midpoint(xy, "hip")[:, None]) / scale[:, None, None], world)
    # only now, so that hidden hips still centre and scale the rest
    metric = np.where(np.isfinite(gate_landmarks(track)[:, :, :2]), metric, np.nan)
    flat, space = build_segments(metric), build_segments(world)
    window = _window(track.time_s)
    lifted = {}
    for name, vectors in flat.items():
        kind = without_side(name)
        full = _full_length([(flat[twin], space[twin]) for twin in flat if twin.endswith(kind)])
        world_depth = _smooth(space[name][:, 2], window)
        depth = _fuse_depth(vectors, world_depth, full=full, scatter=SCATTER[kind], view=view)
        lifted[name] = np.column_stack([vectors, _smooth(depth, window)])
    return lifted


def follow_scale(xy: Floats, world: Floats, *, time_s: Floats) -> Floats:
    """Return the ``(n,)`` scale, units of `xy` per metre, least squares of one on the other over the body.

    One for the clip, but where zooms, cuts or walks change it; NaN only if no sample has both.
    """
    image, metres = (points[:, BODY, :2] - midpoint(points, "hip")[:, None, :2] for points in (xy, world))
    both = np.isfinite(image) & np.isfinite(metres)
    image, metres = np.where(both, image, 0.0), np.where(both, metres, 0.0)
    squares = (metres**2).sum(axis=(1, 2))
    raw = (image * metres).sum(axis=(1, 2)) / np.where(squares > 0, squares, np.nan)
    known = np.flatnonzero(raw > 0)
    if not len(known):
        return np.full(len(xy), np.nan)
    half = min(round(0.5 * SCALE_WINDOW_S / max(sample_interval_s(time_s[known]), 1e-3)), len(known) // 2)
    padded = np.pad(raw[known], half, mode="edge")
    steady = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1), axis=1)
    change = np.log(steady / np.median(raw[known]))
    share = ((np.abs(change) - SCALE_STEADY) / (SCALE_MOVED - SCALE_STEADY)).clip(0.0, 1.0)
    followed = np.median(raw[known]) * np.exp(share * change)
    return np.asarray(followed[np.searchsorted(known, np.arange(len(xy))).clip(0, len(known) - 1)])


def _window(time_s: Floats) -> Floats:
    """Return the weights of a Hann window `STEADY_S` wide, one sample at low rates."""
    half = int(0.5 * STEADY_S / max(sample_interval_s(time_s), 1e-3))
    return np.asarray(np.hanning(2 * min(half, (len(time_s) - 1) // 2) + 3)[1:-1])


def _smooth(values: Floats, window: Floats) -> Floats:
    """Return the ``(n,)`` weighted mean of the known values around each; NaN stays NaN."""
    known = np.isfinite(values)
    total = np.convolve(np.where(known, values, 0.0), window, mode="same")
    weight = np.convolve(known.astype(np.float64), window, mode="same")
    return np.where(known, total / np.where(known, weight, 1.0), np.nan)


def _undo_perspective(metric: Floats, world: Floats) -> Floats:
    full = _full_length([(build_segments(metric)["trunk"], build_segments(world)["trunk"])])
    if not full > 0:
        return metric
    return np.asarray(metric * (1.0 + np.nan_to_num(world[:, :, 2:]) / (CAMERA_TRUNKS * full)).clip(0.5, 2.0))


def _full_length(pairs: list[tuple[Floats, Floats]]) -> float:
    """Return the length of a segment, NaN if never seen, from its vectors in picture and world, both sides."""
    picture, space = (np.concatenate([np.linalg.norm(pair[i], axis=1) for pair in pairs]) for i in (0, 1))
    picture, space = picture[np.isfinite(picture)], space[np.isfinite(space)]
    if not len(picture):
        return float("nan")
    longest = float(np.percentile(picture, FULL_LENGTH_PERCENTILE))
    return max(longest, WORLD_LENGTH * float(np.median(space))) if len(space) else longest


def _fuse_depth(vectors: Floats, world_depth: Floats, *, full: float, scatter: Scatter, view: View) -> Floats:
    """Return the ``(n,)`` depth of one segment; a segment of no length has none."""
    if not full > 0:
        return vectors[:, 0] * np.nan
    known = np.isfinite(world_depth)
    depth = np.where(known, world_depth, 0.0)
    weight = np.where(known, (WORLD_SHARE * np.abs(depth) + scatter.world * full) ** -2.0, full**-2.0)
    total, precision = depth * weight, weight
    x, y, z = view.left_xyz
    if abs(z) > SAGITTAL_MIN and view.confidence >= SURE_MIN:
        sagittal = (abs(z) / (scatter.lateral * full)) ** 2
        total, precision = total - (x * vectors[:, 0] + y * vectors[:, 1]) / z * sagittal, precision + sagittal
    short = np.sqrt(np.maximum(full**2 - (vectors**2).sum(axis=1), 0.0))
    sign = np.tanh(total * short)  # the expected sign: total is mean over variance
    spread = scatter.length * full / np.maximum(short / full, SHORT_FLOOR)
    weight = 1.0 / (spread**2 + short**2 * (1.0 - sign**2))
    fused: Floats = (total + sign * short * weight) / (precision + weight)
    return fused
