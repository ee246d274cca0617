"""Write the product's sample clip: ``python -m core.mannequin PATH``."""

import sys
from pathlib import Path

from core.mannequin.camera import View
from core.mannequin.clip import Filming, draw_clip
from core.mannequin.motions import Motion, RepPlan

SAMPLE_MOTION = Motion(
    "squat",
    (
        RepPlan(out_s=1.15, back_s=0.95, rest_s=0.15),
        RepPlan(out_s=1.10, back_s=0.95, rest_s=0.10),
        RepPlan(out_s=1.15, back_s=1.00, rest_s=0.15),
        RepPlan(out_s=1.20, back_s=1.05, rest_s=0.10),
        RepPlan(out_s=1.25, hold_s=0.10, back_s=1.15, depth=0.86),
    ),
    lead_in_s=0.7,
    lead_out_s=0.6,
)
"""Five squats that slow down a little, the last one stopping short of level thighs, as a set does."""
SAMPLE_FILMING = Filming(view=View(yaw_deg=-68.0, elevation_deg=6.0))


def main(arguments: list[str]) -> int:
    """Draw the sample clip to the path given."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m core.mannequin PATH\n")
        return 2
    path = Path(arguments[0])
    draw_clip(path, SAMPLE_MOTION, filming=SAMPLE_FILMING)
    sys.stdout.write(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {SAMPLE_MOTION.duration_s:.1f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
