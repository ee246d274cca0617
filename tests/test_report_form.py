"""The report on the Results page: which day it carries, and of which result it speaks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.state import Result
from tests.test_pages import page, text_of


def visit(*seeded: Result, days_east: int = 0) -> AppTest:
    """The Results page of a browser so many days ahead of London."""
    app = page("results")
    app.context = {"timezone_offset": -24 * 60 * days_east}
    app.session_state["results"] = {each.key: each for each in seeded}
    return app.run()


def make_report(app: AppTest) -> AppTest:
    return app.button(key="report_make").click().run()


@pytest.mark.parametrize("days_east", [-1, 0, 1])
def test_a_report_is_of_today_where_the_browser_is(result, days_east):
    app = make_report(visit(result, days_east=days_east))
    day = datetime.now(UTC).date() + timedelta(days=days_east)
    assert f"{day.day} {day:%B %Y}" in app.session_state["report_made"].html


OTHER_NUMBERS = "The last report was made of other numbers"


def test_an_outdated_report_is_told_under_its_own_clip_only(result):
    other = replace(result, request=replace(result.request, frame_skip=4), analysis=replace(result.analysis))
    app = visit(result, other)
    make_report(app)
    assert app.session_state["results_chosen"] == other.key
    assert OTHER_NUMBERS not in text_of(app)
    app.selectbox(key="results_chosen").set_value(result.key).run()
    assert OTHER_NUMBERS not in text_of(app), "this clip never had a report"

    app.selectbox(key="results_chosen").set_value(other.key).run()
    next(box for box in app.selectbox if box.label == "Exercise").set_value("lunge").run()
    assert OTHER_NUMBERS in text_of(app)
    make_report(app)
    assert OTHER_NUMBERS not in text_of(app)
