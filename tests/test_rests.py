"""Where a rep leaves home and is back: on a signal with known rests, drifts and swings."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.rests import trim_rests

TIME_S = np.arange(0, 14, 1 / 15)


def ease(knots_s: Sequence[float], levels: Sequence[float]) -> np.ndarray:
    """Return raised cosines from level to level, still before the first and after the last."""
    part = np.clip(np.searchsorted(knots_s, TIME_S, side="right") - 1, 0, len(knots_s) - 2)
    starts_s, ends_s = np.array(knots_s)[part], np.array(knots_s)[part + 1]
    share = 0.5 - 0.5 * np.cos(np.pi * np.clip((TIME_S - starts_s) / (ends_s - starts_s), 0, 1))
    return np.array(levels)[part] + share * np.diff(levels)[part]


def both_ways(reps_s: Sequence[Sequence[float]], values: np.ndarray) -> list[np.ndarray]:
    """Return the reps trimmed, also with the clip played backwards and with home on the high side."""
    reps = np.array(reps_s)
    last_s = TIME_S[-1]
    backwards = last_s - trim_rests(last_s - reps[::-1, ::-1], values[::-1], time_s=TIME_S)[::-1, ::-1]
    return [trim_rests(reps, values, time_s=TIME_S), backwards, trim_rests(reps, 100 - values, time_s=TIME_S)]


def test_a_rep_cut_while_it_still_goes_home_is_told_to_its_end() -> None:
    """As a last push-up that comes up slowly: 40 of 100 degrees in 0.6 s, the others in 1.8 s."""
    values = ease([1, 2, 3, 5, 6, 6.6, 8.4], [0, 100, 0, 0, 100, 60, 0])
    for trimmed in both_ways([(1, 2, 3), (5, 6, 7.7)], values):
        assert trimmed[1, 2] == pytest.approx(8.4, abs=0.3)


def test_a_rest_that_drifts_is_not_gone_through() -> None:
    values = ease([1, 2, 3, 6, 7, 8], [0, 100, 4, 0, 100, 0])
    for trimmed in both_ways([(1, 2, 3.2), (6, 7, 8)], values):
        assert trimmed[0, 2] == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize("beyond", [-14, -40], ids=["a hip drifts on", "who drops off the bar"])
def test_what_goes_on_beyond_home_is_no_part_of_the_last_rep(beyond) -> None:
    values = ease([1, 2, 3, 4, 5, 6, 7.5], [0, 100, 0, 0, 100, 0, beyond])
    for trimmed in both_ways([(1, 2, 3), (4, 5, 7.5)], values):
        assert trimmed[1, 2] == pytest.approx(6, abs=0.2)


def test_reps_that_pass_into_each_other_meet_at_uneven_depths() -> None:
    values = ease([1, 2, 3, 4, 5, 6, 7], [0, 100, 3, 100, -6, 100, 0])
    for trimmed in both_ways([(1, 2, 3), (3, 4, 5), (5, 6, 7)], values):
        np.testing.assert_allclose(trimmed[:, [0, 2]], [[1, 3], [3, 5], [5, 7]], atol=0.1)


def test_a_limb_that_swings_after_it_was_lowered_is_home_when_it_first_stops() -> None:
    values = ease([1, 2, 3, 3.3, 4.2, 6, 7, 8], [0, 100, 12, 17, 0, 0, 100, 0])
    for trimmed in both_ways([(1, 2, 4.5), (6, 7, 8)], values):
        assert trimmed[0, 2] == pytest.approx(3, abs=0.15)


def test_a_partial_rep_does_not_reach_into_the_whole_one_beside_it() -> None:
    """Where they part is found on a smoother signal, before the whole one is home."""
    values = ease([1, 2, 3.2, 4, 5], [0, 100, 0, 40, 0])
    whole = np.array([(1, 2, 3.2)])
    (partial,) = trim_rests(np.array([(3.1, 4, 5)]), values, time_s=TIME_S, beside_s=whole)
    np.testing.assert_allclose(partial, [3.2, 4, 5], atol=0.05)
    assert partial[0] >= whole[0, 2]
