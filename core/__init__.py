"""RepScope's core: a video goes in, numbers come out; no Streamlit here, ever."""

import os
from pathlib import Path

__version__ = "0.1.0"

ROOT = Path(__file__).parents[1]
"""The folder this code lies in."""

# Matrices here have a few dozen rows. OpenBLAS's threads gain nothing on them and spin while they wait, on the cores
# that decoding and the model need: counting 600 samples took twice the CPU time. It reads this once, when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
