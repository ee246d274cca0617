"""The annotated video: the clip with skeleton, driving angle, reps and time burnt in, to be shown anywhere."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.draw import draw_label, draw_skeleton
from core.landmarks import INDEX, LANDMARK_COUNT, SIDES, LandmarkTrack
from core.pipeline import Analysis
from core.video import ANNOTATED_NAME
from core.video.read import iter_frames
from core.video.write import MAX_FPS, ClipWriter, fit_size, plan_output

Floats = NDArray[np.float64]

LONG_SIDE_PX = 1280
DRAWN_GAP_S = 0.55
"""Between two analysed frames half a second apart, and a frame's jitter, the body is drawn; over longer gaps nobody
knows where it was. The sparsest sampling of the default limits, 600 frames in 300 s, is just inside."""
GAP = 0.03
"""Between a joint and its angle, in short sides of the frame."""
LETTERS_WIDEST = 4 / 3
"""Letters are of the width, as a clip is shown on a phone held upright; in a picture wider than this, of its height,
or they would cover it."""
HOLD_S = 0.1
"""Before the first and behind the last frame in which the body was seen it is drawn there for so long."""


def annotate_clip(path: Path, analysis: Analysis, folder: Path) -> Generator[float, None, None]:
    """Write ``annotated.mp4`` into the folder; yields the share done.

    Every frame of the clip up to 30 a second, upright, long side 1280 px at most, H.264 without sound. The file
    appears when it is whole; an error or a kill leaves nothing, and an earlier file as it was.

    Parameters
    ----------
    path
        The clip.
    analysis
        Of this clip, as the trainer corrected it.
    folder
        Of the analysis.

    Raises
    ------
    VideoError
        The clip cannot be read any more.
    WriteError
        The disk is full, or the result was dropped.
    ValueError
        The analysis is of landmarks without a clip.
    """
    if analysis.info is None or analysis.plan is None:
        raise ValueError("an analysis of landmarks has no clip to draw on")
    info = analysis.info
    size_wh = fit_size(info, scale=LONG_SIDE_PX / max(info.width, info.height))
    overlay = Overlay(analysis, size_wh=size_wh)
    frames = iter_frames(path, info=info, plan=plan_output(info, size_wh=size_wh))
    output = ClipWriter(
        folder / ANNOTATED_NAME, size_wh=size_wh, fps=min(info.fps, MAX_FPS), what="The annotated video"
    )
    percent = -1
    with output, closing(frames):
        for frame in frames:
            output.add(overlay.draw(frame.image, time_s=frame.time_s), time_s=frame.time_s)
            if (now := int(100 * frame.time_s / info.duration_s)) > percent:
                percent = now
                yield min(1.0, percent / 100)
        output.finish()


class Overlay:
    """What is drawn over a frame, by its time.

    Parameters
    ----------
    analysis
        With its plan: landmarks are in px of the analysed frame.
    size_wh
        px of the frames drawn on.
    """

    def __init__(self, analysis: Analysis, *, size_wh: tuple[int, int]) -> None:
        assert analysis.plan, "landmarks without a clip have no frame"
        track = analysis.track
        scale = np.array(size_wh) / analysis.plan.size_wh
        body = np.concatenate([track.xyz[..., :2] * scale, track.visibility[..., None]], axis=2)
        self._body = Interpolation(track.time_s, body.reshape(len(body), -1))
        self._joint: int | None = None
        if analysis.metrics.joint:
            name = analysis.metrics.joint
            self._joint = INDEX[analysis.landmark_beside(name)]
            self._angle = Interpolation(track.time_s, analysis.angle(name)[:, None])
            self._is_left = _lies_left(track, self._joint)
        self._ends_s = np.array([rep.end_s for rep in analysis.count.reps])
        self._is_edited = analysis.corrections.reps is not None
        self._short_side = min(size_wh)
        self._letters = min(size_wh[0], LETTERS_WIDEST * size_wh[1])

    def draw(self, image: NDArray[np.uint8], *, time_s: float) -> NDArray[np.uint8]:
        """Return the frame, ``(h, w, 3)`` RGB, with everything drawn on it."""
        picture = Image.fromarray(image)
        body = self._body.at(time_s).reshape(LANDMARK_COUNT, 3)
        xy, visibility = body[:, :2], np.nan_to_num(np.clip(body[:, 2], 0, 1))
        draw_skeleton(picture, xy, visibility, thickness=max(2.0, 0.011 * self._short_side))
        self._label_angle(picture, xy, time_s=time_s)
        self._label_corners(picture, time_s=time_s)
        return np.asarray(picture)

    def _label_angle(self, picture: Image.Image, xy: Floats, *, time_s: float) -> None:
        if self._joint is None:
            return
        degrees, (x, y) = float(self._angle.at(time_s)[0]), xy[self._joint]
        if not np.isfinite([degrees, x, y]).all() or not (0 <= x < picture.width and 0 <= y < picture.height):
            return
        gap, anchor = (-GAP, "rm") if self._is_left else (GAP, "lm")
        draw_label(
            picture,
            f"{degrees:.0f}°",
            xy=(x + gap * self._short_side, y),
            size=0.046 * self._letters,
            anchor=anchor,
        )

    def _label_corners(self, picture: Image.Image, *, time_s: float) -> None:
        margin, small = 0.03 * self._short_side, 0.042 * self._letters
        draw_label(picture, clock_text(time_s), xy=(picture.width - margin, margin), size=small, anchor="rt")
        total = len(self._ends_s)
        if not total:
            return
        done = int((self._ends_s <= time_s).sum())
        reps = f"{done} / {total} {'rep' if total == 1 else 'reps'}"
        box = draw_label(picture, reps, xy=(margin, margin), size=0.085 * self._letters)
        if self._is_edited:
            draw_label(picture, "reps edited", xy=(margin, box[3] + margin / 3), size=small)


def clock_text(time_s: float) -> str:
    """Return a time as minutes and seconds, ``1:05.3``."""
    minutes, tenths = divmod(round(10 * time_s), 600)  # rounded first: 59.97 s is 1:00.0 and not 0:60.0
    return f"{minutes}:{tenths / 10:04.1f}"


class Interpolation:
    """Values between samples: linear, but not over gaps longer than `DRAWN_GAP_S`.

    Parameters
    ----------
    time_s
        ``(n,)`` rising seconds.
    values
        ``(n, k)``; rows with a NaN are no samples.
    """

    def __init__(self, time_s: Floats, values: Floats) -> None:
        is_known = np.isfinite(values).all(axis=1)
        self._time_s, self._values = time_s[is_known], values[is_known]
        self._nothing = np.full(values.shape[1], np.nan)

    def at(self, time_s: float) -> Floats:
        """Return the ``(k,)`` values at a time; NaN inside a gap and beyond the ends."""
        after = int(np.searchsorted(self._time_s, time_s))
        around = slice(max(0, after - 1), after + 1)
        times_s, values = self._time_s[around], self._values[around]
        if len(times_s) == 2 and times_s[1] - times_s[0] <= DRAWN_GAP_S:
            share = (time_s - times_s[0]) / (times_s[1] - times_s[0])
            between: Floats = values[0] + share * (values[1] - values[0])
            return between
        for known_s, known in zip(times_s, values, strict=True):
            if abs(time_s - known_s) <= HOLD_S:
                held: Floats = known
                return held
        return self._nothing


def _lies_left(track: LandmarkTrack, row: int) -> bool:
    """Return whether a joint is to the left of the hips for most of its way: there is room for a label then."""
    hips = track.xyz[:, [INDEX[f"{side}_hip"] for side in SIDES], 0].mean(axis=1)
    return bool(np.nansum(track.xyz[:, row, 0] - hips) < 0)
