"""Closures that come back each year, periods, seasons."""

from datetime import date

import pytest

from backend.domain.calendar import Calendar, Closure, Period
from backend.domain.policies.season import is_winter

WINTER = Period(date(2022, 11, 14), date(2023, 3, 31), date(2022, 11, 21), date(2023, 3, 31))
NEXT = Period(date(2023, 9, 1), date(2024, 3, 31), date(2023, 10, 2), date(2024, 3, 29))


def calendar(*closures: Closure, periods=(WINTER, NEXT)) -> Calendar:
    return Calendar(
        frozenset(range(5)), closed_on_holidays=False, periods=periods, closures=closures, holiday_name=lambda day: None
    )


@pytest.mark.parametrize(
    ("first", "last", "day", "expected"),
    [
        ("2000-12-29", "2000-01-03", "2022-12-28", False),
        ("2000-12-29", "2000-01-03", "2022-12-29", True),
        ("2000-12-29", "2000-01-03", "2022-12-31", True),
        ("2000-12-29", "2000-01-03", "2023-01-01", True),
        ("2000-12-29", "2000-01-03", "2023-01-03", True),
        ("2000-12-29", "2000-01-03", "2023-01-04", False),
        ("2000-08-13", "2000-08-16", "2022-08-12", False),
        ("2000-08-13", "2000-08-16", "2022-08-13", True),
        ("2000-08-13", "2000-08-16", "2022-08-16", True),
        ("2000-08-13", "2000-08-16", "2022-08-17", False),
        ("2000-02-29", "2000-02-29", "2024-02-29", True),
        ("2000-02-29", "2000-02-29", "2023-03-01", False),
    ],
)
def test_a_yearly_closure_covers_its_days_over_new_year_too(first, last, day, expected):
    closure = Closure(date.fromisoformat(first), date.fromisoformat(last), "休み", yearly=True)

    assert closure.covers(date.fromisoformat(day)) is expected


def test_a_closure_of_once_covers_its_own_year_only():
    closure = Closure(date(2022, 12, 29), date(2023, 1, 3), "休み")

    covered = [closure.covers(date(year, 12, 30)) for year in (2021, 2022, 2023)]
    assert covered == [False, True, False]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param("2022-01-01", WINTER, id="before all"),
        pytest.param("2022-11-14", WINTER, id="while it accepts"),
        pytest.param("2023-04-01", NEXT, id="between, the next one"),
        pytest.param("2024-04-01", NEXT, id="after all, the last one"),
    ],
)
def test_the_period_that_speaks_for_a_day_of_none(today, expected):
    assert calendar().period_accepting(date.fromisoformat(today)) == expected


def test_a_service_without_periods_runs_on_no_day():
    empty = calendar(periods=())

    assert empty.period_accepting(date(2022, 11, 28)) is None
    assert empty.why_closed(date(2022, 11, 28)).code == "outside_period"
    assert empty.next_operating_day(date(2022, 11, 28)) is None


def test_the_next_operating_day_leaps_over_what_is_closed():
    closed = Closure(date(2022, 11, 28), date(2022, 11, 29), "点検")

    assert calendar(closed).next_operating_day(date(2022, 11, 25)) == date(2022, 11, 30)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2022-10-31", False), ("2022-11-01", True), ("2023-01-01", True), ("2023-04-15", True), ("2023-04-16", False)],
)
def test_winter_lasts_over_new_year(day, expected):
    assert is_winter(date.fromisoformat(day), starts="11-01", ends="04-15") is expected
