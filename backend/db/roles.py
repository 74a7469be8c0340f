"""The database role that the application works in: it may only add to the audit trail, and read it (S-25, T20).

The migration is done by who signs in to the database; the application gives that right up on every connection. Where
the database gives it a sign-in of its own (a member of the role, not the owner), it cannot take it back either.
"""

from typing import Any

from sqlalchemy import Connection, text

APPLICATION = "noriai_app"
APPEND_ONLY = ("audit_entries", "audit_links")
SCHEMAS = ("public", "personal")

_MAKE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION}') THEN
    CREATE ROLE {APPLICATION} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
END $$
"""
_MAY_GRANT = """
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name) AND NOT EXISTS (
  SELECT FROM pg_class WHERE relnamespace IN ('public'::regnamespace, 'personal'::regnamespace)
  AND relkind = 'r' AND NOT pg_has_role(relowner, 'USAGE'))
"""
# The role is there, this sign-in may take it, and the tables here know it.
_MAY_TAKE = """
SELECT count(*) FROM pg_roles r
WHERE r.rolname = %s AND r.rolname <> current_user AND pg_has_role(r.oid, 'MEMBER')
AND to_regclass('public.audit_links') IS NOT NULL
AND has_table_privilege(r.oid, to_regclass('public.audit_links'), 'INSERT')
"""


def grant(connection: Connection) -> None:
    """Make the role, if that is allowed, and give it what the application needs; again after every migration."""
    connection.execute(text(_MAKE))
    if not connection.scalar(text(_MAY_GRANT), {"name": APPLICATION}):
        return
    for schema in SCHEMAS:
        open_schema(connection, schema)
    for table in APPEND_ONLY:
        if connection.scalar(text("SELECT to_regclass(:table)"), {"table": f"public.{table}"}) is None:
            continue  # a migration that stops before it
        connection.execute(text(f"REVOKE UPDATE, DELETE ON public.{table} FROM {APPLICATION}"))


def become_owner(connection: Connection) -> None:
    """Work as who signed in to the database until the end of the transaction: for tables to be made."""
    connection.execute(text("SET LOCAL ROLE NONE"))


def open_schema(connection: Connection, schema: str) -> None:
    """Let the application work with all tables of a schema."""
    if not connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = :name"), {"name": APPLICATION}):
        return
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {APPLICATION}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {APPLICATION}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {APPLICATION}",
    ):
        connection.execute(text(statement))


def take(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own connection
    """Let a fresh connection work as the application, where there is such a role."""
    was = connection.autocommit
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(_MAY_TAKE, [APPLICATION])
        if cursor.fetchone()[0]:
            cursor.execute(f"SET ROLE {APPLICATION}")
    connection.autocommit = was


def faults(connection: Connection) -> list[str]:
    """Return what is wrong with the rights of this connection."""
    may = "has_table_privilege(current_user, :table, 'UPDATE, DELETE, TRUNCATE')"
    found = [table for table in APPEND_ONLY if connection.scalar(text(f"SELECT {may}"), {"table": f"public.{table}"})]
    return [f"DATABASE_URL: the application may change {table} (run migrate as the owner)" for table in found]
