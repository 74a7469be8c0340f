"""A decision as people ask after it: which vehicle could, which could not and why, what was chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.domain.offers import Promise


@dataclass(frozen=True, slots=True)
class VehicleAnswer:
    """What one vehicle had to say: the limit that stops it, or when it would come and what that adds to the plan.

    ``costs`` tells the cost apart by weight, in seconds of driving; only the cheapest few have it. When it
    ``is_reordered``, others get on and off in another order for it, within what they were promised.
    """

    vehicle: str
    limit: str | None
    pickup_s: int | None = None
    dropoff_s: int | None = None
    added_cost: float | None = None
    costs: tuple[float, ...] = ()
    is_taken: bool = False
    is_reordered: bool = False


@dataclass(frozen=True, slots=True)
class Considered:
    """One promise that would meet the wish, and what every vehicle had to say to it."""

    promise: Promise
    answers: tuple[VehicleAnswer, ...]

    @property
    def can(self) -> tuple[VehicleAnswer, ...]:
        """Return the vehicles that could keep it, the cheapest first."""
        return tuple(each for each in self.answers if each.limit is None)

    @property
    def cannot(self) -> dict[str, list[str]]:
        """Return the limits with the vehicles that each stops; a vehicle with two duties stands once."""
        found: dict[str, list[str]] = {}
        for each in self.answers:
            if each.limit is not None and each.vehicle not in found.setdefault(each.limit, []):
                found[each.limit].append(each.vehicle)
        return found


@dataclass(frozen=True, slots=True)
class Why:
    """A decision with all there is to say about it. Nobody is named.

    ``first`` is the promise nearest to the wish, ``taken`` the one that was chosen: the same one when the wish could be
    met as it was. ``offered`` are the promises found. ``weights`` held then; ``before`` and ``after`` are the costs of
    a plan and of the better one in its place, ``moved`` how many rides changed vehicle or place.
    ``is_forgotten`` when what it was made of is past its period of keeping.
    """

    public_id: str
    kind: str
    code: str | None
    at: datetime
    day: date
    engine: str
    weights: Mapping[str, float] = field(default_factory=dict)
    channel: str | None = None
    wish_kind: str | None = None
    wish_s: int | None = None
    pickup: str = ""
    dropoff: str = ""
    persons: int = 0
    wheelchairs: int = 0
    facts: Mapping[str, str | int] = field(default_factory=dict)
    first: Considered | None = None
    taken: Considered | None = None
    offered: tuple[Promise, ...] = ()
    vehicle: str = ""
    only_reserve: bool = False
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)
    moved: int = 0
    booking: str | None = None
    is_forgotten: bool = False

    @property
    def is_as_wished(self) -> bool:
        """Tell whether what was chosen is what would meet the wish best."""
        return self.taken == self.first
