"""Who rides together."""

from dataclasses import dataclass
from enum import StrEnum


class FareCategory(StrEnum):
    """What a rider pays by: a class, never its cause (Q-67). Order as on screens.

    Which of them a service knows, its fare table says: `FREE` is for holders of a welfare pass on the line (T-27).
    """

    ADULT = "adult"
    SENIOR = "senior"
    DISCOUNT = "discount"
    CHILD = "child"
    INFANT = "infant"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class PartyMember:
    """Some persons of one fare category."""

    category: str
    persons: int


@dataclass(frozen=True, slots=True)
class Party:
    """Persons by fare category. ``wheelchairs`` of them sit in their wheelchair and need its place, not a seat.

    Every person counts one place, infants included (Q-05).
    """

    members: tuple[PartyMember, ...]
    wheelchairs: int = 0

    @property
    def persons(self) -> int:
        """Return how many ride."""
        return sum(member.persons for member in self.members)

    @property
    def seats(self) -> int:
        """Return how many seats they need."""
        return self.persons - self.wheelchairs

    @classmethod
    def of(cls, counts: dict[str, int], *, wheelchairs: int = 0) -> "Party":
        """Return the party with ``counts`` persons by category; categories without persons are left out."""
        members = tuple(PartyMember(category, persons) for category, persons in counts.items() if persons)
        return cls(members, wheelchairs)
