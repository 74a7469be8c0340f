"""What a tap on the terminal is, as it came in and as it meets the rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, Run, TerminalEvent, TransportService, Visit
from backend.domain import states
from backend.domain.errors import NotFoundError
from backend.domain.policies.pay import Payment
from backend.domain.refusals import Refusal
from backend.services import service_days

STALE = "tap_stale"


@dataclass(frozen=True, slots=True)
class TerminalEventIn:
    """One tap on a visit: made once under ``event_id``, however often it is sent.

    ``value`` is the cash received of a ``fare``, in yen, ``payments`` how each person paid, where the driver said;
    ``reason`` is a code of `fare_taking.REASONS`. ``is_checked`` says that pass or handbook were seen (T-29).
    """

    event_id: str
    run_id: int
    kind: str
    visit_id: int
    happened_at: datetime
    value: int | None = None
    pay_kind: str = "cash"
    reason: str | None = None
    payments: tuple[Payment, ...] = ()
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class RunTapIn:
    """One tap about a run and none of its bookings: heads counted, a fare taken, the end of the run.

    ``stop_id`` is where, ``to_stop_id`` where to; ``way`` is board or alight. ``persons`` may be fewer than none: a
    correction. ``value`` is cash received in yen, or metres driven.
    """

    event_id: str
    run_id: int
    kind: str
    happened_at: datetime
    stop_id: int | None = None
    to_stop_id: int | None = None
    way: str = ""
    category: str = ""
    persons: int = 0
    zone: str = ""
    value: int | None = None
    reason: str | None = None
    text: str = ""
    payments: tuple[Payment, ...] = ()


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


@dataclass(frozen=True, slots=True)
class RunTap:
    """A tap about a run with the rows it is about, read under the lock."""

    event: RunTapIn
    run: Run
    service: TransportService
    staff_id: int
    at: datetime
    now: datetime

    @property
    def actor(self) -> str:
        """Return who tapped, as the audit trail names them."""
        return f"staff:{self.staff_id}"


def lock(session: Session, run_id: int) -> None:
    """Take the lock of the day that a run is driven on; raise NotFoundError when there is no such run."""
    service_day_id = session.scalar(select(Run.service_day_id).where(Run.id == run_id))
    if service_day_id is None:
        raise NotFoundError(f"run {run_id}")
    service_days.lock_id(session, service_day_id)


def is_known(session: Session, event_id: str) -> bool:
    """Tell whether a tap came in before."""
    return session.scalar(select(TerminalEvent.id).where(TerminalEvent.event_id == event_id)) is not None


def outcome_of(refusal: Refusal | None) -> TapOutcome:
    """Return what became of a tap."""
    if refusal is None:
        return TapOutcome("applied")
    return TapOutcome("stale" if refusal.code == STALE else "refused", refusal)


def keep(
    session: Session,
    event: TerminalEventIn | RunTapIn,
    *,
    visit_id: int | None,
    staff_id: int,
    now: datetime,
    result: str,
) -> None:
    """Keep the tap by its id, whatever came of it: sent again it is a duplicate. Both times are stored (D-19)."""
    session.add(
        TerminalEvent(
            event_id=event.event_id,
            run_id=event.run_id,
            visit_id=visit_id,
            kind=event.kind,
            value=event.value,
            happened_at=min(event.happened_at, now),
            received_at=now,
            staff_id=staff_id,
            outcome=result,
        )
    )


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
