"""Marks under the acts of the audit trail, and under their places in its chain: keyed, so that only we can write them.

The key lies with the application, never in the database (S-25, T20).
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from backend.db import sealing

ROW_SEALED = "row.sealed"  # a row's sealed columns were written again
SALT_BYTES = 8
SEPARATOR = "\x1f"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What `Said.line` says, as the database writes it.
LINE = (
    "concat_ws(chr(31), round(date_part('epoch', e.at) * 1000000)::bigint, e.actor, e.action, e.object_kind, "
    "coalesce(e.object_id::text, ''), e.facts::text)"
)
LINKED_US = "round(date_part('epoch', l.linked_at) * 1000000)::bigint"


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says."""

    at: datetime
    actor: str
    action: str
    object_kind: str
    object_id: int | None
    facts: dict[str, str | int]

    def line(self) -> str:
        """Return it in one line."""
        object_id = "" if self.object_id is None else str(self.object_id)
        parts = (str(microseconds(self.at)), self.actor, self.action, self.object_kind, object_id)
        return SEPARATOR.join((*parts, json.dumps(self.facts)))


def microseconds(moment: datetime) -> int:
    """Return a moment in whole microseconds, as the database counts them."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def make(line: str) -> bytes:
    """Return a mark for a line: the key's id, salt, and a keyed hash. No two are alike."""
    keys = sealing.keyring().audit
    salt = secrets.token_bytes(SALT_BYTES)
    return bytes([keys.active]) + salt + hmac.digest(keys.key, salt + line.encode(), sha256)


def is_ours(line: str, mark: bytes) -> bool:
    """Tell whether the application put ``mark`` under a line."""
    key = sealing.keyring().audit.keys.get(mark[0]) if mark else None
    if key is None:
        return False
    end = 1 + SALT_BYTES
    return hmac.compare_digest(mark[end:], hmac.digest(key, mark[1:end] + line.encode(), sha256))


def link(before: bytes, place: str, content: bytes) -> bytes:
    """Return the hash of a place in the chain: over the hash before, and over the entry that stands there."""
    keys = sealing.keyring().audit
    return bytes([keys.active]) + _hash(keys.key, before, place, content)


def is_linked(given: bytes, before: bytes, place: str, content: bytes) -> bool:
    """Tell whether a place in the chain is as we made it."""
    key = sealing.keyring().audit.keys.get(given[0]) if given else None
    return key is not None and given[1:] == _hash(key, before, place, content)


def _hash(key: bytes, before: bytes, place: str, content: bytes) -> bytes:
    return hmac.digest(key, before + place.encode() + content, sha256)
