"""How often the exercise is named, how often rightly, and what for what.

Run ``python -m benchmarks.recognition --landmarks DIR [--labels FILE]``. DIR holds landmarks as
``CLIP.npz`` (arrays ``time_s``, ``landmarks``, optionally ``world``), FILE a table with the columns
``clip`` and ``exercise`` (``labels.csv`` in DIR by default). Prints the confusion table, the misses
and, last, one JSON line.

Precision is the share right among the named; coverage the share named among clips of a known
exercise. Both are printed for two halves as well, split by a hash of the clip's name: bounds chosen
on one would show as a gap. Clips of no known exercise count as wrong when named.
"""

import argparse
import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import NoPersonError
from core.landmarks import LandmarkTrack
from core.pipeline import summarize
from core.recognition import Recognition, recognize_exercise

LABEL_WORDS = {
    "bench press": "bench_press",
    "curl": "curl",
    "deadlift": "deadlift",
    "hinge": "deadlift",
    "front raise": "front_raise",
    "lateral raise": "lateral_raise",
    "jumping jack": "jumping_jack",
    "jump jack": "jumping_jack",
    "lunge": "lunge",
    "split squat": "lunge",
    "overhead press": "overhead_press",
    "pull up": "pull_up",
    "push up": "push_up",
    "squat": "squat",
    "sit up": "sit_up",
    "situp": "sit_up",
    "calf raise": "calf_raise",
    "row": "row",
    "burpee": "burpee",
}
"""Words of the labels, the more particular first: a split squat is a lunge."""
OPEN = "(left open)"
MAX_SAMPLES = 400
"""Longer sequences are thinned to about this: landmark files come at the full rate of their video."""


@dataclass(frozen=True)
class Outcome:
    clip: str
    truth: str | None
    found: Recognition

    @property
    def half(self) -> str:
        return "AB"[hashlib.sha256(self.clip.encode()).digest()[0] % 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--landmarks", type=Path, required=True, metavar="DIR")
    parser.add_argument("--labels", type=Path, metavar="FILE")
    options = parser.parse_args()
    outcomes = list(iter_outcomes(options.landmarks, options.labels or options.landmarks / "labels.csv"))
    print_confusion(outcomes)
    print_misses(outcomes)
    halves = {name: [one for one in outcomes if one.half == name] for name in "AB"}
    scores = {"all": score(outcomes), **{f"half_{name}": score(half) for name, half in halves.items()}}
    for name, numbers in scores.items():
        print(name.ljust(8), ", ".join(f"{key} {value}" for key, value in numbers.items()))
    print(json.dumps({"benchmark": "recognition", **scores}))


def iter_outcomes(folder: Path, labels: Path) -> Iterator[Outcome]:
    for path, truth in labelled(folder, labels):
        yield Outcome(path.stem, truth, recognize(load_track(path)))


def labelled(folder: Path, labels: Path) -> Iterator[tuple[Path, str | None]]:
    with labels.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = folder / f"{Path(row['clip']).stem}.npz"
            if path.exists():
                yield path, exercise_of(row["exercise"])


def exercise_of(label: str) -> str | None:
    plain = label.lower().replace("-", " ").replace("_", " ")
    return next((name for words, name in LABEL_WORDS.items() if re.search(rf"\b{words}", plain)), None)


def load_track(path: Path) -> LandmarkTrack:
    with np.load(path) as arrays:
        landmarks = arrays["landmarks"].astype(np.float64)
        world = arrays["world"].astype(np.float64) if "world" in arrays else np.full_like(landmarks[:, :, :3], np.nan)
        time_s = arrays["time_s"].astype(np.float64)
    visibility = landmarks[:, :, 3] if landmarks.shape[2] > 3 else np.where(np.isnan(landmarks[:, :, 0]), np.nan, 1.0)
    kept = slice(None, None, max(1, -(-len(time_s) // MAX_SAMPLES)))
    return LandmarkTrack(time_s[kept], landmarks[kept, :, :3], visibility[kept], world[kept])


def recognize(track: LandmarkTrack) -> Recognition:
    try:
        analysis = summarize(track)
    except NoPersonError as error:
        return Recognition(None, 0.0, str(error))
    return recognize_exercise(analysis.track, analysis.angles, analysis.count)


def score(outcomes: list[Outcome]) -> dict[str, float]:
    known = [one for one in outcomes if one.truth]
    named = [one for one in outcomes if one.found.exercise]
    right = [one for one in named if one.found.exercise == one.truth]
    return {
        "clips": len(outcomes),
        "known": len(known),
        "named": len(named),
        "right": len(right),
        "precision": round(len(right) / max(1, len(named)), 3),
        "coverage": round(sum(1 for one in named if one.truth) / max(1, len(known)), 3),
    }


def print_confusion(outcomes: list[Outcome]) -> None:
    counts = Counter((one.truth or "none", one.found.exercise or OPEN) for one in outcomes)
    found = sorted({name for _, name in counts}, key=lambda name: (name == OPEN, name))
    print("labelled".ljust(16), *(name[:9].rjust(10) for name in found))
    for truth in sorted({name for name, _ in counts}):
        print(truth.ljust(16), *(str(counts[truth, name] or ".").rjust(10) for name in found))


def print_misses(outcomes: list[Outcome]) -> None:
    for one in outcomes:
        if one.found.exercise != one.truth:
            print(f"{one.clip}: {one.truth or 'none'}; {one.found.confidence:.2f} {one.found.reason}")


if __name__ == "__main__":
    main()
