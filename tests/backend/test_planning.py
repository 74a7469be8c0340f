"""Better plans are applied only to the day they were made for (D-24, Q-13)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import Visit
from backend.services import bookings, itineraries, planning
from routing.problem import VisitKind
from tests.make import MONDAY, NOW, Town, jst, next_visits


@pytest.fixture
def town(session):
    """Two vehicles, two rides that one vehicle could take: the second was put into the other one by hand."""
    made = Town(session, stops=6, seats=(4, 4))
    made.first = made.book(0, 5, time="10:00")
    made.second = made.book(1, 4, time="10:05")
    runs = itineraries.load(session, made.day(), now=NOW).runs
    other = next(each.run for each in runs if each.run.id != made.first.run_id)
    for visit in session.scalars(select(Visit).where(Visit.booking_id == made.second.id)):
        visit.run_id = other.id
    made.second.run_id = other.id
    session.flush()
    made.other_run = other
    return made


def joined(day_plan):
    """Return the plan with everything in the vehicle that has the first ride, in the order it was booked."""
    full, empty = sorted(day_plan.plan, key=lambda each: each.visits[0].request.id)
    up, off = empty.visits
    visits = (full.visits[0], up, off, full.visits[1])
    return replace(full, visits=visits), replace(empty, visits=(), frozen=0)


def runs_of(session, town) -> set[int]:
    return set(session.scalars(select(Visit.run_id).where(Visit.state == "planned")))


def test_a_cheaper_plan_comes_into_force(session, town):
    day_plan, versions = planning.snapshot(session, town.day().id, now=NOW)

    applied = planning.apply(session, town.day().id, joined(day_plan), versions, now=NOW)

    assert (applied, runs_of(session, town), town.second.run_id) == (True, {town.first.run_id}, town.first.run_id)
    assert invariants.check(session, now=NOW) == []


@pytest.mark.parametrize("change", ["book", "cancel"])
def test_a_plan_for_a_day_that_changed_meanwhile_is_dropped(session, town, change):
    day_plan, versions = planning.snapshot(session, town.day().id, now=NOW)
    if change == "book":
        town.book(2, 3, time="13:00")
    else:
        bookings.cancel(session, town.second.public_id, actor="staff:1", now=NOW)
    before = session.execute(select(Visit.id, Visit.run_id, Visit.seq, Visit.planned_s).order_by(Visit.id)).all()

    applied = planning.apply(session, town.day().id, joined(day_plan), versions, now=NOW)

    after = session.execute(select(Visit.id, Visit.run_id, Visit.seq, Visit.planned_s).order_by(Visit.id)).all()
    assert (applied, after) == (False, before)


def loses_a_ride(plan):
    full, empty = plan
    return replace(
        full, visits=tuple(each for each in full.visits if each.request.id == full.visits[0].request.id)
    ), empty


def keeps_it_waiting(plan):
    """Carry the first party to the end of the line and back before the second one boards."""
    full, empty = plan
    up, second_up, second_off, off = full.visits
    return replace(full, visits=(up, off, second_up, second_off)), empty


def doubles_a_ride(plan):
    full, empty = plan
    return full, replace(empty, visits=full.visits[1:3])


@pytest.mark.parametrize("spoil", [loses_a_ride, keeps_it_waiting, doubles_a_ride])
def test_a_plan_that_is_not_legal_is_dropped(session, town, spoil):
    day_plan, versions = planning.snapshot(session, town.day().id, now=NOW)

    assert planning.apply(session, town.day().id, spoil(joined(day_plan)), versions, now=NOW) is False
    assert runs_of(session, town) == {town.first.run_id, town.other_run.id}


def test_the_present_plan_is_not_better_than_itself(session, town):
    day_plan, versions = planning.snapshot(session, town.day().id, now=NOW)

    assert planning.apply(session, town.day().id, day_plan.plan, versions, now=NOW) is False


def test_what_the_driver_is_shown_as_next_stays(session, town):
    now = jst("2022-11-28 09:58")
    shown = [visit.booking_id for visit in next_visits(session, town.other_run, now=now)]
    day_plan, versions = planning.snapshot(session, town.day().id, now=now)

    applied = planning.apply(session, town.day().id, joined(day_plan), versions, now=now)

    assert (shown, applied) == ([town.second.id], False)


def test_only_days_with_bookings_are_worth_improving(session, town):
    town.day(MONDAY.replace(day=29))

    busy = planning.busy_days(session, now=NOW)

    assert list(busy) == [town.day().id]
    assert busy[town.day().id][town.first.run_id] > 1


def test_a_booking_that_comes_next_is_shown_and_not_shown_long_before(session, town):
    early = next_visits(session, town.other_run, now=NOW)
    due = next_visits(session, town.other_run, now=jst("2022-11-28 09:58"))

    assert early == []
    assert [(visit.booking_id, visit.kind) for visit in due] == [(town.second.id, VisitKind.PICKUP)]
