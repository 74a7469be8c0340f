"""A file in sealed chunks: not a byte of it can be read, changed, moved, added or cut off unnoticed (S-06, T15).

Each chunk is sealed with AES-GCM under a key of this file alone, which is derived from the installation's key, a salt
and the head. A chunk's nonce is its place and whether it is the last: the STREAM construction, as the tool `age` uses
it. So a chunk opens at its own place only, and a file that ends early, or goes on, has no last chunk.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.db.keyring import KEY_BYTES, KeySet

MAGIC = b"noriai backup\n"
FORMAT = 1
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16
LENGTH_BYTES = 4
LONGEST_HEAD = 64 * 1024
SALT_BYTES = 16
PLACE_BYTES = 11
USE = b"noriai.backup.file:"

CUT_OFF = "it was changed or cut off"


class ArchiveError(Exception):
    """An archive cannot be made or used; the message says why in one line."""


@dataclass(frozen=True, slots=True)
class Head:
    """What an archive says of itself without a key. Bound into every chunk: with a changed head none opens."""

    about: Mapping[str, str]
    key_id: int
    fingerprint: str
    salt: bytes
    raw: bytes


class ChunkWriter:
    """Seals what is written to it; `close` makes the last chunk, without which the file is none."""

    def __init__(self, file: BinaryIO, keys: KeySet, about: Mapping[str, str]) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        head = {
            "format": FORMAT,
            "key": keys.active,
            "fingerprint": keys.fingerprints[keys.active],
            "salt": salt.hex(),
            "about": dict(about),
        }
        raw = json.dumps(head).encode()
        self._file = file
        self._cipher = _cipher(keys.key, salt, raw)
        self._place = 0
        self._held = bytearray()
        file.write(MAGIC + len(raw).to_bytes(LENGTH_BYTES, "big") + raw)

    def write(self, content: bytes) -> None:
        """Take ``content`` up; whole chunks go to the file, and one is always held back: it may be the last."""
        self._held += content
        while len(self._held) > CHUNK_BYTES:
            self._seal(bytes(self._held[:CHUNK_BYTES]), is_last=False)
            del self._held[:CHUNK_BYTES]

    def close(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._held), is_last=True)
        self._held.clear()

    def _seal(self, content: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._place, is_last=is_last), content, None))
        self._place += 1


def read_head(file: BinaryIO) -> Head:
    """Return what the beginning of a file says; raise `ArchiveError` when it is no archive, or one of a newer form."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ArchiveError("it is no backup of Noriai")
    length = int.from_bytes(file.read(LENGTH_BYTES), "big")
    raw = file.read(min(length, LONGEST_HEAD))
    try:
        head = json.loads(raw)
        if head["format"] > FORMAT:
            raise ArchiveError("it was made by a newer version of Noriai")
        about = {str(name): str(value) for name, value in head["about"].items()}
        return Head(about, int(head["key"]), str(head["fingerprint"]), bytes.fromhex(head["salt"]), raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArchiveError(CUT_OFF) from error


def open_chunks(file: BinaryIO, head: Head, keys: KeySet) -> Iterator[bytes]:
    """Return what was sealed, chunk by chunk; raise `ArchiveError` at the first that is not as it was written."""
    if head.key_id not in keys.keys:
        raise ArchiveError(f"it was made with backup key {head.key_id}, which the keyring does not hold")
    if head.fingerprint != keys.fingerprints[head.key_id]:
        raise ArchiveError(f"it was changed, or made with another backup key {head.key_id} than the keyring holds")
    cipher = _cipher(keys.keys[head.key_id], head.salt, head.raw)
    place, sealed = 0, file.read(CHUNK_BYTES + TAG_BYTES)
    while True:
        after = file.read(CHUNK_BYTES + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(place, is_last=not after), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise ArchiveError(CUT_OFF) from error
        if not after:
            return
        place, sealed = place + 1, after


def _nonce(place: int, *, is_last: bool) -> bytes:
    return place.to_bytes(PLACE_BYTES, "big") + bytes([is_last])


def _cipher(key: bytes, salt: bytes, head: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=USE + head).derive(key))
