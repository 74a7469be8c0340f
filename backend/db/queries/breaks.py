"""The breaks of area runs, and how often an itinerary was changed, as drivers and dispatchers see them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from backend.db.models import DriverBreak, PlanChange

WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class BreakView:
    """A break of a run by the present plan, in seconds of the service day; ``late_s`` is past its limit."""

    stop_name: str
    starts_s: int
    ends_s: int
    late_s: int


@dataclass(frozen=True, slots=True)
class ChangesView:
    """How often the order of visits was changed within the last hour, and how often of that only to save driving."""

    all: int = 0
    only_saves: int = 0


def by_run(session: Session, run_ids: Sequence[int]) -> dict[int, tuple[BreakView, ...]]:
    """Return the breaks of runs in their order; runs without any are left out."""
    query = (
        select(DriverBreak)
        .where(DriverBreak.run_id.in_(run_ids))
        .options(joinedload(DriverBreak.stop))
        .order_by(DriverBreak.run_id, DriverBreak.planned_s)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[BreakView]] = defaultdict(list)
    for row in session.scalars(query):
        late_s = max(0, row.planned_s - row.latest_s)
        found[row.run_id].append(BreakView(row.stop.name, row.planned_s, row.planned_s + row.length_s, late_s))
    return {run_id: tuple(breaks) for run_id, breaks in found.items()}


def changes_by_run(session: Session, run_ids: Sequence[int], *, now: datetime) -> dict[int, ChangesView]:
    """Return how often the itineraries of runs were changed within the hour before ``now``."""
    query = (
        select(PlanChange.run_id, func.count(), func.count().filter(PlanChange.only_saves))
        .where(PlanChange.run_id.in_(run_ids), PlanChange.at > now - WITHIN, PlanChange.at <= now)
        .group_by(PlanChange.run_id)
    )
    return {run_id: ChangesView(every, saving) for run_id, every, saving in session.execute(query)}
