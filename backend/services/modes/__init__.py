"""Where the modes part: one module each, with the same functions (design.md 2.5)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from backend.db.models import Booking, ServiceDay, TransportService
from backend.domain.decisions import Evidence
from backend.domain.offers import Promise, Wish
from backend.domain.refusals import Refusal
from backend.services.itineraries import DayPlan
from backend.services.modes import area, line
from backend.services.modes.placement import Placement


class Mode(Protocol):
    """What a mode has to answer. The modules themselves satisfy it."""

    def load(self, session: Session, service_day: ServiceDay, *, now: datetime) -> DayPlan:
        """Return the day as it stands."""
        ...

    def check_party(self, service: TransportService, wish: Wish) -> Refusal | None:
        """Return why so many persons do not go on one booking."""
        ...

    def check_stops(self, session: Session, wish: Wish) -> Refusal | None:
        """Return why nobody is taken between the wished stops at any time of the day."""
        ...

    def promises(self, day_plan: DayPlan, wish: Wish, *, not_before_s: int) -> list[Promise]:
        """Return the promises that would meet the wish, the most wanted first."""
        ...

    def place(self, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Placement | None:
        """Return where the first promise that can be kept goes."""
        ...

    def placements(self, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Iterator[Placement]:
        """Return the placements that can be kept, one after the other."""
        ...

    def why_not(self, session: Session, day_plan: DayPlan, wish: Wish, candidates: Sequence[Promise]) -> Refusal:
        """Return why nothing can be placed."""
        ...

    def judge(
        self,
        day_plan: DayPlan,
        wish: Wish,
        candidates: Sequence[Promise],
        taken: Sequence[Placement],
        *,
        barred: Sequence[int] = (),
        wanted: Promise | None = None,
    ) -> Evidence | None:
        """Return why something was taken, where there is anything to weigh."""
        ...

    def by_rule(self, refusal: Refusal) -> Evidence | None:
        """Return the evidence of a refusal for which no plan was looked at, where decisions are kept."""
        ...

    def instead(self, session: Session, wish: Wish, *, soonest_s: int) -> Iterator[Wish]:
        """Return what may be ridden on the same day instead, the nearest to the wish first."""
        ...

    def longest_ride_s(self, day_plan: DayPlan, wish: Wish, promise: Promise) -> int:
        """Return the longest ride that goes with a promise."""
        ...

    def has_left(self, booking: Booking, *, now: datetime) -> bool:
        """Tell whether it is too late to give up a booking or to change it."""
        ...

    def seat(self, session: Session, day_plan: DayPlan, booking: Booking, wish: Wish, placement: Placement) -> None:
        """Write a new booking's visits."""
        ...

    def unseat(self, session: Session, day_plan: DayPlan, booking: Booking) -> None:
        """Take a booking's visits out."""
        ...


MODES: dict[str, Mode] = {"area": area, "line": line}

__all__ = ["MODES", "Mode", "Placement"]
