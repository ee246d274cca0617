"""Draws clips of a figure whose joint angles and reps are exactly known.

The figure serves twice: tests and benchmarks measure the product against its truth, and the sample
clip of the first page is drawn with it, so that nobody's footage is shipped. Nothing here reads a
pose model, and nothing is fitted to one: proportions are textbook anthropometry.

Read in this order: `body` (lengths and girths) → `skeleton` (angles ↔ positions) → `motions` (when)
→ `exercises` (how it looks at each depth) → `flesh` (capsules around the bones) → `camera` →
`raster` (pixels) → `scene` (the room) → `clip` (frames, file, truth).

>>> truth = draw_clip(Path("squat.mp4"), plan_steady("squat", count=5), filming=Filming(view=View(yaw_deg=60)))
"""

from core.mannequin.body import AVERAGE, BUILDS, HEAVY, SLIM, Build
from core.mannequin.camera import FRONT, LEFT_SIDE, RIGHT_SIDE, View
from core.mannequin.clip import Filming, Truth, compute_truth, draw_clip, iter_images, pose_motion
from core.mannequin.exercises import EXERCISES
from core.mannequin.flesh import Outfit
from core.mannequin.motions import Motion, RepPlan, plan_alternating, plan_steady, plan_tempo
from core.mannequin.skeleton import ArmAngles, LegAngles, Posture, compute_skeleton, compute_true_angles

__all__ = [
    "AVERAGE",
    "BUILDS",
    "EXERCISES",
    "FRONT",
    "HEAVY",
    "LEFT_SIDE",
    "RIGHT_SIDE",
    "SLIM",
    "ArmAngles",
    "Build",
    "Filming",
    "LegAngles",
    "Motion",
    "Outfit",
    "Posture",
    "RepPlan",
    "Truth",
    "View",
    "compute_skeleton",
    "compute_true_angles",
    "compute_truth",
    "draw_clip",
    "iter_images",
    "plan_alternating",
    "plan_steady",
    "plan_tempo",
    "pose_motion",
]
