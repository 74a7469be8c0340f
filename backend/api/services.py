"""What there is to book, for machines: services, stops, runs of a day, rides for a wish (D-14, T-11, T-19)."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from backend.api import fields, wishes
from backend.api.answers import person, refused
from backend.api.booking_json import ServiceJson, departure_json, offer_json, service_json, stop_json
from backend.app import language, world
from backend.db.queries import money, network, riders
from backend.db.queries.network import ServiceView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import departures, offers, phone_desk

PHONE = "phone"


def register(api: Blueprint) -> None:
    """Add what can be read."""
    api.get("/session")(session_of)
    api.get("/services")(list_services)
    api.get("/services/<code>/stops")(list_stops)
    api.get("/services/<code>/departures")(list_departures)
    api.get("/services/<code>/offers")(list_offers)


def session_of() -> Response:
    """Return who is signed in, and the token that changes carry in the header X-CSRFToken."""
    return jsonify({"role": person().role, "csrf": generate_csrf()})


def list_services() -> Response:
    """Return every service of the town, with the days that can be booked now."""
    with transaction(world().engine) as session:
        return jsonify({"services": [_service(session, each) for each in network.list_services(session)]})


def list_stops(code: str) -> Response:
    """Return the stops of a service that are served on ``day``, today unless another is asked for."""
    sent = request.args
    with transaction(world().engine) as session:
        service = wishes.service_named(session, code)
        day = fields.day_of(sent, "day") if sent.get("day") else times.day_of(world().clock())
        is_line = network.is_line(service)
        stops = (network.list_line_stops if is_line else network.list_stops)(session, service.id, day)
        return jsonify({"stops": [stop_json(stop) for stop in stops]})


def list_departures(code: str) -> ResponseReturnValue:
    """Return the runs of a line between two stops on a day; 409 with the rule when nobody rides from there to there."""
    sent, now = request.args, world().clock()
    with transaction(world().engine) as session:
        service = wishes.service_named(session, code)
        if not network.is_line(service):
            raise NotFoundError(f"departures of {code}")
        day = fields.day_of(sent, "day")
        ends = wishes.ends_of(session, service, sent, day)
        found = departures.list_departures(
            session,
            service.id,
            day,
            pickup_stop_id=ends.pickup_stop_id,
            dropoff_stop_id=ends.dropoff_stop_id,
            party=fields.party_asked(sent),
            channel=PHONE,
            rider_id=None,
            now=now,
        )
        if isinstance(found, Refusal):
            return refused(session, found)
        return jsonify({"departures": [departure_json(each, language()) for each in found]})


def list_offers(code: str) -> ResponseReturnValue:
    """Return up to three rides of an area service for a wish; 409 with the reason and ways out when there is none."""
    sent, now = request.args, world().clock()
    with transaction(world().engine) as session:
        service = wishes.service_named(session, code)
        if network.is_line(service):
            raise NotFoundError(f"offers of {code}")
        wish = wishes.wish_asked(session, service, sent)
        rider = fields.text_of(sent, "rider", longest=40) if service.members_only else ""
        rider_id = riders.get_public(session, rider).id if rider else None
        found = offers.find(session, wish, channel=PHONE, rider_id=rider_id, now=now)
        if isinstance(found, Refusal):
            return refused(session, found)
        services = {service.id: service.code}
        stops = {stop.id: stop.code for stop in network.list_stops(session, service.id, wish.day)}
        return jsonify({"offers": [offer_json(each, services, stops, language()) for each in found]})


def _service(session: Session, service: ServiceView) -> ServiceJson:
    now = world().clock()
    today = times.day_of(now)
    hours = phone_desk.hours_of(service)
    open_days = offers.open_days(session, service.id, channel=PHONE, now=now)
    day = open_days[0] if open_days else today
    zones = money.zones_on(session, service.id, day)
    return service_json(
        service,
        phone_hours=(hours.opens_s, hours.closes_s),
        categories=list(money.fares_on(session, service.id, day, zones[0])) if zones else [],
        open_days=open_days,
    )
