"""A real PostgreSQL and Valkey for every test process; a fresh clone of the migrated database for every test."""

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend import embedded
from backend.db import migrate, sealing
from backend.db import session as sessions
from backend.db.session import make_engine
from tests import make
from tests.demo_town import DemoTown
from tests.patience import PATIENCE_MS

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]

_numbers = itertools.count(1)

# What is logged goes nowhere: the library's own way to show a fault takes seconds for each.
structlog.configure(
    processors=[structlog.processors.KeyValueRenderer()], logger_factory=structlog.ReturnLoggerFactory()
)
QUIET = structlog.get_config()

# Of twenty at once the last one waits for nineteen: on a loaded machine longer than anybody should on the phone.
sessions.LOCK_TIMEOUT_MS = sessions.STATEMENT_TIMEOUT_MS = PATIENCE_MS

# The same examples everywhere and always, however slow the machine is.
settings.register_profile(
    "noriai", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("noriai")


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Logs go nowhere again after a test that ran a command in this process: it writes to a stream that is closed."""
    yield
    structlog.configure(**QUIET)


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
    elsewhere = folder / "data-lies-in"  # as root the data lie where another account reaches them
    if elsewhere.exists():
        shutil.rmtree(elsewhere.read_text().strip())


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Valkey]:
    """A Valkey."""
    with embedded.valkey(Path(tmp_path_factory.mktemp("valkey"))) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium. Where there is none the tests are skipped and counted; the gate must have one."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI") == "true":  # noqa: TID251 -- the gate's own switch, not a setting
        pytest.fail("no Chromium: the gate needs one")
    if found is None:
        pytest.skip("no Chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield launched
        launched.close()


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


@pytest.fixture(scope="session")
def shared_engine(postgres: embedded.Postgres, keyring: sealing.Keyring) -> Iterator[Engine]:
    """An engine on an empty database in which no test leaves anything."""
    postgres.create_database("shared", template="template_noriai")
    made = make_engine(postgres.url("shared"))
    yield made
    made.dispose()


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session whose work is thrown away: with its database, where the test commits, else by going back."""
    if {"engine", "database_url"} & set(request.fixturenames):
        with Session(request.getfixturevalue("engine"), expire_on_commit=False) as made:
            yield made
        return
    shared = request.getfixturevalue("shared_engine")
    with shared.connect() as connection, connection.begin() as everything:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as made:
            yield made
        everything.rollback()


@pytest.fixture(scope="session")
def demo_template(postgres: embedded.Postgres, keyring: sealing.Keyring) -> str:
    """The name of a database that holds the demo town as it is loaded."""
    name = "template_demo"
    postgres.create_database(name, template="template_noriai")
    made = make_engine(postgres.url(name))
    make.seed_minami(made)
    made.dispose()
    return name


@pytest.fixture
def demo_engine(postgres: embedded.Postgres, demo_template: str) -> Iterator[Engine]:
    """An engine on a fresh copy of the demo town, for tests of what is committed."""
    name = f"demo_{next(_numbers)}"
    postgres.create_database(name, template=demo_template)
    made = make_engine(postgres.url(name))
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def demo_shared(postgres: embedded.Postgres, demo_template: str) -> Iterator[Engine]:
    """An engine on a copy of the demo town in which no test leaves anything."""
    postgres.create_database("demo_shared", template=demo_template)
    made = make_engine(postgres.url("demo_shared"))
    yield made
    made.dispose()


@pytest.fixture
def demo(demo_shared: Engine) -> Iterator[DemoTown]:
    """The demo town, at work in one session that is thrown away."""
    with demo_shared.connect() as connection, connection.begin() as everything:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as made:
            yield DemoTown(made)
        everything.rollback()
