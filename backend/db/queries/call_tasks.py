"""Who is to be phoned by the desk, and who was (D-47)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from backend.db.models import Booking, CallTask, TransportService, Visit
from backend.db.queries import riders

SUPERSEDED = "superseded"  # newer news of the same ride took its place
SHOWN_DONE = 20


@dataclass(frozen=True, slots=True)
class CallView:
    """A person to be phoned. The number itself is behind a button that leaves a trail (T7)."""

    public_id: str
    kana: str
    kind: str
    why: str
    minutes: int | None
    booking_number: str | None
    booking_public_id: str | None
    service_name: str
    day: date | None
    pickup_name: str | None
    pickup_s: int | None
    made_at: datetime
    tries: int
    last_tried_at: datetime | None
    done_at: datetime | None
    done_by: str | None


def list_open(session: Session) -> list[CallView]:
    """Return who is still to be reached: who was never tried first, then the oldest."""
    query = _query().where(CallTask.done_at.is_(None)).order_by(CallTask.tries, CallTask.made_at, CallTask.id)
    return _views(session, session.scalars(query).all())


def list_done(session: Session) -> list[CallView]:
    """Return who was reached lately, the latest first."""
    reached = CallTask.done_at.is_not(None), CallTask.done_by != SUPERSEDED
    query = _query().where(*reached).order_by(CallTask.done_at.desc()).limit(SHOWN_DONE)
    return _views(session, session.scalars(query).all())


def count_open(session: Session) -> int:
    """Return how many are still to be reached."""
    return session.scalar(select(func.count()).select_from(CallTask).where(CallTask.done_at.is_(None))) or 0


def _query() -> Select[CallTask]:
    booking = joinedload(CallTask.booking)
    return select(CallTask).options(
        joinedload(CallTask.rider), booking.joinedload(Booking.pickup_stop), booking.joinedload(Booking.service_day)
    )


def _views(session: Session, tasks: Sequence[CallTask]) -> list[CallView]:
    booking_ids = [task.booking_id for task in tasks if task.booking_id]
    pickups = select(Visit.booking_id, Visit.planned_s).where(Visit.booking_id.in_(booking_ids), Visit.kind == "pickup")
    planned = {row.booking_id: row.planned_s for row in session.execute(pickups)}
    services = {row.id: row.name for row in session.scalars(select(TransportService))}
    return [_view(task, planned, services) for task in tasks]


def _view(task: CallTask, planned: dict[int, int], services: dict[int, str]) -> CallView:
    booking = task.booking
    return CallView(
        public_id=task.public_id,
        kana=riders.called(task.rider, booking.number if booking else ""),
        kind=task.kind,
        why=task.why,
        minutes=task.minutes,
        booking_number=booking.number if booking else None,
        booking_public_id=booking.public_id if booking else None,
        service_name=services[booking.transport_service_id] if booking else "",
        day=booking.service_day.day if booking else None,
        pickup_name=booking.pickup_stop.name if booking else None,
        pickup_s=planned.get(booking.id, booking.told_pickup_s) if booking else None,
        made_at=task.made_at,
        tries=task.tries,
        last_tried_at=task.last_tried_at,
        done_at=task.done_at,
        done_by=task.done_by,
    )
