"""Objects of every kind that has an address, and the addresses that name them: for tests of who finds what."""

import base64
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.clock import wall
from backend.db import models
from backend.services import cases, devices, incidents
from tests.acceptance.matrix import absent, still
from tests.make import LINE_DAY, LINE_NOW, Line, make_booking, make_rider
from tests.sold import book_of, make_sale

# An address up to and with its argument → what the argument names. A new address without a row fails the sweep.
OBJECTS = {
    "/admin/access/accounts/<public_id>": "account",
    "/admin/access/acts/<public_id>": "act",
    "/admin/access/devices/<public_id>": "device",
    "/admin/access/works/<public_id>": "work",
    "/admin/cases/<public_id>": "case",
    "/admin/desk/bookings/<public_id>": "booking",
    "/admin/desk/calls/<public_id>": "call",
    "/admin/desk/riders/<public_id>": "rider",
    "/admin/desk/runs/<code>": "entry",
    "/admin/dispatch/acceptance/<int:stop_id>": "acceptance",
    "/admin/dispatch/decisions/<decision>": "decision",
    "/admin/dispatch/left-behind/<int:report_id>": "left_behind",
    "/admin/dispatch/runs/<int:run_id>": "run",
    "/admin/dispatch/suspensions/<int:stop_id>": "suspension",
    "/admin/dispatch/vehicles/<int:vehicle_id>": "vehicle",
    "/admin/incidents/<public_id>": "incident",
    "/admin/incidents/<public_id>/photos/<photo_id>": "photo",
    "/admin/masters/calendar/closed/<int:closed_day_id>": "closed_day",
    "/admin/masters/fleet/duties/<int:pattern_id>": "duty_pattern",
    "/admin/masters/fleet/vehicles/<int:vehicle_id>": "vehicle",
    "/admin/masters/stops/<int:stop_id>": "stop",
    "/admin/masters/timetable/runs/<code>": "entry",
    "/admin/riders/<public_id>": "rider",
    "/admin/sales/<public_id>": "sale",
    "/admin/sales/schemes/<int:scheme_id>": "scheme",
    "/admin/welcome/<token>": "invitation",
    "/api/v1/bookings/<public_id>": "booking",
    "/api/v1/driver/runs/<int:run_id>": "run",
    "/api/v1/driver/runs/<int:run_id>/visits/<int:visit_id>": "visit",
    "/api/v1/driver/vehicles/<int:vehicle_id>": "vehicle",
    "/api/v1/services/<code>": "service",
    "/driver/duties/<int:run_id>": "run",
    "/driver/run/<code>": "vehicle_code",
    "/my/guest/<token>": "link",
    "/my/join/<token>": "link",
    "/my/opinion/<token>": "link",
    "/my/register/<token>": "link",
    "/my/settings/<token>": "link",
}
# Names that the program itself gives: they exist alike for everybody.
NAMES = {
    "/admin/contacts/<duty>",
    "/admin/reports/<kind>",
    "/admin/reports/<kind>/<day>",
    "/admin/reports/<kind>/<day>/file.<form>",
    "/admin/reports/daily/file.<form>",
    "/admin/reports/fairness/file.<form>",
    "/admin/reports/rows/file.<form>",
    "/admin/secrecy/emergency/<switch>",
    "/my/<any(done, saved, left, known):name>",
}
DOORS = ("/admin/", "/api/", "/driver/", "/my/")
ARGUMENT = re.compile(r"<(?:[^:>]*(?:\([^)]*\))?:)?(\w+)>")
SAID = frozenset({"Location", "Content-Type", "Cache-Control", "Content-Disposition", "ETag", "WWW-Authenticate"})
SAID |= {"Retry-After", "Clear-Site-Data", "Link", "Content-Language"}


@dataclass
class Found:
    """What exists, by kind."""

    things: dict[str, object] = field(default_factory=dict)

    def values(self, rule) -> dict[str, object]:
        """Return the arguments of a rule, each naming an object that exists."""
        return {name: self.things[OBJECTS[place]] for place, name in places(rule) if place in OBJECTS}


def places(rule) -> list[tuple[str, str]]:
    """Return the address of a rule up to each of its arguments, and the argument's name."""
    return [(rule.rule[: found.end()], found[1]) for found in ARGUMENT.finditer(rule.rule)]


def addressed(app) -> list:
    """Return the rules of residents, drivers, staff and machines that name an object."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(DOORS) and not rule.endpoint.endswith(".static") and rule.arguments
    ]


def methods(rule) -> list[str]:
    """Return how a rule may be asked."""
    return sorted(rule.methods - {"HEAD", "OPTIONS"})


def said(answer, path: str, *ids: object) -> tuple:
    """Return all that an answer says: status, body and headers, without what is its own in every request."""
    status, body = still(answer)
    headers = {name: value for name, value in answer.headers if name in SAID}
    cookies = sorted(each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie"))
    for each in [path, quote(path, safe=""), *(each for each in ids if isinstance(each, str))]:
        body = body.replace(each.encode(), b"")
        headers = {name: value.replace(each, "") for name, value in headers.items()}
    return status, body, headers, cookies


def nobody_s(rule) -> dict[str, object]:
    """Return arguments of a rule that name nothing."""
    return {name: absent(rule, name) for name in rule.arguments}


def make_everything(session: Session) -> Found:
    """Return one object of every kind that has an address, in the town with both services."""
    line = Line.of(session)
    run = line.run("M3")
    rider = make_rider(session, name="よそ 見本", kana="よそ みほん", phone="09077778888")
    booking = make_booking(session, line.wish("M3", "T01", "T20", adult=1), rider=rider, now=LINE_NOW)
    people = {staff.login: staff for staff in session.scalars(select(models.Staff))}
    service = session.get_one(models.TransportService, line.service.id)
    vehicle = run.duty.vehicle
    tablet, _ = devices.announce(
        session, kind="tablet", name="よその端末", carrier_id=vehicle.carrier_id, actor="system", wall=wall()
    )
    made = _staff_things(session, people, tablet) | _line_things(session, service, run, vehicle)
    made |= _told_things(session, service, booking, rider, vehicle)
    visit = session.scalars(select(models.Visit).where(models.Visit.booking_id == booking.id)).first()
    return Found(
        {
            "account": people["desk"].public_id,
            "booking": booking.public_id,
            "device": tablet.public_id,
            "entry": run.timetable_entry.code,
            "link": "",
            "rider": rider.public_id,
            "run": run.id,
            "service": service.code,
            "stop": line.stops["T01"].id,
            "vehicle": vehicle.id,
            "vehicle_code": vehicle.code,
            "visit": visit.id,
            **made,
        }
    )


def _staff_things(session: Session, people, tablet: models.Device) -> dict[str, object]:
    signed_in = session.scalars(select(models.StaffSession)).first()
    work = models.WorkSession(
        staff_id=people["desk"].id,
        sign_in_id=signed_in.id,
        device_id=tablet.id,
        work="bookings",
        note="",
        started_at=wall(),
    )
    act = models.StaffAct(
        kind="leave", subject_id=people["desk"].id, asked_at=wall(), asked_by_id=people["admin"].id, reason="見本"
    )
    session.add_all([work, act])
    session.flush()
    return {"work": work.public_id, "act": act.public_id, "invitation": secrets.token_urlsafe(24)}


def _line_things(session: Session, service, run: models.Run, vehicle: models.Vehicle) -> dict[str, object]:
    closed = models.ClosedDay(
        transport_service_id=service.id, from_day=LINE_DAY + timedelta(days=90), to_day=LINE_DAY, reason="見本"
    )
    closed.to_day = closed.from_day
    stops = [
        models.AcceptanceStop(
            transport_service_id=service.id,
            reason="見本",
            started_at=LINE_NOW,
            started_by="staff:1",
            ended_at=LINE_NOW,
            is_suspension=is_suspension,
        )
        for is_suspension in (False, True)
    ]
    pattern = models.DutyPattern(transport_service_id=service.id, vehicle_id=vehicle.id, weekdays=[0])
    scheme = models.Scheme(transport_service_id=service.id, code="X", name="見本の補助")
    session.add_all([closed, *stops, pattern, scheme])
    session.flush()
    sale = make_sale(session, service.id, book_of(session, service.id))
    return {
        "acceptance": stops[0].id,
        "closed_day": closed.id,
        "duty_pattern": pattern.id,
        "sale": sale.public_id,
        "scheme": scheme.id,
        "suspension": stops[1].id,
    }


def _told_things(session: Session, service, booking, rider, vehicle) -> dict[str, object]:
    notification = models.Notification(
        kind="booking_confirmed",
        dedupe_key="foreign",
        rider_id=rider.id,
        booking_id=booking.id,
        owed_at=LINE_NOW,
        not_before=LINE_NOW,
        state="call",
    )
    session.add(notification)
    session.flush()
    call = models.CallTask(
        notification_id=notification.id,
        booking_id=booking.id,
        rider_id=rider.id,
        kind="booking_confirmed",
        why="no_line",
        made_at=LINE_NOW,
    )
    run_id = session.scalars(select(models.Visit.run_id).where(models.Visit.booking_id == booking.id)).first()
    left = models.LeftBehind(
        event_id="foreign",
        run_id=run_id,
        pickup_stop_id=booking.pickup_stop_id,
        dropoff_stop_id=booking.dropoff_stop_id,
        persons=1,
        happened_at=LINE_NOW,
        received_at=LINE_NOW,
        staff_id=1,
        outcome="nobody",
    )
    decision = models.Decision(
        transport_service_id=service.id, day=LINE_DAY, at=LINE_NOW, kind="refused", engine="", record={}
    )
    case = cases.open(
        session,
        service_id=service.id,
        kind="opinion",
        channel="phone",
        text="見本",
        rider_id=rider.id,
        key="foreign",
        now=LINE_NOW,
        actor="staff:1",
    )
    incident = make_incident(session, service.id, vehicle_id=vehicle.id)
    session.add_all([call, left, decision])
    session.flush()
    return {
        "call": call.public_id,
        "case": case.public_id,
        "decision": decision.public_id,
        "incident": incident.public_id,
        "left_behind": left.id,
        "photo": make_photo(session, incident),
    }


def make_incident(session: Session, service_id: int, *, key: str = "foreign", **where) -> models.Incident:
    """Return an incident, at a vehicle or on a run if told so."""
    return incidents.report(
        session,
        kind="fault",
        service_id=service_id,
        text="見本",
        happened_at=LINE_NOW,
        reported_by="staff:1",
        key=key,
        now=LINE_NOW,
        **where,
    )


def make_photo(session: Session, incident: models.Incident) -> str:
    """Return the address of a picture of an incident."""
    photo = models.IncidentPhoto(key=f"photo {incident.key}", incident_id=incident.id, at=LINE_NOW, by="staff:1")
    photo.picture = base64.b64encode(b"picture").decode()
    session.add(photo)
    session.flush()
    return photo.public_id
