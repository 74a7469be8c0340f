"""Questions about complaints, opinions and questions of residents (T-49)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.db.models import Case, Rider, Staff, TransportService
from backend.domain import times
from backend.domain.errors import NotFoundError

IN_CHARGE_ROLES = ("operator", "dispatcher", "town_officer")


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with what was said, who answers it, until when, and the answer. ``rider`` is the public id, or empty."""

    id: int
    public_id: str
    number: str
    service_name: str
    kind: str
    channel: str
    state: str
    text: str
    reply: str
    rider: str
    in_charge_id: int | None
    in_charge: str
    due_on: date
    opened_at: datetime
    closed_at: datetime | None
    version: int

    @property
    def opened_on(self) -> date:
        """Return the day in Japan on which it came in."""
        return times.day_of(self.opened_at)

    def is_overdue(self, today: date) -> bool:
        """Tell whether it should have been answered before today."""
        return self.state == "open" and self.due_on < today


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody who may be in charge of a case."""

    id: int
    name: str


def list_open(session: Session) -> list[CaseView]:
    """Return the open cases, the one that is due first on top (T-49)."""
    return _views(session, _cases().where(Case.state == "open").order_by(Case.due_on, Case.id))


def opened_between(session: Session, first: date, last: date) -> list[CaseView]:
    """Return the cases that came in from ``first`` to ``last``, both included, by number."""
    span = times.moment(first, 0), times.moment(last, times.DAY_S)
    return _views(session, _cases().where(Case.opened_at >= span[0], Case.opened_at < span[1]).order_by(Case.number))


def get_case(session: Session, public_id: str) -> CaseView:
    """Return one case; raise `NotFoundError`."""
    found = _views(session, _cases().where(Case.public_id == public_id))
    if not found:
        raise NotFoundError(f"case {public_id}")
    return found[0]


def count_due(session: Session, today: date) -> int:
    """Return how many open cases are due today or were before."""
    query = select(func.count()).select_from(Case).where(Case.state == "open", Case.due_on <= today)
    return session.scalars(query).one()


def count_kinds(cases: list[CaseView]) -> list[tuple[str, int, int]]:
    """Return for each kind how many cases came in, and how many of them are closed (T-43)."""
    opened = Counter(case.kind for case in cases)
    closed = Counter(case.kind for case in cases if case.state == "closed")
    return [(kind, opened[kind], closed[kind]) for kind in ("complaint", "opinion", "question")]


def list_people(session: Session) -> list[PersonView]:
    """Return who may be in charge of a case, by sign-in name."""
    query = select(Staff).where(Staff.role.in_(IN_CHARGE_ROLES), Staff.active).order_by(Staff.login)
    return [PersonView(person.id, person.name) for person in session.scalars(query)]


def _cases() -> Select[Case, str, Staff, str]:
    return (
        select(Case, TransportService.name, Staff, Rider.public_id)
        .join(TransportService, TransportService.id == Case.transport_service_id)
        .outerjoin(Staff, Staff.id == Case.in_charge_id)
        .outerjoin(Rider, Rider.id == Case.rider_id)
    )


def _views(session: Session, query: Select[Case, str, Staff, str]) -> list[CaseView]:
    return [
        CaseView(
            id=row.id,
            public_id=row.public_id,
            number=row.number,
            service_name=service_name,
            kind=row.kind,
            channel=row.channel,
            state=row.state,
            text=row.text,
            reply=row.reply,
            rider=rider or "",
            in_charge_id=row.in_charge_id,
            in_charge=person.name if person else "",
            due_on=row.due_on,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            version=row.version,
        )
        for row, service_name, person, rider in session.execute(query)
    ]
