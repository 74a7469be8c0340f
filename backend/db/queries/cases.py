"""Questions about complaints, opinions and questions, and what of a month belongs into the report (T-43, T-49)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from backend.db.models import Case, Incident, Rider, Staff, TransportService
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


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that belongs into the other matters of a report (T-43).

    ``kind`` is complaint, opinion, question, accident, damage, fault or own_judgement; ``number`` is that of a case,
    or empty. ``text`` is as it was written down, and may name a person.
    """

    kind: str
    number: str
    public_id: str
    at: datetime
    state: str
    text: str

    @property
    def day(self) -> date:
        """Return its day in Japan."""
        return times.day_of(self.at)


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


def matters_between(session: Session, service_id: int, first: date, last: date) -> list[Matter]:
    """Return the cases and incidents of a service from ``first`` to ``last``, both included, by time (T-43)."""
    start, end = times.moment(first, 0), times.moment(last, times.DAY_S)
    cases = session.scalars(
        select(Case).where(Case.transport_service_id == service_id, Case.opened_at >= start, Case.opened_at < end)
    )
    incidents = session.scalars(
        select(Incident).where(
            Incident.transport_service_id == service_id, Incident.happened_at >= start, Incident.happened_at < end
        )
    )
    matters = [Matter(row.kind, row.number, row.public_id, row.opened_at, row.state, row.text) for row in cases]
    matters += [Matter(row.kind, "", row.public_id, row.happened_at, row.state, row.text) for row in incidents]
    return sorted(matters, key=lambda matter: (matter.at, matter.number, matter.public_id))


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
