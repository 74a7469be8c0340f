"""The chain of the audit trail: linked a moment after each act, anchored outside the database, checked (S-25, T20).

The trail is written by the acts themselves, without waiting for one another. The sweeper links what is new, outside
every lock of a booking. The last position is written every minute to a file elsewhere: with it also a tail that was
cut off, or a chain that was written anew as a whole, is found.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Row, insert, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from backend.db import audit_marks
from backend.db.models import AuditLink
from backend.db.session import lock_name

LOCK = "noriai.audit"
CUTS = "noriai.audit.cuts"  # held while the beginning is cut off, so that nobody checks half a cut
CUT = "audit.cut"  # says where the trail begins since its oldest part is past its period of keeping
MOST_LINKED = 5000
LATE_IDS = 20_000  # an act may be committed after many later ones
MOST_NAMED = 20
FETCHED = 5000
TAIL_BYTES = 1_000_000

_UNLINKED = sql(
    f"SELECT e.id, {audit_marks.LINE} AS line, e.mark FROM audit_entries e "  # noqa: S608 -- constants of ours
    "WHERE e.id > (SELECT coalesce(max(entry_id), 0) FROM audit_links) - :late "
    "AND NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = e.id) ORDER BY e.id LIMIT :most"
)
_CHAIN = sql(
    f"SELECT l.position, l.entry_id, l.hash, {audit_marks.LINKED_US} AS linked_us, e.mark, "  # noqa: S608 -- as above
    f"CASE WHEN e.id IS NULL THEN NULL ELSE {audit_marks.LINE} END AS line "
    "FROM audit_links l LEFT JOIN audit_entries e ON e.id = l.entry_id WHERE l.position > :after ORDER BY l.position"
)
_FORGED = sql(
    f"SELECT e.id, {audit_marks.LINE} AS line, e.mark, "  # noqa: S608 -- as above
    "EXISTS (SELECT FROM audit_entries o WHERE o.mark = e.mark AND o.id <> e.id) AS is_copy FROM audit_entries e "
    "WHERE NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = e.id) ORDER BY e.id LIMIT :most"
)

_STATED = sql(
    f"SELECT {audit_marks.LINE} AS line, e.mark FROM audit_entries e WHERE e.action = :action "  # noqa: S608 -- as above
    "AND e.facts->>'position' = :position AND e.facts->>'hash' = :hash"
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain at a moment, kept outside the database."""

    at: str
    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the trail that is not as it was written. ``position`` is 0 for what stands in no place."""

    position: int
    what: str


def link(session: Session, *, now: datetime) -> int:
    """Give the acts that are new their places in the chain; return how many. One process at a time does it.

    What nobody of us wrote gets no place: `verify` names it.
    """
    lock_name(session, LOCK)
    position, before = _end(session)
    made: list[dict[str, object]] = []
    for row in session.execute(_UNLINKED, {"late": LATE_IDS, "most": MOST_LINKED}):
        if not (audit_marks.is_ours(row.line, row.mark) or (position == len(made) and not row.mark)):
            continue  # entries from before there were marks may stand at the beginning only
        place = _place(position + 1, audit_marks.microseconds(now), row.id)
        before = audit_marks.link(before, place, _content(row.line, row.mark))
        position += 1
        made.append({"position": position, "entry_id": row.id, "hash": before, "linked_at": now})
    if made:
        session.execute(insert(AuditLink), made)
    return len(made)


def anchor(session: Session, path: Path, *, now: datetime) -> Anchor | None:
    """Write the end of the chain to the file of anchors, when it has moved since; return what was written."""
    position, hash_ = _end(session)
    last = last_anchor(path)
    if not position or (last and last.position == position):
        return None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Anchor(now.isoformat(), position, hash_.hex())
    line = json.dumps({"at": made.at, "position": made.position, "hash": made.hash}) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return made


def last_anchor(path: Path) -> Anchor | None:
    """Return the newest anchor, as reports print it; None before the first."""
    found = list(anchors(path, newest_bytes=1000))
    return found[-1] if found else None


def anchors(path: Path, *, newest_bytes: int = TAIL_BYTES) -> Iterator[Anchor]:
    """Return the anchors in the order in which they were written; of a long file its end."""
    if not path.exists():
        return
    with path.open("rb") as file:
        length = file.seek(0, os.SEEK_END)
        file.seek(max(length - newest_bytes, 0))
        if length > newest_bytes:
            file.readline()  # half a line
        for line in file:
            try:
                content = json.loads(line)
                yield Anchor(str(content["at"]), int(content["position"]), str(content["hash"]))
            except (ValueError, KeyError, TypeError):
                continue  # a line cut by a power failure


def put_aside(path: Path, *, after: int, wall: datetime) -> Path | None:
    """Keep the anchors up to a place only, since the chain ends there after a restore; None when there is no later one.

    The file as it was stays beside it, under the name that is returned: it tells what was lost.
    """
    found = list(anchors(path, newest_bytes=path.stat().st_size)) if path.exists() else []
    if all(each.position <= after for each in found):
        return None
    kept = "".join(json.dumps(asdict(each)) + "\n" for each in found if each.position <= after)
    aside = path.with_name(f"{path.name}.before-{wall:%Y%m%dT%H%M%SZ}")
    half = path.with_name(f"{path.name}.half")
    half.touch(mode=0o600)
    half.write_text(kept, encoding="utf-8")
    path.rename(aside)
    half.rename(path)
    return aside


def verify(session: Session, path: Path | None, *, newest: int | None = None) -> list[Fault]:
    """Return what is wrong with the trail, the first bad position first: edits, deletions, swaps, insertions, cuts.

    ``newest`` looks at the last so many places only. Without ``path`` a cut tail cannot be seen.
    """
    session.execute(sql("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))"), {"name": CUTS})
    end, _ = _end(session)
    faults: list[Fault] = []
    start = max(_beginning(session, faults), end - newest if newest else 0)
    hashes = dict(_walk(session, start, faults))
    faults += [
        Fault(each.position, "chain was written anew" if each.position in hashes else "cut off here or before")
        for each in (anchors(path) if path else ())
        if each.position > start and hashes.get(each.position) != each.hash
    ]
    for row in session.execute(_FORGED, {"most": FETCHED}):
        if not audit_marks.is_ours(row.line, row.mark):
            faults.append(Fault(0, f"entry {row.id} was not written by the application"))
        elif row.is_copy:
            faults.append(Fault(0, f"entry {row.id} was copied"))
    if not newest:
        faults += _put_back(session)
    return sorted(faults, key=lambda each: each.position or end + 1)[:MOST_NAMED]


def _beginning(session: Session, faults: list[Fault]) -> int:
    """Return the place after which the chain is checked: 0, or that of the last cut, which a marked entry states.

    A beginning that is missing without such a statement is a fault.
    """
    base = session.scalars(select(AuditLink).order_by(AuditLink.position).limit(1)).one_or_none()
    if base is None or base.position == 1:
        return 0
    stated = {"action": CUT, "position": str(base.position), "hash": base.hash.hex()}
    if not any(audit_marks.is_ours(row.line, row.mark) for row in session.execute(_STATED, stated)):
        faults.append(Fault(1, "place is missing"))
    return base.position


def _walk(session: Session, start: int, faults: list[Fault]) -> Iterator[tuple[int, str]]:
    """Return the hashes by position from ``start`` on, noting what does not fit. The first fault ends the walk."""
    before = session.scalar(select(AuditLink.hash).where(AuditLink.position == start)) or b""
    expected = start + 1
    chain = session.execute(_CHAIN, {"after": start}, execution_options={"yield_per": FETCHED})
    seen: set[bytes] = set()
    for row in chain:
        fault = _fault_at(row, expected, before)
        if fault is None and row.mark in seen:
            fault = "entry was copied"
        if fault:
            faults.append(Fault(expected, fault))
            chain.close()
            return
        before, expected = row.hash, expected + 1
        seen.update([row.mark] if row.mark else [])
        yield row.position, before.hex()


def _fault_at(row: Row[tuple[object, ...]], expected: int, before: bytes) -> str | None:
    if row.position != expected:
        return "place is missing"
    if row.line is None:
        return "entry is missing"
    place = _place(row.position, row.linked_us, row.entry_id)
    if not audit_marks.is_linked(row.hash, before, place, _content(row.line, row.mark)):
        return "entry or place was changed"
    return None


def _put_back(session: Session) -> list[Fault]:
    """Return the rows whose sealed columns are older than the trail says: somebody put a whole row back."""
    # Facts that somebody changed may hold anything: the walk names such an entry, and the check must get to its end.
    query = sql(
        "SELECT object_kind, object_id, max(CASE WHEN facts->>'generation' ~ '^[0-9]{1,9}$' "
        "THEN (facts->>'generation')::int ELSE 0 END) AS generation "
        "FROM audit_entries WHERE action = :action GROUP BY object_kind, object_id"
    )
    wanted: dict[str, dict[int, int]] = {}
    for row in session.execute(query, {"action": audit_marks.ROW_SEALED}):
        wanted.setdefault(row.object_kind, {})[row.object_id] = row.generation
    faults = []
    for table in AuditLink.metadata.sorted_tables:
        known = wanted.get(table.name, {})
        if not known or "seal_generations" not in table.c:
            continue
        for row_id, generations in session.execute(select(table.c.id, table.c.seal_generations)):
            numbers = generations.values() if isinstance(generations, dict) else ()
            total = sum(abs(each) for each in numbers if isinstance(each, int))
            if total < known.get(row_id, 0):
                faults.append(Fault(0, f"row {row_id} of {table.name} was put back to an older state"))
    return faults


def _end(session: Session) -> tuple[int, bytes]:
    """Return the last position and its hash."""
    query = select(AuditLink.position, AuditLink.hash).order_by(AuditLink.position.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return (row.position, row.hash) if row else (0, b"")


def _place(position: int, linked_us: int, entry_id: int) -> str:
    return f"{position}:{linked_us}:{entry_id}:"


def _content(line: str, mark: bytes) -> bytes:
    return mark + line.encode()


def length(session: Session) -> int:
    """Return how many places the chain has."""
    return _end(session)[0]
