"""Clips in and out; with the mannequin the only place importing PyAV.

``read`` (what a file is, its frames one at a time), ``pick`` (which of them need decoding), ``write`` (H.264 that plays
everywhere), ``preview`` (a small copy for browsers that cannot play the clip itself). Pages need no more than the
records of ``info``: with them alone no PyAV is loaded.
"""

from core.video.info import ANNOTATED_NAME, FILE_TYPES, PREVIEW_NAME, Frame, VideoInfo

__all__ = ["ANNOTATED_NAME", "FILE_TYPES", "PREVIEW_NAME", "Frame", "VideoInfo"]
