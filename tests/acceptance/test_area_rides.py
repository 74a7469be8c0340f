"""Shared rides: seats, windows, promises (D-12, D-24, D-26, D-30 to D-32, Q-10, Q-12 to Q-14)."""

from datetime import date

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import AuditEntry, Booking, FareRecord, Notification, PromiseRow, Visit
from backend.db.queries import bookings as booking_queries
from backend.domain.errors import NotFoundError
from backend.domain.offers import Promise
from backend.services import bookings, itineraries, offers, planning, service_days
from routing.improve import improve
from tests.demo_town import said
from tests.make import MONDAY, NOW, Town, at, jst, make_caller, make_line_user


def promise_of(row: PromiseRow) -> Promise:
    return Promise(row.pickup_earliest_s, row.pickup_latest_s, row.arrive_latest_s)


def visits_of(session, booking) -> tuple[Visit, Visit]:
    rows = {row.kind: row for row in session.scalars(select(Visit).where(Visit.booking_id == booking.id))}
    return rows["pickup"], rows["dropoff"]


@pytest.mark.req("D-12")
def test_a_ninth_seat_on_an_overlapping_leg_is_refused_and_on_a_later_free_leg_taken(session):
    town = Town(session, stops=6, seats=(8,), max_wait_s=0)
    full = [town.book(0, 3, time="10:00") for _ in range(8)]

    overlapping = [town.book(*leg, time=clock) for leg, clock in (((0, 3), "10:00"), ((1, 2), "10:05"))]
    later = town.book(3, 5, time="10:20")

    assert {said(each) for each in full} == {"confirmed"}
    assert [said(each) for each in overlapping] == ["full", "full"]
    assert said(later) == "confirmed"
    assert invariants.check(session, now=NOW) == []


@pytest.mark.req("D-12", "Q-26")
@pytest.mark.parametrize(("seats", "party", "expected"), [(4, 5, "no_seats"), (5, 5, "confirmed")])
def test_the_seats_of_the_vehicle_count(session, seats, party, expected):
    town = Town(session, seats=(seats,))

    assert said(town.book(adult=party)) == expected


@pytest.mark.req("D-24")
def test_two_overlapping_requests_share_one_tour_answered_at_once(session):
    town = Town(session, stops=6, seats=(8, 8))
    first, second = town.book(0, 5, time="10:00"), town.book(1, 4, time="10:05")

    order = session.scalars(select(Visit).where(Visit.run_id == first.run_id).order_by(Visit.seq)).all()
    assert second.run_id == first.run_id
    assert [(row.booking_id, row.kind) for row in order] == [
        (first.id, "pickup"),
        (second.id, "pickup"),
        (second.id, "dropoff"),
        (first.id, "dropoff"),
    ]
    assert invariants.check(session, now=NOW) == []


@pytest.mark.req("D-26")
def test_a_wished_arrival_is_kept_and_tells_its_pick_up(demo):
    booking = demo.book("M38", "M18", kind="arrive", time="10:30")

    view = booking_queries.view(booking)
    assert (view.wish_kind, view.wish_s) == ("arrive", at("10:30"))
    assert view.planned_pickup_s < view.planned_dropoff_s <= view.promise.arrive_latest_s <= at("10:30")
    assert view.promise.pickup_earliest_s <= view.planned_pickup_s <= view.promise.pickup_latest_s


@pytest.mark.req("D-26", "Q-13")
def test_a_wished_departure_is_met_inside_a_window_of_ten_minutes(demo):
    booking = demo.book("M38", "M18", kind="depart", time="10:00")

    view = booking_queries.view(booking)
    assert (view.promise.pickup_earliest_s, view.promise.pickup_latest_s) == (at("10:00"), at("10:10"))
    assert at("10:00") <= view.planned_pickup_s <= at("10:10")


@pytest.mark.req("D-30")
def test_a_booking_holds_all_that_was_offered(demo):
    wish = demo.wish(adult=2, child=1)
    rider = demo.rider()
    offer, *_ = offers.find(demo.session, wish, channel="line", rider_id=rider.id, now=NOW)

    booking = demo.book(rider=rider, promise=offer.promise, adult=2, child=1)

    view = booking_queries.get(demo.session, booking.public_id, rider_id=rider.id)
    assert (view.day, view.pickup.code, view.dropoff.code) == (MONDAY, "M38", "M18")
    assert (view.promise, view.planned_pickup_s, view.planned_dropoff_s) == (
        offer.promise,
        offer.planned_pickup_s,
        offer.planned_dropoff_s,
    )
    assert (view.party, view.fare_yen) == (wish.party, offer.fare_yen)
    assert view.number.isdecimal()
    assert len(view.number) == 4


@pytest.mark.req("D-31")
def test_a_member_sees_only_own_rides_to_come_with_their_present_times(demo):
    member, other = demo.rider(), demo.rider()
    today = demo.book(rider=member, day=date(2022, 11, 25), time="14:00")
    later = demo.book(rider=member)
    gone = demo.book("M01", "M10", rider=member, day=date(2022, 11, 29))
    bookings.cancel(demo.session, gone.public_id, actor="staff:1", now=NOW)
    demo.book(rider=other)

    own = booking_queries.list_future(demo.session, member.id, now=NOW)
    on_monday = booking_queries.list_future(demo.session, member.id, now=jst("2022-11-28 00:00"))

    assert [each.public_id for each in own] == [today.public_id, later.public_id]
    assert [each.planned_pickup_s for each in own] == [
        visits_of(demo.session, each)[0].planned_s for each in (today, later)
    ]
    assert [each.public_id for each in on_monday] == [later.public_id]
    with pytest.raises(NotFoundError):
        booking_queries.get(demo.session, later.public_id, rider_id=other.id)


@pytest.mark.req("D-32")
def test_a_cancelled_seat_is_free_again_at_once(session):
    town = Town(session, seats=(1,), max_wait_s=0)
    first = town.book(0, 3)
    refused = town.book(0, 3)

    cancelled = bookings.cancel(session, first.public_id, actor="line:1", now=NOW)
    second = town.book(0, 3)

    assert (said(refused), cancelled.state, said(second)) == ("full", "cancelled", "confirmed")
    assert (first.cancelled_by, first.cancelled_at) == ("line:1", NOW)
    assert {visit.state for visit in visits_of(session, first)} == {"skipped"}
    assert "booking.cancelled" in session.scalars(select(AuditEntry.action)).all()


@pytest.mark.req("Q-10")
@pytest.mark.parametrize(("now", "is_late"), [("09:30:00", False), ("09:30:01", True), ("10:05:00", True)])
def test_cancelling_is_free_until_pick_up_and_marked_after_the_deadline(session, now, is_late):
    town = Town(session)
    booking = town.book(0, 3, time="10:00")

    outcome = bookings.cancel(session, booking.public_id, actor="line:1", now=jst(f"2022-11-28 {now}"))

    assert (outcome.state, outcome.late_cancellation) == ("cancelled", is_late)
    assert session.scalars(select(FareRecord)).all() == []


@pytest.mark.req("Q-12")
def test_a_refused_change_leaves_the_old_booking_as_it_was(demo):
    member = demo.rider()
    old = demo.book(rider=member)
    before = promise_of(old.promise), [visit.state for visit in visits_of(demo.session, old)]

    caller = make_caller(member, channel="line")
    outcome = bookings.change(demo.session, old.public_id, demo.wish(time="8:00"), promise=None, caller=caller, now=NOW)

    demo.session.refresh(old)
    assert (said(outcome), old.state) == ("outside_hours", "confirmed")
    assert (promise_of(old.promise), [visit.state for visit in visits_of(demo.session, old)]) == before
    assert demo.session.scalars(select(Booking.id)).all() == [old.id]


@pytest.mark.req("Q-12")
def test_a_change_counts_its_own_seats_as_free_and_gives_the_old_booking_up(session):
    town = Town(session, seats=(1,), max_wait_s=0)
    old = town.book(0, 3, time="10:00", rider=town.rider)

    new = bookings.change(
        session,
        old.public_id,
        town.wish(0, 4, time="10:05"),
        promise=None,
        caller=make_caller(town.rider),
        now=NOW,
    )

    assert (said(new), old.state, new.replaces_id) == ("confirmed", "cancelled", old.id)
    assert invariants.check(session, now=NOW) == []


@pytest.mark.req("Q-13", "D-24")
def test_no_later_booking_and_no_better_plan_changes_a_promise(demo):
    pairs = [("M38", "M18"), ("M01", "M20"), ("M33", "M10"), ("M22", "M02"), ("M29", "M13"), ("M35", "M04")]
    first = demo.book("M40", "M01", time="10:00")
    promised = promise_of(first.promise)
    for number, pair in enumerate(pairs * 2):
        demo.book(*pair, time=f"{9 + number // 4}:{15 * (number % 4):02d}")

    day = service_days.lock(demo.session, demo.service.id, MONDAY)
    day_plan, versions = planning.snapshot(demo.session, day.id, now=NOW)
    better = improve(day_plan.plan, day_plan.times.matrix, seconds=0.2, seed=1)
    planning.apply(demo.session, day.id, better, versions, now=NOW)

    demo.session.refresh(first.promise)
    assert promise_of(first.promise) == promised
    assert len(demo.session.scalars(select(Booking)).all()) >= 8
    assert invariants.check(demo.session, now=NOW) == []


@pytest.mark.req("Q-13")
def test_a_rider_hears_of_a_shift_of_five_minutes_and_of_none_below(session):
    town = Town(session, stops=6)
    make_line_user(session, rider=town.rider)
    booking = town.book(3, 5, time="10:00", rider=town.rider)
    pickup, _ = visits_of(session, booking)

    told = []
    for shift_s in (299, 300):
        pickup.planned_s = booking.told_pickup_s + shift_s
        session.flush()
        service_day = service_days.lock(session, town.service.id, MONDAY)
        from_service = bookings.notifications.owe_shifts(session, service_day, but=None, now=NOW)
        told.append(from_service)

    kinds = session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert (told, kinds) == ([[], [booking.id]], ["booking_confirmed", "time_changed"])


@pytest.mark.req("Q-14")
def test_no_ride_is_planned_longer_than_twice_the_direct_one_plus_ten_minutes(demo):
    pairs = [("M40", "M01"), ("M38", "M02"), ("M36", "M13"), ("M33", "M11"), ("M27", "M18"), ("M20", "M05")]
    for pair in pairs:
        demo.book(*pair, time="10:00")
    day = service_days.lock(demo.session, demo.service.id, MONDAY)
    times = itineraries.load(demo.session, day, now=NOW).times

    rides = []
    for booking in demo.session.scalars(select(Booking)):
        pickup, dropoff = visits_of(demo.session, booking)
        direct_s = times.seconds(pickup.stop_id, dropoff.stop_id, booking.promise.pickup_earliest_s)
        rides.append((dropoff.planned_s - pickup.planned_s - pickup.service_s, 2 * direct_s + 600))
    assert len(rides) >= 4
    assert all(ride_s <= most_s for ride_s, most_s in rides)
