"""How far the angles, ranges and rep times of RepScope may be trusted, against clips of known truth.

Run ``python -m benchmarks.angles``. Draws clips of the mannequin, sends them through the product's
own path (decode, pose, angles, smoothing, reps) and compares with what is exactly known. Landmarks
are cached under ``.cache/`` by the content of the clip, so a change to angles or counting re-runs in
seconds. Prints tables and, last, one JSON line.

Notes
-----
- An angle counts where it moves: by 30° or more in that clip. Seen from the side only the near limb
  is scored (the far one has its own column); from 30° to the front both are.
- Truth is signed for hip extension and backward lean; the product reports magnitudes, so magnitudes
  are compared.
- The mannequin's joint centres come from anthropometric tables, not from the model's habits.
"""

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.analyze import to_track
from core.angles import compute_angles
from core.landmarks import ANGLE_NAMES, JOINTS, LandmarkTrack
from core.mannequin import (
    AVERAGE,
    BUILDS,
    Build,
    Filming,
    Motion,
    RepPlan,
    Truth,
    View,
    compute_truth,
    draw_clip,
    iter_images,
    plan_tempo,
)
from core.model import model_path
from core.pose import open_pose, silence_native_log
from core.reps import detect_reps
from core.sampling import plan_sampling
from core.smoothing import smooth_angle
from core.video.read import iter_frames, probe

Floats = NDArray[np.float64]

CACHE = Path(__file__).parent.parent / ".cache" / "mannequin"
RATES_HZ = {30.0: 1, 15.0: 2, 10.0: 3, 7.5: 4, 3.75: 8}
"""Effective rate to every how many frames of a 30 fps clip."""
MOVES_DEG = 30.0
NOISE = 12.0
"""Grey levels, a dim room."""
NEAR_M = 2.2
"""Where a phone's main lens (26 mm equivalent) frames a standing person; the other clips are from 4.2 m."""
PERIODS_S = (2.0, 1.6, 2.4)

STANDING = ("squat", "hinge", "lunge", "curl", "press", "lateral_raise", "jumping_jack")
LYING = ("pushup", "situp")
DRIVERS = {"squat": "knee", "hinge": "hip", "lunge": "knee", "curl": "elbow", "press": "elbow", "pushup": "elbow",
           "lateral_raise": "shoulder", "jumping_jack": "shoulder", "situp": "trunk_lean"}  # fmt: skip
YAWS = {"side": (90, -90), "60°": (60, -60), "45°": (45, -45), "30°": (30, -30), "front": (0,)}


@dataclass(frozen=True)
class Case:
    """One clip and how densely it is analysed."""

    motion: Motion
    filming: Filming
    build: Build = AVERAGE
    stride: int = 1

    @property
    def view(self) -> str:
        return next(name for name, yaws in YAWS.items() if self.filming.view.yaw_deg in yaws)

    @property
    def near(self) -> tuple[str, ...]:
        """The sides the camera sees well."""
        if self.view in ("front", "30°"):
            return ("left", "right")
        return ("left",) if self.filming.view.yaw_deg > 0 else ("right",)


@dataclass(frozen=True)
class Outcome:
    """What the product says of a case, beside the truth at the same times."""

    case: Case
    truth: Truth
    measured: dict[str, Floats]
    known: dict[str, Floats]
    track: LandmarkTrack


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="squat and curl only, for a first look")
    exercises = ("squat", "curl") if parser.parse_args().quick else (*STANDING, *LYING)
    silence_native_log()
    views = [measure(case) for case in progress(list(view_cases(exercises)))]
    bodies = [measure(case) for case in progress(list(body_cases()))]
    rates = {rate: [measure(case) for case in progress(list(rate_cases(stride)))] for rate, stride in RATES_HZ.items()}
    result = {
        "benchmark": "angles",
        "by_view": print_views(views),
        "perfect_landmarks": print_limits(views),
        "far_side": print_far_side(views),
        "by_exercise": print_exercises(views),
        "by_body": print_bodies(bodies),
        "by_rate": print_rates(rates),
        "detected": float(np.mean([np.isfinite(one.track.xyz[:, 0, 0]).mean() for one in (*views, *bodies)])),
    }
    print(json.dumps(result))
    return 0


def view_cases(exercises: tuple[str, ...]) -> Iterator[Case]:
    """Every exercise from every view; lying ones not from the front, where the body hides itself."""
    for exercise, (view, yaws) in product(exercises, YAWS.items()):
        for yaw in yaws:
            if not (exercise in LYING and view == "front"):
                yield Case(plan(exercise), Filming(view=View(yaw_deg=yaw), fps=15.0))


def body_cases() -> Iterator[Case]:
    """Three builds, with and without sensor noise; and the average one from close by, as in a small room."""
    for exercise, yaw, build, noise in product(("squat", "curl", "press"), (90, -45, 0), BUILDS, (0.0, NOISE)):
        shot = Filming(view=View(yaw_deg=yaw), fps=15.0, noise=noise, seed=1)
        yield Case(plan_tempo(exercise, PERIODS_S[:1]), shot, build)
    for exercise, yaw in product(("squat", "curl", "press"), (90, -45, 0)):
        yield Case(plan_tempo(exercise, PERIODS_S[:1]), Filming(view=View(yaw_deg=yaw, distance_m=NEAR_M), fps=15.0))


def rate_cases(stride: int) -> Iterator[Case]:
    """Sets with changing tempo, holds and rests, analysed at a lower rate."""
    reps = (RepPlan(0.8, back_s=0.8), RepPlan(1.0, back_s=1.2), RepPlan(1.4, hold_s=0.2, back_s=1.0, rest_s=0.8),
            RepPlan(1.2, back_s=1.4))  # fmt: skip
    for exercise, yaw in product(("squat", "hinge", "curl", "pushup"), (90, -60)):
        yield Case(Motion(exercise, reps), Filming(view=View(yaw_deg=yaw), fps=30.0), stride=stride)


def plan(exercise: str) -> Motion:
    """Three reps at changing tempo; a lunge alternates."""
    motion = plan_tempo(exercise, PERIODS_S)
    if exercise != "lunge":
        return motion
    left, right, again = motion.reps
    return replace(motion, reps=(replace(left, side="left"), replace(right, side="right"), replace(again, side="left")))


def progress(cases: list[Case]) -> Iterator[Case]:
    """Count on standard error: the first run draws for minutes."""
    for index, case in enumerate(cases):
        sys.stderr.write(f"\r{index + 1:4d}/{len(cases)} {case.motion.exercise:14s}")
        yield case
    sys.stderr.write("\n")


def measure(case: Case) -> Outcome:
    """Send one clip through the product."""
    truth = compute_truth(case.motion, filming=case.filming, build=case.build)
    track = landmarks(case, truth)
    angles = {name: smooth_angle(values, time_s=track.time_s) for name, values in compute_angles(track).items()}
    known = {name: np.abs(np.interp(track.time_s, truth.time_s, truth.angles[name])) for name in ANGLE_NAMES}
    for side in ("left", "right"):
        known[f"{side}_ankle"] = np.interp(track.time_s, truth.time_s, truth.angles[f"{side}_ankle"])
    return Outcome(case, truth, angles, known, track)


def landmarks(case: Case, truth: Truth) -> LandmarkTrack:
    """Return the pose model's landmarks of a clip, from the cache if it was seen before."""
    CACHE.mkdir(parents=True, exist_ok=True)
    clip = CACHE / f"{content_key(case, truth)}.mp4"
    path = clip.with_name(f"{clip.stem}-{case.stride}.npz")
    if not path.exists():
        if not clip.exists():
            draft = clip.with_suffix(".part.mp4")
            draw_clip(draft, case.motion, filming=case.filming, build=case.build)
            draft.rename(clip)
        track = run_pose(clip, case.stride)
        np.savez_compressed(path, time_s=track.time_s, xyz=track.xyz, visibility=track.visibility, world=track.world)
    with np.load(path) as stored:
        return LandmarkTrack(**{name: stored[name] for name in stored.files})


def content_key(case: Case, truth: Truth) -> str:
    """Hash what the pose model will see: joints of every frame, the first frame drawn small, the model."""
    digest = hashlib.sha256(model_path().read_bytes())
    digest.update(np.round(truth.track.xyz, 2).tobytes())
    small = replace(case.filming, resolution_wh=(96, 128))
    digest.update(next(iter_images(case.motion, filming=small, build=case.build)).tobytes())
    digest.update(str(case.filming).encode())
    return digest.hexdigest()[:24]


def run_pose(clip: Path, stride: int) -> LandmarkTrack:
    """Decode and run the pose model as the product does."""
    info = probe(clip, max_duration_s=300.0)
    sampling = plan_sampling(duration_s=info.duration_s, fps=info.fps, size_wh=(info.width, info.height),
                             frame_skip=stride, max_frames=2000, min_frames=1, resize_width=480)  # fmt: skip
    with open_pose(model_path()) as estimator, closing(iter_frames(clip, info=info, plan=sampling)) as frames:
        return to_track(estimator.without_lag([estimator.estimate(frame) for frame in frames]))


def errors(outcome: Outcome, joint: str, sides: tuple[str, ...]) -> Floats:
    """Return measured minus true degrees of a joint where it moves, NaN samples included."""
    names = [joint] if joint == "trunk_lean" else [f"{side}_{joint}" for side in sides]
    moving = [name for name in names if np.ptp(outcome.known[name]) >= MOVES_DEG]
    if not moving:
        return np.empty(0)
    return np.concatenate([outcome.measured[name] - outcome.known[name] for name in moving])


def rom_errors(outcome: Outcome, joint: str, sides: tuple[str, ...]) -> Floats:
    """Return measured minus true range of motion of each rep, degrees, for a moving joint."""
    found = []
    for name in [joint] if joint == "trunk_lean" else [f"{side}_{joint}" for side in sides]:
        for start, end in zip(outcome.truth.starts_s, outcome.truth.ends_s, strict=True):
            inside = (outcome.track.time_s >= start) & (outcome.track.time_s <= end)
            inside_truth = (outcome.truth.time_s >= start) & (outcome.truth.time_s <= end)
            known = np.ptp(np.abs(outcome.truth.angles[name][inside_truth]))
            values = outcome.measured[name][inside]
            if known >= MOVES_DEG and np.isfinite(values).any():
                found.append(np.nanmax(values) - np.nanmin(values) - known)
    return np.array(found)


def summary(values: Floats) -> dict[str, float]:
    """Return RMSE, bias and the share of samples that are not measured."""
    known = values[np.isfinite(values)]
    if not len(known):
        return {"rmse": float("nan"), "bias": float("nan"), "withheld": 1.0}
    return {
        "rmse": round(float(np.sqrt(np.mean(known**2))), 2),
        "bias": round(float(np.mean(known)), 2),
        "withheld": round(1 - len(known) / len(values), 3),
    }


def cell(stats: dict[str, float]) -> str:
    """Show RMSE and bias."""
    return f"{stats['rmse']:5.1f} ({stats['bias']:+5.1f})" if np.isfinite(stats["rmse"]) else "      -      "


def print_views(outcomes: list[Outcome]) -> dict[str, dict[str, dict[str, float]]]:
    """Print RMSE (bias) by view and joint, and the error of the range of motion."""
    print(f"\nRMSE (bias) in degrees, near side, angles that move >= {MOVES_DEG:.0f}°; withheld = share not measured")
    print(
        f"{'view':6s} " + " ".join(f"{joint:>14s}" for joint in (*JOINTS, "trunk_lean")) + "   ROM mean |error|, bias"
    )
    table: dict[str, dict[str, dict[str, float]]] = {}
    for view in YAWS:
        here = [one for one in outcomes if one.case.view == view]
        row = {joint: summary(pooled(here, joint)) for joint in (*JOINTS, "trunk_lean")}
        rom = np.concatenate(
            [rom_errors(one, joint, one.case.near) for one in here for joint in (*JOINTS, "trunk_lean")]
        )
        row["rom"] = {"mean_abs": round(float(np.abs(rom).mean()), 2), "bias": round(float(rom.mean()), 2)}
        table[view] = row
        cells = " ".join(f"{cell(row[joint]):>14s}" for joint in (*JOINTS, "trunk_lean"))
        print(f"{view:6s} {cells}   {row['rom']['mean_abs']:5.1f} ({row['rom']['bias']:+5.1f})")
    return table


def pooled(outcomes: list[Outcome], joint: str) -> Floats:
    """Return the errors of a joint over several clips, near sides."""
    return np.concatenate([np.empty(0), *(errors(one, joint, one.case.near) for one in outcomes)])


def print_limits(outcomes: list[Outcome]) -> dict[str, dict[str, dict[str, float]]]:
    """Print what the product would measure if the pose model made no error: the limit of its geometry."""
    print("\nthe same with perfect landmarks (the true joints, projected): RMSE (bias)")
    perfect = []
    for one in outcomes:
        raw = compute_angles(one.truth.track)
        known = {name: np.abs(values) for name, values in one.truth.angles.items()}
        known |= {name: one.truth.angles[name] for name in known if name.endswith("ankle")}
        perfect.append(Outcome(one.case, one.truth, raw, known, one.truth.track))
    table: dict[str, dict[str, dict[str, float]]] = {}
    for view in YAWS:
        here = [one for one in perfect if one.case.view == view]
        table[view] = {joint: summary(pooled(here, joint)) for joint in (*JOINTS, "trunk_lean")}
        print(f"{view:6s} " + " ".join(f"{cell(stats):>14s}" for stats in table[view].values()))
    return table


def print_far_side(outcomes: list[Outcome]) -> dict[str, dict[str, dict[str, float]]]:
    """Print the same for the limb the body hides."""
    print("\nfar side: RMSE (bias)")
    table: dict[str, dict[str, dict[str, float]]] = {}
    for view in ("side", "60°", "45°"):
        here = [one for one in outcomes if one.case.view == view]
        far = [(one, ("right",) if one.case.near == ("left",) else ("left",)) for one in here]
        table[view] = {
            joint: summary(np.concatenate([np.empty(0), *(errors(one, joint, side) for one, side in far)]))
            for joint in JOINTS
        }
        print(f"{view:6s} " + " ".join(f"{joint} {cell(table[view][joint])}" for joint in JOINTS))
    return table


def print_exercises(outcomes: list[Outcome]) -> dict[str, dict[str, dict[str, float]]]:
    """Print the driving angle of each exercise by view."""
    print("\ndriving angle by exercise: RMSE (bias)")
    print(f"{'':24s} " + " ".join(f"{view:>14s}" for view in YAWS) + "   ROM side: mean |error| (bias)")
    table: dict[str, dict[str, dict[str, float]]] = {}
    for exercise in dict.fromkeys(one.case.motion.exercise for one in outcomes):
        here = [one for one in outcomes if one.case.motion.exercise == exercise]
        row = {v: summary(pooled([o for o in here if o.case.view == v], DRIVERS[exercise])) for v in YAWS}
        rom = np.concatenate([rom_errors(o, DRIVERS[exercise], o.case.near) for o in here if o.case.view == "side"])
        row["rom_side"] = {"mean_abs": round(float(np.abs(rom).mean()), 2), "bias": round(float(rom.mean()), 2)}
        table[exercise] = row
        cells = " ".join(f"{cell(row[view]):>14s}" for view in YAWS)
        print(f"{exercise:14s}{DRIVERS[exercise]:10s} {cells}   {np.abs(rom).mean():5.1f} ({rom.mean():+5.1f})")
    return table


def print_bodies(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """Print the driving angles by build and sensor noise."""
    print("\nby body, sensor noise and distance (squat, curl, press): RMSE (bias) of the driving angle")
    table: dict[str, dict[str, float]] = {}
    groups: dict[str, list[Floats]] = defaultdict(list)
    for one in outcomes:
        shot = one.case.filming
        key = f"{one.case.view}, {one.case.build.name}, noise {shot.noise:.0f}, {shot.view.distance_m:.1f} m"
        groups[key].append(errors(one, DRIVERS[one.case.motion.exercise], one.case.near))
    for key, parts in sorted(groups.items()):
        table[key] = summary(np.concatenate(parts))
        print(f"{key:34s} {cell(table[key])}")
    return table


def print_rates(by_rate: dict[float, list[Outcome]]) -> dict[str, dict[str, float]]:
    """Print errors of counts, rep times and range by effective rate."""
    print("\nby rate: exact counts; median |error| of start, turn, end in ms; ROM mean |error| in degrees")
    table: dict[str, dict[str, float]] = {}
    for rate, outcomes in by_rate.items():
        found = [match_reps(one) for one in outcomes]
        times = np.concatenate([one for _, one, _ in found])
        rom = np.concatenate([one for _, _, one in found])
        start, turn, end = (round(1000 * float(np.median(np.abs(times[:, k]))), 1) for k in range(3))
        row = {
            "exact": float(np.mean([exact for exact, _, _ in found])),
            "start_ms": start,
            "turn_ms": turn,
            "end_ms": end,
            "boundary_ms": round(1000 * float(np.median(np.abs(times))), 1),
            "turn_lag_ms": round(1000 * float(np.median(times[:, 1])), 1),
            "rom_deg": round(float(np.mean(np.abs(rom))), 2),
            "rom_bias_deg": round(float(np.mean(rom)), 2),
        }
        table[f"{rate:g}"] = row
        print(f"{rate:5.2f} Hz  {row}")
    return table


def match_reps(outcome: Outcome) -> tuple[bool, Floats, Floats]:
    """Return whether the count is exact, ``(k, 3)`` time errors in s, and ROM errors of matched reps."""
    driver = DRIVERS[outcome.case.motion.exercise]
    count = detect_reps(outcome.track, outcome.measured)
    truth, times = outcome.truth, []
    for start, turn, end in zip(truth.starts_s, truth.turns_s, truth.ends_s, strict=True):
        rep = min(count.reps, key=lambda one: abs(one.turn_s - turn), default=None)
        if rep is not None and start < rep.turn_s < end:
            times.append((rep.start_s - start, rep.turn_s - turn, rep.end_s - end))
    exact = len(count.reps) == len(truth.starts_s)
    return exact, np.array(times).reshape(-1, 3), rom_errors(outcome, driver, outcome.case.near)


if __name__ == "__main__":
    sys.exit(main())
