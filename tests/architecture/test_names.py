"""Words before code: names from the glossary, short functions, no left-overs."""

import ast
import re

import pytest

from backend.domain import states
from tests.architecture.sources import ROOT, everything, functions, name_of, python_files, tree, where, words

# The word to use instead stands in backend/domain/GLOSSARY.md.
BANNED = {"reservation", "passenger", "customer", "bus", "util", "utils", "helper", "helpers", "manager", "misc"}
LONGEST_FUNCTION, LONGEST_FILE = 45, 400
LEFT_OVERS = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "Not" + "ImplementedError")))
MACHINE_PATHS = re.compile(r"(?<![\w.})~])/(?:work|farm|Users|home)/\w")
NO_COVER = re.compile("pragma: no " + r"cover(?! -- \w)")
IDS = re.compile(r"\b[DTILPSCQ]-\d\d\b")
KNOWN_IDS = set((ROOT / "tests/data/requirement_ids.txt").read_text(encoding="utf-8").split())
TABLES = [("BOOKING", "confirmed"), ("RUN", "planned"), ("VISIT", "planned")]


def test_names_of_functions_and_classes_use_the_glossary():
    named = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [
        f"{where(path, node)} {node.name}"
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, named) and words(node.name) & BANNED
    ]

    assert found == []


def test_files_are_named_by_the_glossary():
    assert [name_of(path) for path in python_files() if words(path.stem) & BANNED] == []


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has, those of its docstring left out."""
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = first.end_lineno - first.lineno + 1 if has_docstring else 0
    return function.end_lineno - function.lineno + 1 - docstring


def test_functions_are_short():
    lengths = {
        f"{where(path, each)} {each.name}": length_of(each) for path in python_files() for each in functions(path)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_files_are_short():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}

    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize(
    "left_over", [LEFT_OVERS, MACHINE_PATHS, NO_COVER], ids=["left-over", "machine path", "pragma"]
)
def test_nothing_is_left_over(left_over):
    found = [
        f"{name_of(path)}:{number}"
        for path in everything()
        if path.suffix not in {".lock", ".csv", ""}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if left_over.search(line)
    ]

    assert found == []


def test_lock_files_name_no_host():
    locks = sorted((ROOT / "requirements").glob("*.lock"))

    assert [each.name for each in locks] == ["dev.lock", "run.lock", "uv.lock"]
    assert [each.name for each in locks if "://" in each.read_text(encoding="utf-8")] == []


def test_every_requirement_id_exists():
    """In marks of tests, in docstrings and in comments alike."""
    paths = [*python_files(), *python_files("tests")]
    found = {
        f"{name_of(path)}: {each}"
        for path in paths
        for each in IDS.findall(path.read_text(encoding="utf-8"))
        if each not in KNOWN_IDS
    }

    assert found == set()


@pytest.mark.parametrize(("table", "first"), TABLES)
def test_every_state_can_be_reached(table, first):
    transitions = getattr(states, table)
    reached, rest = set(), {first}
    while rest:
        reached |= rest
        rest = {to for origin in rest for to in transitions[origin]} - reached

    assert reached == set(transitions)


def test_every_life_cycle_is_looked_at():
    tables = {name for name, value in vars(states).items() if name.isupper() and isinstance(value, dict)}

    assert tables == {name for name, _ in TABLES}
