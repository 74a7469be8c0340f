"""What every rule of keeping is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data that is kept for a period and then taken away.

    ``due`` asks for the ids of what is over before a moment; ``clear`` takes it away, after which ``due`` does not
    name it any more: a purge that was stopped goes on where it was. ``is_by_wall`` marks what is dated by real time,
    which no clock of a demo may make old.
    """

    name: str
    period: str
    due: Callable[[datetime], Select[int]]
    clear: Callable[[Session, Sequence[int], datetime], None]
    is_by_wall: bool = False
