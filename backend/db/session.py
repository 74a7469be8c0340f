"""One outside event, one transaction. Doors open it; nothing below a door commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import Session

from backend.db import erasures, roles
from backend.db.roles import become_owner, open_schema

__all__ = [
    "become_owner",
    "lock_name",
    "make_engine",
    "note_erased",
    "open_schema",
    "tell_after_commit",
    "transaction",
]

LOCK_TIMEOUT_MS = 5000
STATEMENT_TIMEOUT_MS = 15000
ERASED = "erased"  # what a session's work erases, noted outside the database once it is committed


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """Return the engine for ``url``. Nothing waits for a lock or a statement for ever.

    Its connections work in the application's role, which can add to the audit trail and read it, no more (S-25).
    """
    timeouts = f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,  # a statement's values stand in no trace
        connect_args={"options": timeouts, "application_name": "noriai"},
    )
    event.listen(engine, "connect", roles.take)
    return engine


_heralds: list[Callable[[int], None]] = []


def tell_after_commit(herald: Callable[[int], None]) -> None:
    """Let ``herald`` know each outbox row that a transaction owed, once it is committed."""
    _heralds[:] = [herald]


def note_erased(session: Session, erased: erasures.Erased) -> None:
    """Have an erasure noted in the ledger outside the database as soon as it is committed."""
    session.info.setdefault(ERASED, []).append(erased)


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Open the session of one outside event: committed at the end, rolled back by an exception."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
    erasures.note(session.info.get(ERASED, ()))
    for notification_id in session.info.get("owed", ()):
        for herald in _heralds:
            herald(notification_id)


def lock_name(session: Session, name: str) -> None:
    """Wait until nobody else holds the lock ``name`` in an open transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
