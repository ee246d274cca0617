"""How far the difference between two sets may be trusted: what `core.compare` calls its measured errors.

Run ``python -m benchmarks.differences``. Sets of the mannequin, each exercise from each view, filmed four times by
different hands: another depth and tempo, another build, the camera a little off its place. Each goes through the
product's own path; its means are compared with those of the exactly known angles. What varies within one exercise and
view is the error of a difference between sets filmed alike; what is left over all is the error where they are not.
Landmarks are cached as in `benchmarks.angles`. Prints a table and, last, one JSON line.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import numpy as np

from benchmarks.angles import DRIVERS, Case, landmarks, progress
from core.compare.errors_measured import ALIKE, SHARES
from core.landmarks import ANGLE_NAMES
from core.mannequin import AVERAGE, HEAVY, SLIM, Build, Filming, Motion, RepPlan, Truth, View, compute_truth
from core.metrics import SetMetrics, compute_metrics
from core.pipeline import summarize
from core.pose import silence_native_log
from core.reps import detect_reps
from core.sampling import mean_rate_hz

EXERCISES = ("squat", "hinge", "curl", "press")
YAWS = {"side": 90, "60°": 60, "45°": 45, "front": 0}


def main() -> int:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    silence_native_log()
    groups: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    pairs = list(cases())
    for case, (_, view) in zip(progress([case for case, _ in pairs]), pairs, strict=True):
        groups[view, case.motion.exercise].append(errors_of(case))
    result = {"benchmark": "differences", "by_view": print_views(groups), "sets": sum(map(len, groups.values()))}
    print(json.dumps(result))
    return 0


def cases() -> Iterator[tuple[Case, str]]:
    """Yield four sets of each exercise from each view."""
    for exercise, (view, yaw) in product(EXERCISES, YAWS.items()):
        for build, out_s, back_s, depth, off_deg, height_deg in (
            (AVERAGE, 1.0, 1.0, 1.0, 0, 4),
            (AVERAGE, 1.5, 1.1, 0.85, 6, 8),
            (SLIM, 0.8, 0.8, 1.0, -6, 2),
            (HEAVY, 2.0, 1.0, 0.92, 3, 6),
        ):
            yield (
                case_of(exercise, build, (out_s, back_s, depth), View(yaw_deg=yaw - off_deg, elevation_deg=height_deg)),
                view,
            )


def case_of(exercise: str, build: Build, pace: tuple[float, float, float], view: View) -> Case:
    out_s, back_s, depth = pace
    reps = tuple(RepPlan(out_s=out_s * each, back_s=back_s * each, depth=depth) for each in (1.0, 0.93, 1.07))
    return Case(Motion(exercise, reps), Filming(view=view, fps=15.0), build)


def errors_of(case: Case) -> dict[str, float]:
    """Return measured less true mean of the set, by field; NaN where one of them is not measured."""
    truth = compute_truth(case.motion, filming=case.filming, build=case.build)
    driver = DRIVERS[case.motion.exercise]
    joint = driver if driver == "trunk_lean" else f"left_{driver}"
    found = summarize(landmarks(case, truth), joint=joint).metrics
    known = metrics_of(truth, joint=joint)
    return {field: error_of(field, found, known) for field in ALIKE}


def metrics_of(truth: Truth, *, joint: str) -> SetMetrics:
    """Return the product's own numbers of the exactly known angles."""
    angles = {name: np.abs(truth.angles[name]) for name in ANGLE_NAMES}
    count = detect_reps(truth.track, angles, joint=joint)
    return compute_metrics(truth.track, angles, count, sample_rate_hz=mean_rate_hz(truth.time_s))


def error_of(field: str, found: SetMetrics, known: SetMetrics) -> float:
    mean, true = found.statistics[field].mean, known.statistics[field].mean
    return (mean - true) / true if field in SHARES else mean - true


def print_views(groups: dict[tuple[str, str], list[dict[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """Print, by view and field, the SD within an exercise and the RMSE over all."""
    print(
        "\nerror of a set's mean: SD between sets of one exercise filmed alike | RMSE over all; velocities as a share"
    )
    print(f"{'':6s} " + " ".join(f"{field:>20s}" for field in ALIKE))
    table: dict[str, dict[str, dict[str, float]]] = {}
    for view in YAWS:
        here = [errors for (each, _), errors in groups.items() if each == view]
        table[view] = {field: spread_of([[one[field] for one in group] for group in here]) for field in ALIKE}
        cells = (f"{table[view][field]['sd']:.3f} | {table[view][field]['rmse']:.3f}" for field in ALIKE)
        print(f"{view:6s} " + " ".join(f"{cell:>20s}" for cell in cells))
    return table


def spread_of(groups: list[list[float]]) -> dict[str, float]:
    """Return the pooled SD within groups, and the root mean square of all."""
    known = [np.array([value for value in group if np.isfinite(value)]) for group in groups]
    many = [group for group in known if len(group) > 1]
    pooled = np.concatenate([np.empty(0), *known])
    if not many:
        return {"sd": float("nan"), "rmse": float("nan"), "sets": len(pooled)}
    freedom = sum(len(group) - 1 for group in many)
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in many)
    return {"sd": round((squares / freedom) ** 0.5, 4), "rmse": round(float(np.sqrt(np.mean(pooled**2))), 4),
            "sets": len(pooled)}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
