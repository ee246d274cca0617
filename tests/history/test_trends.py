"""From session to session: what is compared with what, and what the charts say."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.corrections import Corrections
from core.history import Figures, Labels, SavedSummary
from core.history.figures import figures_of
from core.history.trends import compute_trends, first_and_last
from core.mannequin import Filming, Motion, RepPlan, compute_truth
from core.pipeline import correct, summarize
from core.plots.sessions import plot_sessions


def saved(
    day: date,
    *,
    joint: str = "left_knee",
    rom_deg: float = 100.0,
    reps: int = 5,
    load_kg: float | None = None,
    view: str | None = None,
    turn_deg: float = math.nan,
    asymmetry_pct: float = math.nan,
):
    figures = Figures(joint, rom_deg, 2.0, 1.0, 120.0, 5.0, asymmetry_pct, 20.0, view=view, turn_deg=turn_deg)
    labels = Labels("Anna", "Squats", "", day, load_kg)
    return SavedSummary("a" * 32, labels, "squat", reps, figures, datetime.now(UTC), "a.mp4", None, (), 1000)


def values(trends, title: str, series: str = "") -> list[float]:
    return [point.value for point in next(trend for trend in trends if trend.title == title).series[series]]


FIRST, SECOND, THIRD = date(2026, 9, 7), date(2026, 9, 28), date(2026, 11, 9)


def test_the_sets_of_a_day_are_one_session_and_sessions_are_in_order():
    sets = [saved(SECOND, rom_deg=110, load_kg=50), saved(FIRST, rom_deg=90, load_kg=40), saved(SECOND, rom_deg=120)]
    trends = compute_trends(sets)
    assert values(trends, "Range of motion, knee") == [90, 115]
    assert values(trends, "Volume") == [5, 10]
    assert values(trends, "Volume load") == [200, 250]
    assert values(trends, "Tempo", "Lowering") == [2, 2]
    assert values(trends, "Left minus right") == []


def test_left_and_right_knee_are_one_joint_and_a_hip_is_left_out():
    sets = [saved(FIRST), saved(SECOND, joint="right_knee", rom_deg=110), saved(THIRD, joint="left_hip", rom_deg=80)]
    trends = compute_trends(sets)
    assert values(trends, "Range of motion, knee") == [100, 110]
    assert trends[0].left_out == 1
    assert plot_sessions(trends[0]).words.endswith(" Left out, measured on another joint: 1.")
    assert values(trends, "Volume") == [5, 5, 5]


FRONT, SIDE = {"view": "front", "turn_deg": 3.0}, {"view": "side_left", "turn_deg": 85.0}
OTHER_SIDE = {"view": "side_right", "turn_deg": 80.0}


def test_sets_from_another_place_than_the_newest_are_marked_and_in_no_verdict():
    sets = [saved(FIRST, rom_deg=60, **FRONT), saved(SECOND, rom_deg=100, **OTHER_SIDE), saved(THIRD, **SIDE)]
    trends = {trend.title: trend for trend in compute_trends(sets, detectable={"rom_deg": 9.0, "eccentric_s": 0.1})}
    drawn = plot_sessions(trends["Range of motion, knee"])
    assert drawn.figure.layout.yaxis.title.text == "Range of motion (°)", "a mere degree sign lay on its side there"
    assert drawn.words == (
        "100°, the same over 2 sessions. Filmed from the side, as the newest was; 1 session from elsewhere, 82° "
        "around the body from there, is not compared."
    )
    followed, apart = drawn.figure.data
    assert (list(followed.y), list(apart.y)) == ([100, 100], [60])
    assert (apart.mode, apart.marker.symbol, apart.name) == ("markers", "circle-open", "Filmed from elsewhere")
    assert drawn.figure.layout.showlegend
    assert "Filmed from the side, as the newest was; 1 session" in plot_sessions(trends["Tempo"]).words
    assert plot_sessions(trends["Volume"]).words == "5 reps, the same over 3 sessions.", "a count is one from anywhere"
    first, last = first_and_last(sets)["rom_deg"]
    assert (first.labels.session_on, last.labels.session_on) == (SECOND, THIRD)


def test_one_session_from_a_new_place_is_no_change():
    sets = [saved(FIRST, rom_deg=60, **FRONT), saved(SECOND, rom_deg=60, **FRONT), saved(THIRD, **SIDE)]
    words = plot_sessions(compute_trends(sets, detectable={"rom_deg": 1.0})[0]).words
    assert words == (
        "100°, one session from this place. Filmed from the side, as the newest was; 2 sessions from elsewhere, 82° "
        "around the body from there, are not compared."
    )
    assert set(first_and_last(sets)) == {"reps"}


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ({"view": "front", "turn_deg": 3.0}, "Filmed from the front, as the newest was"),
        ({"view": "oblique", "turn_deg": 41.6}, "Filmed at about 42° off the front, as the newest was"),
        ({"view": "oblique_back", "turn_deg": 30.0}, "Filmed at about 30° off the back, as the newest was"),
        ({"view": "above", "turn_deg": 10.0}, "Filmed from above, as the newest was"),
    ],
)
def test_the_place_that_is_compared_is_named(view, said):
    """A trainer with sets from the front and from the side could not tell which of them the verdict was about."""
    sets = [saved(FIRST, **SIDE), saved(SECOND, **view), saved(THIRD, **view)]
    assert said in plot_sessions(compute_trends(sets)[0]).words


@pytest.mark.parametrize(
    ("newest", "others", "said"),
    [
        (("oblique", 40.0), [("front", 5.0), ("side_left", 80.0)], ", 35 to 40° around the body from there, are"),
        (("oblique", 40.0), [("oblique_back", 30.0)], ", 110° around the body from there, is"),
        (("side_left", 85.0), [("back", 5.0)], ", 80° around the body from there, is"),
        (("side_left", 85.0), [("above", 40.0), ("front", 5.0)], " from elsewhere are not compared"),
    ],
    ids=["several", "front and back", "side and back", "above"],
)
def test_how_far_away_other_places_are_is_told(newest, others, said):
    """Compare told it, the history did not."""
    days = (FIRST, SECOND)
    sets = [saved(day, view=view, turn_deg=turn) for day, (view, turn) in zip(days, others, strict=False)]
    sets.append(saved(THIRD, view=newest[0], turn_deg=newest[1]))
    assert said in plot_sessions(compute_trends(sets)[0]).words


LATEST = date(2026, 11, 23)


def test_a_newest_session_without_a_number_hides_no_chart_of_it():
    """From the side left and right are not compared: what the three from the front tell still stands."""
    sets = [saved(day, asymmetry_pct=5.0, **FRONT) for day in (FIRST, SECOND, THIRD)] + [saved(LATEST, **SIDE)]
    drawn = plot_sessions(compute_trends(sets)[-1])
    assert drawn.words == "5\N{NO-BREAK SPACE}%, the same over 3 sessions."
    first, last = first_and_last(sets)["left_right_rom_diff_deg"]
    assert (first.labels.session_on, last.labels.session_on) == (FIRST, THIRD)


def test_a_newest_session_on_another_joint_from_elsewhere_hides_no_chart():
    sets = [saved(day, **SIDE) for day in (FIRST, SECOND, THIRD)] + [saved(LATEST, joint="left_hip", **FRONT)]
    drawn = plot_sessions(compute_trends(sets)[0])
    assert drawn.words == "100°, the same over 3 sessions. Left out, measured on another joint: 1."


def test_what_error_gives_a_count_is_known_from_wherever_it_was_filmed():
    sets = [saved(FIRST, reps=5, **FRONT), saved(SECOND, reps=8, **FRONT), saved(THIRD, reps=12, **SIDE)]
    first, last = first_and_last(sets)["reps"]
    assert (first.rep_count, last.rep_count) == (5, 12)


def test_a_set_whose_view_could_not_be_told_is_not_compared_with_one_that_has_one():
    sets = [saved(FIRST, **SIDE), saved(SECOND, **SIDE), saved(THIRD, view="unknown")]
    assert values(compute_trends(sets), "Range of motion, knee") == [100, 100]


def test_a_chart_needs_two_sessions_and_says_the_year_where_it_changes():
    assert plot_sessions(compute_trends([saved(FIRST), saved(FIRST)])[0]).figure is None
    within = plot_sessions(compute_trends([saved(FIRST), saved(SECOND)])[0]).figure
    across = plot_sessions(compute_trends([saved(FIRST), saved(date(2027, 2, 1))])[0]).figure
    assert (within.layout.xaxis.tickformat, across.layout.xaxis.tickformat) == ("%d %b", "%d %b %Y")
    assert list(within.data[0].y) == [100, 100]


@pytest.mark.parametrize(
    ("detectable", "said"),
    [
        ({"rom_deg": 12.0}, "100 to 110°, no clear change over 2 sessions: error alone may give 12°."),
        ({"rom_deg": 9.0}, "100 to 110°, up over 2 sessions, by more than error gives."),
        ({"rom_deg": 10.0}, "100 to 110°, no clear change over 2 sessions: error alone may give 10°."),
        ({}, "100 to 110°, no clear change over 2 sessions: how much of it is error is not known."),
    ],
    ids=["within", "larger", "as much", "unknown"],
)
def test_only_what_is_more_than_error_is_called_a_change(detectable, said):
    trends = compute_trends([saved(FIRST), saved(SECOND, rom_deg=110)], detectable=detectable)
    assert plot_sessions(trends[0]).words == said
    assert plot_sessions(trends[3]).words == "5 reps, the same over 2 sessions."


def test_every_set_of_a_session_may_be_miscounted():
    sets = [saved(FIRST, load_kg=40), saved(FIRST, load_kg=40), saved(SECOND, load_kg=50, reps=11)]
    trends = {trend.title: trend for trend in compute_trends(sets, detectable={"reps": 1.0})}
    assert trends["Volume"].detectable == {"": 2}
    assert "no clear change" in plot_sessions(trends["Volume"]).words
    assert trends["Volume load"].detectable == {"": 100}
    assert "up over" in plot_sessions(trends["Volume load"]).words


def test_the_sessions_compared_are_the_first_and_the_last_on_the_joint_of_most():
    sets = [saved(THIRD), saved(SECOND), saved(FIRST, joint="left_hip"), saved(SECOND)]
    first, last = first_and_last(sets)["rom_deg"]
    assert (first.labels.session_on, last.labels.session_on) == (SECOND, THIRD)
    assert first_and_last([saved(FIRST), saved(FIRST)]) == {}


@pytest.fixture
def shallow():
    """Squats so shallow that the hip bends most, so that they are counted on it."""
    reps = tuple(RepPlan(out_s=1.0, back_s=1.0, depth=0.6) for _ in range(5))
    analysis = summarize(compute_truth(Motion("squat", reps), filming=Filming(fps=15)).track)
    named = correct(analysis, Corrections(exercise="squat"))
    assert "hip" in named.count.driving_joint
    return named


def test_a_squat_counted_on_the_hip_is_followed_on_the_knee(shallow):
    figures = figures_of(shallow)
    assert "knee" in figures.joint
    assert (figures.joint, figures.rom_deg) == (shallow.metrics.joint, shallow.metrics.statistics["rom_deg"].mean)


def test_the_joint_the_trainer_chose_is_followed(shallow):
    chosen = correct(shallow, replace(shallow.corrections, joint="left_hip"))
    assert figures_of(chosen).joint == "left_hip"


def test_a_number_with_a_sign_is_named_for_what_it_is():
    sets = [saved(FIRST, asymmetry_pct=-4.0), saved(SECOND, asymmetry_pct=2.5)]
    (trend,) = (each for each in compute_trends(sets) if each.title == "Left minus right")
    assert plot_sessions(trend).words.startswith("\N{MINUS SIGN}4 to 2.5")
