"""A booking's ride in the words that the desk reads out: of an area service by its window, of a line by its run."""

from dataclasses import dataclass

from backend import wording
from backend.db.queries.bookings import BookingView


@dataclass(frozen=True, slots=True)
class RideWords:
    """When one gets on and off, and which run it is; ``run`` is empty in an area service."""

    pickup: str
    dropoff: str
    run: str


def ride_words(booking: BookingView, language: str) -> RideWords:
    """Return the ride of a booking in words."""
    ride = booking.departure
    if ride is None:
        window = wording.window_text(booking.promise, language)
        return RideWords(window, wording.clock_text(booking.promise.arrive_latest_s, language), "")
    return RideWords(
        pickup=wording.time_text(ride.pickup_s, language, is_about=ride.pickup_is_about),
        dropoff=wording.time_text(ride.dropoff_s, language, is_about=ride.dropoff_is_about),
        run=wording.run_text(ride, language),
    )
