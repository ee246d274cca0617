"""How often the exercise is named, how often rightly, and what for what.

Run ``python -m benchmarks.recognition DIR``. DIR holds ``labels.csv`` beside clips or landmark files, as for
``benchmarks.counting``, whose landmarks of the clips are taken from ``.cache/``. Prints the confusion table, the misses
and, last, one JSON line.

Precision is the share right among the named; coverage the share named among clips of a known
exercise. Both are printed for two halves as well, split by a hash of the clip's name: bounds chosen
on one would show as a gap. Clips of no known exercise count as wrong when named.
"""

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.counting import load_tracks
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
    parser.add_argument("folder", type=Path, metavar="DIR", help="where labels.csv is")
    options = parser.parse_args()
    if not (options.folder / "labels.csv").is_file():
        parser.error(f"there is no labels.csv in {options.folder}")
    outcomes = list(iter_outcomes(options.folder))
    if not outcomes:
        parser.error(f"labels.csv in {options.folder} names no clip with its reps")
    print_confusion(outcomes)
    print_misses(outcomes)
    halves = {name: [one for one in outcomes if one.half == name] for name in "AB"}
    scores = {"all": score(outcomes), **{f"half_{name}": score(half) for name, half in halves.items()}}
    for name, numbers in scores.items():
        print(name.ljust(8), ", ".join(f"{key} {value}" for key, value in numbers.items()))
    print(json.dumps({"benchmark": "recognition", **scores}))


def iter_outcomes(folder: Path) -> Iterator[Outcome]:
    kind = "poses" if any(folder.glob("*.npz")) else "clips"
    for row, track in load_tracks(folder, kind=kind, landmarks=None):
        yield Outcome(Path(row.clip).stem, exercise_of(row.exercise), recognize(track))


def exercise_of(label: str) -> str | None:
    plain = label.lower().replace("-", " ").replace("_", " ")
    return next((name for words, name in LABEL_WORDS.items() if re.search(rf"\b{words}", plain)), None)


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
