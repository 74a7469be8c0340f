"""The one way to change a state, and the one way to leave a trail of who did what."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend.db.models import AuditEntry, Booking, Run, Visit
from backend.domain import states
from backend.domain.errors import StaleError

Facts = dict[str, str | int]


def record(
    session: Session,
    object_kind: str,
    object_id: int | None,
    action: str,
    *,
    actor: str,
    now: datetime,
    facts: Facts | None = None,
) -> None:
    """Add one act to the audit trail: ids and names of fields, never personal values."""
    session.add(
        AuditEntry(at=now, actor=actor, action=action, object_kind=object_kind, object_id=object_id, facts=facts or {})
    )


def move(session: Session, booking: Booking, to: str, *, actor: str, now: datetime, facts: Facts | None = None) -> None:
    """Move a booking to another state; raise `StaleError` when it cannot get there from where it is."""
    _require(states.BOOKING, booking.state, to, f"booking {booking.id}")
    booking.state = to
    record(session, "booking", booking.id, f"booking.{to}", actor=actor, now=now, facts=facts)


def move_run(session: Session, run: Run, to: str, *, actor: str, now: datetime) -> None:
    """Move a run to another state; raise `StaleError` when it cannot get there."""
    _require(states.RUN, run.state, to, f"run {run.id}")
    run.state = to
    record(session, "run", run.id, f"run.{to}", actor=actor, now=now)


def move_visit(visit: Visit, to: str) -> None:
    """Move a visit to another state; raise `StaleError` when it cannot get there."""
    _require(states.VISIT, visit.state, to, f"visit {visit.id}")
    visit.state = to


def _require(table: states.Transitions, origin: str, to: str, what: str) -> None:
    if not states.may_move(table, origin, to):
        raise StaleError(f"{what}: {origin} cannot become {to}")
