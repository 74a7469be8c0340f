"""What a service takes on a day, and how it may be paid (T-28)."""

from datetime import date

from sqlalchemy.orm import Session

from backend.db.models import TransportService
from backend.db.queries import money
from backend.domain.policies.pay import Tariff


def get_tariff(session: Session, service_id: int, day: date) -> Tariff:
    """Return fares by zone and category on ``day``, and the pay kinds of the service."""
    service = session.get_one(TransportService, service_id)
    fares = {zone: money.fares_on(session, service_id, day, zone) for zone in money.zones_on(session, service_id, day)}
    return Tariff(fares, tuple(service.pay_kinds), service.allows_top_up)
