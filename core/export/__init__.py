"""An `Analysis` as files that other programs open, and landmarks read back.

`tables` writes CSV, `document` JSON, `workbook` Excel, `motion` OpenSim's angles, `landmarks` NumPy.
"""

from core.export.document import to_json, to_nobody_json
from core.export.landmarks import read_analysed, read_landmarks, to_npz, write_landmarks
from core.export.motion import to_mot
from core.export.tables import CONVENTION, angle_column, to_batch_csv, to_frames_csv, to_nobody_csvs, to_reps_csv
from core.export.workbook import to_xlsx

__all__ = [
    "CONVENTION",
    "angle_column",
    "read_analysed",
    "read_landmarks",
    "to_batch_csv",
    "to_frames_csv",
    "to_json",
    "to_mot",
    "to_nobody_csvs",
    "to_nobody_json",
    "to_npz",
    "to_reps_csv",
    "to_xlsx",
    "write_landmarks",
]
