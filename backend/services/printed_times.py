"""When the stops of a timetable's run are made: as printed, later by what the run is late, never earlier (T-12)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Run, Visit
from backend.domain import states, times


def retime(session: Session, run: Run, *, now: datetime) -> list[Visit]:
    """Work out anew when the open visits of a timetable's run take place, and return them in order.

    A visit's printed time is the end of its promise; the reported delay comes on top. A run that is out does not
    reach its next stop in the past. Under the lock of the day; the plan version goes up by one.
    """
    query = (
        select(Visit)
        .where(Visit.run_id == run.id, Visit.state.in_(states.STILL_TO_DRIVE))
        .order_by(Visit.seq, Visit.id)
        .execution_options(populate_existing=True)
    )
    ahead = list(session.scalars(query))
    for visit in ahead:
        visit.planned_s = visit.latest_s + run.late_s
    if ahead and ahead[0].state == "planned" and run.state == "underway":
        ahead[0].planned_s = max(ahead[0].planned_s, times.second_of(now, run.service_day.day))
    run.plan_version += 1
    session.flush()
    return ahead
