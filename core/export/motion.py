"""Joint angles as an OpenSim motion file (``.mot``)."""

import io

from core.landmarks import TRUNK_LEAN
from core.pipeline import Analysis

_COORDINATES = {
    "hip": "hip_flexion",
    "knee": "knee_angle",
    "ankle": "ankle_angle",
    "shoulder": "arm_flex",
    "elbow": "elbow_flex",
}
COLUMNS = {
    **{f"{side}_{joint}": f"{name}_{side[0]}" for joint, name in _COORDINATES.items() for side in ("right", "left")},
    TRUNK_LEAN: TRUNK_LEAN,
}
"""Our angle to the coordinate's name; the right side first, as OpenSim's own files have it."""


def to_mot(analysis: Analysis) -> str:
    """Return the smoothed angles as an OpenSim storage file: a header, ``time`` in s, then degrees.

    Notes
    -----
    Names and signs are those of the full-body model of Rajagopal et al., where flexion is positive at
    the knee too (in gait2392 it is negative: turn ``knee_angle_*`` round for that model), and so are
    dorsiflexion of the ankle and flexion of hip, shoulder (``arm_flex``) and elbow. All are 0 in standing.

    What a camera cannot tell: hip flexion is measured from the trunk, not from the pelvis; ``arm_flex`` is
    how far the upper arm is lifted from the trunk, to whichever side; angles have no adduction or rotation.
    ``trunk_lean`` is no coordinate of the model (its ``lumbar_extension`` is relative to the pelvis) but
    the trunk's angle from the vertical, without a sign; OpenSim leaves columns it does not know unused.

    What was not measured is written as ``NaN``, which OpenSim's readers parse; any number would be taken
    for a pose, and a left-out row for a shorter gap. Cut the file to where the person is seen, or fill the gaps,
    before a spline is fitted to it.

    References
    ----------
    Rajagopal et al., "Full-Body Musculoskeletal Model for Muscle-Driven Simulation of Human Gait",
    IEEE Trans Biomed Eng 63:2068 (2016).
    Storage (.sto) and motion (.mot) files, OpenSim documentation.
    """
    columns = [analysis.track.time_s, *(analysis.angles[name] for name in COLUMNS)]
    text = io.StringIO()
    text.write("RepScope joint angles\nversion=1\n")
    text.write(f"nRows={len(analysis.track.time_s)}\nnColumns={len(columns)}\ninDegrees=yes\nendheader\n")
    text.write("\t".join(["time", *COLUMNS.values()]) + "\n")
    for time_s, *angles in zip(*columns, strict=True):
        cells = (f"{angle:.4f}".replace("nan", "NaN") for angle in angles)
        text.write("\t".join([f"{time_s:.6f}", *cells]) + "\n")
    return text.getvalue()
