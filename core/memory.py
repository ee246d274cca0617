"""How much memory a process has taken, and giving back what it no longer needs."""

import contextlib
import ctypes
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_M_MMAP_THRESHOLD = -3  # <malloc.h>
_LARGE_BYTES = 128 * 1024


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


def return_large_blocks() -> None:
    """Have malloc give blocks of 128 kB and more back to the system as soon as they are freed.

    glibc does so at first, but with each freed block raises the bound to its size, up to 32 MB: from the first chunk
    of an upload on, what is freed stays in a heap full of holes, see mallopt(3). Without glibc nothing is done.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # musl has no mallopt
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
