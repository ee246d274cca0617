"""How `core.history.migrate` is started as a child process: where this one was, so that both mean the same files."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MIGRATE = (sys.executable, "-m", "core.history.migrate")


def child_environment(**changes: str) -> dict[str, str]:
    """Return this process's environment with `changes`, and with this code on the path, wherever it was started."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | changes
