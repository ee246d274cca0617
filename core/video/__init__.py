"""Clips in and out; the only folder importing PyAV.

``read`` (what a file is, its frames one at a time).
"""

from core.video.read import FILE_TYPES, MAX_FPS, MAX_PIXELS, Frame, VideoInfo, iter_frames, probe

__all__ = ["FILE_TYPES", "MAX_FPS", "MAX_PIXELS", "Frame", "VideoInfo", "iter_frames", "probe"]
