"""What several people decide about the runs of a day at the same moment (T-13, T-46, T-47, D-29)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from backend.db import invariants
from backend.db.models import AuditEntry, Booking, Run, Vehicle
from backend.db.session import transaction
from backend.domain.refusals import Refusal
from backend.services import bookings, substitutions, suspensions
from tests.make import LINE_NOW, Line, at, decide_due, jst, make_caller, make_rider
from tests.patience import PATIENCE_S

CLOSED = jst("2025-05-06 17:00:01")


@pytest.fixture
def line(engine):
    with transaction(engine) as session:
        made = Line(session)
        for code in ("M4", "M5", "S3"):
            made.run(code)
        return made


def at_once(*acts):
    """Do everything at the same moment, each in a transaction of its own, and return the outcomes."""
    barrier = Barrier(len(acts))

    def start(act):
        barrier.wait(PATIENCE_S)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(start, act) for act in acts]]


def run_of(engine, line, code: str) -> int:
    with transaction(engine) as session:
        line.session = session
        return line.run(code).id


@pytest.mark.req("T-47", "T-20")
def test_nobody_holds_a_booking_on_a_run_that_is_called_off_meanwhile(engine, line):
    run_id = run_of(engine, line, "M4")
    with transaction(engine) as session:
        line.session = session
        wish = line.wish("M4", "T03", "T20")
        riders = [make_rider(session, phone=f"0800000{n:04d}", state="guest") for n in range(4)]

    def book(rider):
        with transaction(engine) as session:
            return bookings.book(session, wish, promise=None, caller=make_caller(rider), now=LINE_NOW)

    def suspend():
        with transaction(engine) as session:
            return suspensions.suspend(session, run_id, reason="雪", actor="staff:1", now=LINE_NOW)

    at_once(suspend, *(lambda rider=rider: book(rider) for rider in riders))

    with transaction(engine) as session:
        assert session.get_one(Run, run_id).state == "suspended"
        held = select(Booking.id).where(Booking.run_id == run_id, Booking.state == "confirmed")
        assert session.scalars(held).all() == []
        assert invariants.check(session, now=LINE_NOW) == []


@pytest.mark.req("T-46")
def test_two_runs_at_one_time_do_not_both_get_the_spare_vehicle(engine, line):
    first, second = run_of(engine, line, "M5"), run_of(engine, line, "S3")
    with transaction(engine) as session:
        spare_id = session.scalars(select(Vehicle.id).where(Vehicle.is_spare)).one()
        moved = session.get_one(Run, second)
        moved.departs_s, moved.arrives_s = at("16:15"), at("16:38")

    def swap(run_id):
        with transaction(engine) as session:
            outcome = substitutions.swap_vehicle(
                session, run_id, spare_id, reason="故障", actor="staff:1", now=LINE_NOW
            )
            return outcome.code if isinstance(outcome, Refusal) else "swapped"

    assert sorted(at_once(lambda: swap(first), lambda: swap(second))) == ["swapped", "vehicle_busy"]


@pytest.mark.req("T-13")
def test_two_workers_decide_each_run_once(engine, line):
    def decide():
        with transaction(engine) as session:
            return decide_due(session, now=CLOSED)

    decided = at_once(decide, decide, decide)

    with transaction(engine) as session:
        made = select(AuditEntry.object_id).where(AuditEntry.action.in_(("run.committed", "run.not_operated")))
        trail = session.scalars(made).all()
    assert sorted(len(each) for each in decided) == [0, 0, 10]
    assert len(trail) == len(set(trail)) == 10
