"""The seal of a row: which generation of each column is the present one, under a mark that only our keys can make.

Whoever can write to the database can put an older ciphertext back, or take one away. The generation is part of what
each ciphertext is bound to, and the list of generations is marked as a whole: no older value, no older list of
generations beside newer values, and no NULL in the place of a value passes for the present one.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from backend.db import sealing
from backend.db.keyring import FIRST_VERSION, Keyring

MARK = ""  # its place among the generations: no column is called so


class Row(Protocol):
    """What a row with sealed columns has; its columns are called ``<name>_sealed``."""

    seal_id: str
    seal_generations: dict[str, int | str]


def read(row: Row, name: str) -> str:
    """Return the present value of a column, empty where there is none; raise `UnreadableError` when it is not that."""
    ring = sealing.keyring()
    sealed: bytes | None = getattr(row, f"{name}_sealed")
    if not row.seal_generations:
        return _read_unmarked(ring, row, name, sealed)
    if not isinstance(row.seal_generations, dict):  # the column takes any JSON
        raise sealing.UnreadableError(place_of(row, name))
    numbers = numbers_of(row)
    if not ring.is_marked(_marked_text(row.seal_id, numbers), str(row.seal_generations.get(MARK, ""))):
        raise sealing.UnreadableError(place_of(row, name))
    number = numbers.get(name, 0)
    if sealed is None and number <= 0:
        return ""
    if sealed is None or (number <= 0 and not _is_first_version(ring, sealed)):
        raise sealing.UnreadableError(place_of(row, name))
    if sealed[:1] == bytes([FIRST_VERSION]):
        # A column that was never written since the generations came; one that was has a number and a newer seal.
        if number or not _is_first_version(ring, sealed):
            raise sealing.UnreadableError(place_of(row, name))
        return ring.open(sealed, place=place_of(row, name))
    return ring.open(sealed, place=place_of(row, name, number))


def write(row: Row, name: str, value: str) -> None:
    """Seal ``value`` as the next generation of a column; an empty one leaves nothing but its number."""
    ring = sealing.keyring()
    numbers = numbers_of(row)
    number = abs(numbers.get(name, 0))
    if not value and not number and getattr(row, f"{name}_sealed", None) is None:
        setattr(row, f"{name}_sealed", None)
    else:
        numbers[name] = number + 1 if value else -(number + 1)
        sealed = ring.seal(value, place=place_of(row, name, number + 1)) if value else None
        setattr(row, f"{name}_sealed", sealed)
    put(row, numbers)


def numbers_of(row: Row) -> dict[str, int]:
    """Return the generation of each column: below zero where the value was taken away."""
    return numbers_in(row.seal_generations)


def numbers_in(generations: Mapping[str, int | str] | None) -> dict[str, int]:
    """Return the generations without their mark."""
    return {name: number for name, number in (generations or {}).items() if isinstance(number, int)}


def put(row: Row, numbers: Mapping[str, int]) -> None:
    """Write the generations with a fresh mark."""
    row.seal_generations = marked(row, numbers)


def marked(row: Row, numbers: Mapping[str, int]) -> dict[str, int | str]:
    """Return generations with a fresh mark."""
    return {**numbers, MARK: sealing.keyring().mark(_marked_text(row.seal_id, numbers))}


def unwritten(seal_id: str) -> dict[str, int | str]:
    """Return the marked generations of a row in which nothing was written yet."""
    return {MARK: sealing.keyring().mark(_marked_text(seal_id, {}))}


def take_over(row: Row, stored: Mapping[str, int | str] | None, ours: Collection[str]) -> None:
    """Keep what is ``stored`` of the columns that are not ``ours``: somebody else wrote them since the row was read."""
    numbers = numbers_in(stored)
    numbers.update({name: number for name, number in numbers_of(row).items() if name in ours})
    put(row, numbers)


def place_of(row: Row, name: str, number: int | None = None) -> str:
    """Return what a ciphertext is bound to."""
    place = f"{type(row).__name__}.{name}.{row.seal_id}"
    return place if number is None else f"{place}.{number}"


def _read_unmarked(ring: Keyring, row: Row, name: str, sealed: bytes | None) -> str:
    """Return a value of a row that is not stored yet, or stems from before the generations."""
    is_new = row.seal_generations is None
    if sealed is None and (is_new or ring.takes_first_version):
        return ""
    if sealed is None or not _is_first_version(ring, sealed):
        raise sealing.UnreadableError(place_of(row, name))
    return ring.open(sealed, place=place_of(row, name))


def _is_first_version(ring: Keyring, sealed: bytes) -> bool:
    return ring.takes_first_version and sealed[:1] == bytes([FIRST_VERSION])


def _marked_text(seal_id: str, numbers: Mapping[str, int]) -> str:
    listed = ",".join(f"{name}:{numbers[name]}" for name in sorted(numbers))
    return f"{seal_id}.{listed}"
