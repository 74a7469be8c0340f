"""Where a ride goes: what a mode found, and what it will write."""

from dataclasses import dataclass

from backend.db.models import Run
from backend.domain.offers import Promise, TimetableRide
from routing.decision import Choice
from routing.problem import Itinerary


@dataclass(frozen=True, slots=True)
class Placement:
    """A ride with the promise it keeps, on a run, with its times as planned now.

    ``itinerary`` is the run's with the ride in it, where a run has one to be planned, and ``choice`` how dispatch came
    to it; ``departure`` is the printed run where there is a timetable.
    """

    promise: Promise
    run: Run
    pickup_s: int
    dropoff_s: int
    itinerary: Itinerary | None = None
    choice: Choice | None = None
    departure: TimetableRide | None = None
