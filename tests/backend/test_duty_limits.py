"""A driver's day over both services: span, driving, gaps, rest; what is past the limits is marked (T-56)."""

from datetime import timedelta

import pytest

from backend.db.queries import duties
from backend.services import suspensions
from tests.make import LINE_DAY, Line, at, decide_due, jst, make_staff

CLOSED = jst("2025-05-06 17:00:01")


@pytest.fixture
def line(session):
    return Line(session)


def give_to(session, line, driver, *codes, day=LINE_DAY):
    """Let one driver drive the vehicles of some runs."""
    for code in codes:
        line.run(code, day).duty.driver_id = driver.id
    session.flush()


@pytest.mark.req("T-56")
def test_span_driving_and_gaps_come_from_the_runs(session, line):
    driver = make_staff(session, role="driver")
    give_to(session, line, driver, "M1")

    [day] = [each for each in duties.list_day(session, LINE_DAY) if each.driver]

    assert (day.span.from_s, day.span.to_s) == (at("6:55"), at("8:28"))
    assert day.span.drives_s == 46 * 60
    assert day.span.gaps == ((at("7:18"), at("8:05")),)
    assert day.rest_s is None
    assert day.warnings == ()


@pytest.mark.req("T-56")
def test_runs_that_are_not_driven_do_not_count(session, line):
    driver = make_staff(session, role="driver")
    give_to(session, line, driver, "S1")
    decide_due(session, now=CLOSED)
    suspensions.suspend(session, line.run("S3").id, reason="雪", actor="staff:1", now=CLOSED)

    assert [each for each in duties.list_day(session, LINE_DAY) if each.driver] == []


@pytest.mark.req("T-56")
@pytest.mark.parametrize(
    ("longest", "rest", "expected"),
    [
        pytest.param("12:00", "9:00", ("long",), id="a day of twelve and a half hours"),
        pytest.param("13:00", "9:00", (), id="within both"),
        pytest.param("13:00", "12:03", ("rest",), id="too little rest"),
        pytest.param("12:38", "11:22", (), id="just within both"),
    ],
)
def test_limits_are_settings_and_only_warn(session, line, longest, rest, expected):
    driver = make_staff(session, role="driver")
    for day in (LINE_DAY - timedelta(days=1), LINE_DAY):
        give_to(session, line, driver, "S1", "M1", day=day)
    line.service.longest_duty_s, line.service.shortest_rest_s = at(longest), at(rest)

    [today] = [each for each in duties.list_day(session, LINE_DAY) if each.driver]

    assert (today.span.from_s, today.span.to_s, today.rest_s) == (at("6:55"), at("19:33"), at("11:22"))
    assert today.warnings == expected
    assert duties.count_warnings(session, LINE_DAY) == len(expected)
