"""Rows of nobody where a clip has no frames."""

from dataclasses import replace

import numpy as np
import pytest

from core.landmarks import MAX_GAP_ROWS, LandmarkTrack, insert_gaps
from core.mannequin import Filming, compute_truth, plan_steady
from core.pipeline import summarize


@pytest.fixture(scope="module")
def squats() -> LandmarkTrack:
    return compute_truth(plan_steady("squat", count=7, period_s=2), filming=Filming(fps=15)).track


def test_a_track_without_a_gap_stays_as_it_is(squats):
    track, rows = insert_gaps(squats)
    assert track is squats
    assert rows.tolist() == list(range(len(squats.time_s)))


@pytest.mark.parametrize("rows", [0, 1])
def test_what_has_no_interval_has_no_gap(squats, rows):
    assert insert_gaps(squats.take(np.arange(rows)))[1].tolist() == list(range(rows))


def test_a_gap_is_filled_with_nobody_at_the_usual_interval(squats):
    kept = (squats.time_s < 5) | (squats.time_s > 9.2)
    track, rows = insert_gaps(squats.take(kept))
    np.testing.assert_allclose(track.time_s, squats.time_s, atol=0.01)
    np.testing.assert_array_equal(rows, np.flatnonzero(kept))
    assert np.isfinite(track.xyz[:, 0, 0]).tolist() == kept.tolist()
    np.testing.assert_array_equal(track.world[kept], squats.world[kept])


def test_a_short_step_is_no_gap(squats):
    kept = (squats.time_s < 5) | (squats.time_s > 5.4)
    assert len(insert_gaps(squats.take(kept))[0].time_s) == kept.sum()


def test_hours_between_two_rows_do_not_fill_the_memory(squats):
    far = replace(squats, time_s=np.r_[squats.time_s[:-1], 1e6])
    assert len(insert_gaps(far)[0].time_s) == len(squats.time_s) + MAX_GAP_ROWS


def test_no_rep_is_made_up_where_there_are_no_frames(squats):
    """Rows 5 to 9.2 s missing: a rep was counted across them, of 151 degrees among 130, and nothing said."""
    whole = summarize(squats)
    holed = summarize(squats.take((squats.time_s < 5) | (squats.time_s > 9.2)))
    assert not [rep for rep in holed.count.all_reps if rep.start_s < 9.0 and rep.end_s > 5.2]
    assert max(rep.rom_deg for rep in holed.metrics.reps) < max(rep.rom_deg for rep in whole.metrics.reps) + 5
    assert any(warning.startswith("The person was lost for 4.") for warning in holed.warnings)
    assert holed.frames_analysed == len(holed.track.time_s) - (holed.frame_index < 0).sum() < len(holed.track.time_s)
