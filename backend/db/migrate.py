"""Bring a database to the newest tables, or tell whether it is there."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from backend.db import roles
from backend.db.models import Base

FOLDER = Path(__file__).parent / "migrations"
OURS = {None, "public", "personal"}
LOCK = "hashtextextended('noriai.migrations', 0)"


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's settings; they need no file."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    settings.attributes["connection"] = connection
    return settings


def upgrade(engine: Engine) -> None:
    """Apply what is missing. Two processes at once: the second waits and finds nothing to do."""
    with engine.begin() as connection:
        upgrade_within(connection)


def upgrade_within(connection: Connection, to: str = "head") -> None:
    """Apply what is missing up to a revision, as part of a transaction that is open already."""
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    # The tables belong to who signs in to the database, not to the role that the application works as.
    roles.become_owner(connection)
    command.upgrade(config(connection), to)
    roles.grant(connection)


@contextlib.contextmanager
def kept_away(engine: Engine) -> Iterator[None]:
    """Let nobody change tables for the length of a block; one that is being done is waited for."""
    with engine.connect() as connection, connection.begin():
        connection.execute(text(f"SELECT pg_advisory_xact_lock_shared({LOCK})"))
        yield


def revision(connection: Connection) -> str:
    """Return which tables a database has: the number of the last migration; empty before the first."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def is_known(number: str) -> bool:
    """Tell whether there is such a migration: an older database's, or the present one's."""
    return number in {each.revision for each in ScriptDirectory.from_config(config()).walk_revisions()}


def is_current(engine: Engine) -> bool:
    """Tell whether the database has exactly the newest tables."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    with engine.connect() as connection:
        return revision(connection) == head


def differences(engine: Engine) -> list[str]:
    """Return what the models have and the migrated database lacks, or the other way round."""
    options = {
        "compare_type": True,
        "include_schemas": True,
        "include_name": lambda name, kind, _parents: name in OURS if kind == "schema" else True,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def new_migration(engine: Engine, name: str) -> str:
    """Write the next numbered migration from the models, and return its file name."""
    number = len(list((FOLDER / "versions").glob("[0-9]*.py"))) + 1
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    with engine.begin() as connection:
        settings = config(connection)
        settings.set_main_option("file_template", f"{number:04d}_{slug}")
        command.revision(settings, message=name, autogenerate=True, rev_id=f"{number:04d}")
    return f"{number:04d}_{slug}.py"
