"""A delay, told: re-time the run, find everybody hit, owe each of them one message (D-47, Q-13, Q-21)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import Booking, DelayReport, DriverBreak, Notification, Run, ServiceDay, TransportService, Visit
from backend.domain import states, times
from backend.domain.errors import NotFoundError
from backend.domain.policies import delay
from backend.services import breaks, follows, itineraries, lifecycle, notifications, printed_times, service_days
from backend.services.follows import News
from backend.services.taps import is_open, pair_of, visits_of

RUNNING = ("planned", "committed", "underway")
LONGEST_S = 4 * times.HOUR_S
MOST_STEPS = 3  # a terminal that is silent for longer is looked after by the desk, not by more messages
CLOCK = "system"


@dataclass(frozen=True, slots=True)
class DelayOutcome:
    """What became of a report: ``applied``, ``duplicate`` or ``stale``; messages owed, and calls among them."""

    result: str
    told: int = 0
    called: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A booking whose rider has to hear that boarding is now planned at ``new_s``: ``minutes`` late, 0 in time."""

    booking: Booking
    new_s: int
    minutes: int


def report(
    session: Session,
    run_id: int,
    *,
    late_s: int,
    actor: str,
    event_id: str,
    now: datetime,
    happened_at: datetime | None = None,
) -> DelayOutcome:
    """Take a report that a run is ``late_s`` behind, 0 for back in time, and owe word to everybody hit.

    The same ``event_id`` again does nothing. A report that was overtaken by a newer one, or whose run is over, is
    kept as ``stale``. ``happened_at`` is when the driver tapped, for reports that had to wait for a signal.
    """
    service_day_id = session.scalar(select(Run.service_day_id).where(Run.id == run_id))
    if service_day_id is None:
        raise NotFoundError(f"run {run_id}")
    service_days.lock_id(session, service_day_id)
    if session.scalar(select(DelayReport.id).where(DelayReport.event_id == event_id)):
        return DelayOutcome("duplicate")
    at = min(happened_at or now, now)
    row = DelayReport(event_id=event_id, run_id=run_id, late_s=late_s, actor=actor, happened_at=at, received_at=now)
    session.add(row)
    run = session.get_one(Run, run_id, populate_existing=True)
    if run.state not in RUNNING or (run.late_at is not None and at < run.late_at):
        return DelayOutcome("stale")
    before_s = run.late_s
    hits = _retime(session, run, late_s=min(max(late_s, 0), LONGEST_S), at=at, now=now)
    told = [_tell(session, hit, event_id=event_id, now=now) for hit in _one_each(hits)]
    followers = _tell_followers(session, run, before_s, event_id=event_id, now=now)
    row.told, row.called = len(told) + followers, told.count("call")
    facts: dict[str, str | int] = {"late_s": run.late_s, "told": row.told, "called": row.called}
    lifecycle.record(session, "run", run.id, "run.delayed", actor=actor, now=now, facts=facts)
    return DelayOutcome("applied", row.told, row.called)


def check_running(session: Session, *, now: datetime) -> int:
    """Report what the clock says of runs whose next visit is overdue without a tap (Q-21); return how many.

    One report per visit and step of a large delay, so that nobody is told each minute.
    """
    today = select(Run.id, Run.service_day_id).join(ServiceDay).where(ServiceDay.day == times.day_of(now))
    reported = 0
    for run_id, service_day_id in session.execute(today.where(Run.state.in_(RUNNING)).order_by(Run.id)).all():
        service_days.lock_id(session, service_day_id)
        reported += _check(session, session.get_one(Run, run_id, populate_existing=True), now=now)
    return reported


def affected(session: Session, run: Run, *, arrivals_before: dict[int, int]) -> list[Hit]:
    """Return who has to hear of the present times of ``run``, in the order of boarding.

    Who waits is told of the new boarding time, or that the arrival breaks its promise now: ``arrivals_before`` holds
    the drop-offs planned before, by booking. Who is on board hears it from the driver.
    """
    service = session.get_one(TransportService, run.service_day.transport_service_id)
    hits = []
    for visit in visits_of(session, run):
        booking = session.get_one(Booking, visit.booking_id)
        if visit.kind == "pickup" and is_open(visit) and booking.state == "confirmed":
            hit = _hit(session, booking, arrivals_before.get(booking.id), shift_s=service.resend_shift_s)
            hits.extend([hit] if hit else [])
    return hits


def _retime(session: Session, run: Run, *, late_s: int, at: datetime, now: datetime) -> list[Hit]:
    open_visits = [visit for visit in visits_of(session, run) if is_open(visit)]
    arrivals_before = {visit.booking_id: visit.planned_s for visit in open_visits if visit.kind == "dropoff"}
    if open_visits:
        now_s = times.second_of(now, run.service_day.day)
        _note_on_time(run, breaks.following(session, run, open_visits[0], now_s=now_s), late_s=late_s)
    run.late_s, run.late_at = late_s, at
    session.flush()
    retime = itineraries.retime if run.departs_s is None else printed_times.retime
    retime(session, run, now=now)
    return affected(session, run, arrivals_before=arrivals_before)


def _note_on_time(run: Run, following: Visit | DriverBreak, *, late_s: int) -> None:
    """Remember when what comes next was due, or put it back there when the delay is over."""
    if late_s:
        run.on_time_s = _on_time_s(run, following)
    elif run.on_time_s is not None:
        following.planned_s, run.on_time_s = run.on_time_s, None


def _on_time_s(run: Run, following: Visit | DriverBreak) -> int:
    """Return when the next visit was due before any delay: a plan made while late does not excuse it."""
    return min(following.planned_s, following.latest_s) if run.on_time_s is None else run.on_time_s


def _hit(session: Session, booking: Booking, arrival_before_s: int | None, *, shift_s: int) -> Hit | None:
    pickup, dropoff = pair_of(session, booking)
    new_s, told_s = pickup.planned_s, booking.told_pickup_s
    first_s = booking.promise.planned_pickup_s
    if delay.is_hit(new_s=new_s, told_s=told_s, latest_s=pickup.latest_s, shift_s=shift_s):
        return Hit(booking, new_s, _minutes(new_s - min(first_s, told_s)))
    if delay.would_miss(new_s=new_s, told_s=told_s, shift_s=shift_s):
        return Hit(booking, new_s, _minutes(new_s - first_s))
    if arrival_before_s is not None and arrival_before_s <= dropoff.latest_s < dropoff.planned_s:
        return Hit(booking, new_s, _minutes(dropoff.planned_s - booking.promise.planned_dropoff_s))
    return None


def _minutes(late_s: int) -> int:
    return max(0, times.ceil_to(late_s, times.MINUTE_S) // times.MINUTE_S)


def _one_each(hits: list[Hit]) -> list[Hit]:
    """Return the first hit of each person: one message per person and occasion."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(_person(hit.booking), hit)
    return list(first.values())


def _person(booking: Booking) -> str:
    return str(booking.rider_id) if booking.rider_id is not None else f"booking-{booking.id}"


def _tell(session: Session, hit: Hit, *, event_id: str, now: datetime) -> str | None:
    """Owe the message and return its state: ``call`` when the desk has to phone."""
    hit.booking.told_pickup_s = hit.new_s
    notification_id = notifications.owe(
        session,
        "delay" if hit.minutes else "delay_over",
        dedupe_key=f"delay:{event_id}:{_person(hit.booking)}",
        now=now,
        rider_id=hit.booking.rider_id,
        booking_id=hit.booking.id,
        minutes=hit.minutes,
        priority=notifications.DELAYS_FIRST,
    )
    return session.get_one(Notification, notification_id).state if notification_id else None


def _tell_followers(session: Session, run: Run, before_s: int, *, event_id: str, now: datetime) -> int:
    """Owe word of a changed delay to those who follow a run that nobody books (T-25); return how many there are."""
    service = session.get_one(TransportService, run.service_day.transport_service_id)
    if run.kind != "fixed" or abs(run.late_s - before_s) < service.resend_shift_s:
        return 0
    return follows.tell(session, run, News("follow_delay", event_id, minutes=_minutes(run.late_s)), now=now)


def _check(session: Session, run: Run, *, now: datetime) -> bool:
    """Report one run if its next visit is late by a further step."""
    following = next((visit for visit in visits_of(session, run) if visit.state in states.STILL_TO_DRIVE), None)
    if following is None or following.state == "arrived":
        return False
    service = session.get_one(TransportService, run.service_day.transport_service_id)
    late_s = times.second_of(now, run.service_day.day) - _on_time_s(run, following)
    if not delay.is_large(late_s - run.late_s, large_s=service.large_delay_s):
        return False
    step = delay.steps(late_s, large_s=service.large_delay_s, most=MOST_STEPS)
    event_id = f"computed:{run.id}:{following.id}:{step}"
    new_s = max(step * service.large_delay_s, run.late_s)
    return report(session, run.id, late_s=new_s, actor=CLOCK, event_id=event_id, now=now).result == "applied"
