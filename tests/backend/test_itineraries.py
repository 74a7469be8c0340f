"""Rows to a plan and back: nothing lost, nothing invented, what happened counts."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Run, Visit
from backend.db.session import transaction
from backend.ports import DrivingTable
from backend.services import boarding, bookings, delays, itineraries, masters
from tests.make import NOW, GridMap, Town, at, jst, make_staff


@pytest.fixture
def town(session):
    made = Town(session, stops=6, seats=(4,))
    made.first = made.book(0, 3, time="10:00")
    made.second = made.book(1, 4, time="10:05")
    return made


def only(town, now=NOW):
    (run_plan,) = itineraries.load(town.session, town.day(), now=now).runs
    return run_plan


def tap(town, booking, kind, clock, *, on="pickup"):
    visit = town.session.scalars(select(Visit).where(Visit.booking_id == booking.id, Visit.kind == on)).one()
    driver = make_staff(town.session, role="driver")
    now = jst(f"2022-11-28 {clock}")
    event = boarding.TerminalEventIn(f"{kind}-{visit.id}", visit.run_id, kind, visit.id, now)
    assert boarding.apply(town.session, event, staff_id=driver.id, now=now).result == "applied"


def test_what_is_loaded_and_saved_is_the_same(session, town):
    before = session.execute(select(Visit.id, Visit.seq, Visit.planned_s).order_by(Visit.id)).all()
    day_plan = itineraries.load(session, town.day(), now=NOW)

    itineraries.save(session, day_plan, day_plan.plan[0])

    assert session.execute(select(Visit.id, Visit.seq, Visit.planned_s).order_by(Visit.id)).all() == before


def test_every_change_of_a_plan_raises_its_version_by_one(session, town):
    versions = [session.scalars(select(Run.plan_version)).one()]
    town.book(2, 5, time="11:00")
    versions.append(session.scalars(select(Run.plan_version)).one())
    bookings.cancel(session, town.second.public_id, actor="staff:1", now=NOW)
    versions.append(session.scalars(select(Run.plan_version)).one())

    assert versions == [3, 4, 5]


def test_who_is_on_board_has_a_drop_off_only(session, town):
    tap(town, town.first, "boarded", "10:00")

    plan = only(town, now=jst("2022-11-28 10:01")).itinerary

    assert [(visit.request.id, visit.kind.value) for visit in plan.visits] == [
        (town.second.id, "pickup"),
        (town.first.id, "dropoff"),
        (town.second.id, "dropoff"),
    ]
    assert [(each.request.id, each.boarded_s) for each in plan.onboard] == [(town.first.id, at("10:00"))]


def test_a_late_vehicle_is_planned_late_and_its_promises_stay(session, town):
    promised = [(row.earliest_s, row.latest_s) for row in session.scalars(select(Visit).order_by(Visit.id))]
    run = session.scalars(select(Run)).one()
    before = [visit.planned_s for visit in session.scalars(select(Visit).order_by(Visit.seq))]

    delays.report(session, run.id, late_s=1200, actor="staff:1", event_id="d1", now=jst("2022-11-28 09:50"))

    after = [visit.planned_s for visit in session.scalars(select(Visit).order_by(Visit.seq))]
    assert after[0] - before[0] == 1200
    assert [(row.earliest_s, row.latest_s) for row in session.scalars(select(Visit).order_by(Visit.id))] == promised


def test_a_late_vehicle_still_takes_others_but_makes_nobody_wait_longer(session, town):
    run = session.scalars(select(Run)).one()
    delays.report(session, run.id, late_s=1200, actor="staff:1", event_id="d1", now=jst("2022-11-28 09:50"))
    late = {visit.id: visit.planned_s for visit in session.scalars(select(Visit))}

    later = town.book(4, 5, time="11:30", now=jst("2022-11-28 09:55"))

    assert later.state == "confirmed"
    assert all(session.get_one(Visit, each).planned_s <= planned_s for each, planned_s in late.items())


def test_a_run_that_is_over_takes_nobody(session, town):
    session.scalars(select(Run)).one().state = "finished"
    session.flush()

    assert itineraries.load(session, town.day(), now=NOW).runs == ()
    assert town.book(0, 3, time="12:00").code == "no_vehicle"


def test_a_vehicle_is_where_it_was_last_seen_and_not_before_now(session, town):
    tap(town, town.first, "boarded", "10:00")
    now = jst("2022-11-28 10:00") + timedelta(seconds=30)

    plan = only(town, now=now).itinerary

    assert plan.frozen == 1
    assert plan.at_stop == plan.visits[0].stop
    assert plan.ready_s >= at("10:00") + 30


def test_a_vehicle_is_where_nobody_came(session, town):
    tap(town, town.first, "boarded", "10:00")
    tap(town, town.second, "arrived", "10:06")
    tap(town, town.second, "absent", "10:09")

    plan = only(town, now=jst("2022-11-28 10:10")).itinerary
    assert [visit.request.id for visit in plan.visits] == [town.first.id]
    assert (plan.at_stop, plan.ready_s) == (3, at("10:19"))  # ten minutes from where it stood at 10:09


def test_who_gets_on_late_is_not_planned_to_be_there_before_the_drive_is_over(session, town):
    tap(town, town.first, "boarded", "10:04")

    plan = only(town, now=jst("2022-11-28 10:04")).itinerary
    assert (plan.visits[0].request.id, plan.at_stop, plan.ready_s) == (town.second.id, 1, at("10:09"))


def test_a_vehicle_is_where_a_ride_was_cancelled_that_it_had_come_for(session, town):
    tap(town, town.first, "arrived", "10:00")
    tap(town, town.first, "absent", "10:03")
    tap(town, town.second, "arrived", "10:10")
    bookings.cancel(session, town.second.public_id, actor="staff:1", now=jst("2022-11-28 10:11"))

    plan = only(town, now=jst("2022-11-28 10:12")).itinerary
    assert (plan.at_stop, plan.ready_s) == (1, at("10:12"))
    assert town.second.state == "cancelled"
    session.expire_all()
    stood = session.scalars(select(Visit).where(Visit.booking_id == town.second.id, Visit.kind == "pickup")).one()
    assert stood.done_at == jst("2022-11-28 10:11")


def test_a_late_vehicle_is_not_planned_to_be_anywhere_before_the_drive_is_over(session, town):
    delays.report(session, town.first.run_id, late_s=60, actor="staff:1", event_id="d1", now=jst("2022-11-28 10:07"))
    tap(town, town.first, "boarded", "10:06")

    plan = only(town, now=jst("2022-11-28 10:08")).itinerary
    assert (plan.visits[0].request.id, plan.at_stop, plan.ready_s) == (town.second.id, 1, at("10:11"))


def test_who_has_to_leave_earlier_in_slow_hours_is_shown_the_stop_earlier_and_is_there_later(session):
    """From 9:30 on a drive takes three times as long: to be at the fourth stop by 10:30 one leaves at 9:45."""
    town = Town(session, stops=6, seats=(4,))
    masters.refresh_travel_times(session, SlowAfter("9:30"), now=NOW, band_starts_s=(0, at("9:30")))
    town.book(3, 5, time="10:30")

    before, shown, goes = (
        only(town, now=jst(f"2022-11-28 {clock}")).itinerary for clock in ("09:39", "09:41", "09:45")
    )

    assert (before.frozen, shown.frozen, goes.frozen) == (0, 1, 1)
    assert (shown.at_stop, shown.ready_s) == (3, at("10:26"))
    assert goes.ready_s == at("10:30")


class SlowAfter(GridMap):
    """The line of stops, where every drive takes three times as long from one moment on."""

    def __init__(self, clock):
        self._slow_s = at(clock)

    def driving(self, points, profile):
        table = super().driving(points, profile)
        factor = 3 if profile.band_start_s >= self._slow_s else 1
        return DrivingTable(tuple(tuple(factor * each for each in row) for row in table.seconds), table.metres)


def test_a_session_that_read_a_booking_before_the_lock_plans_with_what_is_true_now(engine):
    with transaction(engine) as session:
        town = Town(session, seats=(4,))
        booking = town.book(0, 3, time="10:00")
    with Session(engine, expire_on_commit=False) as early, early.begin():
        stale = early.scalars(select(Booking)).one()
        with transaction(engine) as session:
            session.get_one(Booking, booking.id).told_pickup_s -= 900
        town.session = early
        town.service = early.merge(town.service)
        second = town.book(1, 4, time="10:05")

        early.flush()
        assert second.state == "confirmed"
        assert (stale.version, stale.told_pickup_s) == (3, at("10:00"))  # told again of the time that was told wrong
