"""How programs of this code are started as child processes, from wherever this one was started."""

import os

from core import ROOT


def child_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with `changes`, and with this code on the path, wherever it was started."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | changes
