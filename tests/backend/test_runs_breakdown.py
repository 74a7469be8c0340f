"""A vehicle that serves the area between its line runs breaks down: both halves of its day are looked after (T-46)."""

from datetime import date

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import Booking, Duty, Run, ServiceDay, Stop, TimetableEntry, TransportService, Vehicle
from backend.domain.refusals import Refusal
from backend.services import bookings, breakdowns, seeding, service_days
from backend.towns import load as load_town
from tests.make import jst, make_caller, make_rider, make_wish

DAY = date(2025, 5, 21)
SEEDED = jst("2025-05-05 12:00:00")
BOOKED = jst("2025-05-19 12:00:00")
BROKEN = jst("2025-05-21 09:05:00")


@pytest.fixture
def town(session):
    """The demo town, in which the first area vehicle also drives M4 at 13:50."""
    seeding.load(session, load_town("minami"), now=SEEDED)
    entry = session.scalars(select(TimetableEntry).where(TimetableEntry.code == "M4")).one()
    entry.vehicle_id = entry.holiday_vehicle_id = vehicle(session, "V1").id
    session.flush()
    for service in session.scalars(select(TransportService).order_by(TransportService.mode.desc())):
        service_days.lock(session, service.id, DAY)
    return session


def vehicle(session, code: str) -> Vehicle:
    return session.scalars(select(Vehicle).where(Vehicle.code == code)).one()


def runs_of(session, code: str) -> list[Run]:
    query = (
        select(Run)
        .join(Duty, Duty.id == Run.duty_id)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .where(ServiceDay.day == DAY, Duty.vehicle_id == vehicle(session, code).id)
        .order_by(Run.id)
    )
    return list(session.scalars(query))


def ride(session, time: str, **party) -> Booking | Refusal:
    service = session.scalars(select(TransportService).where(TransportService.mode == "area")).one()
    ends = [session.scalars(select(Stop).where(Stop.code == code)).one() for code in ("M38", "M18")]
    rider = make_rider(session, phone=f"0705555{time.replace(':', '').zfill(4)}")
    wish = make_wish(service, *ends, time=time, day=DAY, **party)
    return bookings.book(session, wish, promise=None, caller=make_caller(rider), now=BOOKED)


@pytest.mark.req("T-46", "T-21")
def test_area_riders_go_to_the_other_vehicle_and_the_line_run_to_the_spare_one(town):
    own = runs_of(town, "V1")
    other = vehicle(town, "V2")
    other.seats = 1  # so that both parties ride with the vehicle that is going to break down
    riders = [ride(town, "10:00", adult=3), ride(town, "14:20", adult=2)]
    other.seats = 4
    started = [each.run_id for each in riders]
    first = next(run for run in own if run.id == riders[0].run_id)

    placed = breakdowns.take_out(town, first.id, reason="故障", actor="staff:1", event_id="broken", now=BROKEN)

    [line_run] = [run for run in own if run.kind == "reserved"]
    assert sorted(run.kind for run in own) == ["area", "area", "reserved"], "the area duty parts around M4"
    assert {run.state for run in own if run.kind == "area"} == {"suspended"}
    assert placed.runs_moved == (line_run.id,)
    assert line_run.duty.vehicle_id == vehicle(town, "L3").id
    moved = [booking.id for booking, run_id in zip(riders, started, strict=True) if booking.run_id != run_id]
    assert sorted(placed.moved) == sorted(moved)
    assert {run.duty.vehicle.code for run in (town.get_one(Run, booking.run_id) for booking in riders)} == {"V2"}
    assert invariants.check(town, now=BROKEN) == []
