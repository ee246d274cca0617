"""How far count, ROM and tempo drift when fewer or smaller frames of the same clip are analysed.

Run ``python -m benchmarks.sampling [DIR]``. Every clip is analysed at each skip and each width for real
(the model tracks from frame to frame, so leaving landmarks out afterwards would flatter). Skips are
compared with skip 2 at 480 px, widths with 480 px at Auto and 200 frames. Skips whose rate is below
the gate for counts are left out. Prints one table, the clips whose count changed, and a JSON line.
"""

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.cache import Unreadable, load_track
from core.pipeline import Request, summarize
from core.sampling import COUNT_MIN_HZ

SHARED = Path(__file__).parents[2] / "shared" / "clips"
DENSE = Request(frame_skip=2, resize_width=480, max_frames=100_000, min_frames=4, max_duration_s=300)
AUTO = replace(DENSE, frame_skip="auto", max_frames=200)
SKIPS, WIDTHS = (4, 8), (240, 960)


@dataclass(frozen=True)
class Reading:
    """What one sampling of one clip gave."""

    count: int
    rate_hz: float
    rom_deg: float
    duration_s: float


def read(clip: Path, request: Request) -> Reading | None:
    track = load_track(clip, request)
    if isinstance(track, Unreadable) or not np.isfinite(track.xyz).any():
        return None
    analysis = summarize(track, min_frames=0)
    whole = [rep for rep in analysis.metrics.reps if not rep.is_partial]
    return Reading(
        analysis.rep_count,
        analysis.sample_rate_hz,
        float(np.median([rep.rom_deg for rep in whole])) if whole else float("nan"),
        float(np.median([rep.duration_s for rep in whole])) if whole else float("nan"),
    )


def compare(clips: list[Path], label: str, request: Request, reference: Request) -> dict[str, object]:
    """Print one row: how many clips keep their count, and the median drift of ROM and duration."""
    pairs = [(clip, read(clip, reference), read(clip, request)) for clip in clips]
    pairs = [(clip, before, after) for clip, before, after in pairs if before and after]
    pairs = [(clip, before, after) for clip, before, after in pairs if after.rate_hz >= COUNT_MIN_HZ]
    changed = [(clip.name, before.count, after.count) for clip, before, after in pairs if before.count != after.count]
    same = [(before, after) for _, before, after in pairs if before.count == after.count]
    rom = np.nanmedian([abs(after.rom_deg - before.rom_deg) for before, after in same])
    tempo = np.nanmedian([abs(after.duration_s / before.duration_s - 1) for before, after in same])
    print(f"{label:12} {len(pairs):5d} {len(same):10d} {rom:10.1f} {100 * tempo:13.1f}")
    for name, before, after in changed:
        print(f"{'':12} {name}: {before} -> {after}")
    return {
        "sampling": label,
        "clips": len(pairs),
        "same_count": len(same),
        "rom_deg": float(rom),
        "tempo": float(tempo),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=SHARED)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every N-th clip only")
    options = parser.parse_args()
    found = sorted(path for path in options.folder.iterdir() if path.suffix in (".mp4", ".mov", ".gif"))
    clips = found[:: options.every]
    print(f"{'sampling':12} {'clips':>5} {'same count':>10} {'ROM, deg':>10} {'duration, %':>13}")
    rows = [compare(clips, f"skip {skip}", replace(DENSE, frame_skip=skip), DENSE) for skip in SKIPS]
    rows.append(compare(clips, "auto, 200", AUTO, DENSE))
    rows += [compare(clips, f"{width} px", replace(AUTO, resize_width=width), AUTO) for width in WIDTHS]
    print(json.dumps({"benchmark": "sampling", "rows": rows}))


if __name__ == "__main__":
    main()
