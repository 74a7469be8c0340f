"""Service days ahead, and better plans for them within the promises (D-24).

A better plan is looked for outside any lock, which may take seconds; it is applied under the lock of the day, and only
where nothing was decided in between and every promise, the visit shown to the driver included, stands as before.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import PlanChange, Run, ServiceDay, TransportService
from backend.domain import times
from backend.services import decisions, itineraries, notifications, rules, service_days, travel
from backend.services.itineraries import AREA, DayPlan
from routing import cost, timing
from routing.problem import Itinerary, Plan

Versions = dict[int, int]
HOUR = timedelta(hours=1)


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


def versions_of(day_plan: DayPlan, run_ids: Collection[int] | None = None) -> Versions:
    """Return the plan versions of the runs of a day, or of some of them."""
    runs = [each.run for each in day_plan.runs if run_ids is None or each.run.id in run_ids]
    return {run.id: run.plan_version for run in runs}


def apply(session: Session, service_day_id: int, better: Plan, versions: Versions, *, now: datetime) -> bool:
    """Put a better plan in force; False when nothing of it can be.

    Vehicles that exchange parties come together, and each such group for itself: only if none of them changed since,
    the driver of none was shown too many changes within the hour, and it is still legal and cheaper.
    """
    service_day = service_days.lock_id(session, service_day_id)
    day_plan = itineraries.load(session, service_day, now=now)
    weary = weary_runs(session, day_plan, now=now)
    fresh = {itinerary.vehicle.id: itinerary for itinerary in day_plan.plan}
    changed: set[int] = set()
    for group in _groups(day_plan, better):
        run_ids = {itinerary.vehicle.id for itinerary in group}
        is_known = all(versions.get(run_id) == version for run_id, version in versions_of(day_plan, run_ids).items())
        grafted = _grafted(day_plan, group) if is_known and not run_ids & weary else None
        if grafted is not None:
            fresh |= {itinerary.vehicle.id: itinerary for itinerary in grafted}
            changed |= run_ids
    if not changed:
        return False
    decisions.keep_better(session, day_plan, tuple(fresh.values()), now=now)
    for run_id in sorted(changed):
        itineraries.save(session, day_plan, fresh[run_id], only_saves=True)
    notifications.owe_shifts(session, service_day, but=None, now=now)
    return True


def weary_runs(session: Session, day_plan: DayPlan, *, now: datetime) -> set[int]:
    """Return the runs whose itinerary was changed so often within the hour that no plan may for saving alone."""
    query = (
        select(PlanChange.run_id)
        .where(PlanChange.run_id.in_([each.run.id for each in day_plan.runs]), PlanChange.at > now - HOUR)
        .group_by(PlanChange.run_id)
        .having(func.count() >= day_plan.service.changes_an_hour)
    )
    none_allowed = day_plan.service.changes_an_hour == 0
    return {each.run.id for each in day_plan.runs} if none_allowed else set(session.scalars(query))


def _groups(day_plan: DayPlan, better: Plan) -> list[Plan]:
    """Return the itineraries that a better plan changes, those together that exchange parties."""
    present = {itinerary.vehicle.id: itinerary for itinerary in day_plan.plan}
    groups: list[tuple[list[Itinerary], set[int]]] = []
    for wanted in better:
        before = present.get(wanted.vehicle.id)
        if before is None or not itineraries.is_changed(before, wanted):
            continue
        itself = [wanted], {visit.request.id for visit in (*before.visits, *wanted.visits)}
        touched = [each for each in groups if each[1] & itself[1]]
        groups = [each for each in groups if each not in touched]
        groups.append(
            ([*chain(*(each[0] for each in touched)), wanted], itself[1].union(*(each[1] for each in touched)))
        )
    return [tuple(itineraries_of) for itineraries_of, _ in groups]


def _grafted(day_plan: DayPlan, group: Plan) -> Plan | None:
    """Return the orders of visits of ``group`` on the day as it is now, or None if not legal or not cheaper there."""
    present = {itinerary.vehicle.id: itinerary for itinerary in day_plan.plan}
    before = tuple(present[wanted.vehicle.id] for wanted in group)
    requests = {visit.request.id: visit.request for itinerary in before for visit in itinerary.visits}
    if sorted(_visits(before)) != sorted(_visits(group)):
        return None
    grafted = tuple(
        replace(now, visits=tuple(replace(visit, request=requests[visit.request.id]) for visit in wanted.visits))
        for now, wanted in zip(before, group, strict=True)
    )
    pairs = zip(before, grafted, strict=True)
    if not all(_stays(now, fresh) and _is_legal(fresh, day_plan.times) for now, fresh in pairs):
        return None
    return grafted if _cost(grafted, day_plan) < _cost(before, day_plan) else None


def _stays(now: Itinerary, fresh: Itinerary) -> bool:
    """Tell whether the driver goes where was shown as next, and keeps the breaks of this very duty."""
    is_own = all(visit.request.only_vehicle in {None, now.vehicle.id} for visit in fresh.visits)
    return is_own and fresh.visits[: now.frozen] == now.visits[: now.frozen]


def _visits(plan: Plan) -> list[tuple[int, str]]:
    return [(visit.request.id, visit.kind.value) for itinerary in plan for visit in itinerary.visits]


def _is_legal(itinerary: Itinerary, stop_times: travel.StopTimes) -> bool:
    return not isinstance(timing.schedule(itinerary, stop_times.matrix), timing.Violation)


def _cost(plan: Plan, day_plan: DayPlan) -> float:
    matrix = day_plan.times.matrix
    schedules = [(itinerary, timing.schedule(itinerary, matrix)) for itinerary in plan]
    return sum(
        cost.cost(itinerary, schedule, matrix, day_plan.weights)
        for itinerary, schedule in schedules
        if not isinstance(schedule, timing.Violation)
    )
