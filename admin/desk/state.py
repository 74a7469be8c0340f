"""What the pages of the desk share: is the phone open, which services there are, what a form offers to choose from."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from backend.app import world
from backend.db.queries import call_tasks, left_behind, money, network
from backend.db.queries.network import ServiceView, StopView
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.services import offers, phone_desk
from backend.services.phone_desk import DeskNow

PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page of the desk shows: is the phone open for each service, and what waits.

    ``calls`` are persons to be phoned, ``left_behind`` reports of riders left behind that nobody answered (T-22).
    """

    hours: list[DeskNow]
    calls: int
    left_behind: int

    @property
    def is_open(self) -> bool:
        """Tell whether the phone is answered for any service."""
        return any(each.is_open for each in self.hours)


@dataclass(frozen=True, slots=True)
class FormLists:
    """What a booking form offers to choose from."""

    days: list[date]
    stops: list[StopView]
    categories: list[str]


def desk_of(session: Session) -> Desk:
    """Return whether the phone is open now, and what else every page of the desk shows (D-15, Q-42)."""
    now = world().clock()
    hours = [phone_desk.at(session, service, now=now) for service in network.list_services(session)]
    return Desk(hours, call_tasks.count_open(session), left_behind.count_open(session, times.day_of(now)))


def lists_for(session: Session, service: ServiceView) -> FormLists:
    """Return what the booking form of a service offers to choose from; the stops of a line along the line."""
    now = world().clock()
    days = offers.open_days(session, service.id, channel=PHONE, now=now)
    day = days[0] if days else times.day_of(now)
    zones = money.zones_on(session, service.id, day)
    categories = list(money.fares_on(session, service.id, day, zones[0])) if zones else []
    list_stops = network.list_line_stops if network.is_line(service) else network.list_stops
    return FormLists(days, list_stops(session, service.id, day), categories)


def find_line(session: Session) -> ServiceView | None:
    """Return the town's line, or None."""
    return next((each for each in network.list_services(session) if network.is_line(each)), None)


def line_by_code(session: Session, code: str) -> ServiceView:
    """Return the line that a form names, or the only one; raise `NotFoundError` for none such."""
    lines = [each for each in network.list_services(session) if network.is_line(each) and code in {"", each.code}]
    if not lines:
        raise NotFoundError(f"service {code}")
    return lines[0]
