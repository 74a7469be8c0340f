"""The demo town in tests: its stops by code, rides in one line."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Rider, Stop, TransportService
from backend.domain.offers import Promise, Wish
from backend.domain.refusals import Refusal
from backend.services import bookings, town_rules
from tests.make import NOW, make_caller, make_rider, make_wish

CHANNELS = ("line", "phone", "counter")


class DemoTown:
    """Minami with its 40 stops, two vehicles and the winter of 2022."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.service = session.scalars(select(TransportService).where(TransportService.mode == "area")).one()
        self.stops = {stop.code: stop for stop in session.scalars(select(Stop))}
        self._phones = 0

    def rider(self, **values) -> Rider:
        """Return a new member."""
        self._phones += 1
        return make_rider(self.session, phone=f"080{self._phones:08d}", **values)

    def wish(self, origin: str = "M38", destination: str = "M18", **values) -> Wish:
        """Return a wish between two stops by their codes; one adult on Monday at ten unless told otherwise."""
        return make_wish(self.service, self.stops[origin], self.stops[destination], **values)

    def book(
        self,
        origin: str = "M38",
        destination: str = "M18",
        *,
        rider: Rider | None = None,
        now: datetime = NOW,
        channel: str = "line",
        promise: Promise | None = None,
        actor: str = "staff:1",
        key: str | None = None,
        **values,
    ) -> Booking | Refusal:
        """Return the outcome of booking, for a new member unless one is given."""
        caller = make_caller(rider or self.rider(), channel=channel, actor=actor, key=key)
        wish = self.wish(origin, destination, **values)
        return bookings.book(self.session, wish, promise=promise, caller=caller, now=now)

    def change_settings(self, *, now: datetime = NOW, **changes) -> Refusal | None:
        """Change settings as the masters page does."""
        return change_settings(self.session, self.service, now=now, **changes)


def change_settings(session: Session, service: TransportService, *, now: datetime = NOW, **changes) -> Refusal | None:
    """Change settings of a service as the masters page does; what is not named stays."""
    present = {field.name: getattr(service, field.name) for field in fields(town_rules.ServiceSettings)}
    present["weekdays"] = tuple(present["weekdays"])
    entry = town_rules.ServiceSettings(**{**present, **changes})
    return town_rules.change_settings(
        session, service.id, entry=entry, version=service.version, actor="staff:1", now=now
    )


def said(outcome: Booking | Refusal) -> str:
    """Return what became of a wish: a refusal's code, or the booking's state."""
    return outcome.code if isinstance(outcome, Refusal) else outcome.state
