"""Encryption of personal columns: AES-GCM with a version, a key id, and bound to row and column (security.md 2).

The keyring is a file outside database and backups. It holds the keys for the columns (one active, retired ones kept
for reading) and a separate key for looking people up by phone number or LINE id.
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32
HEADER_BYTES = 2


class UnreadableError(Exception):
    """A sealed value was moved, changed or its key is gone."""


class KeyringError(Exception):
    """The keyring file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one installation. ``active`` seals, every key of ``keys`` opens."""

    active: int
    keys: dict[int, bytes] = field(repr=False)
    index_key: bytes = field(repr=False)

    def seal(self, plain: str, *, place: str) -> bytes:
        """Return ``plain`` encrypted for ``place`` (table, column and row), which `open` must name again."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        header = bytes([VERSION, self.active])
        sealed = AESGCM(self.keys[self.active]).encrypt(nonce, plain.encode(), header + place.encode())
        return header + nonce + sealed

    def open(self, sealed: bytes, *, place: str) -> str:
        """Return what was sealed for ``place``; raise `UnreadableError` when it is not that any more."""
        header, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
        if len(header) != HEADER_BYTES or header[0] != VERSION or header[1] not in self.keys:
            raise UnreadableError(place)
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return AESGCM(self.keys[header[1]]).decrypt(nonce, body, header + place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise UnreadableError(place) from error

    def index(self, value: str, *, kind: str) -> bytes:
        """Return the keyed hash by which ``value`` is found again, without anybody else being able to try values."""
        return hmac.digest(self.index_key, f"{kind}:{value}".encode(), sha256)


def load(path: Path) -> Keyring:
    """Return the keyring in ``path``; raise `KeyringError` when it is missing, open to others or broken."""
    try:
        if path.stat().st_mode & 0o077:
            raise KeyringError(f"{path}: readable by others (chmod 600)")
        content = json.loads(path.read_text(encoding="utf-8"))
        keys = {int(key_id): base64.b64decode(key) for key_id, key in content["keys"].items()}
        return Keyring(int(content["active"]), keys, base64.b64decode(content["index_key"]))
    except OSError as error:
        raise KeyringError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise KeyringError(f"{path}: not a keyring") from error


def load_or_create(path: Path) -> Keyring:
    """Return the keyring in ``path``, made with fresh keys where there is none."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = {
            "active": 1,
            "keys": {"1": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()},
            "index_key": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        }
        half = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where another process was faster, and never leaves half a keyring.
        try:
            os.link(half, path)
        except FileExistsError:
            pass
        finally:
            half.unlink()
    return load(path)


_installed: list[Keyring] = []


def install(keyring: Keyring) -> None:
    """Make ``keyring`` the one that sealed columns use in this process."""
    _installed[:] = [keyring]


def keyring() -> Keyring:
    """Return the keyring of this process."""
    if not _installed:
        raise KeyringError("no keyring installed")
    return _installed[0]
