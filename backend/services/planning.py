"""Service days ahead, and better plans for them within the promises (D-24).

A better plan is looked for outside any lock, which may take seconds; it is applied under the lock of the day, and only
if nothing was decided in between and every promise, the visit shown to the driver included, stands as before.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Run, ServiceDay, TransportService
from backend.domain import times
from backend.services import decisions, itineraries, notifications, rules, service_days, travel
from backend.services.itineraries import AREA, DayPlan
from routing import cost, timing
from routing.problem import Itinerary, Plan

Versions = dict[int, int]


def ensure_days(session: Session, *, now: datetime) -> int:
    """Make the service days, duties and runs that can be booked by now; return how many days there are."""
    count = 0
    for service in session.scalars(select(TransportService).order_by(TransportService.id)):
        calendar = service_days.calendar(session, service)
        rule = rules.rule_for(session, service.id, rules.DEFAULT_CHANNEL)
        today = times.day_of(now)
        for day in calendar.operating_days(today, today + timedelta(days=rule.opens_days + 1)):
            service_days.ensure(session, service.id, day)
            count += 1
    return count


def busy_days(session: Session, *, now: datetime) -> dict[int, Versions]:
    """Return the days from today on that have runs to improve, with the plan versions of their runs."""
    query = (
        select(Run.service_day_id, Run.id, Run.plan_version)
        .join(ServiceDay)
        .where(
            ServiceDay.day >= times.day_of(now),
            Run.kind == AREA,
            Run.plan_version > 1,
            Run.state.in_(("planned", "underway")),
        )
    )
    found: dict[int, Versions] = {}
    for service_day_id, run_id, version in session.execute(query):
        found.setdefault(service_day_id, {})[run_id] = version
    return found


def snapshot(session: Session, service_day_id: int, *, now: datetime) -> tuple[DayPlan, Versions]:
    """Return a day as it stands, without its lock, and the versions by which to tell whether it changed."""
    day_plan = itineraries.load(session, session.get_one(ServiceDay, service_day_id), now=now)
    return day_plan, versions_of(day_plan)


def versions_of(day_plan: DayPlan) -> Versions:
    """Return the plan versions of all runs of a day."""
    return {each.run.id: each.run.plan_version for each in day_plan.runs}


def apply(session: Session, service_day_id: int, better: Plan, versions: Versions, *, now: datetime) -> bool:
    """Put a better plan in force; False when the day changed since, or it is not better and legal any more."""
    service_day = service_days.lock_id(session, service_day_id)
    day_plan = itineraries.load(session, service_day, now=now)
    if versions_of(day_plan) != versions:
        return False
    fresh = _grafted(day_plan, better)
    if fresh is None or not _is_cheaper(day_plan, fresh):
        return False
    decisions.keep_better(session, day_plan, fresh, now=now)
    for itinerary in fresh:
        itineraries.save(session, day_plan, itinerary)
    notifications.owe_shifts(session, service_day, but=None, now=now)
    return True


def _grafted(day_plan: DayPlan, better: Plan) -> Plan | None:
    """Return ``better``'s order of visits on the day as it is now, or None when it does not fit it."""
    present = {itinerary.vehicle.id: itinerary for itinerary in day_plan.plan}
    requests = {visit.request.id: visit.request for itinerary in day_plan.plan for visit in itinerary.visits}
    if set(present) != {itinerary.vehicle.id for itinerary in better}:
        return None
    grafted = []
    for wanted in better:
        now = present[wanted.vehicle.id]
        if any(visit.request.id not in requests for visit in wanted.visits):
            return None
        visits = tuple(replace(visit, request=requests[visit.request.id]) for visit in wanted.visits)
        if visits[: now.frozen] != now.visits[: now.frozen]:
            return None
        grafted.append(replace(now, visits=visits))
    same = sorted(_visits(day_plan.plan)) == sorted(_visits(tuple(grafted)))
    legal = all(_is_legal(itinerary, day_plan.times) for itinerary in grafted)
    return tuple(grafted) if same and legal else None


def _visits(plan: Plan) -> list[tuple[int, str]]:
    return [(visit.request.id, visit.kind.value) for itinerary in plan for visit in itinerary.visits]


def _is_legal(itinerary: Itinerary, stop_times: travel.StopTimes) -> bool:
    return not isinstance(timing.schedule(itinerary, stop_times.matrix), timing.Violation)


def _is_cheaper(day_plan: DayPlan, fresh: Plan) -> bool:
    return _cost(fresh, day_plan) < _cost(day_plan.plan, day_plan)


def _cost(plan: Plan, day_plan: DayPlan) -> float:
    matrix = day_plan.times.matrix
    schedules = [(itinerary, timing.schedule(itinerary, matrix)) for itinerary in plan]
    return sum(
        cost.cost(itinerary, schedule, matrix, day_plan.weights)
        for itinerary, schedule in schedules
        if not isinstance(schedule, timing.Violation)
    )
