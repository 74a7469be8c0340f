"""The inner loops, compiled to machine code by numba: numbers and arrays in, numbers and arrays out.

A kernel is compiled once and kept beside the virtual environment, in a folder named after the sources it came from:
numba itself would not notice that a kernel called from another file has changed. Where nothing can be written there,
as on a locked-down server, what was compiled ahead is read from a private copy.
"""

import atexit
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

import numba

_HERE = Path(__file__).parent
_KEPT = Path(sys.prefix) / "kernels"
_IMPORTED = re.compile(r"^from routing\.kernels\.(\w+) import", re.MULTILINE)

_Function = TypeVar("_Function", bound=Callable[..., object])


def kernel(function: _Function) -> _Function:
    """Compile ``function`` on its first call for each kind of arguments, and keep the result on disk.

    It works in the arrays it is given, and answers with numbers. What makes arrays or returns any is a `maker`: here
    numba counts no references to arrays, as that takes half of the time of an inner loop. It runs without the
    interpreter's lock. Out-of-range indices are not caught: callers pass what fits.
    """
    return _compiled(function, _nrt=False)


def maker(function: _Function) -> _Function:
    """Compile ``function``, which may make arrays; when it returns any, only other makers may call it."""
    return _compiled(function)


def view(function: _Function) -> _Function:
    """Compile ``function``, which returns parts of arrays it is given, into those that call it."""
    return _compiled(function, inline="always")


def _compiled(function: _Function, **options: object) -> _Function:
    folder = _folder(_fingerprint(Path(function.__code__.co_filename).stem))
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]  # set by numba at import
    compiler = cast(Callable[..., Callable[[_Function], _Function]], numba.njit)
    return compiler(cache=True, nogil=True, error_model="numpy", **options)(function)


def is_kept(module: str) -> bool:
    """Tell whether kernels of a module, as it is now, were compiled before and are kept."""
    return any((_KEPT / _fingerprint(module)).rglob("*.nbi"))


@cache
def _folder(fingerprint: str) -> Path:
    """Return where the kernels of one state of a module are kept; a copy for this process if that is read-only."""
    kept = _KEPT / fingerprint
    try:
        kept.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=kept).close()
    except OSError:
        mine = _own_folder() / fingerprint
        if kept.is_dir():
            shutil.copytree(kept, mine)
        return mine
    return kept


@cache
def _own_folder() -> Path:
    """Return a folder that only this process uses and that goes with it."""
    folder = tempfile.mkdtemp(prefix="noriai-kernels-")
    atexit.register(_remove, folder, os.getpid())
    return Path(folder)


def _remove(folder: str, owner: int) -> None:
    """Remove a folder when its owner ends, and not when a process forked from it does."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _fingerprint(module: str) -> str:
    """Return a name for the state of a module of kernels and of all modules of kernels it imports."""
    seen: dict[str, bytes] = {}
    open_modules = ["__init__", module]
    while open_modules:
        name = open_modules.pop()
        if name not in seen:
            seen[name] = (_HERE / f"{name}.py").read_bytes()
            open_modules += _IMPORTED.findall(seen[name].decode())
    return sha256(b"".join(seen[name] for name in sorted(seen))).hexdigest()[:16]
