"""The daily report of a service (日報): fares by run, category and pay kind, cash expected and counted (T-38)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import CashCount, Sale
from backend.db.queries import money_taken, run_counts
from backend.db.queries.run_counts import DatedRun
from backend.domain.errors import StaleError
from backend.services import lifecycle

IN_VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True)
class DailyLine:
    """What riders of one category paid one way on one run."""

    run: DatedRun
    category: str
    pay_kind: str
    persons: int
    due_yen: int
    received_yen: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The cash of a day as somebody counted it last."""

    yen: int
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DailyReport:
    """A day of one service. Fares of other services never appear in it."""

    day: date
    lines: tuple[DailyLine, ...]
    sold_in_vehicle_yen: int
    counted: Counted | None

    @property
    def fares_in_cash_yen(self) -> int:
        """Return the fares that were taken in cash; tickets and passes were paid when they were sold."""
        return sum(line.received_yen for line in self.lines)

    @property
    def expected_yen(self) -> int:
        """Return the cash there should be: fares, and what was sold in the vehicles."""
        return self.fares_in_cash_yen + self.sold_in_vehicle_yen

    @property
    def difference_yen(self) -> int | None:
        """Return counted less expected; None until somebody counted."""
        return None if self.counted is None else self.counted.yen - self.expected_yen


def of_day(session: Session, service_id: int, day: date) -> DailyReport:
    """Return the daily report of a service."""
    runs = {run.id: run for run in run_counts.list_runs(session, service_id, first=day, last=day)}
    sums: defaultdict[tuple[int, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in money_taken.taken_lines(session, service_id, day, day):
        found = sums[line.run_id, line.category, line.pay_kind]
        for place, amount in enumerate((line.persons, line.due_yen, line.received_yen)):
            found[place] += amount
    lines = [
        DailyLine(runs[run_id], category, pay_kind, persons, due_yen, received_yen)
        for (run_id, category, pay_kind), (persons, due_yen, received_yen) in sums.items()
    ]
    by_run = sorted(lines, key=lambda line: (line.run.departs_s, line.run.id, line.category, line.pay_kind))
    return DailyReport(day, tuple(by_run), _sold_yen(session, service_id, day), _counted(session, service_id, day))


def count_cash(
    session: Session, service_id: int, day: date, *, yen: int, note: str, key: str, actor: str, now: datetime
) -> None:
    """Keep how much cash there was; counted again, the last count holds (T-38).

    The same ``key`` again is the same count; `StaleError` when it comes with another amount.
    """
    typed = {"transport_service_id": service_id, "day": day, "yen": yen, "note": note}
    once = insert(CashCount).values(key=key, at=now, by=actor, **typed)
    count_id = session.scalar(once.on_conflict_do_nothing(index_elements=["key"]).returning(CashCount.id))
    if count_id is None:
        before = session.scalars(select(CashCount).where(CashCount.key == key)).one()
        if any(getattr(before, name) != value for name, value in typed.items()):
            raise StaleError(f"cash count {before.id}: its key came again with another amount")
        return
    facts: lifecycle.Facts = {"day": day.isoformat(), "yen": yen}
    lifecycle.record(session, "cash_count", count_id, "cash.counted", actor=actor, now=now, facts=facts)


def _sold_yen(session: Session, service_id: int, day: date) -> int:
    query = select(func.coalesce(func.sum(Sale.paid_yen), 0)).where(
        Sale.transport_service_id == service_id, Sale.sold_on == day, Sale.place == IN_VEHICLE
    )
    return int(session.scalar(query) or 0)


def _counted(session: Session, service_id: int, day: date) -> Counted | None:
    query = (
        select(CashCount)
        .where(CashCount.transport_service_id == service_id, CashCount.day == day)
        .order_by(CashCount.id.desc())
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    return Counted(row.yen, row.note, row.at) if row else None
