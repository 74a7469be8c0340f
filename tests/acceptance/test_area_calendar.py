"""Which days the area service runs, and when bookings for them are taken (D-01 to D-04)."""

from datetime import date, timedelta

import holidays
import pytest
from sqlalchemy import select

from backend.db.models import Booking
from backend.domain.calendar import Closure
from backend.services import offers, service_days, town_rules
from backend.wording import refusal_text
from tests.demo_town import CHANNELS, said
from tests.make import jst

FIRST, LAST = date(2022, 11, 21), date(2023, 3, 31)


@pytest.mark.req("D-01", "Q-25")
@pytest.mark.parametrize("channel", CHANNELS)
def test_no_booking_is_taken_before_the_acceptance_period_and_the_first_second_is_open(demo, channel):
    early = demo.book(day=FIRST, now=jst("2022-11-13 23:59:59"), channel=channel)
    nothing = demo.session.scalars(select(Booking)).all()
    in_time = demo.book(day=FIRST, now=jst("2022-11-14 00:00:00"), channel=channel)

    assert (said(early), nothing, said(in_time)) == ("before_acceptance", [], "confirmed")
    assert "受付開始前" in refusal_text(early)


@pytest.mark.req("D-01")
@pytest.mark.parametrize("channel", CHANNELS)
def test_no_booking_is_taken_after_the_acceptance_period(demo, channel):
    last_day = demo.book(day=LAST, time="14:00", now=jst("2023-03-31 12:00"), channel=channel)
    after = demo.book(day=date(2023, 4, 3), now=jst("2023-04-01 00:00:00"), channel=channel)

    assert (said(last_day), said(after)) == ("confirmed", "after_acceptance")


@pytest.mark.req("D-02")
@pytest.mark.parametrize(
    ("day", "now", "expected"),
    [
        (date(2022, 11, 18), "2022-11-14 09:00", "outside_period"),
        (date(2022, 11, 21), "2022-11-14 09:00", "confirmed"),
        (date(2023, 3, 31), "2023-03-30 09:00", "confirmed"),
        (date(2023, 4, 3), "2023-03-31 09:00", "outside_period"),
    ],
)
def test_only_days_of_the_running_period_can_be_ridden(demo, day, now, expected):
    assert said(demo.book(day=day, now=jst(now))) == expected


@pytest.mark.req("D-02", "D-03", "D-04")
@pytest.mark.parametrize(
    ("now", "offered"),
    [
        pytest.param("2022-11-13 23:59", [], id="before acceptance"),
        pytest.param("2022-11-14 00:00", ["11-21"], id="the first day opens a week ahead"),
        pytest.param("2022-11-18 09:00", ["11-21", "11-22", "11-24", "11-25"], id="no Wednesday, it is a holiday"),
        pytest.param("2022-12-28 09:00", ["12-28", "01-04"], id="over New Year"),
        pytest.param("2023-03-29 09:00", ["03-29", "03-30", "03-31"], id="nothing after the period"),
    ],
)
def test_only_days_that_run_are_offered(demo, now, offered):
    days = offers.open_days(demo.session, demo.service.id, channel="line", now=jst(now))

    assert [f"{day:%m-%d}" for day in days] == offered


@pytest.mark.req("D-03")
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_saturday_is_a_day_without_service(demo, channel):
    outcome = demo.book(day=date(2022, 11, 26), channel=channel)

    assert said(outcome) == "closed_weekday"
    assert "運休日" in refusal_text(outcome)
    assert outcome.alternatives


@pytest.mark.req("D-04")
def test_there_are_87_operating_days_as_specified_and_as_another_calendar_counts_them(demo):
    days = service_days.calendar(demo.session, demo.service).operating_days(FIRST, LAST)

    national = holidays.country_holidays("JP", years=(2022, 2023))
    every = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    new_year = {date(2022, 12, 29) + timedelta(days=number) for number in range(6)}
    recounted = [day for day in every if day.weekday() < 5 and day not in national and day not in new_year]
    assert (len(days), demo.service.planned_days, days) == (87, 87, recounted)


@pytest.mark.req("D-04")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-11-23", "closed_holiday"),
        ("2022-12-28", "confirmed"),
        ("2022-12-29", "closed_day"),
        ("2023-01-03", "closed_day"),
        ("2023-01-04", "confirmed"),
        ("2023-01-09", "closed_holiday"),
        ("2023-02-23", "closed_holiday"),
        ("2023-03-21", "closed_holiday"),
    ],
)
def test_holidays_and_new_year_are_closed(demo, day, expected):
    ride_day = date.fromisoformat(day)

    assert said(demo.book(day=ride_day, now=jst(f"{ride_day - timedelta(days=3)} 09:00"))) == expected


@pytest.mark.req("D-04", "D-21")
def test_the_calendar_can_be_edited_for_one_day(demo):
    day = date(2022, 11, 29)
    closure = Closure(day, day, "設備点検")
    now = jst("2022-11-25 09:00")

    closed_id = town_rules.close_days(demo.session, demo.service.id, closure=closure, actor="staff:1", now=now)
    closed = demo.book(day=day)
    town_rules.open_days_again(demo.session, closed_id, actor="staff:1", now=now)
    opened = demo.book(day=day)

    assert (said(closed), closed.facts["reason"], said(opened)) == ("closed_day", "設備点検", "confirmed")
