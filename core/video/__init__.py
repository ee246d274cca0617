"""Clips in and out; the only folder importing PyAV.

``read`` (what a file is, its frames one at a time), ``pick`` (which of them need decoding), ``write`` (H.264 that plays
everywhere), ``preview`` (a small copy for browsers that cannot play the clip itself).
"""

from core.video.preview import PREVIEW_NAME, PreviewWriter, needs_preview
from core.video.read import FILE_TYPES, MAX_FPS, MAX_PIXELS, Frame, VideoInfo, iter_frames, probe
from core.video.write import ClipWriter, fit_size, plan_output

__all__ = [
    "FILE_TYPES",
    "MAX_FPS",
    "MAX_PIXELS",
    "PREVIEW_NAME",
    "ClipWriter",
    "Frame",
    "PreviewWriter",
    "VideoInfo",
    "fit_size",
    "iter_frames",
    "needs_preview",
    "plan_output",
    "probe",
]
