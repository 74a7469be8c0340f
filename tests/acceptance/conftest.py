"""Who sits in front of the phone in the acceptance tests; the line as it is loaded, copied for each test."""

import itertools
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from backend import embedded
from backend.db import sealing
from backend.db.session import make_engine, transaction
from tests.bot.residents import both, guest, line_guest, member, minami, rider_of_both, soranuma  # noqa: F401 -- fixtures
from tests.make import LINE_NOW, Line, seed_minami

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def line_template(postgres: embedded.Postgres, keyring: sealing.Keyring) -> str:
    """The name of a database that holds the Soranuma line alone."""
    name = "template_line"
    postgres.create_database(name, template="template_noriai")
    made = make_engine(postgres.url(name))
    with transaction(made) as session:
        Line(session)
    made.dispose()
    return name


@pytest.fixture
def line_engine(postgres: embedded.Postgres, line_template: str) -> Iterator[Engine]:
    """An engine on a fresh copy of the line."""
    name = f"line_{next(_numbers)}"
    postgres.create_database(name, template=line_template)
    made = make_engine(postgres.url(name))
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def town_template(postgres: embedded.Postgres, keyring: sealing.Keyring) -> str:
    """The name of a database that holds the demo town with both services at work."""
    name = "template_town"
    postgres.create_database(name, template="template_noriai")
    made = make_engine(postgres.url(name))
    seed_minami(made, now=LINE_NOW)
    made.dispose()
    return name


@pytest.fixture
def town_engine(postgres: embedded.Postgres, town_template: str) -> Iterator[Engine]:
    """An engine on a fresh copy of the town with both services."""
    name = f"town_{next(_numbers)}"
    postgres.create_database(name, template=town_template)
    made = make_engine(postgres.url(name))
    yield made
    made.dispose()
    postgres.drop_database(name)
