"""A wish for a run that a person names: M3 from here to there (T-08 to T-11, T-18)."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from backend.db.queries import network, timetable
from backend.domain.errors import NotFoundError
from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.party import Party
from backend.domain.policies import boarding
from backend.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class RunWish:
    """A wish for one printed run, with the promise of its printed times."""

    wish: Wish
    promise: Promise


def of_run(
    session: Session, service_id: int, day: date, code: str, *, pickup_stop_id: int, dropoff_stop_id: int, party: Party
) -> RunWish | Refusal:
    """Return the wish for the run ``code`` of ``day``; a refusal when it takes nobody from there to there.

    Raises `NotFoundError` when the timetable of the day has no such run.
    """
    entry = timetable.find_entry(session, service_id, day, code)
    if entry is None:
        raise NotFoundError(f"run {code}")
    refusal = boarding.check([entry.passage], pickup_stop_id, dropoff_stop_id)
    if refusal:
        pickup, dropoff = (network.get_stop(session, each).name for each in (pickup_stop_id, dropoff_stop_id))
        return replace(refusal, facts=refusal.facts | {"pickup": pickup, "dropoff": dropoff})
    ride = entry.ride(pickup_stop_id, dropoff_stop_id)
    wish = Wish(service_id, day, WishKind.DEPART, ride.pickup_s, pickup_stop_id, dropoff_stop_id, party)
    return RunWish(wish, Promise(ride.pickup_s, ride.pickup_s, ride.dropoff_s))


def any_time(service_id: int, day: date, pickup_stop_id: int, dropoff_stop_id: int, party: Party) -> Wish:
    """Return the wish of somebody who named no run yet: the first of the day."""
    return Wish(service_id, day, WishKind.DEPART, 0, pickup_stop_id, dropoff_stop_id, party)
