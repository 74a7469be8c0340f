"""The inner loops, compiled to machine code by numba: numbers and arrays in, numbers and arrays out.

A kernel is compiled once and kept beside the virtual environment, in a folder named after the sources it came from:
numba itself would not notice that a kernel called from another file has changed.
"""

import re
import sys
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

    It runs without the interpreter's lock. Out-of-range indices are not caught: callers pass what fits.
    """
    numba.config.CACHE_DIR = str(_KEPT / _fingerprint(Path(function.__code__.co_filename).stem))  # type: ignore[attr-defined]  # set by numba at import
    return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


@cache
def _fingerprint(module: str) -> str:
    """Return a name for the state of a module of kernels and of all modules of kernels it imports."""
    seen: dict[str, bytes] = {}
    open_modules = [module]
    while open_modules:
        name = open_modules.pop()
        if name not in seen:
            seen[name] = (_HERE / f"{name}.py").read_bytes()
            open_modules += _IMPORTED.findall(seen[name].decode())
    return sha256(b"".join(seen[name] for name in sorted(seen))).hexdigest()[:16]
