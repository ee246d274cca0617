"""Who gets back what a visit holds, when it ends, and that it is never in two places."""

import threading

import pytest

from core.visits import MAX_VISITS, Session, Visits


@pytest.fixture
def visits() -> Visits:
    return Visits()


def session(name: str, *, account: str | None = None, **state) -> Session:
    return Session(name, state, account)


def test_a_new_session_gets_what_the_former_one_held_and_nothing_of_its_widgets(visits):
    results, former, new = {"key": "result"}, session("1"), session("2", results={})
    former.state.update(results=results, run=None, history_deleted={"id": 1.0}, analyze_upload="of a widget")
    key = visits.begin(former)
    assert visits.resume(key, begun=visits.begin(new), session=new) is former
    assert new.state == {"results": results, "run": None, "history_deleted": {"id": 1.0}}
    assert new.state["results"] is results
    assert former.state == {"analyze_upload": "of a widget"}


def test_a_visit_goes_on_from_reload_to_reload_under_one_key(visits):
    first = session("1", clip="clip")
    key = visits.begin(first)
    for name in "234":
        again = session(name)
        assert visits.resume(key, begun=visits.begin(again), session=again)
        assert again.state == {"clip": "clip"}
        assert visits.find(key, account=None) is again


class Busy(dict):
    """The values of a session whose own script takes one away just before it is deleted here."""

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        if name == "results":
            raise KeyError(name)


def test_a_script_that_still_runs_in_the_former_session_loses_nothing(visits):
    former, new = Session("1", Busy(results={"key": "result"}, clip="clip")), session("2")
    assert visits.resume(visits.begin(former), begun=visits.begin(new), session=new)
    assert new.state == {"results": {"key": "result"}, "clip": "clip"}


def test_a_script_that_still_runs_in_an_ended_session_keeps_no_other_from_being_forgotten(visits):
    ended = [Session("1", Busy(results={}, clip="clip")), Session("2", Busy(results={}))]
    for each in ended:
        visits.begin(each)
    visits.sweep(is_active=lambda _: False, grace_s=0)
    assert [each.state for each in ended] == [{}, {}]


class Slow(dict):
    """The values of a session, the first of which is read only when the test says so."""

    def __init__(self, **values) -> None:
        super().__init__(values)
        self.is_read, self.goes_on = threading.Event(), threading.Event()

    def __getitem__(self, name: str):
        self.is_read.set()
        assert self.goes_on.wait(5)
        return super().__getitem__(name)


def test_two_sessions_that_bring_one_key_at_once_do_not_share_what_it_holds(visits):
    former, second, third = Session("1", Slow(results={"key": "result"}, clip="clip")), session("2"), session("3")
    key = visits.begin(former)
    threads = [
        threading.Thread(target=visits.resume, args=(key,), kwargs={"begun": visits.begin(new), "session": new})
        for new in (second, third)
    ]
    threads[0].start()
    assert former.state.is_read.wait(5)
    threads[1].start()
    threads[1].join(0.2)
    former.state.goes_on.set()
    for thread in threads:
        thread.join()
    assert visits.find(key, account=None) is third
    assert (second.state, third.state) == ({}, {"results": {"key": "result"}, "clip": "clip"})


def test_a_session_that_brings_its_own_key_keeps_what_it_holds(visits):
    only = session("1", clip="clip")
    key = visits.begin(only)
    assert visits.resume(key, begun=key, session=only) is None
    assert visits.find(key, account=None) is only
    assert only.state == {"clip": "clip"}


def test_a_key_that_was_made_up_or_given_up_opens_nothing(visits):
    former, new = session("1", clip="clip"), session("2", clip="other")
    key = visits.begin(former)
    begun = visits.begin(new)
    assert visits.resume("", begun=begun, session=new) is None
    assert visits.resume(key[:-1], begun=begun, session=new) is None
    visits.resume(key, begun=begun, session=new)
    assert visits.find(begun, account=None) is None
    assert new.state == {"clip": "clip"}


@pytest.mark.parametrize(
    ("was", "now", "is_found"),
    [
        (None, None, True),
        (None, "anna", True),
        ("anna", "anna", True),
        ("anna", None, False),
        ("anna", "ben", False),
    ],
    ids=["nobody", "logged in", "the same", "logged out", "somebody else"],
)
def test_a_visit_stays_with_its_account(visits, was, now, is_found):
    former, new = session("1", account=was, clip="clip"), session("2", account=now)
    key = visits.begin(former)
    assert bool(visits.resume(key, begun=visits.begin(new), session=new)) == is_found
    assert former.state == ({} if is_found else {"clip": "clip"})


def test_what_a_closed_page_held_is_forgotten_after_the_grace(visits):
    closed, open_page = session("1", results={}, seek=1), session("2", results={})
    keys = [visits.begin(each) for each in (closed, open_page)]
    visits.sweep(is_active=lambda _: False, grace_s=60)
    visits.sweep(is_active={"2"}.__contains__, grace_s=60)
    assert visits.find(keys[0], account=None) is closed
    visits.sweep(is_active={"2"}.__contains__, grace_s=0)
    assert [visits.find(key, account=None) for key in keys] == [None, open_page]
    assert closed.state == {"seek": 1}


def test_a_session_whose_visit_went_elsewhere_or_ended_no_longer_says_it_has_one(visits):
    """A page that wakes up begins another, or what it makes from then on would be in none, and never be forgotten."""
    told = {"visit": "key", "visit_contested": "key", "visit_refused": "other"}
    left, ended, evicted, new = (session(name, **told) for name in ("left", "ended", "evicted", "new"))
    visits.resume(visits.begin(left), begun=visits.begin(new), session=new)
    visits.begin(ended)
    visits.sweep(is_active=lambda name: name != "ended", grace_s=0)
    visits = Visits()
    for each in (evicted, *(session(str(number)) for number in range(MAX_VISITS))):
        visits.begin(each)
    assert (left.state, ended.state, evicted.state) == ({}, {}, {})
    assert new.state == told


def test_visits_are_bounded_and_the_newest_are_remembered(visits):
    keys = [visits.begin(session(str(number))) for number in range(MAX_VISITS + 1)]
    assert visits.find(keys[0], account=None) is None
    assert all(visits.find(key, account=None) for key in keys[1:])


def test_a_closed_visit_makes_room_before_an_older_one_whose_page_is_open(visits):
    keys = [visits.begin(session(str(number))) for number in range(MAX_VISITS)]
    visits.sweep(is_active=lambda name: name not in {"5", "7"}, grace_s=60)
    again = session("7 again")
    visits.resume(keys[7], begun="", session=again)
    keys += [visits.begin(session(name)) for name in ("next", "and next")]
    assert [at for at, key in enumerate(keys) if not visits.find(key, account=None)] == [0, 5]
