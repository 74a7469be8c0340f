"""Taking no new bookings for a while (D-43), for some days, a span of the day or a stop only (Q-23).

Bookings that are held stay valid (Q-17): a stop of acceptance says no to new ones only, on every channel.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.db.models import AcceptanceStop
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import lifecycle


@dataclass(frozen=True, slots=True)
class Scope:
    """What a stop of acceptance is about; what is None is not narrowed down. Both ends included."""

    from_day: date | None = None
    to_day: date | None = None
    from_s: int | None = None
    to_s: int | None = None
    stop_id: int | None = None


EVERYTHING = Scope()


def stop(
    session: Session,
    service_id: int,
    *,
    reason: str,
    actor: str,
    now: datetime,
    scope: Scope = EVERYTHING,
    is_suspension: bool = False,
) -> int | Refusal:
    """Take no new bookings within ``scope`` from now on, and return the id by which to resume (D-43), or say why not.

    A scope that ends before it begins would stop nothing: it is refused. With ``is_suspension`` nothing is driven
    within it either (`suspensions`).
    The same stop again, for the same reason, is the one there is: a form sent twice has to be resumed once.
    """
    if scope.from_day and scope.to_day and scope.to_day < scope.from_day:
        return Refusal("days_backwards")
    if scope.from_s is not None and scope.to_s is not None and scope.to_s < scope.from_s:
        return Refusal("times_backwards")
    for known in current(session, service_id, now=now):
        if (known.reason, known.is_suspension) == (reason, is_suspension) and _scope_of(known) == scope:
            return known.id
    row = AcceptanceStop(
        transport_service_id=service_id,
        reason=reason,
        started_at=now,
        started_by=actor,
        from_day=scope.from_day,
        to_day=scope.to_day,
        from_s=scope.from_s,
        to_s=scope.to_s,
        stop_id=scope.stop_id,
        is_suspension=is_suspension,
    )
    session.add(row)
    session.flush()
    lifecycle.record(session, "acceptance_stop", row.id, "acceptance.stopped", actor=actor, now=now)
    return row.id


def resume(session: Session, stop_id: int, *, actor: str, now: datetime) -> None:
    """Take bookings again. Resuming twice changes nothing; NotFoundError when there never was such a stop."""
    row = session.get(AcceptanceStop, stop_id, with_for_update=True)
    if row is None:
        raise NotFoundError(f"acceptance stop {stop_id}")
    if row.ended_at is not None:
        return
    row.ended_at = now
    row.ended_by = actor
    lifecycle.record(session, "acceptance_stop", row.id, "acceptance.resumed", actor=actor, now=now)


def current(session: Session, service_id: int, *, now: datetime) -> list[AcceptanceStop]:
    """Return the stops of acceptance in force, the newest first."""
    in_force = select(AcceptanceStop).where(
        AcceptanceStop.transport_service_id == service_id,
        AcceptanceStop.started_at <= now,
        AcceptanceStop.ended_at.is_(None),
    )
    return list(session.scalars(in_force.order_by(AcceptanceStop.started_at.desc(), AcceptanceStop.id.desc())))


def why_stopped(
    session: Session,
    service_id: int,
    day: date,
    *,
    pickup_s: int | None,
    stop_ids: Collection[int],
    now: datetime,
) -> Refusal | None:
    """Return why no new booking with a pick-up at ``pickup_s`` between ``stop_ids`` is taken, or None.

    Without a ``pickup_s`` only what covers the whole day counts: so a list of days leaves out closed ones only.
    """
    stops = session.scalars(
        select(AcceptanceStop)
        .where(
            AcceptanceStop.transport_service_id == service_id,
            AcceptanceStop.started_at <= now,
            AcceptanceStop.ended_at.is_(None),
            or_(AcceptanceStop.from_day.is_(None), AcceptanceStop.from_day <= day),
            or_(AcceptanceStop.to_day.is_(None), AcceptanceStop.to_day >= day),
        )
        .order_by(AcceptanceStop.id)
    )
    hit = next((row for row in stops if _covers(row, pickup_s, stop_ids)), None)
    if hit is None:
        return None
    return Refusal("rides_suspended" if hit.is_suspension else "acceptance_stopped", {"reason": hit.reason})


def _scope_of(row: AcceptanceStop) -> Scope:
    return Scope(row.from_day, row.to_day, row.from_s, row.to_s, row.stop_id)


def _covers(row: AcceptanceStop, pickup_s: int | None, stop_ids: Collection[int]) -> bool:
    if row.stop_id is not None and row.stop_id not in stop_ids:
        return False
    if row.from_s is None and row.to_s is None:
        return True
    if pickup_s is None:
        return False
    return (row.from_s is None or row.from_s <= pickup_s) and (row.to_s is None or pickup_s <= row.to_s)
