"""Questions about which runs of a span were driven, and how far (T-13, T-23, T-40, T-44)."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Duty, Run, ServiceDay, TimetableEntry, Vehicle

# A reserved run counts once it was decided to operate; the others always run, unless called off (T-03, T-13).
COUNTS_AS_RUN = {
    "fixed": frozenset({"planned", "committed", "underway", "finished"}),
    "reserved": frozenset({"committed", "underway", "finished"}),
    "extra": frozenset({"planned", "committed", "underway", "finished"}),
    "area": frozenset({"underway", "finished"}),
}


@dataclass(frozen=True, slots=True)
class DatedRun:
    """A run on its day. ``span_s`` is how long it takes by the timetable."""

    id: int
    day: date
    kind: str
    state: str
    entry_code: str
    direction: str
    number: int
    departs_s: int
    span_s: int
    vehicle_name: str
    suspended_reason: str | None

    @property
    def is_counted(self) -> bool:
        """Tell whether it counts as a run: a reserved run without booking does not (T-13)."""
        return self.state in COUNTS_AS_RUN[self.kind]


def list_runs(session: Session, service_id: int, *, first: date, last: date) -> list[DatedRun]:
    """Return the runs of a service from ``first`` to ``last``, by day and departure."""
    query = (
        select(Run, ServiceDay.day, TimetableEntry, Vehicle.name)
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .join(Duty, Duty.id == Run.duty_id)
        .join(Vehicle, Vehicle.id == Duty.vehicle_id)
        .outerjoin(TimetableEntry, TimetableEntry.id == Run.timetable_entry_id)
        .where(ServiceDay.transport_service_id == service_id, ServiceDay.day.between(first, last))
        .order_by(ServiceDay.day, Run.departs_s, Run.id)
    )
    return [
        DatedRun(
            id=run.id,
            day=day,
            kind=run.kind,
            state=run.state,
            entry_code=entry.code if entry else "",
            direction=entry.direction if entry else "",
            number=entry.number if entry else 0,
            departs_s=run.departs_s or 0,
            span_s=(run.arrives_s or 0) - (run.departs_s or 0),
            vehicle_name=vehicle,
            suspended_reason=run.suspended_reason,
        )
        for run, day, entry, vehicle in session.execute(query)
    ]


def driven_m_by_day(session: Session, service_id: int, *, first: date, last: date) -> dict[date, int]:
    """Return how many metres the vehicles of a service drove, by day; days nobody noted are absent (T-44)."""
    query = (
        select(ServiceDay.day, func.sum(Duty.driven_m))
        .join(ServiceDay, ServiceDay.id == Duty.service_day_id)
        .where(
            ServiceDay.transport_service_id == service_id,
            ServiceDay.day.between(first, last),
            Duty.driven_m.is_not(None),
        )
        .group_by(ServiceDay.day)
        .order_by(ServiceDay.day)
    )
    return {day: int(metres or 0) for day, metres in session.execute(query)}
