"""Each check finds the fault it is for, and nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import CallTask, Notification, Visit
from backend.services import notifications
from tests.make import NOW, Town, at, make_line_user, make_rider


@pytest.fixture
def town(session):
    made = Town(session, stops=6, seats=(2,))
    made.first = made.book(0, 3, time="10:00", rider=made.rider)
    made.second = made.book(1, 4, time="10:05")
    assert invariants.check(session, now=NOW) == []
    return made


def visit(town, booking, kind) -> Visit:
    return town.session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == kind)).one()


def no_visit(town):
    town.session.delete(visit(town, town.first, "dropoff"))


def wrong_order(town):
    visit(town, town.first, "pickup").seq = 99


def open_visit_of_a_cancelled_booking(town):
    town.first.state = "cancelled"


def too_many(town):
    town.first.seats, town.first.party[0].persons, town.first.fare_yen = 2, 2, 700


def other_window(town):
    visit(town, town.first, "pickup").latest_s += 1


def planned_too_late(town):
    visit(town, town.second, "dropoff").planned_s = town.second.promise.arrive_latest_s + 1


def too_fast(town):
    visit(town, town.second, "pickup").planned_s = town.second.promise.pickup_earliest_s
    visit(town, town.first, "pickup").planned_s = town.first.promise.pickup_latest_s


def wrong_fare(town):
    town.first.fare_yen = 349


def two_places(town):
    town.second.rider_id = town.rider.id


@pytest.mark.parametrize(
    ("plant", "rule"),
    [
        (no_visit, "each_ride_has_its_visits"),
        (wrong_order, "each_ride_has_its_visits"),
        (open_visit_of_a_cancelled_booking, "nobody_rides_for_nothing"),
        (too_many, "seats_are_enough"),
        (other_window, "promises_stand"),
        (planned_too_late, "promises_stand"),
        (too_fast, "vehicles_can_drive_it"),
        (wrong_fare, "fares_add_up"),
        (two_places, "nobody_is_in_two_places"),
    ],
)
def test_a_planted_fault_is_found(session, town, plant, rule):
    plant(town)
    session.flush()

    faults = invariants.check(session, now=NOW)

    assert any(rule in fault for fault in faults), faults


def test_a_vehicle_that_said_it_is_late_is_no_fault(session, town):
    planned_too_late(town)
    town.first.run.late_s = 600
    session.flush()

    assert not any("promises_stand" in fault for fault in invariants.check(session, now=NOW))


def test_what_went_to_the_call_list_without_a_task_is_found(session):
    rider = make_rider(session)
    notifications.owe(session, "delay", dedupe_key="once", rider_id=rider.id, now=NOW)
    session.delete(session.scalars(select(CallTask)).one())
    session.flush()

    assert [fault.split(":")[0] for fault in invariants.check(session, now=NOW)] == ["outbox"]


@pytest.mark.parametrize(("age", "faults"), [(timedelta(days=1), 0), (timedelta(days=1, seconds=1), 1)])
def test_what_is_owed_for_more_than_a_day_is_found(session, age, faults):
    account = make_line_user(session, rider=make_rider(session))
    notifications.owe(session, "time_changed", dedupe_key="once", line_user_id=account.id, now=NOW)

    assert len(invariants.check(session, now=NOW + age)) == faults
    assert session.scalars(select(Notification.state)).all() == ["owed"]


def test_a_day_without_bookings_is_well(session):
    town = Town(session)
    town.day()

    assert invariants.check(session, now=NOW) == []
    assert at("9:00") == town.service.hours_start_s
