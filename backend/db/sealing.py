"""The keyring's file, and the keyring of this process (security.md 2; S-06, P-19).

The file lies outside database and backups, readable by its owner alone. A process that runs on sees within a second
that a key was added or changed: keys are changed while people book.
"""

import base64
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from backend.clock import wall
from backend.db.keyring import (
    FIRST_VERSION,
    KEY_BYTES,
    PURPOSES,
    VERSION,
    Keyring,
    KeyringError,
    KeySet,
    UnreadableError,
)

__all__ = [
    "FIRST_VERSION",
    "RELOAD_S",
    "VERSION",
    "KeySet",
    "Keyring",
    "KeyringError",
    "UnreadableError",
    "fresh",
    "install",
    "keyring",
    "load",
    "load_or_create",
    "write",
]

RELOAD_S = 1.0


def fresh() -> Keyring:
    """Return a keyring with new keys for every purpose."""
    born = _today()
    field, index, audit, session, backup = (KeySet.fresh(born=born) for _ in PURPOSES)
    return Keyring(field, index, audit, session, backup)


def load(path: Path) -> Keyring:
    """Return the keyring in ``path``; raise `KeyringError` when it is missing, open to others or broken.

    A file from before the keys were parted by purpose gets the missing keys, and keeps those it has.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise KeyringError(f"{path}: readable by others (chmod 600)")
        content = json.loads(path.read_text(encoding="utf-8"))
        if "index_key" not in content:
            return _parse(content)
        grown = _grow(content)
        write(path, grown)
    except OSError as error:
        raise KeyringError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyringError(f"{path}: not a keyring") from error
    return grown


def load_or_create(path: Path) -> Keyring:
    """Return the keyring in ``path``, made with fresh keys where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = _write_half(path, fresh())
        # A link fails where another process was faster, and never leaves half a keyring.
        try:
            os.link(half, path)
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return load(path)


def write(path: Path, ring: Keyring) -> None:
    """Put ``ring`` in the place of what ``path`` holds: whole or not at all, also when the power goes."""
    _write_half(path, ring).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(slots=True)
class _Installed:
    """The keyring of this process, and when its file was last looked at."""

    ring: Keyring
    path: Path | None
    changed_ns: int
    looked_at: float


_installed: list[_Installed] = []


def install(ring: Keyring, path: Path | None = None) -> None:
    """Make ``ring`` the one that this process uses; with ``path`` it is read again when the file changes."""
    changed_ns = path.stat().st_mtime_ns if path else 0
    _installed[:] = [_Installed(ring, path, changed_ns, time.monotonic())]


def keyring() -> Keyring:
    """Return the keyring of this process."""
    if not _installed:
        raise KeyringError("no keyring installed")
    held = _installed[0]
    if held.path is not None and time.monotonic() - held.looked_at >= RELOAD_S:
        _look_again(held, held.path)
    return held.ring


def _look_again(held: _Installed, path: Path) -> None:
    held.looked_at = time.monotonic()
    try:
        changed_ns = path.stat().st_mtime_ns
        if changed_ns != held.changed_ns:
            held.ring, held.changed_ns = load(path), changed_ns
    except (OSError, KeyringError):
        return  # what is in memory works on; the start-up check names a file that cannot be used


def _parse(content: dict[str, dict[str, object]]) -> Keyring:
    takes_first = bool(content.get("takes_first_version", False))
    field, index, audit, session, backup = (_key_set(content[purpose]) for purpose in PURPOSES)
    return Keyring(field, index, audit, session, backup, takes_first_version=takes_first)


def _key_set(content: dict[str, object]) -> KeySet:
    rows = content["keys"]
    if not isinstance(rows, dict):
        raise TypeError("keys")
    keys = {int(key_id): base64.b64decode(row["key"]) for key_id, row in rows.items()}
    active = int(str(content["active"]))
    if active not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise ValueError("keys")
    return KeySet(active, keys, {int(key_id): str(row["born"]) for key_id, row in rows.items()})


def _grow(content: dict[str, object]) -> Keyring:
    """Return a keyring of the first form with what it lacks."""
    made = fresh()
    rows = content["keys"]
    if not isinstance(rows, dict):
        raise TypeError("keys")
    keys = {int(key_id): base64.b64decode(key) for key_id, key in rows.items()}
    born = dict.fromkeys(keys, _today())
    index = KeySet(1, {1: base64.b64decode(str(content["index_key"]))}, {1: _today()})
    field = KeySet(int(str(content["active"])), keys, born)
    return Keyring(field, index, made.audit, made.session, made.backup, takes_first_version=True)


def _write_half(path: Path, ring: Keyring) -> Path:
    half = path.with_name(f"{path.name}.{os.getpid()}")
    half.unlink(missing_ok=True)
    sets = zip(PURPOSES, (ring.field, ring.index_keys, ring.audit, ring.session, ring.backup), strict=True)
    content: dict[str, object] = {purpose: _content(key_set) for purpose, key_set in sets}
    content["takes_first_version"] = ring.takes_first_version
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return half


def _content(key_set: KeySet) -> dict[str, object]:
    rows = {
        str(key_id): {"key": base64.b64encode(key).decode(), "born": key_set.born[key_id]}
        for key_id, key in key_set.keys.items()
    }
    return {"active": key_set.active, "keys": rows}


def _today() -> str:
    return wall().date().isoformat()
