"""An `Analysis` as files other programs open."""

from core.export.tables import (
    CONVENTION,
    angle_column,
    read_landmarks,
    to_frames_csv,
    to_json,
    to_nobody_json,
    to_npz,
    to_reps_csv,
    write_landmarks,
)

__all__ = [
    "CONVENTION",
    "angle_column",
    "read_landmarks",
    "to_frames_csv",
    "to_json",
    "to_nobody_json",
    "to_npz",
    "to_reps_csv",
    "write_landmarks",
]
