"""Every real clip beside the project through the command line: a result, or the clear error its label expects.

Run with ``make test ARGS="-m shared"``; skipped where the clips are not.
"""

import csv
import json

import pytest

from tests.conftest import SHARED, run_cli

pytestmark = pytest.mark.shared
LABELS = SHARED / "clips" / "labels.csv"
ROWS = list(csv.DictReader(LABELS.read_text(encoding="utf-8").splitlines())) if LABELS.exists() else []


@pytest.mark.skipif(not ROWS, reason="no clips beside the project")
@pytest.mark.parametrize("row", ROWS, ids=[row["clip"] for row in ROWS])
def test_a_clip_gives_a_result_or_a_clear_error(row):
    code, out, err = run_cli(SHARED / "clips" / row["clip"], "--max-frames", 200, "--json", "-")
    if "unreadable" in row["exercise"]:
        assert (code, out) == (2, "")
        assert "it has no readable index" in err
        return
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["rep_count"] == sum(not rep["is_partial"] for rep in document["reps"])
    if row["reps"] == "0.0":
        assert document["rep_count"] == 0
        assert document["warnings"], "a count of 0 says why"
