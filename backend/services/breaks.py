"""The breaks of area duties: made with the run, where the rule of the service wants them (decision 0028)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import DriverBreak, Duty, Run, TransportService, Visit
from backend.domain.policies import driver_breaks
from backend.domain.policies.driver_breaks import BreakRule


def make(session: Session, service: TransportService, duty: Duty, run: Run) -> None:
    """Give an empty run the breaks of its duty, at the depot of its vehicle."""
    start_s = service.hours_start_s if duty.start_s is None else duty.start_s
    end_s = service.hours_end_s if duty.end_s is None else duty.end_s
    windows = driver_breaks.windows(start_s, end_s, BreakRule(service.break_s, service.break_after_s))
    for seq, (earliest_s, latest_s) in enumerate(windows, start=1):
        session.add(
            DriverBreak(
                run_id=run.id,
                stop_id=duty.vehicle.depot_stop_id,
                length_s=service.break_s,
                earliest_s=earliest_s,
                latest_s=latest_s,
                seq=seq,
                planned_s=earliest_s,
            )
        )


def following(session: Session, run: Run, visit: Visit, *, now_s: int) -> Visit | DriverBreak:
    """Return what comes next on a run whose first open visit this is: that visit, or a break before it."""
    query = (
        select(DriverBreak)
        .where(
            DriverBreak.run_id == run.id,
            DriverBreak.seq < visit.seq,
            DriverBreak.planned_s + DriverBreak.length_s > now_s,
        )
        .order_by(DriverBreak.seq)
        .limit(1)
    )
    return session.scalars(query).one_or_none() or visit
