"""What stands in an archive: a list of contents, every table's rows, files, and a summary at the end (decision 0030).

Counts and hashes can only be told when all rows have gone by, so they stand last; no archive is taken for whole without
them. Everything is packed and then sealed (`backend.db.sealed_chunks`).
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from backend.db.copies import TableShape, Tally
from backend.db.keyring import Keyring
from backend.db.sealed_chunks import CUT_OFF, ArchiveError, ChunkWriter, open_chunks, read_head

CONTENTS, TABLE, ROWS, FILE, SUMMARY = b"C", b"T", b"R", b"F", b"S"
LENGTH_BYTES = 4
FRAME_BYTES = 1 + LENGTH_BYTES
QUICK = 1
NAME_END = b"\0"
NEEDED = ("field", "index", "audit")  # the purposes whose keys open or check what stands in the rows

Keys = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive begins with: when and of whom it is, of which tables, and which keys its rows need."""

    made_at: datetime
    town: str
    revision: str
    keys: Keys
    tables: tuple[TableShape, ...]

    def missing_keys(self, ring: Keyring) -> list[str]:
        """Return which keys the rows need that a keyring does not hold."""
        held = keys_of(ring)
        return [
            f"{purpose} {key_id}"
            for purpose, keys in self.keys.items()
            for key_id, fingerprint in keys.items()
            if held.get(purpose, {}).get(key_id) != fingerprint
        ]


@dataclass(frozen=True, slots=True)
class Summary:
    """What an archive ends with. Tables by their full names: how many rows, and the hash over them."""

    tables: Mapping[str, tuple[int, str]]
    sequences: Mapping[str, int]
    files: int

    @property
    def rows(self) -> int:
        """Return how many rows there are in all."""
        return sum(rows for rows, _ in self.tables.values())


@dataclass(slots=True)
class ArchiveWriter:
    """Writes an archive front to end."""

    file: BinaryIO
    ring: Keyring
    contents: Contents
    _tallies: dict[str, Tally] = field(init=False, default_factory=dict)
    _files: int = field(init=False, default=0)
    _chunks: ChunkWriter = field(init=False)
    _packer: "zlib._Compress" = field(init=False)

    def __post_init__(self) -> None:
        made_at = self.contents.made_at.isoformat(timespec="seconds")
        about = {"made_at": made_at, "revision": self.contents.revision, "town": self.contents.town}
        self._chunks = ChunkWriter(self.file, self.ring.backup, about)
        self._packer = zlib.compressobj(QUICK)
        tables = [[each.schema, each.name, list(each.columns)] for each in self.contents.tables]
        self._frame(CONTENTS, json.dumps({**about, "keys": self.contents.keys, "tables": tables}).encode())

    def add_file(self, name: str, content: bytes) -> None:
        """Add a file that is sealed already."""
        self._files += 1
        self._frame(FILE, name.encode() + NAME_END + content)

    def add_table(self, shape: TableShape, blocks: Iterator[bytes]) -> None:
        """Add the rows of a table."""
        tally = self._tallies[shape.full_name] = Tally()
        self._frame(TABLE, shape.full_name.encode())
        for block in blocks:
            tally.add(block)
            self._frame(ROWS, block)

    def close(self, sequences: Mapping[str, int]) -> Summary:
        """Write the end and return it."""
        summary = Summary(
            {name: (each.rows, each.hash) for name, each in self._tallies.items()}, sequences, self._files
        )
        said = {"tables": summary.tables, "sequences": dict(summary.sequences), "files": summary.files}
        self._frame(SUMMARY, json.dumps(said).encode())
        self._chunks.write(self._packer.flush())
        self._chunks.close()
        return summary

    def _frame(self, kind: bytes, content: bytes) -> None:
        head = kind + len(content).to_bytes(LENGTH_BYTES, "big")
        self._chunks.write(self._packer.compress(head) + self._packer.compress(content))


@dataclass(frozen=True, slots=True)
class Checked:
    """An archive that was read to its end: every byte is as it was written."""

    path: Path
    contents: Contents
    summary: Summary

    @property
    def line(self) -> str:
        """Return what it is in one line: rows, tables, of which town and moment."""
        made_at = self.contents.made_at.isoformat(timespec="seconds")
        counted = f"{self.summary.rows:,} rows in {len(self.summary.tables)} tables"
        return f"{self.path}: {counted} of {self.contents.town}, as of {made_at}, tables {self.contents.revision}"


def keys_of(ring: Keyring) -> Keys:
    """Return the fingerprints of the keys that open or check what stands in the rows, by purpose and id."""
    sets = dict(zip(NEEDED, (ring.field, ring.index_keys, ring.audit), strict=True))
    return {name: {str(key_id): each for key_id, each in keys.fingerprints.items()} for name, keys in sets.items()}


def check(path: Path, ring: Keyring) -> Checked:
    """Read an archive to its end without keeping anything; raise `ArchiveError` when it is not as it was written."""
    contents, summary = None, None
    tallies: dict[str, Tally] = defaultdict(Tally)
    table, files = "", 0
    for kind, content in _frames(path, ring):
        if kind == CONTENTS:
            contents = _contents(content)
        elif kind == TABLE:
            table = content.decode()
            tallies[table] = Tally()
        elif kind == ROWS:
            tallies[table].add(content)
        elif kind == FILE:
            files += 1
        else:
            summary = _summary(content)
    if contents is None or summary is None:
        raise ArchiveError(f"{path.name}: {CUT_OFF}")
    counted = {name: (each.rows, each.hash) for name, each in tallies.items()}
    named = {each.full_name for each in contents.tables}
    if (counted, named, files) != (summary.tables, set(summary.tables), summary.files):
        raise ArchiveError(f"{path.name}: its tables are not what its summary says")
    return Checked(path, contents, summary)


def table_blocks(path: Path, ring: Keyring) -> Iterator[tuple[str, bytes]]:
    """Return the rows of all tables, in blocks with the table's full name."""
    table = ""
    for kind, content in _frames(path, ring):
        if kind == TABLE:
            table = content.decode()
        elif kind == ROWS:
            yield table, content


def files(path: Path, ring: Keyring) -> Iterator[tuple[str, bytes]]:
    """Return the files in an archive by name."""
    for kind, content in _frames(path, ring):
        if kind == FILE:
            name, _, body = content.partition(NAME_END)
            yield name.decode(), body


def _frames(path: Path, ring: Keyring) -> Iterator[tuple[bytes, bytes]]:
    """Return what stands in an archive, piece by piece, each with its kind."""
    held = bytearray()
    unpacker = zlib.decompressobj()
    try:
        with path.open("rb") as file:
            for chunk in open_chunks(file, read_head(file), ring.backup):
                held += unpacker.decompress(chunk)
                while len(held) >= FRAME_BYTES:
                    end = FRAME_BYTES + int.from_bytes(held[1:FRAME_BYTES], "big")
                    if len(held) < end:
                        break
                    yield bytes(held[:1]), bytes(held[FRAME_BYTES:end])
                    del held[:end]
    except ArchiveError as error:
        raise ArchiveError(f"{path.name}: {error}") from error
    except OSError as error:
        raise ArchiveError(f"{path}: {error.strerror}") from error


def _contents(content: bytes) -> Contents:
    said = json.loads(content)
    tables = tuple(TableShape(schema, name, tuple(columns)) for schema, name, columns in said["tables"])
    made_at = datetime.fromisoformat(said["made_at"])
    return Contents(made_at, said["town"], said["revision"], said["keys"], tables)


def _summary(content: bytes) -> Summary:
    said = json.loads(content)
    tables = {name: (int(rows), str(hash_)) for name, (rows, hash_) in said["tables"].items()}
    return Summary(tables, {name: int(number) for name, number in said["sequences"].items()}, int(said["files"]))
