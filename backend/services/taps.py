"""What a tap on the terminal is, as it came in and as it meets the rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Run, TransportService, Visit
from backend.domain import states
from backend.domain.refusals import Refusal

STALE = "tap_stale"


@dataclass(frozen=True, slots=True)
class TerminalEventIn:
    """One tap: made once under ``event_id``, however often it is sent.

    ``value`` is the yen received of a ``fare``; ``reason`` a code of `boarding.FARE_REASONS`.
    """

    event_id: str
    run_id: int
    kind: str
    visit_id: int
    happened_at: datetime
    value: int | None = None
    pay_kind: str = "cash"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TapOutcome:
    """What became of a tap: ``applied``, ``duplicate``, ``stale`` or ``refused``; the last two say why."""

    result: str
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap with the rows it is about, read under the lock. ``at`` is when it happened, never later than ``now``."""

    event: TerminalEventIn
    run: Run
    visit: Visit
    booking: Booking
    service: TransportService
    actor: str
    at: datetime
    now: datetime


def stale() -> Refusal:
    """Return the refusal of a tap on something that is past, or gone."""
    return Refusal(STALE)


def is_open(visit: Visit) -> bool:
    """Tell whether a visit is still to be driven."""
    return visit.state in states.STILL_TO_DRIVE


def visits_of(session: Session, run: Run) -> list[Visit]:
    """Return the visits of a run in their order."""
    query = select(Visit).where(Visit.run_id == run.id).order_by(Visit.seq, Visit.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def halt_of(session: Session, tap: Tap) -> list[Visit]:
    """Return the open visits that are made in one halt with the tapped one: next to it, at the same stop."""
    open_visits = [visit for visit in visits_of(session, tap.run) if is_open(visit)]
    first = last = open_visits.index(tap.visit)
    stop_id = tap.visit.stop_id
    while first and open_visits[first - 1].stop_id == stop_id:
        first -= 1
    while last + 1 < len(open_visits) and open_visits[last + 1].stop_id == stop_id:
        last += 1
    return open_visits[first : last + 1]


def pair_of(session: Session, booking: Booking) -> tuple[Visit, Visit]:
    """Return pick-up and drop-off of a booking."""
    rows = {visit.kind: visit for visit in session.scalars(select(Visit).where(Visit.booking_id == booking.id))}
    return rows["pickup"], rows["dropoff"]
