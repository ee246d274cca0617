"""Cycles of one signal: which belong to the set, and the band around a period."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.cycles import Trace, band_pass, find_cycles, make_trace


def test_period_shorter_than_the_trace_can_hold_leaves_it_unfiltered() -> None:
    time_s = np.append(np.arange(30) / 30, 1000.0)
    values = np.sin(2 * np.pi * np.arange(31) / 10)
    trace = Trace(time_s, values, 31 / 1000, float(np.abs(np.diff(values)).sum()))
    np.testing.assert_array_equal(band_pass(trace, period_s=1.0).values, values)


def perform(lengths_s: Sequence[float], *, rate_hz: float = 30.0) -> Trace:
    """Return raised cosines one after the other, from 0 to 100 and back."""
    samples = [round(length_s * rate_hz) for length_s in lengths_s]
    values = [50 - 50 * np.cos(2 * np.pi * np.arange(1, each + 1) / each) for each in samples]
    trace = make_trace(np.concatenate([[0.0], *values]), time_s=np.arange(sum(samples) + 1) / rate_hz)
    assert trace is not None
    return trace


@pytest.mark.parametrize(
    "lengths_s",
    [
        pytest.param(np.geomspace(1, 5, 9), id="to failure"),
        pytest.param(np.geomspace(5, 1, 9), id="faster"),
        pytest.param(np.linspace(1, 4, 8), id="step by step"),
    ],
)
def test_a_set_that_slows_down_keeps_its_fast_and_its_slow_reps(lengths_s) -> None:
    """Some take less than half or more than twice as long as the median: the set is uneven, not they."""
    counts = {cycles.count for cycles in find_cycles(perform(lengths_s), hystereses=(0.18, 0.35))}
    assert counts == {len(lengths_s)}


def test_a_slow_cycle_in_an_even_set_is_none_of_it() -> None:
    counts = {cycles.count for cycles in find_cycles(perform([2, 2, 2, 2, 2, 2, 6]), hystereses=(0.18, 0.35))}
    assert counts == {6}


@pytest.mark.parametrize(
    ("begins_at", "is_upward"),
    [pytest.param(45.0, False, id="out of the rack"), pytest.param(0.0, True, id="as a rep")],
)
def test_home_is_where_the_clip_begins_unless_the_reps_are_more_alike_from_the_other_end(begins_at, is_upward) -> None:
    """A bar is lifted half-way up before four presses from the top: as many cycles either way."""
    time_s = np.arange(0, 9, 1 / 30)
    values = 50 - 50 * np.cos(np.pi * time_s)
    first = time_s < 1
    values[first] = begins_at + (100 - begins_at) * values[first] / 100
    trace = make_trace(values, time_s=time_s)
    assert trace is not None
    for cycles in find_cycles(trace, hystereses=(0.18, 0.35)):
        assert (cycles.count, cycles.is_upward) == (4, is_upward)
        assert cycles.starts_s[0] == pytest.approx(0 if is_upward else 1, abs=0.1)


@pytest.mark.parametrize("rate_hz", [12.0, 15.0, 30.0])
def test_what_jitters_more_quickly_than_any_rep_makes_no_cycles(rate_hz) -> None:
    """At 15 Hz, where landmarks jitter, a quarter of RepCount's counts was lost that 7 Hz had right."""
    time_s = np.arange(0, 20, 1 / rate_hz)
    values = 30 - 30 * np.cos(np.pi * time_s) + 12 * np.sin(2 * np.pi * 4.7 * time_s)
    trace = make_trace(values, time_s=time_s)
    assert trace is not None
    assert {cycles.count for cycles in find_cycles(trace, hystereses=(0.18, 0.25, 0.35))} == {10}


@pytest.mark.parametrize(("rate_hz", "is_kept"), [(9.5, True), (10.5, False)])
def test_where_samples_are_few_the_trace_goes_through_each_of_them(rate_hz, is_kept) -> None:
    """Small hops, three a second: at 10 Hz and more a low-pass takes something off what lies so close to it."""
    time_s = np.arange(0, 10, 1 / rate_hz)
    values = 10 - 10 * np.cos(6 * np.pi * time_s)
    trace = make_trace(values, time_s=time_s)
    assert trace is not None
    off = np.abs(np.interp(time_s, trace.time_s, trace.values) - values)
    assert (off.max() < 0.01) == is_kept


def test_cycles_turn_where_the_signal_does_as_measured() -> None:
    """Down in 1.6 s and up in .4 s: the low-pass for the count rounds the corner off towards the slower side."""
    time_s = np.arange(0, 20, 1 / 30)
    values = np.interp(time_s % 2, [0, 1.6, 2], [0, 100, 0])
    trace = make_trace(values, time_s=time_s)
    assert trace is not None
    for cycles in find_cycles(trace, hystereses=(0.18, 0.35)):
        np.testing.assert_allclose(cycles.turns_s % 2, 1.6, atol=0.02)
        np.testing.assert_allclose((cycles.starts_s[1:] + 1) % 2, 1.0, atol=0.02)


def test_samples_at_an_uneven_rate_are_low_passed_at_their_own_times() -> None:
    """Every sixth frame of two reps is there: in samples, they are six times as quick as the others."""
    time_s = np.arange(0, 20, 1 / 30)
    time_s = time_s[(time_s < 8) | (time_s > 12) | (np.arange(len(time_s)) % 6 == 0)]
    trace = make_trace(50 - 50 * np.cos(np.pi * time_s), time_s=time_s)
    assert trace is not None
    for cycles in find_cycles(trace, hystereses=(0.18, 0.35)):
        np.testing.assert_allclose(np.diff(cycles.turns_s), 2.0, atol=0.1)
        np.testing.assert_allclose(cycles.heights, 100, rtol=0.1)


def test_a_turn_beside_a_late_frame_is_one() -> None:
    """A recording that hangs after its first frame: the points there are so far apart that two neighbours are turns."""
    time_s = np.append(0.0, np.arange(0.4, 5, 1 / 30))
    values = 50 - 50 * np.cos(np.pi * time_s)
    values[0] = 80
    trace = make_trace(values, time_s=time_s)
    assert trace is not None
    for cycles in find_cycles(trace, hystereses=(0.18, 0.35)):
        np.testing.assert_allclose(cycles.turns_s, [2, 4], atol=0.02)


@pytest.mark.parametrize("is_reversed", [False, True], ids=["setting up", "putting down"])
def test_what_is_no_rep_beside_the_set_does_not_lengthen_the_rep_next_to_it(is_reversed) -> None:
    """Its two half-cycles go further out, and further home: there the measured signal has its extreme of all."""
    time_s = np.arange(0, 16, 1 / 15)
    values = np.interp(time_s, [0, 1.5, 3, *range(4, 17)], [-60, 250, 0, *[0, 100] * 6, 0])
    trace = make_trace(values[::-1] if is_reversed else values, time_s=time_s)
    assert trace is not None
    for cycles in find_cycles(trace, hystereses=(0.18, 0.35)):
        assert cycles.count == 6
        np.testing.assert_allclose(cycles.ends_s - cycles.starts_s, 2.0, atol=0.2)
