"""The keys of one installation and what is done with them (security.md 2, 5.3; S-06).

Five purposes have five different keys: columns, looking people up, the audit trail, forms of a session, backups. Each
key has an id and a birth; a retired one stays until nothing needs it any more.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FIRST_VERSION = 1  # bound to row and column only
VERSION = 2  # the columns of a row also to their generation
NONCE_BYTES = 12
KEY_BYTES = 32
HEADER_BYTES = 2
LARGEST_KEY_ID = 255
FINGERPRINT = b"noriai.fingerprint.of.a.key"
PURPOSES = ("field", "index", "audit", "session", "backup")


class UnreadableError(Exception):
    """A sealed value was moved, changed or its key is gone."""


class KeyringError(Exception):
    """The keyring file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one purpose. ``active`` is used for what is new, every key of ``keys`` for what is there."""

    active: int
    keys: Mapping[int, bytes] = field(repr=False)
    born: Mapping[int, str]

    @property
    def key(self) -> bytes:
        """Return the key for what is new."""
        return self.keys[self.active]

    @property
    def next_id(self) -> int:
        """Return the id of the next key."""
        return max(self.keys) + 1

    @property
    def fingerprints(self) -> dict[int, str]:
        """Return by what each key is told from others of the same id; nothing of the key can be reckoned from it."""
        return {key_id: hmac.digest(key, FINGERPRINT, sha256)[:8].hex() for key_id, key in self.keys.items()}

    @classmethod
    def fresh(cls, *, born: str) -> "KeySet":
        """Return a set with one new key."""
        return cls(1, {1: secrets.token_bytes(KEY_BYTES)}, {1: born})

    def with_next(self, *, born: str) -> "KeySet":
        """Return the set with one more key, which is not used yet: every process must know it first."""
        if self.next_id > LARGEST_KEY_ID:
            raise KeyringError("no key ids left")
        fresh = {self.next_id: secrets.token_bytes(KEY_BYTES)}
        return KeySet(self.active, {**self.keys, **fresh}, {**self.born, self.next_id: born})

    def with_active(self, key_id: int) -> "KeySet":
        """Return the set with another key in use."""
        return KeySet(key_id, self.keys, self.born)

    def only(self, key_id: int) -> "KeySet":
        """Return the set without all other keys."""
        return KeySet(key_id, {key_id: self.keys[key_id]}, {key_id: self.born[key_id]})


@dataclass(frozen=True, slots=True)
class Keyring:
    """All keys. ``takes_first_version`` until everything was sealed anew once: a column without generation opens."""

    field: KeySet
    index_keys: KeySet
    audit: KeySet
    session: KeySet
    backup: KeySet
    takes_first_version: bool = False

    def seal(self, plain: str, *, place: str) -> bytes:
        """Return ``plain`` encrypted for ``place``, which `open` must name again."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        header = bytes([VERSION, self.field.active])
        return header + nonce + AESGCM(self.field.key).encrypt(nonce, plain.encode(), header + place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        """Return what was sealed for ``place``; raise `UnreadableError` when it is not that any more."""
        header, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
        is_known = len(header) == HEADER_BYTES and header[0] in {FIRST_VERSION, VERSION}
        if not is_known or header[1] not in self.field.keys:
            raise UnreadableError(place)
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        try:
            return AESGCM(self.field.keys[header[1]]).decrypt(nonce, body, header + place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise UnreadableError(place) from error

    def mark(self, text: str) -> str:
        """Return a mark that only this keyring can put under ``text``, with the id of its key."""
        return f"{self.field.active}.{_mark(self.field.key, text)}"

    def is_marked(self, text: str, mark: str) -> bool:
        """Tell whether ``mark`` was put under ``text`` with a key of this ring."""
        key_id, _, given = mark.partition(".")
        key = next((key for number, key in self.field.keys.items() if str(number) == key_id), None)
        return key is not None and hmac.compare_digest(given.encode(), _mark(key, text).encode())

    def index(self, value: str, *, kind: str) -> bytes:
        """Return the keyed hash by which ``value`` is found again, without anybody else being able to try values."""
        return _index(self.index_keys.key, value, kind)

    def indexes(self, value: str, *, kind: str) -> list[bytes]:
        """Return the keyed hashes of ``value`` with every key: while a key is changed, both are looked for."""
        others = [key for key_id, key in self.index_keys.keys.items() if key_id != self.index_keys.active]
        return [_index(key, value, kind) for key in (self.index_keys.key, *others)]


def _index(key: bytes, value: str, kind: str) -> bytes:
    return hmac.digest(key, f"{kind}:{value}".encode(), sha256)


def _mark(key: bytes, text: str) -> str:
    return hmac.digest(_marking_key(key), text.encode(), sha256)[:16].hex()


@cache
def _marking_key(key: bytes) -> bytes:
    """Return the key for marks that belongs to a key for columns: one key, one use."""
    return hmac.digest(key, b"generations", sha256)
