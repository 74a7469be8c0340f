"""What a machine wishes: fields in, a `Wish` with its promise out."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from backend.api import fields
from backend.api.fields import Fields
from backend.api.problems import UnreadableError
from backend.db.queries import money, network
from backend.db.queries.network import ServiceView
from backend.domain.errors import NotFoundError
from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.party import Party
from backend.domain.refusals import Refusal
from backend.services import run_wishes


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a ride begins and ends, by the ids of the stops."""

    pickup_stop_id: int
    dropoff_stop_id: int


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish, and the promise that was shown for it; None for the best ride there is."""

    wish: Wish
    promise: Promise | None
    refusal: Refusal | None = None


def service_named(session: Session, code: str) -> ServiceView:
    """Return the service of a code; raise `NotFoundError`."""
    found = next((each for each in network.list_services(session) if each.code == code), None)
    if found is None:
        raise NotFoundError(f"service {code}")
    return found


def service_of(session: Session, sent: Fields) -> ServiceView:
    """Return the service that a body names; an unknown one is a field that cannot be read."""
    try:
        return service_named(session, fields.text_of(sent, "service", longest=40))
    except NotFoundError as error:
        raise UnreadableError("service") from error


def ends_of(session: Session, service: ServiceView, sent: Fields, day: date) -> Ends:
    """Return the two stops by their codes."""
    codes = {name: fields.text_of(sent, name, longest=40) for name in ("from", "to")}
    ids = network.stop_ids(session, service.id, day, list(codes.values()))
    for name, code in codes.items():
        if code not in ids:
            raise UnreadableError(name)
    return Ends(ids[codes["from"]], ids[codes["to"]])


def wished(session: Session, service: ServiceView, sent: Fields) -> Wished:
    """Return what a body wishes: on a line a run by its code, in an area service a time."""
    day = fields.day_of(sent, "day")
    ends = ends_of(session, service, sent, day)
    party = fields.party_of(sent)
    _require_fares(session, service, day, ends, party)
    if network.is_line(service):
        return _run_wished(session, service, sent, day=day, ends=ends, party=party)
    kind = _kind_of(sent)
    time_s = fields.clock_of(sent, "time")
    wish = Wish(service.id, day, kind, time_s, ends.pickup_stop_id, ends.dropoff_stop_id, party)
    return Wished(wish, promise_of(sent))


def wish_asked(session: Session, service: ServiceView, sent: Fields) -> Wish:
    """Return the wish of a query of an area service."""
    day = fields.day_of(sent, "day")
    ends = ends_of(session, service, sent, day)
    party = fields.party_asked(sent)
    _require_fares(session, service, day, ends, party)
    time_s = fields.clock_of(sent, "time")
    return Wish(service.id, day, _kind_of(sent), time_s, ends.pickup_stop_id, ends.dropoff_stop_id, party)


def promise_of(sent: Fields) -> Promise | None:
    """Return the promise of the offer that is booked, or None when the body names none."""
    promise = sent.get("promise")
    if promise is None:
        return None
    if not isinstance(promise, dict):
        raise UnreadableError("promise")
    return Promise(*(fields.clock_of(promise, name) for name in ("pickup_earliest", "pickup_latest", "arrive_by")))


def _run_wished(session: Session, service: ServiceView, sent: Fields, *, day: date, ends: Ends, party: Party) -> Wished:
    code = fields.text_of(sent, "run", longest=20)
    try:
        found = run_wishes.of_run(
            session,
            service.id,
            day,
            code,
            pickup_stop_id=ends.pickup_stop_id,
            dropoff_stop_id=ends.dropoff_stop_id,
            party=party,
        )
    except NotFoundError as error:
        raise UnreadableError("run") from error
    if isinstance(found, Refusal):
        wish = Wish(service.id, day, WishKind.DEPART, 0, ends.pickup_stop_id, ends.dropoff_stop_id, party)
        return Wished(wish, None, found)
    return Wished(found.wish, promise_of(sent) or found.promise)


def _require_fares(session: Session, service: ServiceView, day: date, ends: Ends, party: Party) -> None:
    """Refuse a category that the service does not know."""
    known = money.fares_between(session, service.id, day, ends.pickup_stop_id, ends.dropoff_stop_id)
    if known and not {member.category for member in party.members} <= set(known):
        raise UnreadableError("party")


def _kind_of(sent: Fields) -> WishKind:
    written = fields.optional_text(sent, "kind", longest=10) or WishKind.DEPART.value
    try:
        return WishKind(written)
    except ValueError as error:
        raise UnreadableError("kind") from error
