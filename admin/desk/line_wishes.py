"""What is wished of a line at the desk: the six items of a booking, all faults at once (T-18)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from sqlalchemy.orm import Session

from admin import forms, records
from admin.desk.wishes import named_stop, persons_of
from admin.forms import Form, FormError
from backend.db.queries import callers
from backend.db.queries.bookings import BookingView, Trip
from backend.db.queries.network import ServiceView, StopView
from backend.db.queries.riders import RiderView, normal_phone
from backend.domain.party import FareCategory, Party
from backend.services.guest_bookings import Guest

Value = TypeVar("Value")
LONGEST_NAME, LONGEST_PHONE = 60, 30


class FaultsError(ValueError):
    """Fields that are missing or cannot be read, all of them."""

    def __init__(self, faults: list[FormError]) -> None:
        super().__init__(", ".join(str(fault) for fault in faults))
        self.faults = faults

    def said(self, language: str) -> dict[str, str]:
        """Return field → sentence, as forms show it."""
        return {name: said for fault in self.faults for name, said in fault.said(language).items()}


@dataclass(frozen=True, slots=True)
class LineForm:
    """The line's form as it stands: everything as text. ``rider`` is a known caller's random id."""

    service: str
    rider: str = ""
    name: str = ""
    phone: str = ""
    kana: str = ""
    remember: str = ""
    day: str = ""
    pickup: str = ""
    dropoff: str = ""
    counts: Mapping[str, str] = field(default_factory=dict)
    wheelchairs: str = "0"
    instead_of: str = ""

    @classmethod
    def of_form(cls, form: Form, service: ServiceView) -> "LineForm":
        """Return the form as it was sent."""
        names = ("rider", "name", "phone", "kana", "remember", "day", "pickup", "dropoff", "instead_of")
        typed = {name: form.get(name, "") for name in names}
        counts = {category.value: form.get(category, "0") for category in FareCategory}
        return cls(service=service.code, counts=counts, wheelchairs=form.get("wheelchairs", "0"), **typed)

    @classmethod
    def of_booking(cls, booking: BookingView, rider: RiderView) -> "LineForm":
        """Return the form filled with a booking, to change it."""
        return cls(
            service=booking.service_code,
            rider=rider.public_id,
            day=booking.day.isoformat(),
            pickup=booking.pickup.name,
            dropoff=booking.dropoff.name,
            counts=counts_of(booking.party),
            wheelchairs=str(booking.party.wheelchairs),
        )

    @classmethod
    def again(cls, trip: Trip, service: ServiceView, rider: RiderView, *, day: date) -> "LineForm":
        """Return the form filled with a past ride on another day."""
        return cls(
            service=service.code,
            rider=rider.public_id,
            day=day.isoformat(),
            pickup=trip.pickup.name,
            dropoff=trip.dropoff.name,
            counts=counts_of(trip.party),
            wheelchairs=str(trip.party.wheelchairs),
        )

    def back(self) -> "LineForm":
        """Return the ride back."""
        return replace(self, pickup=self.dropoff, dropoff=self.pickup, instead_of="")

    def on(self, day: date) -> "LineForm":
        """Return the same ride on another day."""
        return replace(self, day=day.isoformat())


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is on the phone: a known rider, or a guest with name and number."""

    rider: RiderView | None
    guest: Guest | None

    @property
    def shown(self) -> str:
        """Return what the desk calls them."""
        if self.rider:
            return self.rider.kana or self.rider.name
        return self.guest.kana or self.guest.name if self.guest else ""


@dataclass(frozen=True, slots=True)
class LineWish:
    """Day, ends and party of a ride on a line; the run is chosen from the list."""

    day: date
    pickup: StopView
    dropoff: StopView
    party: Party


def parse(session: Session, form: Form, service: ServiceView, *, today: date) -> tuple[Caller, LineWish]:
    """Return who calls and what is wished; FaultsError names every item that is missing or unreadable (T-18)."""
    faults: list[FormError] = []

    def read(value: Callable[[], Value]) -> Value | None:
        try:
            return value()
        except FormError as fault:
            faults.append(fault)
            return None

    caller = _caller(session, form, read)
    day = read(lambda: forms.day_of(form, "day"))
    on = day or today
    pickup = read(lambda: named_stop(session, form, "pickup", service.id, on))
    dropoff = read(lambda: named_stop(session, form, "dropoff", service.id, on))
    party = read(lambda: _party(form))
    if faults or pickup is None or dropoff is None or party is None:
        raise FaultsError(faults)
    return caller, LineWish(on, pickup, dropoff, party)


def counts_of(party: Party) -> dict[str, str]:
    """Return persons by category as a form has them."""
    return {member.category: str(member.persons) for member in party.members}


def _caller(session: Session, form: Form, read: Callable[[Callable[[], str]], str | None]) -> Caller:
    public_id = form.get("rider", "")
    if public_id:
        return Caller(callers.get(session, public_id, sees_protected=records.sees_protected()), None)
    name = read(lambda: forms.text_of(form, "name", longest=LONGEST_NAME))
    phone = read(lambda: _phone(form))
    kana = read(lambda: forms.optional_text(form, "kana", longest=LONGEST_NAME))
    guest = Guest(name or "", phone or "", kana or "", is_remembered=forms.is_ticked(form, "remember"))
    return Caller(None, guest)


def _phone(form: Form) -> str:
    phone = normal_phone(forms.text_of(form, "phone", longest=LONGEST_PHONE))
    if phone is None:
        raise FormError("phone", "desk-phone-wrong")
    return phone


def _party(form: Form) -> Party:
    counts = {category.value: persons_of(form, category) for category in FareCategory}
    if not any(counts.values()):
        raise FormError("party", "desk-party-missing")
    return Party.of(counts, wheelchairs=persons_of(form, "wheelchairs"))
