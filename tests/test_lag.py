"""The delay of the pose model's own smoothing: there with the real model, gone after `core.lag`."""

import numpy as np
import pytest

from core.analyze import to_track
from core.angles import compute_angles
from core.lag import remove_lag
from core.landmarks import LandmarkTrack
from core.mannequin import Filming, View, compute_truth, iter_images, plan_tempo
from core.model import model_path
from core.pose import open_pose
from core.video import Frame

SQUAT, SHOT = plan_tempo("squat", (2.0, 1.6)), Filming(view=View(yaw_deg=90), fps=15.0)


def delay_s(track: LandmarkTrack, name: str) -> float:
    """Return by how much an angle is behind the truth: what leaves the least spread between the two."""
    return behind_s(compute_angles(track)[name], compute_truth(SQUAT, filming=SHOT).angles[name], time_s=track.time_s)


def behind_s(measured: np.ndarray, true: np.ndarray, *, time_s: np.ndarray) -> float:
    late_s = np.arange(-0.05, 0.08, 0.002)
    spread = [np.std(measured - np.interp(time_s - by, time_s, true)) for by in late_s]
    return float(late_s[np.argmin(spread)])


@pytest.mark.model
def test_the_model_is_late_and_without_its_lag_it_is_not():
    with open_pose(model_path()) as estimator:
        images = enumerate(iter_images(SQUAT, filming=SHOT))
        found = [estimator.estimate(Frame(index, index / SHOT.fps, image)) for index, image in images]
        mended = estimator.without_lag(found)
    for name in ("left_knee", "left_hip", "trunk_lean"):
        late, left = delay_s(to_track(found), name), delay_s(to_track(mended), name)
        assert late > 0.009, name
        assert abs(left) < 0.6 * late + 0.002, name
    assert [sample.frame_index for sample in mended] == [sample.frame_index for sample in found]
    assert all((a.landmarks[:, 3] == b.landmarks[:, 3]).all() for a, b in zip(mended, found, strict=True))


def smooth_forwards(values: np.ndarray, *, time_s: np.ndarray, least_hz: float, hz_per_speed: float) -> np.ndarray:
    """One Euro filter, number by number as it was published."""
    smooth, speed = [values[0]], 0.0
    for before, value, interval_s in zip(values, values[1:], np.diff(time_s), strict=False):
        weight = 1 / (1 + 1 / (2 * np.pi * 1.0 * interval_s))
        speed = weight * (value - before) / interval_s + (1 - weight) * speed
        cutoff_hz = least_hz + hz_per_speed * abs(speed)
        weight = 1 / (1 + 1 / (2 * np.pi * cutoff_hz * interval_s))
        smooth.append(weight * value + (1 - weight) * smooth[-1])
    return np.array(smooth)


def test_what_the_filter_delays_comes_back_in_time():
    time_s = np.arange(90) / 15
    world = np.zeros((90, 33, 3))
    world[:, 7, 1] = 0.25 * np.cos(np.pi * time_s)
    late = world.copy()
    late[:, 7, 1] = smooth_forwards(world[:, 7, 1], time_s=time_s, least_hz=0.1, hz_per_speed=40.0)
    landmarks = np.tile(np.arange(99.0).reshape(1, 33, 3), (90, 1, 1))
    _, mended = remove_lag(landmarks, late, time_s=time_s)
    late_s, left_s = (behind_s(values[:, 7, 1], world[:, 7, 1], time_s=time_s) for values in (late, mended))
    assert late_s > 0.008
    assert abs(left_s) < 0.004
    others = np.delete(np.arange(33), 7)
    assert (mended[:, others] == 0).all()


def test_runs_between_gaps_are_apart_and_nobody_stays_nobody():
    time_s = np.arange(40) / 15
    rng = np.random.default_rng(3)
    landmarks, world = rng.normal(200, 30, (40, 33, 3)), rng.normal(0, 0.3, (40, 33, 3))
    landmarks[18:21], world[18:21] = np.nan, np.nan
    whole = remove_lag(landmarks, world, time_s=time_s)
    for rows in (slice(0, 18), slice(21, 40)):
        alone = remove_lag(landmarks[rows], world[rows], time_s=time_s[rows])
        assert all((one[rows] == other).all() for one, other in zip(whole, alone, strict=True))
    assert all(np.isnan(values[18:21]).all() for values in whole)


@pytest.mark.parametrize("samples", [0, 1])
def test_too_few_to_be_late_are_left_as_they_are(samples):
    landmarks, world = np.ones((samples, 33, 3)), np.ones((samples, 33, 3))
    mended = remove_lag(landmarks, world, time_s=np.arange(samples) / 15)
    assert all((values == 1).all() and len(values) == samples for values in mended)


def test_who_stands_still_stays_where_they_are():
    landmarks = np.tile(np.random.default_rng(1).normal(200, 30, (1, 33, 3)), (20, 1, 1))
    mended, _ = remove_lag(landmarks, landmarks / 100, time_s=np.zeros(20))  # two frames may share a millisecond
    assert mended == pytest.approx(landmarks)
