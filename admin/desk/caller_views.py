"""Who is on the phone: found by number or kana, registered if new; last trips with one key (product.md 7, 3)."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.desk.wishes import WishForm
from admin.rider_forms import parse_rider
from backend.app import world
from backend.db.queries import bookings as booking_queries
from backend.db.queries import call_tasks, money, network, riders
from backend.db.queries.bookings import BookingView
from backend.db.queries.network import ServiceView, StopView
from backend.db.queries.riders import RiderView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.policies.phone_hours import PhoneHours
from backend.domain.refusals import Refusal
from backend.services import lifecycle, members, offers, service_days

PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Desk:
    """What every page of the desk shows: is the phone open, and how many are to be called."""

    is_open: bool
    is_operating_day: bool
    hours: PhoneHours
    calls: int


@dataclass(frozen=True, slots=True)
class Again:
    """A past ride to book again, there and back."""

    there: WishForm
    back: WishForm


@dataclass(frozen=True, slots=True)
class FormLists:
    """What the booking form offers to choose from."""

    days: list[date]
    stops: list[StopView]
    categories: list[str]


def register(pages: Blueprint) -> None:
    """Add the caller's pages."""
    pages.get("/")(home)
    pages.post("/find")(find)
    pages.post("/riders")(add_rider)
    pages.get("/riders/<public_id>")(rider)


def home() -> ResponseReturnValue:
    """Ask who is calling."""
    with transaction(world().engine) as session:
        return render_template("desk/home.html", desk=desk_of(session))


def find() -> ResponseReturnValue:
    """Find the caller by phone number or kana, in one field (D-46); several may share a number (Q-83)."""
    who = request.form.get("who", "")
    with transaction(world().engine) as session:
        found = riders.find_by_phone(session, who) or riders.search(session, who)
        if len(found) == 1:
            return redirect(url_for("admin.desk.rider", public_id=found[0].public_id), 303)
        desk = desk_of(session)
    phone = who if riders.normal_phone(who) else ""
    typed = {"phone": phone, "kana": "" if phone else who}
    return render_template("desk/found.html", desk=desk, found=found, who=who, typed=typed, faults={})


def add_rider() -> ResponseReturnValue:
    """Register a caller after the purpose was read out (D-27)."""
    try:
        entry = parse_rider(request.form)
    except forms.FormError as fault:
        return _ask_rider_again(fault.said(g.language), 400)
    with transaction(world().engine) as session:
        outcome = members.register(session, entry, channel=PHONE, actor=g.actor, now=world().clock())
        if not isinstance(outcome, Refusal):
            return redirect(url_for("admin.desk.rider", public_id=outcome.public_id), 303)
    return _ask_rider_again({}, 409, refusal=outcome)


def rider(public_id: str) -> ResponseReturnValue:
    """Show the caller: last trips to repeat, bookings held, the booking form. Opening it leaves a trail (S-27)."""
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id)
        now = world().clock()
        lifecycle.record(session, "rider", person.id, "rider.opened", actor=g.actor, now=now)
        return render_caller(session, person, typed=first_form(session, person))


def render_caller(session: Session, person: RiderView, *, typed: WishForm, faults: dict[str, str] | None = None) -> str:
    """Return the caller's page with the booking form as it stands."""
    now = world().clock()
    service = network.get_service(session)
    return render_template(
        "desk/rider.html",
        desk=desk_of(session),
        rider=person,
        held=booking_queries.list_future(session, person.id, now=now),
        again=_again(session, service, person),
        lists=lists_for(session, service),
        typed=typed,
        faults=faults or {},
        instead_of=None,
    )


def first_form(session: Session, person: RiderView) -> WishForm:
    """Return an empty form with what is known of the caller: the next day, who they are."""
    days = offers.open_days(session, network.get_service(session).id, channel=PHONE, now=world().clock())
    today = times.day_of(world().clock())
    day = days[0] if days else today
    return WishForm(
        day=day.isoformat(),
        counts={person.category_on(day): "1"},
        wheelchairs="1" if person.wheelchair else "0",
    )


def lists_for(session: Session, service: ServiceView) -> FormLists:
    """Return what the booking form offers to choose from."""
    now = world().clock()
    today = times.day_of(now)
    days = offers.open_days(session, service.id, channel=PHONE, now=now)
    fares = money.fares_on(session, service.id, days[0] if days else today)
    return FormLists(days, network.list_stops(session, service.id, days[0] if days else today), list(fares))


def desk_of(session: Session) -> Desk:
    """Return whether the phone is open now, and what else every page of the desk shows (D-15)."""
    now = world().clock()
    service = network.get_service(session)
    hours = PhoneHours.of(
        hours_start_s=service.hours_start_s, hours_end_s=service.hours_end_s, lead_s=service.phone_lead_s
    )
    today = times.day_of(now)
    is_operating = service_days.calendar(session, service).why_closed(today) is None
    is_open = is_operating and hours.are_open(times.second_of(now, today))
    return Desk(is_open, is_operating, hours, call_tasks.count_open(session))


def back_of(booking: BookingView, service: ServiceView) -> WishForm:
    """Return the ride back of a booking, on the same day."""
    there = WishForm.of_booking(booking)
    return there.back(start_s=booking.promise.arrive_latest_s, latest_s=_last_start_s(service))


def _again(session: Session, service: ServiceView, person: RiderView) -> list[Again]:
    """Return the last rides, each on the first day on which its time can still be booked."""
    now = world().clock()
    days = offers.open_days(session, service.id, channel=PHONE, now=now)
    soonest = {day: offers.start_times(session, service.id, day, channel=PHONE, now=now)[:1] for day in days}
    found = []
    for trip in booking_queries.list_trips(session, person.id):
        day = next((day for day in days if soonest[day] and soonest[day][0] <= trip.time_s), None)
        if day is not None:
            there = WishForm.again(trip, day=day)
            found.append(Again(there, there.back(start_s=trip.time_s, latest_s=_last_start_s(service))))
    return found


def _last_start_s(service: ServiceView) -> int:
    return service.hours_end_s - 30 * times.MINUTE_S


def _ask_rider_again(faults: dict[str, str], answer: int, *, refusal: Refusal | None = None) -> ResponseReturnValue:
    with transaction(world().engine) as session:
        page = render_template(
            "desk/found.html",
            desk=desk_of(session),
            found=[],
            who="",
            typed=request.form,
            faults=faults,
            refusal=refusal,
        )
    return page, answer
