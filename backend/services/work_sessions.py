"""Work with many people's data: at a registered machine, under the name of the work, seen by another person (P-18)."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.db.models import StaffSession, WorkSession
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.refusals import Refusal
from backend.services import lifecycle

WORKS = ("register", "bookings", "reports", "requests", "upkeep")


def begin(
    session: Session, sign_in_id: int, *, staff_id: int, device_id: int, work: str, note: str, wall: datetime
) -> None:
    """Begin work at a machine; what the person had begun before in this sign-in ends."""
    # One row of the sign-in serialises two requests: there is never more than one open piece of work.
    session.scalars(select(StaffSession).where(StaffSession.id == sign_in_id).with_for_update()).one()
    end(session, sign_in_id, wall=wall)
    row = WorkSession(
        staff_id=staff_id, sign_in_id=sign_in_id, device_id=device_id, work=work, note=note, started_at=wall
    )
    session.add(row)
    session.flush()
    actor = f"staff:{staff_id}"
    lifecycle.record(session, "work", row.id, "work.begun", actor=actor, now=wall, facts={"work": work})


def end(session: Session, sign_in_id: int, *, wall: datetime) -> None:
    """End the work of a sign-in."""
    session.execute(
        update(WorkSession)
        .where(WorkSession.sign_in_id == sign_in_id, WorkSession.ended_at.is_(None))
        .values(ended_at=wall)
    )


def is_open(session: Session, sign_in_id: int, *, device_id: int) -> bool:
    """Tell whether work was begun in this sign-in at this machine, and not ended."""
    query = select(WorkSession.id).where(
        WorkSession.sign_in_id == sign_in_id, WorkSession.device_id == device_id, WorkSession.ended_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def approve(session: Session, public_id: str, *, approver_id: int, wall: datetime) -> Refusal | None:
    """Note that another person has looked at a piece of work."""
    row = session.scalars(select(WorkSession).where(WorkSession.public_id == public_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError("work")
    if row.staff_id == approver_id:
        return Refusal("needs_another_person")
    if row.approved_at is not None:
        raise StaleError(f"work {row.id} is approved")
    row.approved_at, row.approved_by_id = wall, approver_id
    lifecycle.record(session, "work", row.id, "work.approved", actor=f"staff:{approver_id}", now=wall)
    return None
