"""Who is on the phone: found by number or kana, new if not; last trips with one key (product.md 7, 3; T-18)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms, records
from admin.desk.line_wishes import LineForm
from admin.desk.state import PHONE, desk_of, find_line, lists_for
from admin.desk.wishes import WishForm
from admin.rider_forms import parse_rider
from backend.app import world
from backend.db.queries import bookings as booking_queries
from backend.db.queries import callers, network, riders
from backend.db.queries.bookings import BookingView, Trip
from backend.db.queries.network import ServiceView
from backend.db.queries.riders import RiderView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.party import FareCategory
from backend.domain.refusals import Refusal
from backend.services import members, offers, phone_changes, reads


@dataclass(frozen=True, slots=True)
class Again:
    """A past ride to book again, there and back; ``there`` is a line's form where ``is_line``."""

    there: WishForm | LineForm
    back: WishForm | LineForm
    is_line: bool


def register(pages: Blueprint) -> None:
    """Add the caller's pages."""
    pages.get("/")(home)
    pages.post("/find")(find)
    pages.post("/riders")(add_rider)
    pages.get("/riders/<public_id>")(rider)
    pages.post("/riders/<public_id>/open")(open_record)


def home() -> ResponseReturnValue:
    """Ask who is calling."""
    with transaction(world().engine) as session:
        return render_template("desk/home.html", desk=desk_of(session))


def find() -> ResponseReturnValue:
    """Find the caller by phone number or kana, in one field (D-46); several may share a number (Q-83)."""
    who = request.form.get("who", "")
    with transaction(world().engine) as session:
        sees = records.sees_protected()
        found = callers.find(session, who, today=times.day_of(world().clock()), sees_protected=sees)
        if riders.normal_phone(who):  # the caller's own number says what the record is opened for
            for each in found:
                records.open_for(session, each, reads.PHONE_BOOKING)
        registers = request.form.get("new") == "member"
        if len(found) == 1 and not registers:
            return redirect(url_for("admin.desk.rider", public_id=found[0].public_id), 303)
        phone = who if riders.normal_phone(who) else ""
        typed = {"phone": phone, "kana": "" if phone else who}
        return _found_page(session, found, who=who, typed=typed, registers=registers)


def add_rider() -> ResponseReturnValue:
    """Register a caller after the purpose was read out (D-27)."""
    try:
        entry = parse_rider(request.form)
    except forms.FormError as fault:
        with transaction(world().engine) as session:
            page = _found_page(session, [], typed=request.form, registers=True, faults=fault.said(g.language))
            return page, 400
    with transaction(world().engine) as session:
        outcome = members.register(session, entry, channel=PHONE, actor=g.actor, now=world().clock())
        if isinstance(outcome, Refusal):
            return _found_page(session, [], typed=request.form, registers=True, refusal=outcome), 409
        records.open_for(session, riders.get(session, outcome.id), reads.REGISTRATION)
        return redirect(url_for("admin.desk.rider", public_id=outcome.public_id), 303)


def open_record(public_id: str) -> ResponseReturnValue:
    """Take the purpose for which a caller's record is opened, when it was not found by the own number (S-09)."""
    with transaction(world().engine) as session:
        person = callers.get(session, public_id, sees_protected=records.sees_protected())
        refusal = records.take_purpose(session, person, request.form)
        if refusal is not None:
            action = url_for("admin.desk.open_record", public_id=public_id)
            return records.purpose_page(person, action=action, refusal=refusal), 409
    return redirect(url_for("admin.desk.rider", public_id=public_id), 303)


def rider(public_id: str) -> ResponseReturnValue:
    """Show the caller: last trips to repeat, bookings held, the form of one service. Opening it leaves a trail (S-27).

    The service is the one asked for by a key, or the one the caller used last; guests of a line have only that.
    """
    with transaction(world().engine) as session:
        person = callers.get(session, public_id, sees_protected=records.sees_protected())
        asked = records.ask_purpose(session, person, action=url_for("admin.desk.open_record", public_id=public_id))
        if asked is not None:
            return asked
        records.note(session, person, records.RIDES)
        return render_caller(session, person, service=_service_for(session, person, request.args.get("service", "")))


def render_caller(
    session: Session,
    person: RiderView,
    *,
    service: ServiceView,
    typed: WishForm | None = None,
    faults: dict[str, str] | None = None,
) -> str:
    """Return the caller's page with the booking form of a service as it stands."""
    now = world().clock()
    is_line = network.is_line(service)
    form = typed or (first_line_form(session, service, person) if is_line else first_form(session, person))
    return render_template(
        "desk/rider.html",
        desk=desk_of(session),
        rider=person,
        service=service,
        services=_services_of(session, person),
        is_line=is_line,
        line=find_line(session),
        held=booking_queries.list_future(session, person.id, now=now),
        again=_again(session, person),
        lists=lists_for(session, service),
        typed=form,
        faults=faults or {},
        instead_of=None,
    )


def first_form(session: Session, person: RiderView) -> WishForm:
    """Return an empty form with what is known of the caller: the next day, who they are."""
    day = _next_day(session, network.get_service(session))
    return WishForm(
        day=day.isoformat(),
        counts={person.category_on(day): "1"},
        wheelchairs="1" if person.wheelchair else "0",
    )


def first_line_form(session: Session, service: ServiceView, person: RiderView | None) -> LineForm:
    """Return the line's form with what is known of the caller; of a new one nothing but one adult (T-18)."""
    day = _next_day(session, service)
    return LineForm(
        service=service.code,
        rider=person.public_id if person else "",
        day=day.isoformat(),
        counts={person.category_on(day) if person else FareCategory.ADULT.value: "1"},
    )


def back_of(booking: BookingView, session: Session) -> WishForm | LineForm:
    """Return the ride back of a booking, on the same day."""
    service = network.get_service_by_id(session, booking.service_id)
    if network.is_line(service):
        return LineForm.of_booking(booking, riders.get(session, booking.rider_id or 0)).back()
    there = WishForm.of_booking(booking)
    return there.back(start_s=booking.promise.arrive_latest_s, latest_s=_last_start_s(service))


def _again(session: Session, person: RiderView) -> list[Again]:
    """Return the last rides of all services, each on the first day on which it can still be booked."""
    found = []
    rests = phone_changes.rests_rides(session, person.id, now=world().clock())
    for trip in [] if rests else booking_queries.list_trips(session, person.id):
        service = network.get_service_by_id(session, trip.service_id)
        again = _line_again(session, service, trip, person) if network.is_line(service) else _area_again(session, trip)
        if again:
            found.append(again)
    return found


def _area_again(session: Session, trip: Trip) -> Again | None:
    service = network.get_service(session)
    now = world().clock()
    days = offers.open_days(session, service.id, channel=PHONE, now=now)
    soonest = {day: offers.start_times(session, service.id, day, channel=PHONE, now=now)[:1] for day in days}
    day = next((day for day in days if soonest[day] and soonest[day][0] <= trip.time_s), None)
    if day is None:
        return None
    there = WishForm.again(trip, day=day)
    return Again(there, there.back(start_s=trip.time_s, latest_s=_last_start_s(service)), is_line=False)


def _line_again(session: Session, service: ServiceView, trip: Trip, person: RiderView) -> Again | None:
    days = offers.open_days(session, service.id, channel=PHONE, now=world().clock())
    if not days:
        return None
    there = LineForm.again(trip, service, person, day=days[0])
    return Again(there, there.back(), is_line=True)


def _services_of(session: Session, person: RiderView) -> list[ServiceView]:
    """Return the services a caller may use: guests only those that ask for no membership (T-18)."""
    services = network.list_services(session)
    return [each for each in services if person.state == callers.MEMBER or not each.members_only]


def _service_for(session: Session, person: RiderView, code: str) -> ServiceView:
    """Return the service asked for, else the one used last, else the first."""
    services = _services_of(session, person)
    asked = next((each for each in services if each.code == code), None)
    if asked:
        return asked
    used = [trip.service_id for trip in booking_queries.list_trips(session, person.id, limit=1)]
    return next((each for each in services if each.id in used), services[0])


def _next_day(session: Session, service: ServiceView) -> date:
    days = offers.open_days(session, service.id, channel=PHONE, now=world().clock())
    return days[0] if days else times.day_of(world().clock())


def _last_start_s(service: ServiceView) -> int:
    return service.hours_end_s - 30 * times.MINUTE_S


def _found_page(
    session: Session,
    found: list[RiderView],
    *,
    typed: Mapping[str, str],
    registers: bool,
    who: str = "",
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
) -> str:
    """Return who was found; for a new caller the line's form, which asks for no membership, and the registration."""
    line = find_line(session)
    return render_template(
        "desk/found.html",
        desk=desk_of(session),
        found=found,
        who=who,
        typed=typed,
        registers=registers,
        faults=faults or {},
        refusal=refusal,
        line=line,
        line_typed=_new_line_form(session, line, typed) if line else None,
        lists=lists_for(session, line) if line else None,
        has_area=any(not network.is_line(each) for each in network.list_services(session)),
    )


def _new_line_form(session: Session, line: ServiceView, typed: Mapping[str, str]) -> LineForm:
    first = first_line_form(session, line, None)
    return LineForm(
        service=first.service,
        name=typed.get("name", ""),
        kana=typed.get("kana", ""),
        phone=typed.get("phone", ""),
        day=first.day,
        counts=first.counts,
    )
