"""Backups in tests: a place to put them, an empty database beside, and a comparison that shares no code with ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import psycopg
from sqlalchemy import Engine

from backend import embedded
from backend.clock import wall
from backend.db import erasures, sealing
from backend.db.session import make_engine
from backend.services import backups

RESTORE_WRITES = {"public.audit_entries"}  # the restore itself is noted in the trail


@dataclass(frozen=True)
class Place:
    """A folder of backups with its ledger, and the keyring's file."""

    plan: backups.Plan
    keyring: Path

    def make(self, engine: Engine, *, at: datetime | None = None) -> Path:
        """Return the path of a fresh backup."""
        return backups.make(engine, sealing.keyring(), self.plan, wall=at or wall()).path

    def restore(self, engine: Engine, path: Path, *, is_replacing: bool = False, **options) -> backups.Restored:
        """Bring a backup back as the command does."""
        checked = backups.check(path, sealing.keyring(), keep_days=options.pop("keep_days", None), wall=wall())
        erased = erasures.read(self.plan.ledger).erased
        wanted = backups.Wanted(erased, self.plan.spool, is_replacing, wall())
        return backups.restore(engine, sealing.keyring(), checked, replace(wanted, **options))


def make_place(folder: Path) -> Place:
    """Return a place to put backups, with a keyring of its own in use and a ledger that learns of erasures."""
    keyring = folder / "keys" / "keyring.json"
    sealing.install(sealing.load_or_create(keyring), keyring)
    plan = backups.Plan(folder / "backups", 14, folder / "backups" / "erased.jsonl", folder / "spool", "town.example")
    erasures.install(plan.ledger)
    return Place(plan, keyring)


@contextmanager
def empty_database(server: embedded.Postgres, name: str) -> Iterator[Engine]:
    """Give an engine on a database without any tables."""
    server.create_database(name)
    engine = make_engine(server.url(name))
    try:
        yield engine
    finally:
        engine.dispose()
        server.drop_database(name)


def state_of(engine: Engine) -> dict[str, tuple[int, str]]:
    """Return how many rows each table has, with a hash over them, asked of the database itself."""
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    found = {}
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT quote_ident(schemaname), quote_ident(tablename) FROM pg_tables "
            "WHERE schemaname IN ('public', 'personal') ORDER BY 1, 2"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(f"SELECT row_to_json(t)::text FROM {schema}.{table} t").fetchall()
            lines = sorted(row for (row,) in rows)
            found[f"{schema}.{table}"] = len(lines), sha256("\n".join(lines).encode()).hexdigest()
    return found


def differences(before: dict, after: dict, *, but: set[str] = RESTORE_WRITES) -> set[str]:
    """Return the tables that are not the same."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} - but
