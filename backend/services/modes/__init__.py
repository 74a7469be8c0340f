"""Where the modes part: one module each, with the same functions (design.md 2.5)."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from backend.db.models import Booking
from backend.domain.offers import Offer, Promise, Wish
from backend.domain.refusals import Refusal
from backend.services.itineraries import DayPlan
from backend.services.modes import area
from backend.services.modes.area import Placement


class Mode(Protocol):
    """What a mode has to answer. The modules themselves satisfy it."""

    def promises(self, day_plan: DayPlan, wish: Wish, *, not_before_s: int) -> list[Promise]:
        """Return the promises that would meet the wish, the most wanted first."""
        ...

    def place(self, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Placement | None:
        """Return where the first promise that can be kept goes."""
        ...

    def placements(self, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Iterator[Placement]:
        """Return the placements that can be kept, one after the other."""
        ...

    def offer(self, session: Session, wish: Wish, placement: Placement) -> Offer:
        """Return a placement as it is shown."""
        ...

    def why_not(self, session: Session, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Refusal:
        """Return why nothing can be placed."""
        ...

    def longest_ride_s(self, day_plan: DayPlan, wish: Wish, promise: Promise) -> int:
        """Return the longest ride that goes with a promise."""
        ...

    def seat(self, session: Session, day_plan: DayPlan, booking: Booking, wish: Wish, placement: Placement) -> None:
        """Write a new booking's visits."""
        ...

    def unseat(self, session: Session, day_plan: DayPlan, booking: Booking) -> None:
        """Take a booking's visits out."""
        ...


MODES: dict[str, Mode] = {"area": area}

__all__ = ["MODES", "Mode"]
