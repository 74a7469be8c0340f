"""Any day: book, cancel, change, drive, be late, plan anew, in any order. What may never happen is checked each time."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db import invariants
from backend.db.models import Booking, Run, ServiceDay, Visit
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.services import boarding, bookings, delays, planning
from routing.improve import improve
from tests.make import Town, jst, make_caller, make_staff, make_wish, next_visits

STARTS = jst("2022-11-28 08:00")
places = st.integers(0, 5)
minutes = st.integers(0, 40)  # so that windows meet and limits are touched


class BookingDay(RuleBasedStateMachine):
    """One small town, one day, two vehicles; a fresh service for each example in one database."""

    session: Session

    @initialize()
    def morning(self):
        self.town = Town(self.session, stops=6, seats=(3, 2))
        self.driver = make_staff(self.session, role="driver")
        self.day = date(2022, 11, 28)
        self.now = STARTS
        self.promised: dict[int, tuple[int, int, int, int]] = {}
        self.excused: set[str] = set()
        self.number = itertools.count()

    def wish(self, origin, step, minute, persons, kind):
        since = times.second_of(self.now, self.day) + 1800
        time_s = max(times.ceil_to(since, 60), 9 * 3600) + minute * 60
        clock = times.clock(min(time_s, 14 * 3600 + 3000))
        stops = self.town.stops[origin], self.town.stops[(origin + step) % 6]
        return make_wish(self.town.service, *stops, time=clock, kind=kind, day=self.day, adult=persons)

    def open_bookings(self, *states) -> list[Booking]:
        query = select(Booking).where(
            Booking.transport_service_id == self.town.service.id, Booking.state.in_(states or ("confirmed",))
        )
        return list(self.session.scalars(query.order_by(Booking.id)))

    def runs(self) -> list[Run]:
        query = select(Run).join(ServiceDay).where(ServiceDay.transport_service_id == self.town.service.id)
        return list(self.session.scalars(query.order_by(Run.id)))

    def shown_next(self) -> dict[int, list[tuple[int, int, int]]]:
        """Return what the drivers are shown as next, per run."""
        return {
            run.id: [(visit.id, visit.stop_id, visit.seq) for visit in next_visits(self.session, run, now=self.now)]
            for run in self.runs()
        }

    def keeps_what_is_shown(self, before) -> None:
        after = self.shown_next()
        for run_id, visits in before.items():
            ids = [visit_id for visit_id, _, _ in visits]
            assert [visit_id for visit_id, _, _ in after[run_id]][: len(ids)] == ids

    @rule(
        origin=places,
        step=st.integers(1, 5),
        minute=minutes,
        persons=st.integers(1, 3),
        kind=st.sampled_from(("depart", "arrive")),
    )
    def book(self, origin, step, minute, persons, kind):
        before = self.shown_next()
        rider = self.town.rider if persons == 2 else None
        wish = self.wish(origin, step, minute, persons, kind)
        if rider is None:
            outcome = self.town.book(
                origin, (origin + step) % 6, now=self.now, time=times.clock(wish.time_s), kind=kind, adult=persons
            )
        else:
            outcome = bookings.book(self.session, wish, promise=None, caller=make_caller(rider), now=self.now)
        if isinstance(outcome, Booking):
            assert outcome.state == "confirmed"
        self.keeps_what_is_shown(before)

    @precondition(lambda self: self.open_bookings())
    @rule(which=st.integers(0, 9))
    def cancel(self, which):
        chosen = self.open_bookings()
        booking = chosen[which % len(chosen)]
        outcome = bookings.cancel(self.session, booking.public_id, actor="staff:1", now=self.now)
        assert outcome.state == "cancelled"

    @precondition(lambda self: self.open_bookings())
    @rule(which=st.integers(0, 9), origin=places, step=st.integers(1, 5), minute=minutes)
    def change(self, which, origin, step, minute):
        chosen = self.open_bookings()
        old = chosen[which % len(chosen)]
        wish = self.wish(origin, step, minute, old.seats, "depart")
        caller = make_caller(old.rider, key=f"change-{next(self.number)}")
        outcome = bookings.change(self.session, old.public_id, wish, promise=None, caller=caller, now=self.now)
        self.session.refresh(old)
        assert old.state == ("confirmed" if isinstance(outcome, Refusal) else "cancelled")

    @rule(minute=st.sampled_from((1, 5, 20)))
    def wait(self, minute):
        """Let time pass, at most until a vehicle is due somewhere."""
        due = [times.moment(self.day, visit.planned_s) for visit in self.due_visits()]
        self.now = max(self.now, min([*due, self.now + timedelta(minutes=minute)]))

    @precondition(lambda self: self.open_bookings("confirmed", "boarded"))
    @rule(late_s=st.sampled_from((0, 0, 0, 0, 90)))
    def drive(self, late_s):
        """Carry out the visit that is due first, on time or a little late."""
        visit = self.due_visits()[0]
        self.now = max(self.now, times.moment(self.day, visit.planned_s + late_s))
        self.excuse_the_late()
        kind = "boarded" if visit.kind == "pickup" else "alighted"
        event_id = f"tap-{next(self.number)}"
        event = boarding.TerminalEventIn(event_id, visit.run_id, kind, visit.id, self.now)
        assert boarding.apply(self.session, event, staff_id=self.driver.id, now=self.now).result == "applied"

    @precondition(lambda self: self.open_bookings("confirmed", "boarded"))
    @rule(which=st.integers(0, 1), minute=st.sampled_from((0, 5, 15)))
    def report_delay(self, which, minute):
        runs = self.runs()
        event_id = f"delay-{next(self.number)}"
        delays.report(
            self.session,
            runs[which % len(runs)].id,
            late_s=60 * minute,
            actor="staff:1",
            event_id=event_id,
            now=self.now,
        )

    @precondition(lambda self: len(self.open_bookings()) > 1)
    @rule()
    def plan_anew(self):
        before = self.shown_next()
        service_day = self.session.scalars(
            select(ServiceDay).where(ServiceDay.transport_service_id == self.town.service.id)
        ).one()
        day_plan, versions = planning.snapshot(self.session, service_day.id, now=self.now)
        better = improve(day_plan.plan, day_plan.times.matrix, seconds=0.02, seed=1)
        planning.apply(self.session, service_day.id, better, versions, now=self.now)
        self.keeps_what_is_shown(before)

    def due_visits(self) -> list[Visit]:
        """Return the next visit of each run, the first first."""
        found = []
        for run in self.runs():
            still = Visit.run_id == run.id, Visit.state.in_(("planned", "arrived"))
            found += self.session.scalars(select(Visit).where(*still).order_by(Visit.seq, Visit.id).limit(1)).all()
        return sorted(found, key=lambda visit: visit.planned_s)

    def excuse_the_late(self) -> None:
        """Note who rides in a vehicle that is behind its plan: reality broke the promise, no decision of ours."""
        late = [visit.run_id for visit in self.due_visits() if times.moment(self.day, visit.planned_s) < self.now]
        rows = self.session.scalars(select(Visit).where(Visit.run_id.in_(late)))
        self.excused |= {f"visit {visit.id} is planned" for visit in rows}

    @invariant()
    def all_is_well(self):
        if not hasattr(self, "town"):
            return
        self.session.flush()
        faults = invariants.check(self.session, now=self.now)
        assert [fault for fault in faults if not any(excuse in fault for excuse in self.excused)] == []
        for booking in self.session.scalars(
            select(Booking).where(Booking.transport_service_id == self.town.service.id)
        ):
            row = booking.promise
            promise = row.pickup_earliest_s, row.pickup_latest_s, row.arrive_latest_s, row.max_ride_s
            assert self.promised.setdefault(booking.id, promise) == promise

    def teardown(self):
        self.session.rollback()


@pytest.mark.req("D-24", "Q-10", "Q-12", "Q-13")
def test_no_order_of_events_breaks_a_promise_or_loses_a_ride(session):
    class ThisDay(BookingDay):
        pass

    ThisDay.session = session
    run_state_machine_as_test(
        ThisDay,
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
