"""Each import contract bites: one forbidden import in a small copy of the packages breaks it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from backend.settings import child_environment
from tests.architecture.sources import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = [contract["name"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]]
MODULES = (
    *("admin.pages", "bot.jobs", "bot.messenger", "backend.api.driver", "backend.jobs.daily"),
    *("backend.services.bookings", "backend.services.offers", "backend.db.models", "backend.db.queries"),
    *("backend.adapters.roads", "backend.domain.offers", "backend.domain.party", "routing.timing", "routing.cost"),
)
# What is allowed today, so that no contract holds for want of imports.
HONEST = {
    "bot.messenger": "import linebot",
    "bot.jobs": "import bot.messenger\nimport backend.services.bookings\nimport backend.db.queries",
    "admin.pages": "import backend.services.offers",
    "backend.services.bookings": "import backend.db.models\nimport backend.services.offers\nimport routing.timing",
    "backend.db.queries": "import backend.db.models\nimport backend.domain.offers",
    "backend.domain.offers": "import backend.domain.party",
    "routing.timing": "import routing.cost\nimport ortools",
}
LAYERS, CORE, PURE, LINE, TABLES, KNOTS = CONTRACTS
BREAKS = [
    pytest.param(LAYERS, "admin.pages", "import bot.jobs", id="a door calls another door"),
    pytest.param(LAYERS, "backend.services.offers", "import backend.api.driver", id="a service calls a door"),
    pytest.param(LAYERS, "backend.db.queries", "import backend.services.offers", id="a query calls a service"),
    pytest.param(LAYERS, "backend.db.queries", "import routing.cost", id="the database knows routing"),
    pytest.param(CORE, "routing.cost", "import backend.domain.party", id="routing knows the domain"),
    pytest.param(CORE, "routing.cost", "import sqlalchemy", id="routing knows the database"),
    pytest.param(PURE, "backend.domain.party", "import sqlalchemy", id="the domain knows the database"),
    pytest.param(PURE, "backend.domain.party", "import routing.cost", id="the domain knows routing"),
    pytest.param(LINE, "backend.services.offers", "import linebot", id="a service speaks LINE"),
    pytest.param(TABLES, "admin.pages", "import backend.db.models", id="a page sees tables"),
    pytest.param(KNOTS, "backend.services.offers", "import backend.services.bookings", id="two services in a knot"),
]


def lint(folder: Path) -> tuple[int, str]:
    """Return the exit status and the words of import-linter on ``folder``."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = child_environment(PYTHONPATH=str(folder), COLUMNS="300", NO_COLOR="1")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def copy_packages(folder: Path) -> None:
    """Write a small honest copy of the packages with the contracts of `pyproject.toml`."""
    for module in MODULES:
        place = folder / f"{module.replace('.', '/')}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(HONEST.get(module, "") + "\n", encoding="utf-8")
        for parent in place.relative_to(folder).parents[:-1]:
            (folder / parent / "__init__.py").touch()
    whole = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    table = re.search(r"^\[tool\.importlinter\].*?(?=^\[(?!\[?tool\.importlinter)|\Z)", whole, re.MULTILINE | re.DOTALL)
    (folder / "pyproject.toml").write_text(table.group(), encoding="utf-8")


def test_an_honest_copy_keeps_every_contract(tmp_path):
    copy_packages(tmp_path)

    status, said = lint(tmp_path)

    assert (status, [f"{name} KEPT" in said for name in CONTRACTS]) == (0, [True] * 6), said


@pytest.mark.parametrize(("contract", "module", "forbidden"), BREAKS)
def test_a_forbidden_import_breaks_its_contract(tmp_path, contract, module, forbidden):
    copy_packages(tmp_path)
    place = tmp_path / f"{module.replace('.', '/')}.py"
    place.write_text(f"{place.read_text(encoding='utf-8')}{forbidden}\n", encoding="utf-8")

    status, said = lint(tmp_path)

    assert (status, f"{contract} BROKEN" in said) == (1, True), said


def test_every_contract_is_seen_to_bite():
    assert {each.values[0] for each in BREAKS} == set(CONTRACTS)
