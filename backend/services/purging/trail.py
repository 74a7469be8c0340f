"""The oldest part of the audit trail goes when its period is over; what is left stays a whole chain (Q-69, S-25).

A statement in the trail itself, which only we can mark, says where the cut is and which hash stands there: a beginning
that was cut off by anybody else is found by `audit_chain.verify`.
"""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Engine, func, insert, select
from sqlalchemy import text as sql
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from backend.db import audit_marks
from backend.db.audit_marks import Said
from backend.db.models import AuditEntry, AuditLink
from backend.db.session import become_owner, lock_name, transaction
from backend.services import audit_chain, lifecycle

BATCH = 5000
TRIGGER = "only_ever_added"
TABLES = ("audit_links", "audit_entries")  # in the sequence in which rows may go


def count(session: Session, before: datetime) -> int:
    """Return how many places are past their period; the place at the cut stays."""
    first, last = _ends(session, before, most=None)
    return max(last - first, 0)


def cut(engine: Engine, before: datetime, *, actor: str, now: datetime) -> tuple[int, bool]:
    """Cut off what was linked before a moment; return how many places went, and whether the right to was missing."""
    total = 0
    try:
        while True:
            with transaction(engine) as session:
                gone = _cut_batch(session, before, actor=actor, now=now)
            total += gone
            if gone < BATCH:
                return total, False
    except ProgrammingError:  # not the owner of the tables
        return total, True


def _ends(session: Session, before: datetime, *, most: int | None) -> tuple[int, int]:
    """Return the first place, and the last one that is past its period."""
    first = session.scalar(select(func.min(AuditLink.position))) or 0
    over = select(func.max(AuditLink.position)).where(AuditLink.linked_at < before)
    last = session.scalar(over if most is None else over.where(AuditLink.position <= first + most)) or 0
    return first, last


def _cut_batch(session: Session, before: datetime, *, actor: str, now: datetime) -> int:
    lock_name(session, audit_chain.CUTS)
    lock_name(session, audit_chain.LOCK)
    first, last = _ends(session, before, most=BATCH)
    if last <= first:
        return 0
    base = session.scalars(select(AuditLink).where(AuditLink.position == last)).one()
    _note_generations_again(session, last, now=now)
    facts: lifecycle.Facts = {"position": last, "hash": base.hash.hex()}
    lifecycle.record(session, "audit", None, audit_chain.CUT, actor=actor, now=now, facts=facts)
    session.flush()
    become_owner(session.connection())
    for table in TABLES:
        session.execute(sql(f"ALTER TABLE {table} DISABLE TRIGGER {TRIGGER}"))
    gone = session.execute(sql("DELETE FROM audit_links WHERE position < :last RETURNING entry_id"), {"last": last})
    session.execute(sql("DELETE FROM audit_entries WHERE id = ANY(:ids)"), {"ids": [row.entry_id for row in gone]})
    for table in TABLES:
        session.execute(sql(f"ALTER TABLE {table} ENABLE TRIGGER {TRIGGER}"))
    return last - first


def _note_generations_again(session: Session, last: int, *, now: datetime) -> None:
    """Say anew how often a row's sealed columns were written, where only the part that goes says so."""
    query = sql(
        "SELECT e.object_kind, e.object_id, max((e.facts->>'generation')::int) AS generation "
        "FROM audit_entries e LEFT JOIN audit_links l ON l.entry_id = e.id "
        "WHERE e.action = :action GROUP BY e.object_kind, e.object_id "
        "HAVING bool_and(coalesce(l.position < :last, false))"
    )
    for row in session.execute(query, {"action": audit_marks.ROW_SEALED, "last": last}).all():
        facts: lifecycle.Facts = {"generation": row.generation}
        said = Said(now, "row", audit_marks.ROW_SEALED, row.object_kind, row.object_id, facts)
        session.execute(insert(AuditEntry).values(**asdict(said), mark=audit_marks.make(said.line())))
