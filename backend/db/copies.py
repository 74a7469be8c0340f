"""Whole tables as text, out of a database and into one: PostgreSQL's own COPY, through the driver (decision 0030).

What comes out is the same for the same rows, whatever server, session or version it comes from.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from backend.db.sealed_chunks import ArchiveError

SCHEMAS = ["public", "personal"]
BLOCK_BYTES = 256 * 1024
HASHES = 2**256
SAME_EVERYWHERE = (
    *("SET LOCAL datestyle = 'ISO, YMD'", "SET LOCAL intervalstyle = 'postgres'", "SET LOCAL timezone = 'UTC'"),
    *("SET LOCAL bytea_output = 'hex'", "SET LOCAL extra_float_digits = 1", "SET LOCAL client_encoding = 'UTF8'"),
    "SET LOCAL statement_timeout = 0",
)

_SHAPES = text("""
SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = ANY(:schemas) AND c.relkind = 'r' AND c.relname <> 'alembic_version'
AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
GROUP BY n.nspname, c.relname ORDER BY n.nspname, c.relname
""")
_SEQUENCES = text(
    "SELECT schemaname || '.' || sequencename AS name, last_value FROM pg_sequences "
    "WHERE schemaname = ANY(:schemas) AND last_value IS NOT NULL ORDER BY name"
)
_TIES = text(
    "SELECT conrelid::regclass::text AS owner, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS rule "
    "FROM pg_constraint WHERE contype = 'f' AND connamespace = ANY(SELECT oid FROM pg_namespace "
    "WHERE nspname = ANY(:schemas)) ORDER BY owner, name"
)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table and its columns by name."""

    schema: str
    name: str
    columns: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Return the name with its schema."""
        return f"{self.schema}.{self.name}"


@dataclass(slots=True)
class Tally:
    """How many rows a table has, and a hash over them that does not depend on their sequence: the sum of the rows'."""

    rows: int = 0
    total: int = 0

    def add(self, block: bytes) -> None:
        """Count the rows of a block."""
        rows = block.split(b"\n")[:-1]  # line breaks within a value are escaped
        self.rows += len(rows)
        self.total += sum(int.from_bytes(sha256(row).digest(), "big") for row in rows)

    @property
    def hash(self) -> str:
        """Return the hash, in hex."""
        return f"{self.total % HASHES:064x}"


@dataclass(frozen=True, slots=True)
class Tie:
    """A foreign key: which table has it, its name, what it says."""

    owner: str
    name: str
    rule: str


def prepare(connection: Connection) -> None:
    """Let rows be written the same way everywhere, and take as long as they take, until the transaction ends."""
    for statement in SAME_EVERYWHERE:
        connection.execute(text(statement))


def shapes(connection: Connection) -> list[TableShape]:
    """Return the tables that are there, in both schemas; extensions' own are none of ours."""
    found = connection.execute(_SHAPES, {"schemas": SCHEMAS})
    return [TableShape(row.nspname, row.relname, tuple(row.columns)) for row in found]


def has_rows(connection: Connection) -> bool:
    """Tell whether any table holds a row."""
    questions = [sql.SQL("SELECT FROM {}").format(_named(each)) for each in shapes(connection)]
    with _cursor(connection) as cursor:
        return any(cursor.execute(each + sql.SQL(" LIMIT 1")).fetchone() is not None for each in questions)


def copy_out(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    """Return all rows of a table in blocks of whole rows."""
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(_named(shape), _columns(shape))
    block = bytearray()
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        for row in copy:  # the server sends one row at a time
            block += row
            if len(block) >= BLOCK_BYTES:
                yield bytes(block)
                block.clear()
    if block:
        yield bytes(block)


def copy_in(connection: Connection, shape: TableShape, blocks: Iterable[bytes]) -> None:
    """Add rows to a table."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(_named(shape), _columns(shape))
    with _cursor(connection) as cursor, cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block)


def tally(connection: Connection, shape: TableShape) -> Tally:
    """Return the count and hash of a table's rows."""
    counted = Tally()
    for block in copy_out(connection, shape):
        counted.add(block)
    return counted


def sequences(connection: Connection) -> dict[str, int]:
    """Return the last number that each sequence gave; those that gave none are left out."""
    found = connection.execute(_SEQUENCES, {"schemas": SCHEMAS})
    return {str(row.name): int(row.last_value) for row in found}


def set_sequences(connection: Connection, numbers: Mapping[str, int]) -> None:
    """Let each sequence go on after a number."""
    for name, number in numbers.items():
        schema, _, sequence = name.partition(".")
        connection.execute(
            text("SELECT setval(format('%I.%I', CAST(:schema AS text), CAST(:name AS text))::regclass, :number)"),
            {"schema": schema, "name": sequence, "number": number},
        )


def untie(connection: Connection) -> list[Tie]:
    """Take the foreign keys away and return them: tables can then be filled in any sequence, and each once."""
    found = [Tie(*row) for row in connection.execute(_TIES, {"schemas": SCHEMAS})]
    for tie in found:
        connection.execute(text(f"ALTER TABLE {tie.owner} DROP CONSTRAINT {tie.name}"))
    return found


def tie(connection: Connection, ties: Iterable[Tie]) -> None:
    """Put foreign keys back; what they forbid raises `IntegrityError`."""
    for each in ties:
        connection.execute(text(f"ALTER TABLE {each.owner} ADD CONSTRAINT {each.name} {each.rule}"))


def drop_all(connection: Connection) -> None:
    """Drop all tables of both schemas, and what the migrations made beside them."""
    with _cursor(connection) as cursor:
        for each in shapes(connection):
            cursor.execute(sql.SQL("DROP TABLE {} CASCADE").format(_named(each)))
    connection.execute(text("DROP TABLE IF EXISTS public.alembic_version"))
    connection.execute(text("DROP FUNCTION IF EXISTS public.only_ever_added()"))


def _named(shape: TableShape) -> sql.Identifier:
    return sql.Identifier(shape.schema, shape.name)


def _columns(shape: TableShape) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, shape.columns))


@contextlib.contextmanager
def _cursor(connection: Connection) -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    """Give the driver's own cursor. Of its errors only the kind is told: their words may quote a value."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        with driver.cursor() as cursor:
            yield cursor
    except psycopg.Error as error:
        raise ArchiveError(f"the database did not do it: {type(error).__name__}") from error
