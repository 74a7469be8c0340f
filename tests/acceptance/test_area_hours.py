"""Hours of service and desk, opening and closing of booking, to the second (D-05, D-15 to D-17, D-28)."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.db.models import Booking, Visit
from backend.domain import times
from backend.domain.policies.booking_window import BookingRule
from backend.domain.policies.phone_hours import PhoneHours
from backend.services import bookings, offers, service_days, town_rules
from backend.wording import refusal_text
from tests.demo_town import CHANNELS, said
from tests.make import MONDAY, NOW, at, jst, make_caller


def desk_is_open(demo, now: datetime) -> bool:
    """Tell what the desk's page and the chat show: by calendar and by hours."""
    service, day = demo.service, times.day_of(now)
    hours = PhoneHours.of(
        hours_start_s=service.hours_start_s, hours_end_s=service.hours_end_s, lead_s=service.phone_lead_s
    )
    runs = service_days.calendar(demo.session, service).why_closed(day) is None
    return runs and hours.are_open(times.second_of(now, day))


@pytest.mark.req("D-05", "Q-06")
@pytest.mark.parametrize(
    ("kind", "time", "expected"),
    [
        ("depart", "8:59", "outside_hours"),
        ("depart", "9:00", "confirmed"),
        ("depart", "15:00", "outside_hours"),
        ("arrive", "9:00", "outside_hours"),
        ("arrive", "15:00", "confirmed"),
        ("arrive", "15:01", "outside_hours"),
    ],
)
def test_wishes_lie_inside_the_service_hours(demo, kind, time, expected):
    assert said(demo.book(kind=kind, time=time)) == expected


@pytest.mark.req("D-05", "Q-06")
def test_no_planned_visit_lies_outside_the_hours_and_the_last_drop_off_is_by_the_end(demo):
    wishes = [("depart", "9:00"), ("depart", "14:30"), ("depart", "14:45"), ("arrive", "15:00"), ("arrive", "9:40")]
    outcomes = [demo.book("M19", "M21", kind=kind, time=time) for kind, time in wishes * 2]

    visits = demo.session.scalars(select(Visit)).all()
    booked = [each for each in outcomes if isinstance(each, Booking)]
    assert len(visits) == 2 * len(booked) >= 12
    assert all(at("9:00") <= visit.planned_s <= at("15:00") for visit in visits)
    assert max(booking.promise.arrive_latest_s for booking in booked) == at("15:00")


@pytest.mark.req("D-05")
def test_nobody_is_promised_a_pick_up_too_late_to_arrive(demo):
    booking = demo.book("M19", "M21", kind="arrive", time="15:00")

    direct_s = booking.promise.planned_dropoff_s - booking.promise.planned_pickup_s - demo.service.dwell_s
    assert booking.promise.pickup_latest_s + demo.service.dwell_s + direct_s <= at("15:00")


@pytest.mark.req("D-05", "D-21", "Q-26")
def test_a_later_end_of_service_makes_later_rides_bookable(demo):
    before = demo.book(time="15:30")
    demo.change_settings(hours_end_s=at("16:00"))
    after = demo.book("M19", "M21", time="15:30")

    assert (said(before), said(after)) == ("outside_hours", "confirmed")


@pytest.mark.req("Q-24")
@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [("22:00", "24:00", None), ("22:00", "24:01", "hours_backwards"), ("15:00", "9:00", "hours_backwards")],
)
def test_no_service_runs_across_midnight(demo, start, end, expected):
    refusal = demo.change_settings(hours_start_s=at(start), hours_end_s=at(end))

    assert (refusal and refusal.code) == expected


@pytest.mark.req("D-15", "Q-09")
@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2022-11-28 07:59:59", False),
        ("2022-11-28 08:00:00", True),
        ("2022-11-28 15:00:00", True),
        ("2022-11-28 15:01:00", False),
        ("2022-11-26 10:00:00", False),
        ("2022-11-23 10:00:00", False),
        ("2022-12-29 10:00:00", False),
        ("2022-11-18 10:00:00", False),
    ],
)
def test_the_desk_is_open_from_an_hour_before_service_to_its_end_on_operating_days(demo, now, is_open):
    assert desk_is_open(demo, jst(now)) is is_open


@pytest.mark.req("D-15", "Q-26")
def test_the_desk_follows_a_later_start(demo):
    demo.change_settings(hours_start_s=at("10:00"))

    moments = ("2022-11-28 08:59:59", "2022-11-28 09:00:00")
    assert [desk_is_open(demo, jst(moment)) for moment in moments] == [False, True]


@pytest.mark.req("D-16", "Q-09")
@pytest.mark.parametrize(
    ("now", "day"),
    [
        pytest.param("2022-11-27 03:00", MONDAY, id="Sunday night for Monday"),
        pytest.param("2022-11-23 23:59", date(2022, 11, 24), id="on a holiday"),
        pytest.param("2023-01-01 00:00", date(2023, 1, 4), id="on New Year"),
    ],
)
def test_line_takes_bookings_while_the_desk_is_closed(demo, now, day):
    assert not desk_is_open(demo, jst(now))
    assert said(demo.book(day=day, channel="line", now=jst(now))) == "confirmed"


@pytest.mark.req("D-17", "Q-07", "Q-08", "Q-25")
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2022-11-20 23:59:59.999999", "not_open_yet", id="eight days ahead, the last second"),
        pytest.param("2022-11-21 00:00:00", "confirmed", id="seven days ahead, the first second"),
        pytest.param("2022-11-28 09:30:00", "confirmed", id="thirty minutes before"),
        pytest.param("2022-11-28 09:30:00.999999", "confirmed", id="still the same second"),
        pytest.param("2022-11-28 09:30:01", "closed_notice", id="a second late"),
    ],
)
def test_a_ride_at_ten_can_be_booked_from_a_week_to_thirty_minutes_before(demo, channel, now, expected):
    assert said(demo.book(time="10:00", now=jst(now), channel=channel)) == expected


@pytest.mark.req("D-17", "Q-07")
@pytest.mark.parametrize(("late", "expected"), [(0, "confirmed"), (1, "closed_notice")])
def test_a_wished_arrival_closes_thirty_minutes_before_its_promised_pick_up(demo, late, expected):
    wish = demo.wish(kind="arrive", time="10:30")
    best, *_ = offers.find(demo.session, wish, channel="line", rider_id=demo.rider().id, now=NOW)
    last_moment = times.moment(MONDAY, best.promise.pickup_earliest_s - 1800)

    outcome = bookings.book(
        demo.session,
        wish,
        promise=best.promise,
        caller=make_caller(demo.rider(), channel="line"),
        now=last_moment + timedelta(seconds=late),
    )

    assert said(outcome) == expected


@pytest.mark.req("D-17", "Q-07")
def test_a_wished_arrival_that_needs_a_pick_up_too_soon_says_that_it_is_too_late(demo):
    outcome = demo.book(kind="arrive", time="10:00", now=jst("2022-11-28 09:29"))

    assert said(outcome) == "closed_notice"
    assert all(offer.promise.pickup_earliest_s >= at("9:59") for offer in outcome.alternatives)


@pytest.mark.req("D-28", "D-21")
def test_another_deadline_counts_at_once_and_is_quoted(demo):
    rule = BookingRule(opens_days=7, opens_at_s=0, notice_s=3600)
    change = {"version": demo.service.version, "actor": "staff:1", "now": NOW}
    town_rules.set_booking_rule(demo.session, demo.service.id, channel="default", rule=rule, **change)

    in_time = demo.book(time="10:00", now=jst("2022-11-28 09:00:00"))
    late = demo.book(time="10:00", now=jst("2022-11-28 09:00:01"))

    assert (said(in_time), said(late)) == ("confirmed", "closed_notice")
    assert "60分前" in refusal_text(late)


@pytest.mark.req("D-28")
def test_a_channel_may_have_a_deadline_of_its_own(demo):
    rule = BookingRule(opens_days=7, opens_at_s=0, notice_s=3600)
    change = {"version": demo.service.version, "actor": "staff:1", "now": NOW}
    town_rules.set_booking_rule(demo.session, demo.service.id, channel="line", rule=rule, **change)

    now = jst("2022-11-28 09:15")
    assert [said(demo.book(now=now, channel=channel)) for channel in CHANNELS] == [
        "closed_notice",
        "confirmed",
        "confirmed",
    ]


@pytest.mark.req("Q-24", "Q-25")
def test_moments_are_stored_in_utc_and_times_as_seconds_of_the_service_day(demo):
    booking = demo.book(now=jst("2022-11-28 00:30"))

    demo.session.flush()
    stored = demo.session.scalars(select(Booking).execution_options(populate_existing=True)).one()
    assert stored.created_at == jst("2022-11-28 00:30")
    assert stored.created_at.utcoffset() == timedelta(0)
    assert (stored.service_day.day, booking.promise.pickup_earliest_s) == (MONDAY, 36000)
