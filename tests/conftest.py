"""A real PostgreSQL and Valkey for every test process; a fresh clone of the migrated database for every test."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend import embedded
from backend.db import migrate, sealing
from backend.db.session import make_engine

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def keyring(tmp_path_factory: pytest.TempPathFactory) -> sealing.Keyring:
    """The keys of this test process, installed."""
    keys = sealing.load_or_create(tmp_path_factory.mktemp("keys") / "keyring.json")
    sealing.install(keys)
    return keys


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Postgres]:
    """A PostgreSQL with a migrated template database."""
    folder = Path(tmp_path_factory.mktemp("postgres"))
    with embedded.postgres(folder, fast=True) as server:
        server.create_database("template_noriai")
        engine = make_engine(server.url("template_noriai"))
        migrate.upgrade(engine)
        engine.dispose()
        yield server


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Valkey]:
    """A Valkey."""
    with embedded.valkey(Path(tmp_path_factory.mktemp("valkey"))) as server:
        yield server


@pytest.fixture
def database_url(postgres: embedded.Postgres) -> Iterator[str]:
    """The URL of a fresh, migrated, empty database."""
    name = f"test_{next(_numbers)}"
    postgres.create_database(name, template="template_noriai")
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture
def engine(database_url: str, keyring: sealing.Keyring) -> Iterator[Engine]:
    """An engine on a fresh database."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is thrown away with its database."""
    with Session(engine, expire_on_commit=False) as made:
        yield made
