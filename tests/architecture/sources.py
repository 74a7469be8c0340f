"""What the rules of the house look at: our files, their syntax trees, their names."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("admin", "backend", "bot", "routing")
GENERATED = "backend/db/migrations/"
TEXT_ENDINGS = {".py", ".html", ".js", ".css", ".ftl", ".md", ".toml", ".csv", ".txt", ".service", ".conf", ".env", ""}


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Return our own Python files under ``folders``, or under all packages; migrations are left out."""
    roots = (
        [ROOT / folder for folder in folders] if folders else [*(ROOT / each for each in PACKAGES), ROOT / "wsgi.py"]
    )
    found = (path for root in roots for path in ([root] if root.is_file() else sorted(root.rglob("*.py"))))
    return tuple(path for path in found if not name_of(path).startswith(GENERATED))


@cache
def files(*endings: str, folders: tuple[str, ...] = PACKAGES) -> tuple[Path, ...]:
    """Return the files under ``folders`` whose name ends so."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*")))
    return tuple(path for path in found if path.suffix in endings and path.is_file())


@cache
def everything() -> tuple[Path, ...]:
    """Return every text file that belongs to the repository; what `.gitignore` names is not looked at."""
    folders = (*PACKAGES, "locales", "tests", "docs", "deploy", "requirements", ".ci")
    found = [
        path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if "__pycache__" not in path.parts
    ]
    found += [path for path in sorted(ROOT.iterdir()) if path.name not in {".coverage", ".git"}]
    return tuple(path for path in found if path.is_file() and path.suffix in TEXT_ENDINGS)


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """Return a file's name as it is written in messages."""
    return path.relative_to(ROOT).as_posix()


def where(path: Path, node: ast.AST) -> str:
    """Return a place in a file: ``backend/cli.py:12``."""
    return f"{name_of(path)}:{getattr(node, 'lineno', 0)}"


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Return the calls in a file with the last part of the name that is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node, node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node, node.func.id


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions and methods of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def strings(path: Path) -> Iterator[ast.Constant]:
    """Return the string literals of a file, docstrings left out."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node


def words(name: str) -> set[str]:
    """Return the words that a name is made of: ``RefusedWish`` → refused, wish."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return set(spaced.lower().split("_"))
