"""The ledger of erasures: who was erased, by ids that name nobody, in a file outside the database (C-18, I-27).

A backup that is older than an erasure would bring the person back; `restore` reads the ledger and erases again. A line
is on the disk before the one who asked for the erasure has an answer. What a crash kept out of it the sweeper adds:
the database says who was erased for as long as it is there.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import structlog

RIDER = "rider"
LINE_EVENT = "line_event"
KINDS = (RIDER, LINE_EVENT)

log = structlog.get_logger(__name__)


class Erased(NamedTuple):
    """What was erased: its kind, and an id that is never given again."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a ledger says. ``unreadable`` lines were cut by a power failure, or changed."""

    erased: frozenset[Erased]
    unreadable: int


_installed: list[Path] = []


def install(path: Path | None) -> None:
    """Let this process note its erasures in ``path``; None for nowhere."""
    _installed[:] = [path] if path else []


def note(erased: Collection[Erased]) -> None:
    """Add to the ledger of this process what was erased and committed. A disk that fails is said, and tried again."""
    for path in _installed if erased else ():
        try:
            append(path, erased)
        except OSError as error:
            log.error("erasure_not_noted", error=type(error).__name__)  # noqa: TRY400 -- the sweeper adds it


def append(path: Path, erased: Iterable[Erased]) -> None:
    """Add lines to a ledger, which is made where it is missing; they are on the disk when this returns."""
    lines = "".join(json.dumps(each._asdict()) + "\n" for each in erased)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, (_ending(descriptor) + lines).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)


def read(path: Path) -> Ledger:
    """Return what a ledger says; one that is not there says nothing."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    found = list(map(_parse, filter(None, lines)))
    return Ledger(frozenset(each for each in found if each is not None), found.count(None))


def add_missing(path: Path, erased: Iterable[Erased]) -> int:
    """Add what a ledger does not say yet; return how much that was."""
    known = read(path).erased
    missing = [each for each in erased if each not in known]
    if missing:
        append(path, missing)
    return len(missing)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ending(descriptor: int) -> str:
    """Return what must come before a new line: nothing, or the end of a line that a power failure cut."""
    length = os.fstat(descriptor).st_size
    return "\n" if length and os.pread(descriptor, 1, length - 1) != b"\n" else ""


def _parse(line: str) -> Erased | None:
    try:
        content = json.loads(line)
        erased = Erased(str(content["kind"]), str(content["id"]))
    except (ValueError, KeyError, TypeError):
        return None
    return erased if erased.kind in KINDS else None
