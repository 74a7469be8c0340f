from sqlalchemy import select

from backend.db.models import Booking, RefusedWish, Visit
from backend.domain.refusals import Refusal
from tests.make import Town, at


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
