"""What a terminal confirms and asks for: plans delivered, duties taken, phone numbers read."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Duty, Run
from backend.db.queries import manifest
from backend.db.queries.manifest import RunView
from backend.domain.refusals import Refusal
from backend.services import lifecycle


def confirm_delivery(session: Session, run: RunView, *, version: int, now: datetime) -> None:
    """Note that a terminal has plan ``version`` on its screen, once a version (D-18: delivery time is stored)."""
    if version > run.plan_version:
        return
    query = select(Run).where(Run.id == run.id, Run.delivered_version < version).with_for_update(skip_locked=True)
    row = session.scalars(query).one_or_none()
    if row is not None:
        row.delivered_version, row.delivered_at = version, now
        facts: dict[str, str | int] = {"version": version}
        lifecycle.record(session, "run", run.id, "plan.delivered", actor="system", now=now, facts=facts)


def take_duty(session: Session, run: RunView, *, staff_id: int, now: datetime) -> Refusal | None:
    """Put a driver on a duty that names nobody, or say that somebody was quicker."""
    duty = session.scalars(
        select(Duty).join(Run, Run.duty_id == Duty.id).where(Run.id == run.id).with_for_update()
    ).one()
    if duty.driver_id == staff_id:
        return None
    if duty.driver_id is not None:
        return Refusal("duty_taken")
    duty.driver_id = staff_id
    lifecycle.record(session, "duty", duty.id, "duty.taken", actor=f"staff:{staff_id}", now=now)
    return None


def read_phone(session: Session, run: RunView, visit_id: int, *, actor: str, now: datetime) -> str:
    """Return a rider's phone number and record who read it; raise NotFoundError when it may not be shown (T-24)."""
    booking_id, phone = manifest.get_phone(session, run, visit_id)
    lifecycle.record(session, "booking", booking_id, "phone.read", actor=actor, now=now)
    return phone
