"""Running costs of a month as the town enters them, and the burden that follows (D-11, T-45)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import CostEntry
from backend.db.queries import settlement as queries
from backend.db.queries.settlement import CostView, Income
from backend.domain.errors import StaleError
from backend.domain.policies import settlement as policy
from backend.services import lifecycle


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost as it is typed in: any day of its month, whole yen, what it was for."""

    month: date
    yen: int
    note: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a month cost, what was taken, and what remains to be paid to the carrier, in yen."""

    month: date
    costs: tuple[CostView, ...]
    income: Income

    @property
    def cost_yen(self) -> int:
        """Return the running cost: all entries of the month."""
        return sum(cost.yen for cost in self.costs)

    @property
    def burden_yen(self) -> int:
        """Return the burden; negative when more was taken than running cost."""
        return policy.burden_yen(self.cost_yen, self.income.yen)


def enter_cost(session: Session, service_id: int, *, cost: Cost, key: str, actor: str, now: datetime) -> int:
    """Add a running cost to its month and return the id of its entry (D-11).

    The same ``key`` again is the same entry; StaleError when it comes with another cost, which would be lost.
    """
    month = policy.month_of(cost.month)
    typed = {"transport_service_id": service_id, "month": month, "yen": cost.yen, "note": cost.note}
    once = insert(CostEntry).values(key=key, entered_at=now, entered_by=actor, **typed)
    entry_id: int | None = session.scalar(once.on_conflict_do_nothing(index_elements=["key"]).returning(CostEntry.id))
    if entry_id is None:
        return _entered_before(session, key, typed)
    facts: lifecycle.Facts = {"month": f"{month:%Y-%m}", "yen": cost.yen}
    lifecycle.record(session, "cost_entry", entry_id, "cost.entered", actor=actor, now=now, facts=facts)
    return entry_id


def month_statement(session: Session, service_id: int, month: date) -> Statement:
    """Return the statement of the month that a day lies in (D-11)."""
    first = policy.month_of(month)
    income = queries.fare_income(session, service_id, first=first, last=policy.last_day(first))
    return Statement(first, queries.list_costs(session, service_id, first), income)


def _entered_before(session: Session, key: str, typed: dict[str, object]) -> int:
    entry = session.scalars(select(CostEntry).where(CostEntry.key == key)).one()
    if any(getattr(entry, name) != value for name, value in typed.items()):
        raise StaleError(f"cost entry {entry.id}: its key came again with another cost")
    return entry.id
