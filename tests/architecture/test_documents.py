"""Docs lie unless tested: paths, commands, settings, words, decisions, pictures."""

import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from backend.cli import COMMANDS, ELSEWHERE
from backend.db import migrate
from backend.db.models import Base
from tests.architecture.sources import PACKAGES, ROOT, name_of

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]) + [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.md"))
]
ROOTS = (*PACKAGES, "locales", "tests", "docs", "deploy", ".ci", "requirements")
PATHS = re.compile(rf"`((?:{'|'.join(re.escape(each) for each in ROOTS)})(?:/[\w./*<>-]+)?/?)`")
LINKS = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
ACTIONS = re.compile(r"\./noriai ([a-z-]+)")
SCRIPT = (ROOT / "noriai").read_text(encoding="utf-8")
IN_SCRIPT = set(re.findall(r'^  ([a-z| "-]+)\)', SCRIPT, re.MULTILINE))
READS = re.compile(r"""(?:env\.get\(|_moment\(env, )"([A-Z_]+)"|text = env\.get\("([A-Z_]+)""")
LARGEST_PICTURE = 150_000
SECTIONS = ("Question", "Options", "Decision", "What gets harder", "When to look again")


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_path_that_is_named_exists(document):
    named = PATHS.findall(document.read_text(encoding="utf-8"))

    assert [each for each in named if "<" not in each and not list(ROOT.glob(each.rstrip("/")))] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document):
    linked = LINKS.findall(document.read_text(encoding="utf-8"))

    assert [each for each in linked if not (document.parent / each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_that_is_named_exists(document):
    actions = {name.strip() for each in IN_SCRIPT for name in each.split("|")} | set(COMMANDS) | set(ELSEWHERE)

    assert set(ACTIONS.findall(document.read_text(encoding="utf-8"))) - actions == set()


def test_the_readme_names_every_setting_and_no_other():
    """The table of settings is the one that `backend/settings.py` reads."""
    source = (ROOT / "backend/settings.py").read_text(encoding="utf-8")
    read = {first or second for first, second in READS.findall(source)} - {"NORIAI_CLOCK_OFFSET_S"}
    table = set(re.findall(r"^\| `([A-Z_]+)`", README, re.MULTILINE))

    assert table == read


def test_the_readme_can_be_read_in_one_sitting():
    assert len(README.splitlines()) <= 200


def test_the_glossary_names_every_table():
    glossary = (ROOT / "backend/domain/GLOSSARY.md").read_text(encoding="utf-8")
    missing = {
        mapper.class_.__name__ for mapper in Base.registry.mappers if f"`{mapper.class_.__name__}`" not in glossary
    }

    assert missing == set()


def decisions() -> list[Path]:
    """Return the decision records."""
    return sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))


def test_decisions_are_numbered_without_a_gap():
    assert [int(each.name[:4]) for each in decisions()] == list(range(1, len(decisions()) + 1))


@pytest.mark.parametrize("decision", decisions(), ids=lambda each: each.name)
def test_a_decision_says_what_it_costs(decision):
    headings = re.findall(r"^## (.+)$", decision.read_text(encoding="utf-8"), re.MULTILINE)

    assert tuple(headings) == SECTIONS


def test_pictures_are_small():
    pictures = list((ROOT / "docs").rglob("*.png"))

    assert pictures
    assert [name_of(each) for each in pictures if each.stat().st_size > LARGEST_PICTURE] == []


def test_migrations_are_numbered_and_have_one_head():
    scripts = ScriptDirectory.from_config(migrate.config())
    numbers = sorted(int(Path(each.path).name[:4]) for each in scripts.walk_revisions())

    assert len(scripts.get_heads()) == 1
    assert numbers == list(range(1, len(numbers) + 1))
