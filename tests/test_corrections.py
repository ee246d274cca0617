"""What a trainer changes by hand: reps stay in order, apart, inside the clip, marked, and are measured again."""

import csv
import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.corrections import (
    MIN_REP_S,
    Corrections,
    add_rep,
    delete_rep,
    find_turn,
    mark_partial,
    merge_reps,
    move_edges,
    split_rep,
)
from core.errors import CorrectionError
from core.export import to_json, to_reps_csv
from core.mannequin import Filming, View, compute_truth, plan_steady
from core.pipeline import Analysis, correct, summarize
from core.rep_count import Rep

TIME_S = np.arange(0, 20.001, 0.1)
SIGNAL = 50 - 50 * np.cos(2 * np.pi * TIME_S / 2)  # a rep every 2 s, deepest in its middle
SEEN = {"time_s": TIME_S, "signal": SIGNAL}


def reps_at(*starts_s: float, side: str = "both") -> tuple[Rep, ...]:
    return tuple(Rep(n, start, start + 1, start + 2, side=side) for n, start in enumerate(starts_s, 1))


SET = reps_at(2, 4, 8)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    side = Filming(fps=15, view=View(yaw_deg=90))
    return summarize(compute_truth(plan_steady("squat", count=5), filming=side).track)


def numbers(reps: tuple[Rep, ...]) -> list[int]:
    return [rep.number for rep in reps]


def test_moved_edges_keep_the_turning_point_they_still_hold():
    moved = move_edges(SET, 0, start_s=1.5, end_s=3.5, **SEEN)[0]
    assert (moved.start_s, moved.turn_s, moved.end_s, moved.is_edited) == (1.5, 3, 3.5, True)


@pytest.mark.parametrize(
    ("start_s", "end_s", "cut"),
    [(0.0, 1.9, (True, False)), (0.2, 2.0, (False, True)), (0.2, 1.9, (False, False))],
    ids=["the end alone", "the start alone", "both"],
)
def test_an_edge_cut_by_the_clip_stays_cut_until_it_is_moved_itself(start_s, end_s, cut):
    rep = Rep(0, 0.0, 1.0, 2.0, is_partial=True, cut_start=True, cut_end=True)
    moved = move_edges((rep,), 0, start_s=start_s, end_s=end_s, **SEEN)[0]
    assert (moved.cut_start, moved.cut_end) == cut


def test_what_the_clip_cuts_stays_at_its_own_end_when_a_rep_is_split_or_merged():
    whole = Rep(1, 0.0, 1.0, 4.0, cut_start=True, cut_end=True)
    assert [(rep.cut_start, rep.cut_end) for rep in split_rep((whole,), 0, at_s=2.0, **SEEN)] == [
        (True, False),
        (False, True),
    ]
    first, last = Rep(1, 0.0, 1.0, 2.0, cut_start=True), Rep(2, 2.0, 3.0, 4.0, cut_end=True)
    (merged,) = merge_reps((first, last), 0, **SEEN)
    assert (merged.cut_start, merged.cut_end) == (True, True)


def test_edges_moved_beyond_the_turning_point_find_another():
    moved = move_edges(SET, 2, start_s=12, end_s=14, **SEEN)[2]
    assert moved.turn_s == pytest.approx(13)


@pytest.mark.parametrize(
    ("row", "start_s", "end_s", "expected"),
    [
        pytest.param(0, -3, 4, (0, 4), id="the clip begins"),
        pytest.param(2, 8, 99, (8, 20), id="the clip ends"),
        pytest.param(1, 3.2, 6, (4, 6), id="the rep before"),
        pytest.param(1, 4, 8.7, (4, 8), id="the rep after"),
    ],
)
def test_edges_stop_where(row, start_s, end_s, expected):
    moved = move_edges(SET, row, start_s=start_s, end_s=end_s, **SEEN)[row]
    assert (moved.start_s, moved.end_s) == expected


def test_where_a_rep_was_taken_out_there_is_no_pause(analysis):
    before = [rep.pause_top_s for rep in analysis.metrics.reps]
    edited = correct(analysis, Corrections(reps=delete_rep(tuple(analysis.count.reps), 2)))
    pauses_s = [rep.pause_top_s for rep in edited.metrics.reps]
    assert np.isfinite(before[:4]).all()
    assert np.isnan(pauses_s).tolist() == [False, True, False, True]
    assert edited.metrics.tempo == analysis.metrics.tempo


def test_the_other_side_is_no_neighbour():
    alternating = (*reps_at(2, side="left"), *reps_at(3, side="right"))
    assert move_edges(alternating, 0, start_s=2, end_s=4.5, **SEEN)[0].end_s == 4.5


def test_a_rep_pushed_into_another_is_refused():
    with pytest.raises(CorrectionError, match=r"no room for a rep there: 0\.00 s are free"):
        move_edges(SET, 0, start_s=4.2, end_s=5.8, **SEEN)


def test_an_added_rep_is_a_whole_one_in_its_place():
    added = add_rep(SET, start_s=6.1, end_s=7.9, **SEEN)
    assert numbers(added) == [1, 2, 3, 4]
    assert (added[2].start_s, added[2].turn_s, added[2].end_s) == (6.1, pytest.approx(7), 7.9)
    assert [rep.is_edited for rep in added] == [False, False, True, False]


def test_an_added_rep_is_cut_back_to_the_room_there_is():
    assert (add_rep(SET, start_s=5, end_s=9, **SEEN)[2].start_s, add_rep(SET, start_s=5, end_s=9, **SEEN)[2].end_s) == (
        6,
        8,
    )


def test_no_rep_is_added_where_nothing_was_measured():
    blind = np.where(TIME_S > 10, np.nan, SIGNAL)
    with pytest.raises(CorrectionError, match=r"Nothing was measured between 12\.00 and 14\.00 s"):
        add_rep(SET, start_s=12, end_s=14, time_s=TIME_S, signal=blind)


def test_deleting_renumbers():
    assert numbers(delete_rep(SET, 0)) == [1, 2]


def test_split_and_merge_undo_each_other():
    halves = split_rep(SET, 2, at_s=9.2, **SEEN)
    assert [(rep.start_s, rep.end_s) for rep in halves[2:]] == [(8, 9.2), (9.2, 10)]
    merged = merge_reps(halves, 2, **SEEN)
    assert [replace(rep, is_edited=False) for rep in merged] == pytest.approx(list(SET))


@pytest.mark.parametrize("at_s", [8.1, 9.9, 15])
def test_a_rep_is_not_split_at_its_edge_or_outside(at_s):
    with pytest.raises(CorrectionError, match="cannot be split at"):
        split_rep(SET, 2, at_s=at_s, **SEEN)


def test_merging_takes_the_next_of_the_same_side():
    alternating = (Rep(1, 1, 2, 3, side="left"), Rep(2, 2, 3, 4, side="right"), Rep(3, 3, 4, 5, side="left"))
    merged = merge_reps(alternating, 0, **SEEN)
    assert [(rep.side, rep.start_s, rep.end_s) for rep in merged] == [("left", 1, 5), ("right", 2, 4)]


def test_the_last_rep_has_none_to_merge_with():
    with pytest.raises(CorrectionError, match="the last one"):
        merge_reps(SET, 2, **SEEN)


def test_a_partial_rep_takes_no_number_of_its_own():
    marked = mark_partial(SET, 1, is_partial=True)
    assert [(rep.number, rep.is_partial) for rep in marked] == [(1, False), (1, True), (2, False)]
    assert numbers(mark_partial(marked, 1, is_partial=False)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("row", "name"), [(0, "Partial rep before rep 1"), (1, "Rep 1"), (2, "Partial rep after rep 1")]
)
def test_a_refusal_names_a_partial_rep_as_the_page_does(row, name):
    mixed = mark_partial(mark_partial(SET, 0, is_partial=True), 2, is_partial=True)
    with pytest.raises(CorrectionError, match=f"^{name} goes from"):
        split_rep(mixed, row, at_s=0, **SEEN)
    with pytest.raises(CorrectionError, match=f"^{name} is the last one"):
        merge_reps(mixed[: row + 1], row, **SEEN)


def test_a_row_that_does_not_exist_is_refused():
    with pytest.raises(CorrectionError, match="There is no row 4: the set has 3"):
        delete_rep(SET, 3)


def test_the_turn_is_furthest_from_the_line_between_the_ends():
    rising = TIME_S * 3 + np.where(np.abs(TIME_S - 5) < 0.05, 10, 0)
    assert find_turn(TIME_S, rising, start_s=3, end_s=9) == pytest.approx(5)


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["move", "add", "delete", "split", "merge", "partial"]),
        st.integers(0, 5),
        st.floats(-2, 22),
        st.floats(-2, 22),
    ),
    max_size=8,
)


@given(EDITS)
def test_whatever_is_done_reps_stay_in_order_apart_and_inside_the_clip(edits):
    reps = SET
    for action, row, start_s, end_s in edits:
        try:
            reps = {
                "move": lambda r, row=row, a=start_s, b=end_s: move_edges(r, row, start_s=a, end_s=b, **SEEN),
                "add": lambda r, a=start_s, b=end_s: add_rep(r, start_s=a, end_s=b, **SEEN),
                "delete": lambda r, row=row: delete_rep(r, row),
                "split": lambda r, row=row, a=start_s: split_rep(r, row, at_s=a, **SEEN),
                "merge": lambda r, row=row: merge_reps(r, row, **SEEN),
                "partial": lambda r, row=row: mark_partial(r, row, is_partial=True),
            }[action](reps)
        except CorrectionError:
            continue
    assert all(rep.start_s < rep.turn_s < rep.end_s for rep in reps)
    assert all(rep.end_s - rep.start_s >= MIN_REP_S - 1e-9 for rep in reps)
    assert all(rep.start_s >= 0 and rep.end_s <= 20 for rep in reps)
    assert all(one.end_s <= later.start_s for one, later in pairwise(reps))
    assert [rep.number for rep in reps if not rep.is_partial] == list(range(1, 1 + sum(not r.is_partial for r in reps)))


class TestMeasuredAgain:
    def test_a_deleted_rep_is_gone_from_numbers_and_exports(self, analysis):
        reps = delete_rep(analysis.count.all_reps, 1)
        again = correct(analysis, Corrections(reps=reps))
        assert (analysis.rep_count, again.rep_count) == (5, 4)
        rows = list(csv.DictReader(to_reps_csv(again).splitlines()))
        assert [row["rep"] for row in rows] == ["1", "2", "3", "4"]
        document = json.loads(to_json(again, clip="c.mp4"))
        assert (document["rep_count"], document["is_edited"]) == (4, True)
        assert len(document["reps"]) == 4

    def test_a_moved_rep_changes_its_numbers_alone_and_is_marked(self, analysis):
        rep = analysis.count.all_reps[2]
        middle_s = (rep.start_s + rep.turn_s) / 2
        reps = move_edges(
            analysis.count.all_reps, 2, start_s=middle_s, end_s=rep.end_s,
            time_s=analysis.track.time_s, signal=analysis.count.signal,
        )  # fmt: skip
        before, after = analysis.metrics.reps, correct(analysis, Corrections(reps=reps)).metrics.reps
        assert after[2].duration_s == pytest.approx(rep.end_s - middle_s)
        assert after[2].duration_s < before[2].duration_s - 0.1
        assert [one.is_edited for one in after] == [False, False, True, False, False]
        assert after[1].rom_deg == before[1].rom_deg

    def test_a_partial_rep_is_listed_not_counted(self, analysis):
        again = correct(analysis, Corrections(reps=mark_partial(analysis.count.all_reps, 0, is_partial=True)))
        assert (again.rep_count, len(again.metrics.reps)) == (4, 5)
        assert again.metrics.reps[0].is_partial

    def test_the_chosen_exercise_names_the_set(self, analysis):
        again = correct(analysis, Corrections(exercise="lunge"))
        assert (again.recognition.exercise, again.recognition.confidence) == ("lunge", 1.0)
        assert again.rep_count == analysis.rep_count

    def test_taking_all_corrections_back_gives_what_was_found(self, analysis):
        edited = correct(analysis, Corrections(joint="left_hip", reps=delete_rep(analysis.count.all_reps, 0)))
        assert to_json(correct(edited, Corrections()), clip="c") == to_json(analysis, clip="c")

    def test_where_nothing_was_counted_a_rep_can_still_be_added(self):
        standing = summarize(compute_truth(plan_steady("squat", count=1), filming=Filming(fps=15)).track)
        nothing = correct(standing, Corrections(joint="left_ankle", reps=()))
        time_s = nothing.track.time_s
        reps = add_rep((), start_s=time_s[3], end_s=time_s[-3], time_s=time_s, signal=nothing.count.signal)
        again = correct(standing, Corrections(joint="left_ankle", reps=reps))
        assert again.rep_count == 1
        assert np.isfinite(again.metrics.reps[0].rom_deg)
