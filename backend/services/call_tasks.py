"""Phoning who cannot be reached otherwise: ticked off with its result, unreached ones stay (D-47)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import CallTask
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.services import lifecycle

REACHED = "reached"
NOT_REACHED = "not_reached"
KEPT = "kept"  # reached, and the person wants to stay registered
RESULTS = (REACHED, NOT_REACHED, KEPT)


def tick(session: Session, public_id: str, result: str, *, actor: str, now: datetime) -> None:
    """Note how a call went. Who was reached is done; who was not stays on the list. Done stays done."""
    if result not in RESULTS:
        raise ValueError(result)
    task = _get(session, public_id)
    if task.done_at is not None:
        return
    task.tries += 1
    task.last_tried_at = now
    if result != NOT_REACHED:
        task.done_at, task.done_by = now, actor
    if result == KEPT and task.rider is not None:
        task.rider.used_on = times.day_of(now)
    lifecycle.record(session, "call_task", task.id, f"call.{result}", actor=actor, now=now)


def phone_number(session: Session, public_id: str, *, actor: str, now: datetime) -> str:
    """Return the number to call; reading it is an act of its own in the trail (security.md 5, 6)."""
    task = _get(session, public_id)
    lifecycle.record(session, "rider", task.rider_id, "rider.phone_read", actor=actor, now=now)
    return task.rider.phone if task.rider else ""


def _get(session: Session, public_id: str) -> CallTask:
    task = session.scalars(select(CallTask).where(CallTask.public_id == public_id).with_for_update()).one_or_none()
    if task is None:
        raise NotFoundError(f"call task {public_id}")
    return task
