import pytest
from sqlalchemy import select

from backend.db.models import Booking, Notification, RefusedWish, Visit
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.offers import Promise
from backend.domain.refusals import Refusal
from backend.services import bookings
from tests.demo_town import said
from tests.make import NOW, Town, at, make_caller, make_line_user


def test_a_ride_is_booked_with_a_promise_and_two_visits(session):
    town = Town(session)

    booking = town.book(0, 2, time="10:00")

    assert isinstance(booking, Booking)
    assert (booking.promise.pickup_earliest_s, booking.promise.pickup_latest_s) == (at("10:00"), at("10:10"))
    visits = session.scalars(select(Visit).order_by(Visit.seq)).all()
    assert [(visit.kind, visit.stop_id) for visit in visits] == [
        ("pickup", town.stops[0].id),
        ("dropoff", town.stops[2].id),
    ]


def test_a_refusal_is_stored_and_leaves_nothing_else(session):
    town = Town(session)

    outcome = town.book(0, 2, time="8:00")

    assert isinstance(outcome, Refusal)
    assert outcome.code == "outside_hours"
    assert len(outcome.alternatives) == 3
    assert session.scalars(select(RefusedWish.code)).all() == ["outside_hours"]
    assert session.scalars(select(Booking.id)).all() == []


@pytest.mark.req("D-29")
def test_the_same_key_again_is_the_same_booking(session):
    town = Town(session)

    first, again = (town.book(0, 2, rider=town.rider, key="tap") for _ in range(2))

    assert first is again
    assert len(session.scalars(select(Visit)).all()) == 2


@pytest.mark.req("D-32")
def test_cancelling_twice_changes_nothing(session):
    town = Town(session)
    make_line_user(session, rider=town.rider)
    booking = town.book(0, 2, rider=town.rider)

    outcomes = [bookings.cancel(session, booking.public_id, actor=actor, now=NOW) for actor in ("staff:1", "staff:2")]

    told = session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert [each.cancelled_by for each in outcomes] == ["staff:1", "staff:1"]
    assert told == ["booking_confirmed", "booking_cancelled"]


@pytest.mark.req("D-31", "D-32", "D-41")
def test_a_booking_of_somebody_else_is_not_there(session):
    town = Town(session)
    booking = town.book(0, 2)
    stranger = make_caller(town.rider)

    with pytest.raises(NotFoundError):
        bookings.cancel(session, booking.public_id, actor="line:1", now=NOW, rider_id=town.rider.id)
    with pytest.raises(NotFoundError):
        bookings.change(session, booking.public_id, town.wish(0, 3), promise=None, caller=stranger, now=NOW)
    with pytest.raises(NotFoundError):
        bookings.cancel(session, "nothing", actor="line:1", now=NOW)
    assert booking.state == "confirmed"


def test_who_is_on_board_cannot_cancel_or_change(session):
    town = Town(session)
    booking = town.book(0, 2, rider=town.rider)
    booking.state = "boarded"
    session.flush()

    outcome = bookings.cancel(session, booking.public_id, actor="line:1", now=NOW)

    assert said(outcome) == "not_cancellable"
    with pytest.raises(StaleError):
        bookings.change(
            session, booking.public_id, town.wish(0, 3), promise=None, caller=make_caller(town.rider), now=NOW
        )


def test_a_promise_nobody_ever_offered_is_refused(session):
    town = Town(session)
    invented = Promise(at("10:00"), at("11:00"), at("15:00"))

    outcome = bookings.book(
        session, town.wish(0, 2, time="10:00"), promise=invented, caller=make_caller(town.rider), now=NOW
    )

    assert said(outcome) == "gone"
    assert outcome.alternatives


@pytest.mark.req("Q-12")
def test_rides_in_the_place_of_a_booking_are_found_without_touching_it(session):
    town = Town(session, seats=(1,), max_wait_s=0)
    old = town.book(0, 3, time="10:00", rider=town.rider)
    version = old.version

    found = bookings.offers_instead(
        session, old.public_id, town.wish(0, 4, time="10:00"), channel="line", rider_id=town.rider.id, now=NOW
    )

    session.refresh(old)
    assert [offer.promise.pickup_earliest_s for offer in found] == [at("10:00")]
    assert (old.state, old.version) == ("confirmed", version)


@pytest.mark.req("Q-13", "D-32")
def test_who_is_picked_up_earlier_after_a_cancellation_hears_of_it(session):
    town = Town(session, stops=6, max_wait_s=0)
    make_line_user(session, rider=town.rider)
    first = town.book(4, 5, time="9:20")
    second = town.book(0, 5, time="9:45", rider=town.rider)
    moved_s = second.told_pickup_s

    bookings.cancel(session, first.public_id, actor="staff:1", now=NOW)

    told = session.scalars(select(Notification.kind).order_by(Notification.id)).all()
    assert moved_s - second.told_pickup_s >= 300
    assert told == ["booking_confirmed", "time_changed"]
