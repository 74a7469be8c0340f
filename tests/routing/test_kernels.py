import ast
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

from routing import kernels
from routing.cost import Weights, cost
from routing.fleet import Fleet
from routing.kernels import fleet, quote, route
from routing.timing import drive, party_rows, schedule
from routing.travel_times import Matrix
from routing.warm import warm

from .plans import make_itinerary, make_request, off, up


@pytest.fixture
def nowhere_to_write(monkeypatch, tmp_path):
    """Keep compiled kernels where nothing can be written any more; return that place."""

    def refuse(**_where):
        raise OSError("read-only")

    monkeypatch.setattr(kernels, "_KEPT", tmp_path / "kernels")
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    return tmp_path / "kernels"


def test_kernels_are_kept_beside_the_environment(monkeypatch, tmp_path):
    monkeypatch.setattr(kernels, "_KEPT", tmp_path)

    assert kernels._folder.__wrapped__("state") == tmp_path / "state"
    assert (tmp_path / "state").is_dir()


def test_what_was_compiled_ahead_is_read_where_nothing_can_be_written(nowhere_to_write):
    state = f"state-{random.random()}"
    (nowhere_to_write / state).mkdir(parents=True)
    (nowhere_to_write / state / "compiled").write_text("code")

    folder = kernels._folder.__wrapped__(state)

    assert nowhere_to_write not in folder.parents
    assert (folder / "compiled").read_text() == "code"
    assert folder.parent.stat().st_mode & 0o077 == 0


def test_kernels_that_were_compiled_before_are_known(monkeypatch, tmp_path):
    monkeypatch.setattr(kernels, "_KEPT", tmp_path)
    before = kernels.is_kept("ruin")
    kept = tmp_path / kernels._fingerprint("ruin") / "kernels_here"
    kept.mkdir(parents=True)
    (kept / "ruin.search.nbi").touch()

    assert (before, kernels.is_kept("ruin")) == (False, True)


def test_without_any_place_to_keep_them_kernels_are_compiled_for_this_process(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(kernels, "_KEPT", tmp_path / "file")

    folder = kernels._folder.__wrapped__(f"state-{random.random()}")

    assert tmp_path not in folder.parents


@pytest.mark.parametrize("changed", ["called.py", "__init__.py"])
def test_a_change_in_what_a_kernel_is_compiled_from_is_noticed(changed, monkeypatch, tmp_path):
    (tmp_path / "__init__.py").write_text("HOW = 1\n")
    (tmp_path / "called.py").write_text("HERE = 1\n")
    (tmp_path / "caller.py").write_text("from routing.kernels.called import (\n    HERE,\n)\n")
    monkeypatch.setattr(kernels, "_HERE", tmp_path)
    before = kernels._fingerprint.__wrapped__("caller")

    (tmp_path / changed).write_text("HERE = 2\n")

    assert kernels._fingerprint.__wrapped__("caller") != before


def test_every_kernel_is_compiled_for_one_kind_of_arguments_only():
    warm()
    rows = [[0, 60], [60, 0]]
    ride = make_request(1, 0, 1)
    itinerary = make_itinerary(up(ride), off(ride))

    for travel in (Matrix.single(rows), Matrix((0, 50), (rows, tuple(map(tuple, rows))))):
        cost(itinerary, schedule(itinerary, travel), travel, Weights(driving=1, delay=0))
        drive(itinerary, travel)
        Fleet((itinerary,), travel, Weights(standing=0)).cheapest(party_rows(make_request(2, 1, 0)), 2)

    used = (route.overload, route.reckon, route.drive_on, route.cost, fleet.refresh, quote.cheapest)
    assert [len(each.signatures) for each in used] == [1] * len(used)


def test_compiling_ahead_is_a_command():
    assert subprocess.run([sys.executable, "-m", "routing.warm"], check=False).returncode == 0


def test_kernels_answer_with_numbers_and_take_no_arrays_from_makers():
    known = {path.stem: _Module.of(path) for path in Path(kernels.__file__).parent.glob("*.py")}
    plain = {name for module in known.values() for name in module.plain}

    assert len(plain) > 100
    for module in known.values():
        for name, function in module.plain.items():
            assert not _arrays(function), f"{name} returns arrays: a maker"
            for called in module.calls(function):
                home = known.get(module.imported.get(called, ""), module)
                assert not _arrays(home.makers.get(called)), f"{name} leaves arrays of {called} behind: a maker"


class _Module(NamedTuple):
    plain: dict[str, ast.FunctionDef]
    makers: dict[str, ast.FunctionDef]
    imported: dict[str, str]

    @classmethod
    def of(cls, path):
        nodes = ast.parse(path.read_text()).body
        kinds = {"kernel": {}, "maker": {}}
        for node in nodes:
            for decorator in getattr(node, "decorator_list", ()):
                kinds.get(ast.unparse(decorator), {})[node.name] = node
        imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and "kernels." in node.module]
        return cls(
            *kinds.values(), {name.name: each.module.rpartition(".")[2] for each in imports for name in each.names}
        )

    @staticmethod
    def calls(function):
        return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def _arrays(function):
    """Return what a function says it returns besides numbers."""
    words = re.findall(r"\w+", ast.unparse(function.returns)) if function is not None else []
    return set(words) - {"None", "bool", "float", "int", "tuple", "np", "uint64"}
