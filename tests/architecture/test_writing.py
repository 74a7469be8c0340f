"""Who may write, commit, ask for the mode, call whom: rules that import contracts cannot see."""

import ast
import contextlib
import importlib
import inspect
import re

import pytest

from backend.db import sealing
from backend.db.models import Base
from backend.db.models.base import PERSONAL, HasSealed
from tests.architecture.sources import calls, name_of, python_files, strings, tree, where

WRITING_METHODS = {"add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings"}
WRITING_STATEMENTS = {"insert", "update", "delete"}
ENDS_A_TRANSACTION = {"commit", "rollback"}
JOB = re.compile(r"(bot|backend)\.jobs\.[a-z_.]+")
# Sealed, but not in the schema `personal`: what stands in them, and who is named by them.
SEALED_ELSEWHERE = {
    "LineEvent": "an event as it came in, emptied when its sender takes it back",
    "Notification": "the words of an answer until LINE has taken it",
    "DriverMessage": "a thread between staff",
    "Staff": "those who work here, by contract",
}


def is_session(node: ast.expr) -> bool:
    """Tell whether an expression is a session, by its name: they are never called anything else."""
    return (isinstance(node, ast.Name) and node.id == "session") or (
        isinstance(node, ast.Attribute) and node.attr == "session"
    )


def writes(path) -> list[str]:
    """Return where a file writes to a session: adds, deletes, or executes more than a question."""
    found = []
    for call, name in calls(path):
        if not isinstance(call.func, ast.Attribute) or not is_session(call.func.value):
            continue
        statements = {each for node in ast.walk(call) for each in [getattr(getattr(node, "func", None), "id", "")]}
        if name in WRITING_METHODS or (name in {"execute", "scalars", "scalar"} and statements & WRITING_STATEMENTS):
            found.append(where(path, call))
    return found


def test_only_services_write():
    readers = [path for path in python_files() if not name_of(path).startswith("backend/services/")]

    assert [place for path in readers for place in writes(path)] == []


def test_services_are_seen_to_write():
    written = [path.name for path in python_files("backend/services") if writes(path)]

    assert {"bookings.py", "lifecycle.py", "notifications.py"} <= set(written)


def test_nothing_below_a_door_commits():
    """A change of a booking tries the new one in a savepoint: that is no end of the transaction (Q-12)."""
    allowed = {
        "backend/db/session.py": {"session"},
        "backend/services/bookings.py": {"attempt"},
        "backend/services/guest_bookings.py": {"attempt"},
        "backend/services/timetable.py": {"attempt"},
    }
    found = [
        where(path, call)
        for path in python_files()
        if not name_of(path).startswith("bot/simulator/")  # an outside platform that happens to run here
        for call, name in calls(path)
        if name in ENDS_A_TRANSACTION
        and isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) not in allowed.get(name_of(path), set())
    ]

    assert found == []


def test_only_the_mode_table_asks_for_the_mode():
    """Elsewhere ``.mode`` may only choose a row of `MODES` (design.md 2.5)."""
    found = []
    for path in python_files("backend/services", "backend/api", "backend/jobs", "bot/answers", "admin"):
        chosen = {
            id(node.slice)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "MODES"
        }
        found += [
            where(path, node)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute)
            and node.attr == "mode"
            and isinstance(node.ctx, ast.Load)
            and id(node) not in chosen
        ]

    assert found == []


def test_states_are_changed_by_the_life_cycle_alone():
    """`booking.state = …` stands in one file; rows of other tables have no table of transitions."""
    found = [
        where(path, node)
        for path in python_files("backend", "bot/answers", "admin")
        if name_of(path) != "backend/services/lifecycle.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
        and target.attr == "state"
        and ast.unparse(target.value).rpartition(".")[2] in {"booking", "run", "visit", "old"}
    ]

    assert found == []


def jobs() -> dict[str, object]:
    """Return what is rung for by name anywhere: ``module.function`` with what stands there."""
    named = {each.value for path in python_files() for each in strings(path) if JOB.fullmatch(each.value)}
    found = {name: _find(name) for name in named}
    return {name: job for name, job in sorted(found.items()) if not inspect.ismodule(job)}


def _find(name: str) -> object:
    """Return the function or module of that name, or None."""
    module, _, last = name.rpartition(".")
    parent = importlib.import_module(module)
    with contextlib.suppress(ModuleNotFoundError):
        return getattr(parent, last, None) or importlib.import_module(name)
    return None


def test_every_job_that_is_rung_for_exists():
    assert {name for name, job in jobs().items() if not inspect.isfunction(job)} == set()


def test_jobs_take_ids_only():
    """Redis holds no personal data: a job's arguments are whole numbers or short strings (P-19)."""
    found = {name: job for name, job in jobs().items() if inspect.isfunction(job)}
    kinds = {
        name: {each.annotation for each in inspect.signature(job).parameters.values()} for name, job in found.items()
    }

    assert len(found) >= 3
    assert {name: kind for name, kind in kinds.items() if not kind <= {int, str}} == {}


def test_sealed_columns_stand_with_the_personal_data():
    """Every table with a sealed column lies in the schema `personal`, or says why not (design.md 1.13)."""
    outside = {
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if any(column.name.endswith("_sealed") for column in mapper.local_table.columns)
        and mapper.local_table.schema != PERSONAL["schema"]
    }

    assert outside == set(SEALED_ELSEWHERE)


def test_sealed_columns_are_bound_to_their_row():
    unbound = {
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if any(column.name.endswith("_sealed") for column in mapper.local_table.columns)
        and not issubclass(mapper.class_, HasSealed)
    }

    assert unbound == set()


@pytest.mark.usefixtures("keyring")
def test_a_sealed_value_does_not_open_in_another_row():
    sealed = sealing.keyring().seal("080-0000-0000", place="Rider.phone.one")

    with pytest.raises(sealing.UnreadableError):
        sealing.keyring().open(sealed, place="Rider.phone.another")
