"""Failed tries to get in, counted in the database before they are judged (S-05, T12; security.md finding 5).

The rule. A try from a browser in which the person has been signed in before is counted for that browser alone. Every
other try is counted for its address and for the name. So a flood of tries slows strangers, and the colleague at their
own desk gets in. Whoever must wait is slowed, never locked out; without the database nobody gets in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db import sealing
from backend.db.models import TryCount

GROWTH = 4
MOST_STEPS = 14
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many failures are free, how long the first and the longest wait is, and when they are forgotten."""

    free: int
    first_s: int
    longest_s: int
    forgotten_s: int


NAME = Pace(free=5, first_s=2, longest_s=120, forgotten_s=3600)
SOURCE = Pace(free=20, first_s=2, longest_s=120, forgotten_s=900)
PIN = Pace(free=5, first_s=2, longest_s=3600, forgotten_s=24 * 3600)
# A guessed code is right three times in a million. At this pace a year holds fewer than thirty guesses.
CODE = Pace(free=5, first_s=2, longest_s=30 * 24 * 3600, forgotten_s=400 * 24 * 3600)


def take(session: Session, kind: str, subject: str, *, pace: Pace, wall: datetime) -> bool:
    """Count a try of ``kind`` for ``subject``; return False while it must wait, which is not counted."""
    wait_s = func.least(
        pace.first_s * func.power(GROWTH, func.least(TryCount.failures - pace.free, MOST_STEPS)), pace.longest_s
    )
    is_over = TryCount.failed_at + func.make_interval(0, 0, 0, 0, 0, 0, wait_s) <= wall
    is_forgotten = TryCount.failed_at < wall - timedelta(seconds=pace.forgotten_s)
    taken = session.execute(
        insert(TryCount)
        .values(key=_key(kind, subject), failures=1, failed_at=wall)
        .on_conflict_do_update(
            index_elements=[TryCount.key],
            set_={"failures": case((is_forgotten, 1), else_=TryCount.failures + 1), "failed_at": wall},
            where=or_(TryCount.failures < pace.free, is_over),
        )
        .returning(TryCount.key)
    ).one_or_none()
    return taken is not None


def give_back(session: Session, kind: str, subject: str) -> None:
    """Uncount a try that was right."""
    session.execute(
        update(TryCount)
        .where(TryCount.key == _key(kind, subject))
        .values(failures=func.greatest(TryCount.failures - 1, 0))
    )


def forget(session: Session, kind: str, subject: str) -> None:
    """Forget all failures of ``subject``: the right person got in."""
    session.execute(delete(TryCount).where(TryCount.key == _key(kind, subject)))


def forget_old(session: Session, *, wall: datetime) -> None:
    """Drop counts that nobody asks for any more."""
    session.execute(delete(TryCount).where(TryCount.failed_at < wall - KEPT))


def _key(kind: str, subject: str) -> bytes:
    return sealing.keyring().index(subject, kind=f"try-{kind}")
