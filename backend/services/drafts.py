"""Keep a conversation between two turns."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import Draft

LIFE = timedelta(minutes=30)


def save(session: Session, line_user_id: int, fields: str, *, wall: datetime) -> None:
    """Keep the draft of a LINE account in the place of the one before."""
    row = insert(Draft).values(line_user_id=line_user_id, fields=fields, updated_at=wall)
    session.execute(
        row.on_conflict_do_update(index_elements=["line_user_id"], set_={"fields": fields, "updated_at": wall})
    )
    session.expire_all()


def forget_old(session: Session, *, before: datetime) -> int:
    """Delete the drafts that nobody went on with, and return how many there were."""
    forgotten = delete(Draft).where(Draft.updated_at < before).returning(Draft.line_user_id)
    return len(session.scalars(forgotten).all())
