"""A vehicle breaks down with people on board: they wait where it was last seen, and the other one comes for them."""

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import Visit
from backend.services import breakdowns
from tests.backend.test_itineraries import tap
from tests.make import Town, jst

pytestmark = pytest.mark.req("D-47")


@pytest.fixture
def town(session):
    """Two vehicles, and three rides that are all with the first."""
    made = Town(session, stops=6, seats=(4, 0))
    made.rides = [made.book(stop, 5, time=time) for stop, time in ((0, "10:00"), (1, "10:05"), (2, "10:10"))]
    made.vehicles[1].seats = 4
    session.flush()
    return made


def pickups(town):
    """Return where everybody is to be picked up, by the place of the stop on the line."""
    visits = select(Visit).where(Visit.kind == "pickup", Visit.state == "planned").order_by(Visit.booking_id)
    places = {stop.id: place for place, stop in enumerate(town.stops)}
    return [places[visit.stop_id] for visit in town.session.scalars(visits)]


@pytest.mark.parametrize(
    ("third", "waits"),
    [
        pytest.param([("boarded", "10:10")], [2, 2, 2], id="all three on board"),
        pytest.param([("arrived", "10:10")], [2, 2, 2], id="where it stands and nobody has got on yet"),
        pytest.param([("arrived", "10:10"), ("absent", "10:13")], [2, 2], id="where nobody came"),
        pytest.param([], [1, 1, 2], id="on its way"),
    ],
)
def test_who_is_on_board_waits_where_the_vehicle_was_last_seen(session, town, third, waits):
    first, second, last = town.rides
    tap(town, first, "boarded", "10:00")
    tap(town, second, "boarded", "10:05")
    for kind, clock in third:
        tap(town, last, kind, clock)
    now = jst("2022-11-28 10:14")

    placed = breakdowns.take_out(session, first.run_id, reason="故障", actor="staff:1", event_id="broken", now=now)

    assert (len(placed.moved), placed.left) == (len(waits), ())
    assert pickups(town) == waits
    assert invariants.check(session, now=now) == []


def test_who_is_where_the_ride_was_to_end_has_arrived(session):
    town = Town(session, seats=(4, 4))
    booking = town.book(0, 3, time="10:00")
    tap(town, booking, "boarded", "10:00")
    tap(town, booking, "arrived", "10:16", on="dropoff")
    now = jst("2022-11-28 10:20")

    placed = breakdowns.take_out(session, booking.run_id, reason="故障", actor="staff:1", event_id="broken", now=now)

    assert (placed.moved, placed.left, booking.state) == ((), (), "completed")
    assert session.scalars(select(Visit.state).where(Visit.booking_id == booking.id)).all() == ["done", "done"]
    assert invariants.check(session, now=now) == []
