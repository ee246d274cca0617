"""The whole result as JSON: what was measured, and how; ``null`` where nothing was."""

import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np

from core import __version__
from core.errors import NoPersonError
from core.export.tables import CONVENTION, DECIMALS, rep_record
from core.memory import peak_rss_mb
from core.pipeline import Analysis
from core.sampling import supported_at


def to_json(analysis: Analysis, *, clip: str) -> str:
    """Return the whole result as one JSON object; the README lists its names."""
    return json.dumps(_to_document(analysis, clip=clip), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def to_nobody_json(error: NoPersonError, *, clip: str, total_s: float) -> str:
    """Return the result of a clip that shows nobody, or somebody too briefly.

    It holds the reason, and null for what was not measured. `rep_count` is 0 all the same: tools rely on a whole number
    there; that nothing was measured says ``set``, which is null.
    """
    document = {
        "clip": clip,
        "rep_count": 0,
        "partial_rep_count": 0,
        "driving_joint": None,
        "exercise": None,
        "recognition": None,
        "effective_hz": None,
        "frames_analysed": error.frames_analysed,
        "reps": [],
        "set": None,
        "timing_s": {"decode": None, "pose": None, "rest": None, "total": total_s},
        "memory_mb": {"peak": peak_rss_mb()},
        "warnings": [str(error)],
        "video": None,
        "sampling": None,
        "convention": CONVENTION,
        "repscope_version": __version__,
    }
    return json.dumps(_to_plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _to_document(analysis: Analysis, *, clip: str) -> dict[str, Any]:
    count, timing = analysis.count, analysis.timing
    measured = asdict(analysis.metrics)
    document = {
        "clip": clip,
        "rep_count": analysis.rep_count,
        "partial_rep_count": len(count.partial_reps),
        "driving_joint": count.driving_joint,
        "exercise": analysis.recognition.exercise,
        "recognition": asdict(analysis.recognition),
        "view": asdict(analysis.view),
        "trust": {name: asdict(trust) for name, trust in analysis.trust.items()},
        "cues": [asdict(cue) for cue in analysis.cues],
        "effective_hz": analysis.sample_rate_hz,
        "frames_analysed": analysis.frames_analysed,
        "reps": [rep_record(rep) for rep in analysis.metrics.reps],
        "set": {name: value for name, value in measured.items() if name != "reps"},
        "timing_s": {
            "decode": timing.decode_s,
            "pose": timing.pose_s,
            "rest": timing.rest_s,
            "total": timing.total_s,
        },
        "memory_mb": {"peak": analysis.peak_mb},
        "warnings": list(analysis.warnings),
        "video": None if analysis.info is None else asdict(analysis.info),
        "sampling": None if analysis.plan is None else asdict(analysis.plan),
        "rate_supports": supported_at(analysis.sample_rate_hz),
        "is_edited": analysis.corrections.reps is not None,
        "corrections": asdict(analysis.corrections),
        "convention": CONVENTION,
        "repscope_version": __version__,
    }
    plain: dict[str, Any] = _to_plain(document)
    return plain


def _to_plain(value: Any) -> Any:
    """Return the value in JSON's types; NaN becomes null, numbers are rounded to what is meant."""
    if isinstance(value, dict):
        return {key: _to_plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(entry) for entry in value]
    if isinstance(value, float | np.floating):
        return round(float(value), DECIMALS) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
