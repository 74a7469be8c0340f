"""The bookings of a day, of all services or of one run; and the plain list of a run's bookers to print (D-41)."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.desk.ride_words import RideWords, ride_words
from admin.desk.state import desk_of
from backend.app import world
from backend.db.queries import bookings as booking_queries
from backend.db.queries import callers, network, riders, timetable
from backend.db.queries.bookings import BookingView
from backend.db.queries.network import ServiceView
from backend.db.queries.timetable import EntryView
from backend.db.session import transaction
from backend.domain import states, times
from backend.domain.errors import NotFoundError
from backend.services import lifecycle

TODAY = "day"


@dataclass(frozen=True, slots=True)
class Booker:
    """A line of the printed list."""

    booking: BookingView
    ride: RideWords
    name: str
    phone: str


def register(pages: Blueprint) -> None:
    """Add the lists."""
    pages.get("/bookings/")(list_bookings)
    pages.get("/runs/<code>/bookers")(list_bookers)


def list_bookings() -> ResponseReturnValue:
    """List the bookings of a day: of all services, of one, or of one run of a line (D-41)."""
    with transaction(world().engine) as session:
        day = forms.day_or(request.args, TODAY, times.day_of(world().clock()))
        services = network.list_services(session)
        code, run = request.args.get("service", ""), request.args.get("run", "")
        chosen = [each for each in services if code in {"", each.code}]
        listed = [each for service in chosen for each in booking_queries.list_day(session, service.id, day)]
        if run:
            listed = [each for each in listed if each.departure and each.departure.entry_code == run]
        return render_template(
            "desk/bookings.html",
            desk=desk_of(session),
            day=day,
            services=services,
            service=code,
            runs=_runs(session, services, day),
            run=run,
            listed=sorted(listed, key=lambda each: (each.planned_pickup_s, each.number)),
        )


def list_bookers(code: str) -> ResponseReturnValue:
    """List who booked a run, with names and numbers, to print or to read out; opening it leaves a trail (S-27)."""
    with transaction(world().engine) as session:
        now = world().clock()
        day = forms.day_or(request.args, TODAY, times.day_of(now))
        service, entry = _run(session, code, day)
        booked = [
            each
            for each in booking_queries.list_day(session, service.id, day)
            if each.departure and each.departure.entry_code == code and each.state in states.HOLDS_A_SEAT
        ]
        for each in booked:
            lifecycle.record(session, "rider", each.rider_id, "rider.listed", actor=g.actor, now=now)
        return render_template(
            "desk/bookers.html",
            day=day,
            service=service,
            run=entry,
            bookers=[_booker(session, each) for each in booked],
            persons=sum(each.party.persons for each in booked),
            fare=sum(each.fare_yen for each in booked),
            printed_at=now,
        )


def _runs(session: Session, services: list[ServiceView], day: date) -> list[EntryView]:
    lines = [each for each in services if network.is_line(each)]
    return [entry for service in lines for entry in timetable.list_entries(session, service.id, day)]


def _run(session: Session, code: str, day: date) -> tuple[ServiceView, EntryView]:
    for service in network.list_services(session):
        entry = timetable.find_entry(session, service.id, day, code)
        if entry:
            return service, entry
    raise NotFoundError(f"run {code}")


def _booker(session: Session, booking: BookingView) -> Booker:
    rider = riders.get_shown(session, booking.rider_id)  # who is protected goes by the booking number
    ride = ride_words(booking, g.language)
    name, phone = (rider.name, callers.spoken_number(rider.phone)) if rider else ("", "")
    return Booker(booking, ride, name, phone)
