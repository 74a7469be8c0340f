from sqlalchemy import Engine

from backend.db import migrate


def test_migrations_and_models_agree(engine: Engine):
    assert migrate.differences(engine) == []
    assert migrate.is_current(engine)
