"""How much memory a process has taken."""

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_rss_mb() -> float:
    """Return the most resident memory this process has had so far, in MB (2**20 bytes).

    Linux's ``VmHWM`` starts anew with the program, whereas ``ru_maxrss`` is handed down by the
    parent through fork and exec: a worker would report the size of the web process.
    """
    if _STATUS.exists():
        fields = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)
