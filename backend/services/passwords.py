"""Hashing passwords and PINs: argon2id, two at a time, for names that nobody has as well (T12)."""

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
NOBODYS = ""
# Each hash takes 46 MiB: fifty wrong passwords at once must not eat the memory.
_hashing = threading.BoundedSemaphore(2)
_nobodys_hash: list[str] = []


def hash_of(secret: str) -> str:
    """Return what is kept of a password or PIN. Call it with no transaction open: it takes about 50 ms."""
    with _hashing:
        return HASHER.hash(secret)


def is_right(kept: str, secret: str) -> bool:
    """Tell whether ``secret`` is the one whose hash is ``kept``; takes as long when nothing is kept."""
    with _hashing:
        try:
            HASHER.verify(kept or _hash_of_nobody(), secret)
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def _hash_of_nobody() -> str:
    if not _nobodys_hash:
        _nobodys_hash.append(HASHER.hash(secrets.token_urlsafe(16)))
    return _nobodys_hash[0]
