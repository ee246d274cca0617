"""The report on the Results page: which day it carries, and of which result it speaks."""

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from pages.components.state import Result
from tests.test_pages import page


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
