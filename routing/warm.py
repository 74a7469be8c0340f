"""Compiles what an answer needs, or reads it in, before anybody waits for it: ``python -m routing.warm``."""

from routing.cost import cost
from routing.fleet import Fleet
from routing.problem import Boarded, Itinerary, Load, Request, Vehicle, Visit, VisitKind, Window
from routing.reorder import reorderings
from routing.timing import Schedule, drive, party_rows, schedule
from routing.travel_times import Matrix


def warm() -> None:
    """Ask once for everything that the dispatcher and the product ask for."""
    whole_day, travel = Window(0, 10_000), Matrix.single([[0, 60], [60, 0]])
    aboard = Request(1, 0, 1, whole_day, whole_day, Load(1, 0), max_ride_s=1_000)
    itinerary = Itinerary(
        vehicle=Vehicle(1, Load(4, 1), whole_day, start_stop=0),
        visits=(Visit(aboard, VisitKind.DROPOFF),),
        at_stop=0,
        ready_s=0,
        onboard=(Boarded(aboard, 0),),
    )
    times = schedule(itinerary, travel)
    if isinstance(times, Schedule):
        cost(itinerary, times, travel)
    drive(itinerary, travel)
    travel.leave_by(0, 1, 600)
    fleet = Fleet((itinerary,), travel)
    asking = Request(2, 1, 0, whole_day, whole_day, Load(1, 0), max_ride_s=1_000)
    reorderings(fleet, party_rows(asking))
    for spot in fleet.cheapest(party_rows(asking)):
        fleet.starts_at(spot, party_rows(asking))
        fleet.insert(spot, asking)
    fleet.advance(0)


if __name__ == "__main__":
    warm()
