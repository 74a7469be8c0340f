"""Questions about fares."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import FareTable, ServiceStop

NO_ZONE = ""


def fares_on(session: Session, service_id: int, day: date, zone: str = NO_ZONE) -> dict[str, int]:
    """Return the fare of each category in a zone for rides on ``day``: the newest table valid by then (D-08).

    An area service has no zones; on a line without a zone, or outside its zones, there is no fare.
    """
    query = (
        select(FareTable)
        .where(FareTable.transport_service_id == service_id, FareTable.valid_from <= day)
        .order_by(FareTable.valid_from.desc())
        .limit(1)
    )
    table = session.scalars(query).one_or_none()
    return {fare.category: fare.yen for fare in table.fares if fare.zone == zone} if table else {}


def zones_on(session: Session, service_id: int, day: date) -> list[str]:
    """Return the fare zones of the table of ``day``, the dearest first; one without a name where there are none."""
    query = (
        select(FareTable)
        .where(FareTable.transport_service_id == service_id, FareTable.valid_from <= day)
        .order_by(FareTable.valid_from.desc())
        .limit(1)
    )
    table = session.scalars(query).one_or_none()
    return sorted({fare.zone for fare in table.fares}) if table else []


def zone_between(session: Session, service_id: int, pickup_stop_id: int, dropoff_stop_id: int) -> str:
    """Return the fare zone of a ride: A when it begins or ends at a stop of A, else B (T-26); none in an area service.

    Zones are named from the dearest on.
    """
    query = select(ServiceStop.fare_zone).where(
        ServiceStop.transport_service_id == service_id, ServiceStop.stop_id.in_((pickup_stop_id, dropoff_stop_id))
    )
    return min(session.scalars(query), default=NO_ZONE)


def fares_between(
    session: Session, service_id: int, day: date, pickup_stop_id: int, dropoff_stop_id: int
) -> dict[str, int]:
    """Return the fare of each category for a ride between two stops on ``day``."""
    zone = zone_between(session, service_id, pickup_stop_id, dropoff_stop_id)
    return fares_on(session, service_id, day, zone)
