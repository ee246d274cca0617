"""How often the count is right, without and with the driving joint named.

Run ``python -m benchmarks.counting poses DIR`` or ``python -m benchmarks.counting clips DIR``. DIR holds
``labels.csv`` (columns ``clip``, ``exercise``, ``reps``, optionally ``reps_min`` and ``reps_max``) beside landmark
files ``CLIP.npz`` or the clips themselves. Landmark files are thinned evenly to `MAX_SAMPLES`; clips are sampled by
the product's own plan, and their landmarks are kept under ``.cache/`` by content. Prints the misses, one table and,
last, one JSON line.

Exact is within ``reps_min..reps_max`` where given; OBO is within one of ``reps``; MAE is normalised by ``reps``.
The halves are the even and the odd rows of the labels: what was chosen by looking at one is judged by the other.
"""

import argparse
import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.cache import Unreadable, load_track
from core.export import read_landmarks
from core.landmarks import LandmarkTrack
from core.pipeline import Request, summarize
from core.rep_count import RepCount
from core.reps import detect_reps
from core.settings import Settings

MAX_SAMPLES = 200
NAMED_JOINTS = {
    "bench": "elbow",
    "push": "elbow",
    "pull": "elbow",
    "curl": "elbow",
    "overhead press": "elbow",
    "squat": "knee",
    "lunge": "knee",
    "deadlift": "hip",
    "hinge": "hip",
    "sit": "hip",
    "raise": "shoulder",
    "jack": "shoulder",
    "pommel": "hip",
}
"""The joint an exercise is counted on when it is named, by a word of the label; the first that fits."""


@dataclass(frozen=True)
class Row:
    """One labelled sequence."""

    clip: str
    exercise: str
    reps: float
    fewest: float
    most: float

    @property
    def joint(self) -> str | None:
        """The joint it would be counted on if the exercise were named."""
        return next((joint for word, joint in NAMED_JOINTS.items() if word in self.exercise), None)


@dataclass(frozen=True)
class Outcome:
    """One sequence counted."""

    row: Row
    count: RepCount

    @property
    def is_exact(self) -> bool:
        return self.row.fewest <= self.count.count <= self.row.most

    @property
    def is_within_one(self) -> bool:
        return abs(self.count.count - self.row.reps) <= 1

    @property
    def error(self) -> float:
        return abs(self.count.count - self.row.reps) / max(self.row.reps, 1.0)


@dataclass(frozen=True)
class Score:
    """What a group of sequences adds up to."""

    sequences: int
    exact: float
    within_one: float
    mae: float


def main() -> int:
    """Count, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("poses", "clips"), help="landmark files, or videos")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where labels.csv is")
    parser.add_argument("--landmarks", type=Path, metavar="DIR", help="take the landmarks of the clips from here")
    options = parser.parse_args()
    started = time.perf_counter()
    tracks = list(load_tracks(options.folder, kind=options.kind, landmarks=options.landmarks))
    free = [Outcome(row, count_reps(track)) for row, track in tracks]
    named = [Outcome(row, count_reps(track, joint=row.joint)) for row, track in tracks if row.joint]
    print_misses(free, kind=options.kind)
    scores = {"config-free": score_parts(free), "joint named": score_parts(named)}
    print_table(scores)
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"benchmark": f"counting {options.kind}", "seconds": seconds, **to_plain(scores)}))
    return 0


def read_labels(folder: Path) -> list[Row]:
    """Return the rows with a count; those without are files that must end in an error."""
    with (folder / "labels.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["reps"]]
    return [
        Row(
            clip=row["clip"],
            exercise=row["exercise"].replace("_", " "),
            reps=float(row["reps"]),
            fewest=float(row.get("reps_min") or row["reps"]),
            most=float(row.get("reps_max") or row["reps"]),
        )
        for row in rows
    ]


def load_tracks(folder: Path, *, kind: str, landmarks: Path | None) -> Iterator[tuple[Row, LandmarkTrack]]:
    """Yield each labelled sequence with its landmarks; a clip without a person has none."""
    request = Request.from_settings(Settings(), frame_skip="auto", max_frames=MAX_SAMPLES)
    for row in read_labels(folder):
        if kind == "poses":
            yield row, thin(read_landmarks(folder / f"{row.clip}.npz"))
        elif landmarks is not None:
            yield row, read_landmarks(landmarks / f"{Path(row.clip).stem}.npz")
        else:
            track = load_track(folder / row.clip, request)
            if isinstance(track, Unreadable):
                raise SystemExit(f"{row.clip}: {track.message}")
            yield row, track


def thin(track: LandmarkTrack) -> LandmarkTrack:
    """Return at most `MAX_SAMPLES` samples, evenly chosen."""
    total = len(track.time_s)
    chosen = np.linspace(0, total - 1, min(total, MAX_SAMPLES)).round().astype(int)
    return track.take(chosen)


def count_reps(track: LandmarkTrack, *, joint: str | None = None) -> RepCount:
    """Count as the product does."""
    is_seen = np.isfinite(track.xyz[:, :, 0]).any()
    return summarize(track, joint=joint, min_frames=0).count if is_seen else detect_reps(track, {}, joint=joint)


def score_parts(outcomes: list[Outcome]) -> dict[str, Score]:
    """Return the score of all, of both halves and of each exercise."""
    parts = {"all": outcomes, "even half": outcomes[::2], "odd half": outcomes[1::2]}
    by_exercise: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_exercise[outcome.row.exercise.split(",")[0].split("(")[0].strip()].append(outcome)
    groups = {name: group for name, group in by_exercise.items() if len(group) > 2}
    return {name: score(part) for name, part in {**parts, **groups}.items()}


def score(outcomes: list[Outcome]) -> Score:
    """Return the shares of a group."""
    columns = [[o.is_exact, o.is_within_one, o.error] for o in outcomes]
    exact, within_one, mae = np.mean(columns, axis=0).round(3).tolist() if columns else (0.0, 0.0, 0.0)
    return Score(len(outcomes), exact, within_one, mae)


def print_misses(outcomes: list[Outcome], *, kind: str) -> None:
    """Print each wrong count: not exact for clips, off by more than one for published counts."""
    for outcome in outcomes:
        row, count = outcome.row, outcome.count
        if not (outcome.is_exact if kind == "clips" else outcome.is_within_one):
            told = f"{row.reps:g}" if row.fewest == row.most else f"{row.fewest:g}-{row.most:g}"
            by = f"by {count.driving_joint} ({count.score:.2f}) {count.reason}"
            print(f"{row.clip:28} {row.exercise[:30]:30} labelled {told:>5}, counted {count.count:3} {by}")
        elif row.reps == 0:
            print(f"{row.clip:28} {row.exercise[:30]:30} rightly 0: {count.reason}")


def print_table(scores: dict[str, dict[str, Score]]) -> None:
    """Print one line per group and way of counting."""
    print(f"\n{'':28} {'':12} {'n':>4} {'exact':>7} {'within 1':>9} {'MAE':>6}")
    for way, parts in scores.items():
        for name, part in parts.items():
            shares = f"{part.exact:7.3f} {part.within_one:9.3f} {part.mae:6.3f}"
            print(f"{name[:28]:28} {way:12} {part.sequences:4} {shares}")


def to_plain(scores: dict[str, dict[str, Score]]) -> dict[str, dict[str, dict[str, float]]]:
    """Return the scores as JSON takes them."""
    return {way: {name: asdict(part) for name, part in parts.items()} for way, parts in scores.items()}


if __name__ == "__main__":
    sys.exit(main())
