"""What dispatch knew and weighed for one wish, before it is written down as a decision."""

import secrets
from dataclasses import dataclass, field

Record = dict[str, object]

_TYPED = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # nothing that looks like another
_LENGTH = 22


def new_id() -> str:
    """Return a public id nobody can guess: 128 bits, in letters and figures that can be typed after a command."""
    return "".join(secrets.choice(_TYPED) for _ in range(_LENGTH))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why something was decided: in bare numbers and ids, nobody is named.

    ``direct_s`` is the direct drive, ``pickup_s`` and ``dropoff_s`` the planned times of the ride taken, None where
    none was. ``only_reserve`` tells that the seats kept for parties with a wheelchair alone stood against it.
    """

    record: Record
    direct_s: int | None = None
    pickup_s: int | None = None
    dropoff_s: int | None = None
    only_reserve: bool = False
    public_id: str = field(default_factory=new_id)
