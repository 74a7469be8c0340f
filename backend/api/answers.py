"""Who asks, and answers that are no success: refusals with ways out as problem JSON (D-48)."""

from flask import Response, current_app, g
from sqlalchemy.orm import Session

from backend import wording
from backend.api.booking_json import offer_json
from backend.app import language
from backend.db.queries import network
from backend.db.queries.staff import StaffView
from backend.domain.refusals import Refusal

HTTP_CONFLICT = 409
PROBLEM = "application/problem+json"


class SignedOutError(Exception):
    """Nobody is signed in: these routes open for nobody else, even where the guard was forgotten."""


def person() -> StaffView:
    """Return who is signed in."""
    found: StaffView | None = g.get("staff")
    if found is None:
        raise SignedOutError
    return found


def refused(session: Session, refusal: Refusal, *, code: int = HTTP_CONFLICT) -> Response:
    """Return a refusal: its code, its sentence, its facts, and what can be booked instead."""
    body = {
        "status": code,
        "title": wording.refusal_text(refusal, language()),
        "code": refusal.code,
        "facts": refusal.facts,
        "alternatives": alternatives(session, refusal),
        "request_id": g.get("request_id"),
    }
    return Response(current_app.json.dumps(body), code, mimetype=PROBLEM)


def alternatives(session: Session, refusal: Refusal) -> list[dict[str, object]]:
    """Return what can be booked instead of what was refused."""
    services = {service.id: service.code for service in network.list_services(session)}
    ends = {offer.wish.pickup_stop_id for offer in refusal.alternatives}
    ends |= {offer.wish.dropoff_stop_id for offer in refusal.alternatives}
    stops = {stop_id: network.get_stop(session, stop_id).code for stop_id in ends}
    return [offer_json(each, services, stops, language()) for each in refusal.alternatives]
