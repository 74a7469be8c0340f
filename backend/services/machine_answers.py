"""The same change sent twice by a machine happens once, and is answered alike (design.md 1.7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.db import sealing
from backend.db.models import MachineAnswer
from backend.db.session import lock_name
from backend.domain.refusals import Refusal

LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """A change as it was asked for: by whom, under which key, and what stood in it."""

    staff_id: int
    key: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the HTTP code and the JSON."""

    code: int
    body: str


def find(session: Session, asked: Asked) -> Answer | Refusal | None:
    """Return what was answered to the same change before; None for a new one, which then holds the lock of its key.

    Another content under the same key is refused: ``key_used``.
    """
    lock_name(session, f"machine:{asked.staff_id}:{asked.key}")
    query = select(MachineAnswer).where(MachineAnswer.staff_id == asked.staff_id, MachineAnswer.key == asked.key)
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    if row.request_index != _index(asked):
        return Refusal("key_used")
    return Answer(row.code, row.body)


def keep(session: Session, asked: Asked, answer: Answer, *, wall: datetime) -> None:
    """Keep an answer with its effect, in one transaction."""
    session.add(
        MachineAnswer(
            staff_id=asked.staff_id,
            key=asked.key,
            request_index=_index(asked),
            code=answer.code,
            body=answer.body,
            answered_at=wall,
        )
    )
    session.flush()


def forget_old(session: Session, *, before: datetime) -> int:
    """Delete the answers that nobody will ask for again, and return how many there were."""
    forgotten = delete(MachineAnswer).where(MachineAnswer.answered_at < before).returning(MachineAnswer.id)
    return len(session.scalars(forgotten).all())


def _index(asked: Asked) -> bytes:
    return sealing.keyring().index(asked.content.hex(), kind="machine")
