"""What can go wrong with a clip, as one exception tree.

::

    AnalysisError
    ├── UploadError        the upload was refused: empty, or broken off
    │   ├── TooLargeError  it exceeds the size limit            (core.spool)
    │   ├── NoRoomError    the quota or the disk is used up     (core.spool)
    │   └── StoreError     the folder of clips is gone or broken (core.spool)
    ├── VideoError         the file is no readable clip, too long, or too large to decode
    ├── PoseModelError     the pose model is missing, damaged or fails to load
    ├── NoPersonError      the clip decodes, but too little of a person is seen in it
    ├── JobError           the worker was cancelled, killed, or ran out of time
    ├── LandmarksError     a landmarks file does not hold the documented arrays
    ├── CorrectionError    a rep cannot be moved, added, split or merged as asked
    ├── WriteError         a file of the result cannot be written: the disk is full
    ├── ReportError        the report could not be made into a PDF
    └── HistoryError       an analysis cannot be saved, found or deleted: database, folder or quota
        └── DeletedError   it is not in this owner's history, or not any more

Every message says what failed, the value, the limit and what to do next. Settings raise
``ValueError``: they stop the start of the program and never reach a page.
"""


class AnalysisError(Exception):
    """Base of everything a user can cause or must be told."""

    @property
    def outcome(self) -> str:
        """What the clip comes to, in words."""
        return str(self)


class UploadError(AnalysisError):
    """The upload was refused."""


class VideoError(AnalysisError):
    """The file cannot be read as a clip, or exceeds a limit."""


class PoseModelError(AnalysisError):
    """The pose model is missing, damaged or fails to load."""


class NoPersonError(AnalysisError):
    """Too little of a person is visible in the clip to measure anything.

    Attributes
    ----------
    frames_analysed, frames_seen
        How many frames were looked at, and in how many of them a person was found.
    """

    frames_analysed: int = 0
    frames_seen: int = 0

    @property
    def outcome(self) -> str:
        """What the clip comes to: an empty room has 0 reps; of somebody seen too briefly nothing was counted."""
        return f"Not counted. {self}" if self.frames_seen else f"0 reps. {self}"


class JobError(AnalysisError):
    """The worker did not finish the job."""


class LandmarksError(AnalysisError):
    """A landmarks file does not hold the documented arrays."""


class CorrectionError(AnalysisError):
    """A rep cannot be moved, added, split or merged as asked."""


class ReportError(AnalysisError):
    """The report could not be made into a PDF."""


class WriteError(AnalysisError):
    """A file of the result cannot be written."""


class HistoryError(AnalysisError):
    """The history cannot do what was asked: its database, its folder or its quota is the reason."""


class DeletedError(HistoryError):
    """The analysis asked for is not in this owner's history, or not any more."""
