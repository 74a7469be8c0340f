"""What is wished at the desk: a form in, a `Wish` out, and hidden fields that carry a wish on a button."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from admin import forms
from admin.forms import Form, FormError
from backend.db.queries import network
from backend.db.queries.bookings import BookingView, Trip
from backend.db.queries.network import StopView
from backend.domain import times
from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.party import FareCategory, Party

RETURN_AFTER_S = 2 * times.HOUR_S
MOST_PERSONS = 99
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class WishForm:
    """The booking form as it stands: everything as text, so that it can be shown again as it was typed."""

    pickup: str = ""
    dropoff: str = ""
    day: str = ""
    kind: str = WishKind.DEPART.value
    time: str = ""
    counts: Mapping[str, str] = field(default_factory=dict)
    wheelchairs: str = "0"

    @classmethod
    def of_form(cls, form: Form) -> "WishForm":
        """Return the form as it was sent."""
        return cls(
            pickup=form.get("pickup", ""),
            dropoff=form.get("dropoff", ""),
            day=form.get("day", ""),
            kind=form.get("kind", WishKind.DEPART.value),
            time=form.get("time", ""),
            counts={category: form.get(category, "0") for category in FareCategory},
            wheelchairs=form.get("wheelchairs", "0"),
        )

    @classmethod
    def of_booking(cls, booking: BookingView) -> "WishForm":
        """Return the form filled with a booking, to change it."""
        return cls(
            pickup=booking.pickup.name,
            dropoff=booking.dropoff.name,
            day=booking.day.isoformat(),
            kind=booking.wish_kind,
            time=times.clock(booking.wish_s),
            counts=_counts(booking.party),
            wheelchairs=str(booking.party.wheelchairs),
        )

    @classmethod
    def again(cls, trip: Trip, *, day: date) -> "WishForm":
        """Return the form filled with a past ride on another day."""
        return cls(
            pickup=trip.pickup.name,
            dropoff=trip.dropoff.name,
            day=day.isoformat(),
            kind=trip.kind,
            time=times.clock(trip.time_s),
            counts=_counts(trip.party),
            wheelchairs=str(trip.party.wheelchairs),
        )

    def back(self, *, start_s: int, latest_s: int) -> "WishForm":
        """Return the ride back, starting two hours after ``start_s`` but not after ``latest_s``."""
        leave_s = min(start_s + RETURN_AFTER_S, latest_s)
        return replace(
            self,
            pickup=self.dropoff,
            dropoff=self.pickup,
            kind=WishKind.DEPART.value,
            time=times.clock(leave_s),
        )


def parse(session: Session, form: Form, service_id: int) -> Wish:
    """Return what is wished; FormError names the field that cannot be read."""
    day = forms.day_of(form, "day")
    kind = form.get("kind", "")
    if kind not in {each.value for each in WishKind}:
        raise FormError("kind", "admin-form-missing")
    counts = {category.value: persons_of(form, category) for category in FareCategory}
    return Wish(
        transport_service_id=service_id,
        day=day,
        kind=WishKind(kind),
        time_s=forms.clock_of(form, "time"),
        pickup_stop_id=named_stop(session, form, "pickup", service_id, day).id,
        dropoff_stop_id=named_stop(session, form, "dropoff", service_id, day).id,
        party=Party.of(counts, wheelchairs=persons_of(form, "wheelchairs")),
    )


def promise_of(form: Form) -> Promise:
    """Return the promise that was on the button."""
    names = ("pickup_earliest_s", "pickup_latest_s", "arrive_latest_s")
    return Promise(*(forms.number_of(form, name, most=times.DAY_S) for name in names))


def named_stops(session: Session, service_id: int, day: date, text: str) -> list[StopView]:
    """Return which stops ``text`` may mean: the one of that name or kana, else all that hold it."""
    found = network.search_stops(session, service_id, day, text)
    exact = [stop for stop in found if text.strip() in {stop.name, stop.kana, stop.code}]
    return exact if len(exact) == 1 else found


def named_stop(session: Session, form: Form, name: str, service_id: int, day: date) -> StopView:
    """Return the stop that is typed by name, kana or code; FormError says when none or several are meant."""
    typed = forms.text_of(form, name)
    found = named_stops(session, service_id, day, typed)
    if len(found) == 1:
        return found[0]
    if not found:
        raise FormError(name, "desk-stop-unknown")
    names = "、".join(stop.name for stop in found[:MOST_NAMED])
    raise FormError(name, "desk-stop-many", names=names)


def persons_of(form: Form, name: str) -> int:
    """Return a number of persons; none when the field is empty."""
    return forms.number_of(form, name, most=MOST_PERSONS) if form.get(name, "").strip() else 0


def _counts(party: Party) -> dict[str, str]:
    return {member.category: str(member.persons) for member in party.members}
