"""Area duties part anew when the line runs of their vehicles change (D-12, T-21)."""

from datetime import date

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Duty, DutyPattern, Run, ServiceDay, TransportService, Vehicle
from backend.domain.refusals import Refusal
from backend.services import parting, service_days

AREA = "area"


def part_anew(session: Session, day: date) -> Refusal | None:
    """Part the area duties of a day around the line runs as they are now, or say whose rides stand against it.

    Under the locks of all services of the day. Duties that nobody is booked on are made again.
    """
    query = select(ServiceDay).where(ServiceDay.day == day).order_by(ServiceDay.transport_service_id)
    for service_day in session.scalars(query).all():
        for pattern in service_days.patterns(session, service_day) if _is_area(session, service_day) else ():
            refusal = _part(session, service_day, pattern)
            if refusal:
                return refusal
        service_days.lock(session, service_day.transport_service_id, day)
    return None


def _is_area(session: Session, service_day: ServiceDay) -> bool:
    query = select(exists().where(Run.service_day_id == service_day.id, Run.kind == AREA))
    return bool(session.scalar(query))


def _part(session: Session, service_day: ServiceDay, pattern: DutyPattern) -> Refusal | None:
    service = session.get_one(TransportService, service_day.transport_service_id)
    wanted = parting.pieces(session, service, pattern, service_day.day)
    chosen = Duty.service_day_id == service_day.id, Duty.vehicle_id == pattern.vehicle_id
    duties = session.scalars(select(Duty).where(*chosen).order_by(Duty.id)).all()
    present = [parting.Piece(each.start_s, each.end_s, each.start_stop_id, each.end_stop_id) for each in duties]
    if present == wanted:
        return None
    ids = [each.id for each in duties]
    runs = select(Run.id).where(Run.duty_id.in_(ids))
    if session.scalar(select(exists().where(Booking.run_id.in_(runs)))):
        vehicle = session.get_one(Vehicle, pattern.vehicle_id)
        return Refusal("vehicle_has_rides", {"vehicle": vehicle.name, "day": service_day.day.isoformat()})
    session.execute(delete(Run).where(Run.duty_id.in_(ids)))
    session.execute(delete(Duty).where(Duty.id.in_(ids)))
    session.flush()
    session.expire_all()
    return None
