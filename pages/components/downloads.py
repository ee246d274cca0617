"""A result as files to keep: made when asked for, each with a line on what it is good for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.export import to_frames_csv, to_json, to_mot, to_npz, to_reps_csv, to_xlsx
from core.pipeline import Analysis
from pages.components.state import Result


@dataclass(frozen=True)
class _File:
    label: str
    ending: str
    mime: str
    help: str
    make: Callable[[Analysis, str], str | bytes]


_FILES = (
    _File(
        "Excel",
        ".xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Everything in one workbook: summary, reps, frames, and how it was measured",
        lambda analysis, clip: to_xlsx(analysis, clip=clip),
    ),
    _File(
        "Reps (CSV)",
        "_reps.csv",
        "text/csv",
        "One row per rep, for a spreadsheet",
        lambda analysis, _: to_reps_csv(analysis),
    ),
    _File(
        "Frames (CSV)",
        "_frames.csv",
        "text/csv",
        "Every joint angle at every analysed frame, for your own charts",
        lambda analysis, _: to_frames_csv(analysis),
    ),
    _File(
        "All (JSON)",
        ".json",
        "application/json",
        "The whole result with how it was made, for other programs",
        lambda analysis, clip: to_json(analysis, clip=clip),
    ),
    _File(
        "Angles (MOT)",
        ".mot",
        "text/plain",
        "Joint angles as an OpenSim motion file, for biomechanics software",
        lambda analysis, _: to_mot(analysis),
    ),
    _File(
        "Landmarks (NPZ)",
        "_landmarks.npz",
        "application/octet-stream",
        "The body points of every analysed frame, for Python; RepScope reads them again",
        lambda analysis, _: to_npz(analysis),
    ),
)


def file_stem(clip_name: str) -> str:
    """Return a clip's name as the start of a file name, without its ending and the signs that browsers replace."""
    stem = re.sub("['\N{RIGHT SINGLE QUOTATION MARK}]", "", Path(clip_name).stem)
    return " ".join(re.sub(r"[^\w().,+-]", " ", stem).split())


def show_downloads(result: Result) -> None:
    """Show one button per file; nothing is made before it is pressed."""
    analysis, name = result.analysis, result.clip.name
    with st.container(horizontal=True):
        for file in _FILES:
            st.download_button(
                file.label,
                lambda file=file: file.make(analysis, name),
                file_name=f"{file_stem(name)}{file.ending}",
                mime=file.mime,
                help=file.help,
                icon=":material/download:",
                on_click="ignore",
                key=f"get_{file.label}",
            )
