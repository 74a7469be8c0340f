"""Where vehicles are (D-38): the last place only, so that nobody's way is kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import Position

MOST_LAT, MOST_LON = 90.0, 180.0


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a vehicle was, and when."""

    lat: float
    lon: float
    at: datetime


def report(session: Session, vehicle_id: int, fix: Fix) -> None:
    """Keep where a vehicle is, unless something newer is known already."""
    row = {"lat": fix.lat, "lon": fix.lon, "at": fix.at}
    query = insert(Position).values(vehicle_id=vehicle_id, **row)
    session.execute(
        query.on_conflict_do_update(index_elements=[Position.vehicle_id], set_=row, where=Position.at <= fix.at)
    )
