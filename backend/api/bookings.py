"""Book, change, cancel and read a booking by machine: the same rules and seats as LINE and phone (D-14, D-29, T-19).

A change carries an idempotency key: sent again it has its effect once and is answered alike.
"""

import json
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.orm import Session

from backend.api import fields, wishes
from backend.api.answers import PROBLEM, person, refused
from backend.api.booking_json import booking_json
from backend.api.fields import Fields
from backend.api.problems import UnreadableError
from backend.app import world
from backend.db.queries import bookings as booking_queries
from backend.db.queries import callers, network, riders
from backend.db.queries.bookings import BookingView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import bookings, guest_bookings, machine_answers, offers
from backend.services.bookings import Caller
from backend.services.guest_bookings import Guest
from backend.services.machine_answers import Answer, Asked

CHANNELS = ("phone", "counter")
Act = Callable[[Session, Fields, str], Response]


def register(api: Blueprint) -> None:
    """Add the bookings."""
    api.post("/bookings")(book)
    api.get("/bookings/<public_id>")(get)
    api.post("/bookings/<public_id>/change")(change)
    api.post("/bookings/<public_id>/cancel")(cancel)


def book() -> Response:
    """Book a ride for a known rider or, on a line, for a guest with name and phone (T-18)."""
    return _once(_book)


def get(public_id: str) -> Response:
    """Return a booking by its random id."""
    with transaction(world().engine) as session:
        return jsonify(booking_json(booking_queries.get(session, public_id)))


def change(public_id: str) -> Response:
    """Put another ride in the place of a booking; what is not named stays, a refusal leaves the old one (Q-12)."""
    return _once(partial(_change, public_id))


def cancel(public_id: str) -> Response:
    """Give a booking up (D-32)."""
    return _once(partial(_cancel, public_id))


def _once(act: Act) -> Response:
    """Do a change under its key, or answer as it was answered before; another body under the key is refused, 422."""
    sent, key = fields.body(), fields.key()
    content = json.dumps([request.method, request.path, sent], sort_keys=True, ensure_ascii=False)
    # JSON may write half a sign as an escape; the key must be kept for it too.
    asked = Asked(person().id, key, content.encode(errors="surrogatepass"))
    with transaction(world().engine) as session:
        known = machine_answers.find(session, asked)
        if isinstance(known, Refusal):
            return refused(session, known, code=HTTPStatus.UNPROCESSABLE_ENTITY)
        if known:
            return Response(known.body, known.code, mimetype=_mimetype(known.code))
        answer = act(session, sent, f"machine:{asked.staff_id}:{key}")
        machine_answers.keep(
            session, asked, Answer(answer.status_code, answer.get_data(as_text=True)), wall=world().wall()
        )
    return answer


def _book(session: Session, sent: Fields, key: str) -> Response:
    service = wishes.service_of(session, sent)
    wished = wishes.wished(session, service, sent)
    rider_id = _rider_id(session, sent)
    guest = None if rider_id or service.members_only else _guest(sent)
    caller = Caller(rider_id, _channel(sent), _actor(), key)
    now = world().clock()
    if wished.refusal:
        offers.record_refusal(session, wished.wish, wished.refusal, channel=caller.channel, rider_id=rider_id, now=now)
        return refused(session, wished.refusal)
    if guest:
        outcome = guest_bookings.book(session, wished.wish, guest, promise=wished.promise, caller=caller, now=now)
    else:
        outcome = bookings.book(session, wished.wish, promise=wished.promise, caller=caller, now=now)
    if isinstance(outcome, Refusal):
        return refused(session, outcome)
    return _shown(session, outcome.public_id, HTTPStatus.CREATED)


def _change(public_id: str, session: Session, sent: Fields, key: str) -> Response:
    old = booking_queries.get(session, public_id)
    service = network.get_service_by_id(session, old.service_id)
    wished = wishes.wished(session, service, {**_present(old), **sent})
    if wished.refusal:
        return refused(session, wished.refusal)
    caller = Caller(old.rider_id, _channel(sent), _actor(), key)
    now = world().clock()
    outcome = bookings.change(session, public_id, wished.wish, promise=wished.promise, caller=caller, now=now)
    if isinstance(outcome, Refusal):
        return refused(session, outcome)
    return _shown(session, outcome.public_id, HTTPStatus.OK)


def _cancel(public_id: str, session: Session, _sent: Fields, _key: str) -> Response:
    outcome = bookings.cancel(session, public_id, actor=_actor(), now=world().clock())
    if isinstance(outcome, Refusal):
        return refused(session, outcome)
    return _shown(session, public_id, HTTPStatus.OK)


def _present(old: BookingView) -> dict[str, object]:
    """Return the wish of a booking as a body would name it."""
    return {
        "day": old.day.isoformat(),
        "from": old.pickup.code,
        "to": old.dropoff.code,
        "run": old.departure.entry_code if old.departure else None,
        "kind": old.wish_kind,
        "time": times.clock(old.wish_s),
        "party": {member.category: member.persons for member in old.party.members},
        "wheelchairs": old.party.wheelchairs,
    }


def _rider_id(session: Session, sent: Fields) -> int | None:
    """Return the known rider that a body names by the random id, or None."""
    public_id = fields.optional_text(sent, "rider", longest=40)
    if not public_id:
        return None
    try:
        return callers.get(session, public_id).id
    except NotFoundError as error:
        raise UnreadableError("rider") from error


def _guest(sent: Fields) -> Guest:
    """Return who rides without being a member; name and phone have to be there (T-18)."""
    name = fields.text_of(sent, "name", longest=60)
    phone = riders.normal_phone(fields.text_of(sent, "phone", longest=30))
    if phone is None:
        raise UnreadableError("phone")
    remembered = sent.get("remember", False)
    if not isinstance(remembered, bool):
        raise UnreadableError("remember")
    return Guest(name, phone, fields.optional_text(sent, "kana", longest=60), is_remembered=remembered)


def _channel(sent: Fields) -> str:
    channel = fields.optional_text(sent, "channel", longest=20) or CHANNELS[0]
    if channel not in CHANNELS:
        raise UnreadableError("channel")
    return channel


def _shown(session: Session, public_id: str, code: HTTPStatus) -> Response:
    shown = booking_queries.get(session, public_id)
    body = current_app.json.dumps(booking_json(shown))
    return Response(body, code, mimetype="application/json")


def _actor() -> str:
    return f"staff:{person().id}"


def _mimetype(code: int) -> str:
    return "application/json" if code < HTTPStatus.BAD_REQUEST else PROBLEM
