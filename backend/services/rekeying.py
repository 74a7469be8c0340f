"""A key is changed while people book (S-06; security.md 5.3): small batches, resumable, the old key forgotten at last.

1. The next key is written to the keyring, unused, until every process knows it. 2. It becomes the active one.
3. Who was still writing with the old one ends. 4. What the old one made is made anew, in small batches that wait for
nobody and come back for what somebody holds. 5. When nothing of the old one is left, it goes. Killed anywhere, the next
start finds in keyring and tables how far it came.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Engine, Table, and_, cast, func, inspect, literal, or_, select, update
from sqlalchemy import String as Text
from sqlalchemy import text as sql
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.clock import wall
from backend.db import sealing, seals
from backend.db.keyring import VERSION, Keyring, KeySet
from backend.db.models import Base, LineUser, Rider
from backend.db.models.base import HasSealed, Sealed
from backend.db.session import transaction

BATCH = 200  # rows of a batch at most, and bytes of theirs: a picture is as large as ten thousand names
BATCH_BYTES = 4_000_000
PAUSE_S = 0.01
FIELD, INDEX = "field", "index"
ATTRIBUTES = {"field": "field", "index": "index_keys", "audit": "audit", "session": "session", "backup": "backup"}
# Who a value is found by: the sealed column it is computed from, and under which name.
INDEXES = ((Rider, "phone", "phone_index", "phone"), (LineUser, "user_id", "user_id_index", "line"))

Say = Callable[[str], object]


@dataclass(slots=True)
class Outcome:
    """What a change of key did. ``unreadable`` names rows by table and id: no key opens them."""

    written: int = 0
    unreadable: list[str] = field(default_factory=list)


def change(engine: Engine, path: Path, *, purpose: str, settle_s: float, say: Say = lambda _line: None) -> Outcome:
    """Give ``purpose`` a new key and return what was done; the old key is gone unless values stayed unreadable.

    ``settle_s`` is how long every process has to notice a changed keyring.
    """
    _activate(path, purpose, settle_s=settle_s, say=say)
    outcome = Outcome()
    if purpose in {FIELD, INDEX}:
        _wait_for_writers(engine, say=say)
        say(f"{purpose}: nobody writes with another key")
        rounds = _reseal_all if purpose == FIELD else _reindex_all
        while rounds(engine, outcome) > 0:
            say(f"written anew: {outcome.written}")
            time.sleep(min(settle_s, 1.0))
    if outcome.unreadable or purpose == "audit":
        return outcome  # the trail needs its old keys to be checked
    ring = sealing.load(path)
    keys = _key_set(ring, purpose)
    done = _with(ring, purpose, keys.only(keys.active))
    sealing.write(path, replace(done, takes_first_version=ring.takes_first_version and purpose != FIELD))
    sealing.install(sealing.load(path), path)
    say(f"{purpose}: key {keys.active} alone")
    return outcome


def _activate(path: Path, purpose: str, *, settle_s: float, say: Say) -> None:
    """Make a new key the active one; one that was made before, when we were stopped, is taken up."""
    keys = _key_set(sealing.load(path), purpose)
    if keys.active == max(keys.keys) and (len(keys.keys) == 1 or purpose == "audit"):
        ring = sealing.load(path)
        sealing.write(path, _with(ring, purpose, keys.with_next(born=wall().date().isoformat())))
        say(f"{purpose}: key {keys.next_id} made")
        time.sleep(settle_s)
    ring = sealing.load(path)
    keys = _key_set(ring, purpose)
    newest = max(keys.keys)
    if keys.active != newest:
        sealing.write(path, _with(ring, purpose, keys.with_active(newest)))
        say(f"{purpose}: key {newest} in use")
        sealing.install(sealing.load(path), path)
        time.sleep(settle_s)
    sealing.install(sealing.load(path), path)


def _wait_for_writers(engine: Engine, *, say: Say) -> None:
    """Wait until nobody writes any more who began before the key was in use: the old one may be in their rows."""
    with transaction(engine) as session:
        newest = session.scalars(sql("SELECT pg_current_xact_id()::text::bigint")).one()
    oldest = sql("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    is_told = False
    while True:
        with transaction(engine) as session:
            if session.scalars(oldest).one() > newest:
                return
        if not is_told:
            say("waiting for who began to write before")
            is_told = True
        time.sleep(PAUSE_S)


def _reseal_all(engine: Engine, outcome: Outcome) -> int:
    """Seal anew what is not sealed with the active key; return how many rows that can be read there were."""
    outcome.unreadable.clear()
    return sum(_in_batches(engine, model, _reseal_batch, outcome) for model in sealed_models())


def _reindex_all(engine: Engine, outcome: Outcome) -> int:
    """Compute anew by what riders and accounts are found; return how many rows were another."""
    outcome.unreadable.clear()
    return sum(_in_batches(engine, model, _reindex_batch, outcome) for model, *_ in INDEXES)


def sealed_models() -> list[type[HasSealed]]:
    """Return the tables with sealed columns."""
    return [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, HasSealed)]


def columns_of(model: type[HasSealed]) -> list[str]:
    """Return the names of a table's sealed columns."""
    return [name for each in model.__mro__ for name, value in vars(each).items() if isinstance(value, Sealed)]


Batch = Callable[[Session, type[HasSealed], int, Outcome], tuple[int, int | None]]


def _in_batches(engine: Engine, model: type[HasSealed], work: Batch, outcome: Outcome) -> int:
    """Do ``work`` on a table in small transactions; return how many rows asked for it."""
    found, after = 0, 0
    while True:
        with transaction(engine) as session:
            more, last = work(session, model, after, outcome)
        found += more
        if last is None:
            return found
        after = last
        time.sleep(PAUSE_S)


def _reseal_batch(session: Session, model: type[HasSealed], after: int, outcome: Outcome) -> tuple[int, int | None]:
    """Seal some rows anew, without counting it as a change: nobody's form goes stale by it.

    Returns how many were found, but for those that no key opens: a row that somebody holds is found again next time.
    """
    ring = sealing.keyring()
    table = _table_of(model)
    columns = columns_of(model)
    is_old = or_(
        *(_is_sealed_by_another(getattr(model, f"{name}_sealed"), ring.field.active) for name in columns),
        ~cast(table.c.seal_generations, Text).like(f'%"": "{ring.field.active}.%'),
    )
    size = sum((func.coalesce(func.octet_length(table.c[f"{name}_sealed"]), 0) for name in columns), start=literal(0))
    sizes = select(table.c.id, size).where(table.c.id > after, is_old).order_by(table.c.id).limit(BATCH)
    ids = _of_some_bytes((int(row[0]), int(row[1])) for row in session.execute(sizes))
    query = select(model).where(table.c.id.in_(ids), is_old).order_by(table.c.id)
    found = len(ids)
    for row in session.scalars(query.with_for_update(skip_locked=True)):
        values = _sealed_anew(row, columns)
        if values is None:
            outcome.unreadable.append(f"{table.name} {_id_of(row)}")
            found -= 1
            continue
        session.execute(update(table).where(table.c.id == _id_of(row)).values(**values))
        outcome.written += 1
    session.expunge_all()
    return found, ids[-1] if ids else None


def _of_some_bytes(sizes: Iterable[tuple[int, int]]) -> list[int]:
    """Return the first of some rows, given by id and bytes, that a batch may hold; one at least."""
    ids: list[int] = []
    total = 0
    for row_id, size in sizes:
        total += size
        if ids and total > BATCH_BYTES:
            break
        ids.append(row_id)
    return ids


def _sealed_anew(row: HasSealed, columns: list[str]) -> dict[str, object] | None:
    """Return the row's columns under the active key, their generations unchanged; None when one does not open."""
    ring = sealing.keyring()
    numbers = seals.numbers_of(row)
    values: dict[str, object] = {}
    try:
        for name in columns:
            plain = seals.read(row, name)
            if plain:
                numbers[name] = numbers.get(name) or 1
                values[f"{name}_sealed"] = ring.seal(plain, place=seals.place_of(row, name, numbers[name]))
    except sealing.UnreadableError:
        return None
    return values | {"seal_generations": seals.marked(row, numbers)}


def _reindex_batch(session: Session, model: type[HasSealed], after: int, outcome: Outcome) -> tuple[int, int | None]:
    """Compute some rows' index anew from the value that it stands for."""
    ring = sealing.keyring()
    _, name, column, kind = next(each for each in INDEXES if each[0] is model)
    table = _table_of(model)
    query = select(model).where(table.c.id > after, table.c[column].is_not(None)).order_by(table.c.id).limit(BATCH)
    rows = list(session.scalars(query.with_for_update()))
    changed = 0
    for row in rows:
        try:
            index = ring.index(seals.read(row, name), kind=kind)
        except sealing.UnreadableError:
            outcome.unreadable.append(f"{table.name} {_id_of(row)}")
            continue
        if index != getattr(row, column):
            session.execute(update(table).where(table.c.id == _id_of(row)).values({column: index}))
            changed += 1
    outcome.written += changed
    session.expunge_all()
    return changed, _id_of(rows[-1]) if rows else None


def _is_sealed_by_another(column: InstrumentedAttribute[bytes | None], active: int) -> ColumnElement[bool]:
    head = func.substr(column, 1, 2)  # of a picture, nothing else is read
    is_current = and_(func.get_byte(head, 0) == VERSION, func.get_byte(head, 1) == active)
    return and_(column.is_not(None), ~is_current)


def _table_of(model: type[HasSealed]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)
    return table


def _id_of(row: object) -> int:
    return int(getattr(row, "id"))  # noqa: B009 -- every table with sealed columns has one


def _key_set(ring: Keyring, purpose: str) -> KeySet:
    found: KeySet = getattr(ring, ATTRIBUTES[purpose])
    return found


def _with(ring: Keyring, purpose: str, keys: KeySet) -> Keyring:
    changed: Any = {ATTRIBUTES[purpose]: keys}
    return replace(ring, **changed)


def leftovers(engine: Engine, key_id: int) -> Iterator[str]:
    """Return the tables in which something is still sealed with a key."""
    for model in sealed_models():
        for name in columns_of(model):
            column = getattr(model, f"{name}_sealed")
            with transaction(engine) as session:
                query = select(func.count()).where(column.is_not(None), func.get_byte(column, 1) == key_id)
                if session.scalar(query):
                    yield f"{_table_of(model).name}.{name}"
