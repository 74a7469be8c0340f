from alembic import context
from sqlalchemy import text

from backend.db.models import Base

OURS = {None, "public", "personal"}


def include_name(name, type_, parent_names):
    return name in OURS if type_ == "schema" else True


def run() -> None:
    connection = context.config.attributes["connection"]
    # Old code runs while the new schema comes in: a migration that cannot get its lock gives up at once.
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '60s'"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_schemas=True,
        include_name=include_name,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
