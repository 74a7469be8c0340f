"""Stops that a rider keeps at hand."""

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import Favourite

MOST = 20


def keep(session: Session, rider_id: int, stop_id: int, *, is_on: bool) -> None:
    """Keep a stop at hand, or no more; doing so twice changes nothing. More than anybody looks through are not kept."""
    mine = Favourite.rider_id == rider_id
    if not is_on:
        session.execute(delete(Favourite).where(mine, Favourite.stop_id == stop_id))
        return
    if session.scalars(select(func.count()).select_from(Favourite).where(mine)).one() < MOST:
        session.execute(insert(Favourite).values(rider_id=rider_id, stop_id=stop_id).on_conflict_do_nothing())
