"""Booking a run of the line (T-08 to T-20, Q-33 to Q-43)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import Booking, ClosedDay, RefusedWish, Visit
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import acceptance, bookings, departures, offers, suspensions
from tests.demo_town import said
from tests.make import LINE_DAY, LINE_HOLIDAY, Line, Town, at, decide_due, jst, make_caller, make_rider

OPENS = jst("2025-04-30 09:00:00")
CLOSES = jst("2025-05-06 17:00:00")
SECOND = timedelta(seconds=1)


@pytest.fixture
def line(session):
    return Line(session)


def listed(line, start="T03", end="T20", *, day=LINE_DAY, now=None, channel="line", **persons):
    found = departures.list_departures(
        line.session,
        line.service.id,
        day,
        pickup_stop_id=line.stops[start].id,
        dropoff_stop_id=line.stops[end].id,
        party=line.wish("M1", start, end, **persons).party,
        channel=channel,
        rider_id=None,
        now=now or line.now,
    )
    return {each.entry_code: each for each in found}


@pytest.mark.req("T-12")
def test_a_run_is_booked_at_its_printed_times(line):
    booking = line.book("M3", "T03", "T20")

    assert isinstance(booking, Booking), booking
    assert (booking.promise.pickup_earliest_s, booking.promise.pickup_latest_s) == (at("10:12"), at("10:12"))
    assert (booking.promise.arrive_latest_s, booking.fare_yen) == (at("10:33"), 500)
    assert booking.run.kind == "reserved"
    visits = line.session.scalars(select(Visit).where(Visit.run_id == booking.run_id).order_by(Visit.seq)).all()
    assert [(visit.kind, visit.planned_s) for visit in visits] == [("pickup", at("10:12")), ("dropoff", at("10:33"))]
    assert invariants.check(line.session, now=line.now) == []


@pytest.mark.req("T-12")
def test_the_visits_of_a_run_stand_in_the_order_of_the_line_and_people_get_off_first(line):
    first = line.book("S2", "T20", "T04")
    second = line.book("S2", "T04", "T01")
    third = line.book("S2", "T19", "T05")

    visits = line.session.scalars(select(Visit).where(Visit.run_id == first.run_id).order_by(Visit.seq)).all()

    expected = [
        (first.id, "pickup"),
        (third.id, "pickup"),
        (third.id, "dropoff"),
        (first.id, "dropoff"),
        (second.id, "pickup"),
        (second.id, "dropoff"),
    ]
    assert [(visit.booking_id, visit.kind) for visit in visits] == expected


@pytest.mark.req("T-20", "Q-34", "D-48")
def test_a_fifth_person_is_refused_even_where_nobody_else_sits(line):
    for _ in range(4):
        assert said(line.book("S1", "T20", "T05")) == "confirmed"

    refusal = line.book("S1", "T03", "T01")

    assert isinstance(refusal, Refusal)
    assert refusal.code == "run_full"
    assert [offer.departure.entry_code for offer in refusal.alternatives] == ["S2", "S4", "S5"]
    assert listed(line, "T03", "T01")["S1"].state == "full"
    assert line.session.scalars(select(RefusedWish.code)).all() == ["run_full"]


@pytest.mark.req("T-20")
def test_when_the_other_runs_are_full_too_other_days_are_offered(line):
    for run in ("M1", "M3", "M4", "M5"):
        assert said(line.book(run, "T03", "T20", adult=4)) == "confirmed"

    refusal = line.book("M3", "T03", "T20")

    assert {offer.wish.day for offer in refusal.alternatives} == {
        LINE_DAY - timedelta(days=1),
        LINE_DAY + timedelta(days=1),
    }
    assert all(offer.departure.entry_code == "M3" for offer in refusal.alternatives)


@pytest.mark.req("T-20", "Q-33")
def test_a_party_that_needs_more_places_than_are_left_is_told_how_many(line):
    assert said(line.book("M3", "T03", "T20", adult=3)) == "confirmed"

    refusal = line.book("M3", "T01", "T02", adult=2)

    assert (refusal.code, refusal.facts["left"]) == ("run_full", 1)


@pytest.mark.req("Q-35")
def test_a_party_of_five_is_asked_to_part(line):
    refusal = line.book("M1", "T03", "T20", adult=5)

    assert (refusal.code, refusal.facts["most"]) == ("party_too_big_for_run", 4)


@pytest.mark.req("T-15", "T-03", "Q-56")
def test_a_fixed_run_needs_no_booking(line):
    refusal = line.book("M2", "T03", "T20")

    assert (refusal.code, refusal.facts["time_s"], refusal.facts["fare"]) == ("no_booking_needed", at("8:07"), "500")
    assert listed(line)["M2"].state == "no_booking_needed"
    assert line.session.scalars(select(Booking)).all() == []
    assert said(line.book("M2", "T03", "T20", day=LINE_HOLIDAY)) == "confirmed"


@pytest.mark.req("T-16", "Q-41", "Q-25")
@pytest.mark.parametrize("channel", ["line", "phone"])
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(OPENS - SECOND, "not_open_yet", id="a second before opening"),
        pytest.param(OPENS, "confirmed", id="at opening"),
        pytest.param(CLOSES, "confirmed", id="at the cut-off"),
        pytest.param(CLOSES + SECOND / 2, "confirmed", id="within the second of the cut-off"),
        pytest.param(CLOSES + SECOND, "closed", id="a second after"),
    ],
)
def test_the_window_opens_and_closes_to_the_second(line, channel, now, expected):
    assert said(line.book("M3", "T03", "T20", now=now, channel=channel)) == expected
    states = {"not_open_yet": "not_open", "closed": "closed", "confirmed": "bookable"}
    assert listed(line, now=now, channel=channel)["M4"].state == states[expected]


@pytest.mark.req("T-17")
def test_a_channel_may_close_later_than_the_others(line):
    rule = next(each for each in line.service.booking_rules if each.channel == "line")
    rule.closes_at_s = at("21:00")
    line.session.flush()
    late = jst("2025-05-06 20:59:00")

    assert said(line.book("M3", "T03", "T20", now=late, channel="line")) == "confirmed"
    assert said(line.book("M3", "T03", "T20", now=late, channel="phone")) == "closed"
    assert said(line.book("M3", "T03", "T20", now=jst("2025-05-06 21:00:01"), channel="line")) == "closed"


@pytest.mark.req("Q-42", "T-01")
@pytest.mark.parametrize(
    ("now", "channel", "expected"),
    [
        ("2026-01-03 17:00:00", "line", "confirmed"),
        ("2026-01-03 17:00:01", "line", "closed"),
        ("2025-12-28 17:00:00", "phone", "confirmed"),
        ("2025-12-28 17:00:01", "phone", "closed_desk"),
        ("2026-01-03 12:00:00", "counter", "closed_desk"),
    ],
)
def test_after_new_year_line_closes_the_evening_before_and_the_desk_with_its_last_open_day(
    line, now, channel, expected
):
    day = date(2026, 1, 4)

    outcome = line.book("M3", "T03", "T20", day=day, now=jst(now), channel=channel)

    assert said(outcome) == expected
    if expected == "closed_desk":
        assert datetime.fromisoformat(outcome.facts["closed_at"]) == jst("2025-12-28 17:00:00")


@pytest.mark.req("Q-42")
def test_a_day_on_which_only_the_desk_is_shut_is_ridden_all_the_same(line):
    shut = date(2025, 5, 6)
    line.session.add(
        ClosedDay(
            transport_service_id=line.service.id, from_day=shut, to_day=shut, reason="窓口の休み", applies_to="desk"
        )
    )
    line.session.flush()

    assert said(line.book("M3", "T03", "T20", day=shut, now=jst("2025-05-05 16:00"), channel="phone")) == "confirmed"
    now = jst("2025-05-06 10:00")
    assert said(line.book("M3", "T03", "T20", now=now, channel="phone")) == "closed_desk"
    assert said(line.book("M3", "T03", "T20", now=now, channel="line")) == "confirmed"


@pytest.mark.req("T-01")
@pytest.mark.parametrize("day", [date(2025, 12, 29), date(2026, 1, 3)])
def test_over_new_year_nothing_runs_and_nothing_is_made(line, day):
    now = times.moment(day - timedelta(days=2), at("12:00"))
    wish = replace(line.wish("M3", "T03", "T20"), day=day)

    outcome = bookings.book(line.session, wish, promise=None, caller=make_caller(None), now=now)

    assert outcome.code == "closed_day"


@pytest.mark.req("Q-43")
def test_after_the_cut_off_persons_may_stay_at_home_until_departure_but_nobody_may_come(line):
    rider = make_rider(line.session, state="guest")
    booking = line.book("M3", "T03", "T20", rider=rider, adult=2, senior=1)
    later = jst("2025-05-07 10:12:00")
    decide_due(line.session, now=CLOSES + SECOND)

    def change(now, run="M3", **persons):
        found = line.session.scalars(select(Booking).where(Booking.state == "confirmed")).one()
        wish = line.wish(run, "T03", "T20", **persons)
        caller = make_caller(rider)
        return bookings.change(line.session, found.public_id, wish, promise=None, caller=caller, now=now)

    assert change(CLOSES + SECOND, adult=3, senior=1).code == "closed"
    assert change(CLOSES + SECOND, adult=3).code == "closed"
    assert change(CLOSES + SECOND, run="M4", adult=1).code == "closed"
    fewer = change(CLOSES + SECOND, adult=1, senior=1)
    assert (fewer.state, fewer.seats, fewer.run.state, booking.state) == ("confirmed", 2, "committed", "cancelled")
    assert change(later, adult=1).state == "confirmed"
    assert change(later + SECOND, adult=1).code == "run_left"
    assert invariants.check(line.session, now=line.now) == []


@pytest.mark.req("Q-43", "T-13")
def test_cancelling_is_possible_until_departure_and_lets_an_empty_run_stay_at_home(line):
    first, second = line.book("M3", "T03", "T20"), line.book("M4", "T03", "T20")
    decide_due(line.session, now=CLOSES + SECOND)

    outcome = bookings.cancel(line.session, first.public_id, actor="staff:1", now=jst("2025-05-07 10:12:00"))
    late = bookings.cancel(line.session, second.public_id, actor="staff:1", now=jst("2025-05-07 13:53:01"))

    assert (outcome.state, outcome.late_cancellation, first.run.state) == ("cancelled", True, "not_operated")
    assert (late.code, second.run.state) == ("run_left", "committed")


@pytest.mark.req("Q-12")
def test_a_change_keeps_the_old_run_when_the_new_one_is_full(line):
    rider = make_rider(line.session, state="guest")
    booking = line.book("M3", "T03", "T20", rider=rider)
    assert said(line.book("M4", "T03", "T20", adult=4)) == "confirmed"

    refusal = bookings.change(
        line.session,
        booking.public_id,
        line.wish("M4", "T03", "T20"),
        promise=None,
        caller=make_caller(rider),
        now=line.now,
    )

    assert (refusal.code, booking.state) == ("run_full", "confirmed")


@pytest.mark.req("Q-12")
def test_ones_own_places_count_as_free_when_changing(line):
    rider = make_rider(line.session, state="guest")
    booking = line.book("M3", "T03", "T20", rider=rider, adult=4)
    wish = line.wish("M3", "T01", "T20", adult=4)

    found = bookings.offers_instead(
        line.session, booking.public_id, wish, channel="phone", rider_id=rider.id, now=line.now
    )
    changed = bookings.change(
        line.session, booking.public_id, wish, promise=found[0].promise, caller=make_caller(rider), now=line.now
    )

    assert (changed.state, booking.state) == ("confirmed", "cancelled")


@pytest.mark.req("Q-15")
def test_nobody_rides_the_line_and_the_area_at_once(session):
    town = Town(session)
    line = Line(session)
    period = town.service.operating_periods[0]
    period.accepts_to = period.runs_to = date(2026, 3, 31)
    session.flush()
    session.refresh(town.service)
    rider = make_rider(session, phone="09011112222")
    assert said(town.book(rider=rider, day=LINE_DAY, time="10:05", now=line.now)) == "confirmed"

    refusal = line.book("M3", "T03", "T20", rider=rider)

    assert refusal.code == "overlapping"
    assert refusal.alternatives[0].departure.entry_code == "M1"
    assert said(line.book("M4", "T03", "T20", rider=rider)) == "confirmed"
    assert invariants.check(session, now=line.now) == []


@pytest.mark.req("T-18", "Q-58")
@pytest.mark.parametrize(
    ("state", "expected"), [("guest", "confirmed"), ("active", "confirmed"), ("left", "not_a_member")]
)
def test_members_and_guests_ride_and_who_has_left_does_not(line, state, expected):
    assert said(line.book("M3", "T03", "T20", rider=make_rider(line.session, state=state))) == expected


def test_a_guest_does_not_ride_where_membership_is_asked(session):
    town = Town(session)

    assert said(town.book(rider=make_rider(session, state="guest"))) == "not_a_member"


def test_a_wheelchair_has_no_place_in_a_vehicle_without_one(line):
    assert said(line.book("M3", "T03", "T20", wheelchairs=1, adult=2)) == "no_wheelchair_place"


@pytest.mark.req("D-43", "Q-23")
def test_no_bookings_are_taken_while_acceptance_is_stopped_but_persons_may_stay_at_home(line):
    rider = make_rider(line.session, state="guest")
    booking = line.book("M3", "T03", "T20", rider=rider, adult=2)
    acceptance.stop(line.session, line.service.id, reason="大雪", actor="staff:1", now=line.now)

    assert said(line.book("M3", "T03", "T20")) == "acceptance_stopped"
    wish = line.wish("M3", "T03", "T20", adult=1)
    fewer = bookings.change(
        line.session, booking.public_id, wish, promise=None, caller=make_caller(rider), now=line.now
    )
    assert said(fewer) == "confirmed"


@pytest.mark.req("T-47")
def test_a_run_that_is_called_off_is_not_booked(line):
    suspensions.suspend(line.session, line.run("M3").id, reason="大雪", actor="staff:1", now=line.now)

    refusal = line.book("M3", "T03", "T20")

    assert (refusal.code, refusal.facts["reason"]) == ("run_called_off", "大雪")
    assert listed(line)["M3"].state == "suspended"


def test_a_wish_for_another_time_is_offered_the_runs_after_it(line):
    any_time = replace(line.wish("M3", "T03", "T20"), time_s=at("9:00"))

    found = offers.find(line.session, any_time, channel="line", rider_id=None, now=line.now)

    assert [each.departure.entry_code for each in found] == ["M3", "M4", "M5"]


def test_the_same_key_books_once(line):
    rider = make_rider(line.session, state="guest")

    first = line.book("M3", "T03", "T20", rider=rider, key="again")
    second = line.book("M3", "T03", "T20", rider=rider, key="again")

    assert first.id == second.id


@pytest.mark.req("T-27", "D-07")
def test_a_welfare_pass_is_no_fare_of_the_area_service(session):
    town = Town(session)

    assert said(town.book(free=1, adult=1)) == "category_unknown"


def test_a_run_that_has_left_is_listed_as_gone(line):
    line.book("M3", "T03", "T20")
    decide_due(line.session, now=CLOSES + SECOND)

    found = listed(line, now=jst("2025-05-07 10:12:01"))

    assert {code: each.state for code, each in found.items()} == {
        "M1": "gone",
        "M2": "gone",
        "M3": "gone",
        "M4": "closed",
        "M5": "closed",
    }
    assert found["M4"].refusal.code == "run_not_operated"
