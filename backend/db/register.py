"""The register of what is kept of persons: why, how secret, for how long (P-01, S-26).

Which columns are personal is read from the tables themselves: all of the schema ``personal``, everything sealed, every
number that leads to a rider, a LINE account or a member of staff, and every actor. A table of which that is true and
that no file of the register names fails a test. Texts of files and columns stand in the locales.

The class decides what may be done with a file: what is above `EXPORTED` never leaves as a file, and what is of class 2
or 3 has a period of keeping.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, MetaData, Table

from backend.db.models import Base
from backend.domain.policies.retention import ANSWER, CASE, LOG, MEMBER, RECORD, RIDE

SECRET, INNER, OPEN = 3, 2, 1  # 機密性: 要配慮になりうる・漏れると害が大きい / 業務で扱う / 公にできる
EXPORTED = OPEN
CONTRACT = "contract"  # kept until the contract ends (C-16), or until it is entered anew
DRAFT = "draft"  # gone by itself within the hour or the day
OWNERS = frozenset({"riders", "line_users", "staff"})
ACTORS = frozenset({"actor", "by"})
TECHNICAL = frozenset({"id", "public_id", "key", "version", "seal_id", "seal_generations"})
PERSONAL_SCHEMA = "personal"


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """A personal information file (個人情報ファイル): its tables by name, its class and its periods of keeping."""

    name: str
    confidentiality: int
    tables: tuple[str, ...]
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One personal column: where it lies, and whether it is sealed, a keyed hash, or as it is."""

    table: str
    column: str
    kind: str


FILES = (
    PersonalFile("members", SECRET, ("riders", "consents", "favourites"), (MEMBER, ANSWER)),
    PersonalFile("bookings", SECRET, ("bookings", "refused_wishes"), (RIDE,)),
    PersonalFile("notices", SECRET, ("notifications", "call_tasks"), (RIDE,)),
    PersonalFile("line_accounts", SECRET, ("line_users", "run_follows"), (MEMBER,)),
    PersonalFile("talks", SECRET, ("line_events", "drafts", "form_links", "link_codes"), (RIDE,)),
    PersonalFile("sales", INNER, ("sales", "batches", "coupon_uses"), (RIDE,)),
    PersonalFile("money", INNER, ("fare_records", "cash_counts", "cost_entries", "reports"), (RECORD,)),
    PersonalFile("cases", SECRET, ("cases",), (CASE,)),
    PersonalFile("incidents", SECRET, ("incidents", "incident_notes", "incident_photos"), (RECORD,)),
    PersonalFile("contacts", INNER, ("contacts",), (CONTRACT,)),
    PersonalFile("desk_talks", INNER, ("driver_messages",), (RIDE,)),
    PersonalFile(
        "staff",
        SECRET,
        ("staff", "passkeys", "recovery_codes", "known_browsers", "staff_acts", "staff_notices", "machine_answers"),
        (LOG,),
    ),
    PersonalFile(
        "work",
        INNER,
        (
            "duties",
            "duty_patterns",
            "terminal_events",
            "delay_reports",
            "head_counts",
            "left_behind",
            "substitutions",
            "acceptance_stops",
            "timetable_versions",
        ),
        (CONTRACT,),
    ),
    PersonalFile(
        "trail",
        SECRET,
        (
            "audit_entries",
            "staff_sessions",
            "work_sessions",
            "devices",
            "staff_networks",
            "emergency_switches",
            "retention_terms",
        ),
        (LOG,),
    ),
)


def file_of(table: str) -> PersonalFile | None:
    """Return the file that a table belongs to, or None when the register does not name it."""
    return next((each for each in FILES if table in each.tables), None)


def items(tables: MetaData = Base.metadata) -> list[Item]:
    """Return every personal column of the database as the tables say it, in their sequence."""
    found = []
    for table in tables.sorted_tables:
        kinds = {column.name: kind_of(table, column) for column in table.columns}
        found += [Item(table.name, name, kind) for name, kind in kinds.items() if kind]
    return found


def items_of(file: PersonalFile) -> Mapping[str, tuple[Item, ...]]:
    """Return the personal columns of a file by table."""
    every = items()
    return {table: tuple(each for each in every if each.table == table) for table in file.tables}


def kind_of(table: Table, column: Column[object]) -> str:
    """Return how a personal column is kept: sealed, index, link, actor or plain; empty for one that is not personal."""
    name = column.name
    if name.endswith("_sealed"):
        return "sealed"
    if name.endswith(("_index", "_hash")) and table.name != "audit_links":
        return "index"
    if any(key.column.table.name in OWNERS for key in column.foreign_keys):
        return "link"
    if name in ACTORS or name.endswith("_by"):
        return "actor"
    is_own = table.schema == PERSONAL_SCHEMA and name not in TECHNICAL and not column.foreign_keys
    return "plain" if is_own else ""
