"""Questions about fares."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import FareTable


def fares_on(session: Session, service_id: int, day: date) -> dict[str, int]:
    """Return the fare of each category for rides on ``day``: the newest table valid by then (D-08)."""
    query = (
        select(FareTable)
        .where(FareTable.transport_service_id == service_id, FareTable.valid_from <= day)
        .order_by(FareTable.valid_from.desc())
        .limit(1)
    )
    table = session.scalars(query).one_or_none()
    return {fare.category: fare.yen for fare in table.fares} if table else {}
