"""How `core.history.migrate` is started as a child process."""

import sys

MIGRATE = (sys.executable, "-m", "core.history.migrate")
