"""Calling runs off (運休): one run, a span of days or hours, or a stop; and taking it back (T-47, Q-23).

A further act beside a stop of acceptance: it gives up bookings that are held, without blame, and tells everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import AcceptanceStop, Booking, LeftBehind, Run, ServiceDay, TransportService, Visit
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.refusals import Refusal
from backend.services import acceptance, follows, lifecycle, notifications, service_days
from backend.services.acceptance import Scope
from backend.services.follows import News
from backend.services.modes import MODES

STILL_RUNS = ("planned", "committed", "underway")
NOT_LEFT = ("planned", "committed")
MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class CalledOff:
    """What a suspension did: ids of runs called off, bookings given up, and runs that are out already and go on."""

    runs: tuple[int, ...] = ()
    bookings: tuple[int, ...] = ()
    followers: int = 0
    out_already: tuple[int, ...] = ()

    def __add__(self, other: "CalledOff") -> "CalledOff":
        """Return both together."""
        return CalledOff(
            self.runs + other.runs,
            self.bookings + other.bookings,
            self.followers + other.followers,
            self.out_already + other.out_already,
        )


NOTHING = CalledOff()


def suspend(session: Session, run_id: int, *, reason: str, actor: str, now: datetime) -> CalledOff | Refusal:
    """Call a run off: its bookings are given up without blame, bookers and followers are told. Twice is once.

    Refused while somebody is on board: the vehicle is swapped then, or they get off first. Raises `StaleError` for a
    run that is over.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"run {run_id}")
    service_day = service_days.lock_id(session, run.service_day_id)
    session.refresh(run)
    if run.state == "suspended":
        return NOTHING
    if run.state not in STILL_RUNS:
        raise StaleError(f"run {run_id} is {run.state}")
    if _has_riders_on_board(session, run):
        return Refusal("riders_on_board")
    return _suspend(session, service_day, run, reason=reason, actor=actor, now=now)


def suspend_span(
    session: Session, service_id: int, scope: Scope, *, reason: str, actor: str, now: datetime
) -> CalledOff | Refusal:
    """Call off what a service drives within ``scope`` from now on, and take no new bookings there until resumed.

    Without days it is about today. With a stop only bookings to and from it are given up; the runs go on without it.
    A run that is out already drives to its end. Refused: a scope that ends before it begins, or lasts too long.
    """
    first = scope.from_day or times.day_of(now)
    whole = replace(scope, from_day=first, to_day=scope.to_day or first)
    if whole.to_day and (whole.to_day - first).days >= MOST_DAYS:
        return Refusal("suspension_too_long", {"most": MOST_DAYS})
    stopped = acceptance.stop(session, service_id, reason=reason, actor=actor, now=now, scope=whole, is_suspension=True)
    if isinstance(stopped, Refusal):
        return stopped
    service = session.get_one(TransportService, service_id)
    done = NOTHING
    days = service_days.calendar(session, service).operating_days(max(first, times.day_of(now)), whole.to_day or first)
    for day in days:
        service_day = service_days.lock(session, service_id, day)
        done += _suspend_day(session, service_day, whole, reason=reason, actor=actor, now=now)
    return done


def resume(session: Session, run_id: int, *, actor: str, now: datetime) -> Run | Refusal:
    """Let a run that was called off run after all, or say why not; bookings given up stay given up.

    A reserved run is decided anew by what is booked (T-13). Followers are told. Twice is once.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"run {run_id}")
    service_day = service_days.lock_id(session, run.service_day_id)
    session.refresh(run)
    if run.state != "suspended":
        return run
    if run.departs_s is None or run.kind == "extra" or _is_past(service_day.day, run.departs_s, now=now):
        return Refusal("not_resumable")
    _resume(session, run, actor=actor, now=now)
    return run


def resume_span(session: Session, stop_id: int, *, actor: str, now: datetime) -> list[int]:
    """Take bookings again, and let the runs run that were called off with it and have not left; return their ids."""
    row = session.get(AcceptanceStop, stop_id)
    if row is None:
        raise NotFoundError(f"acceptance stop {stop_id}")
    query = (
        select(Run.id)
        .join(ServiceDay)
        .where(
            ServiceDay.transport_service_id == row.transport_service_id,
            ServiceDay.day >= max(row.from_day or times.day_of(now), times.day_of(now)),
            ServiceDay.day <= (row.to_day or date.max),
            Run.state == "suspended",
            Run.suspended_reason == row.reason,
        )
        .order_by(ServiceDay.day, Run.departs_s)
    )
    resumed = []
    if row.is_suspension and row.ended_at is None and row.stop_id is None:
        outcomes = [resume(session, run_id, actor=actor, now=now) for run_id in session.scalars(query).all()]
        resumed = [each.id for each in outcomes if isinstance(each, Run)]
    acceptance.resume(session, stop_id, actor=actor, now=now)
    return resumed


def _suspend_day(
    session: Session, service_day: ServiceDay, scope: Scope, *, reason: str, actor: str, now: datetime
) -> CalledOff:
    """Call off what lies in the scope on one day, under its lock: whole runs of the timetable, single rides besides."""
    query = (
        select(Run)
        .where(Run.service_day_id == service_day.id, Run.state.in_(STILL_RUNS))
        .order_by(Run.departs_s, Run.id)
        .execution_options(populate_existing=True)
    )
    done = NOTHING
    for run in session.scalars(query).all():
        if scope.stop_id is not None or run.departs_s is None or run.arrives_s is None:
            held = _bookings_within(session, run, scope)
            done += _give_up(session, service_day, held, actor=actor, now=now)
        elif not _meets(scope, run.departs_s, run.arrives_s):
            continue
        elif run.state not in NOT_LEFT or _is_past(service_day.day, run.departs_s, now=now):
            is_out = run.state == "underway" or not _is_past(service_day.day, run.arrives_s, now=now)
            done += CalledOff(out_already=(run.id,)) if is_out else NOTHING
        else:
            done += _suspend(session, service_day, run, reason=reason, actor=actor, now=now)
    return done


def _suspend(
    session: Session, service_day: ServiceDay, run: Run, *, reason: str, actor: str, now: datetime
) -> CalledOff:
    query = select(Booking).where(Booking.run_id == run.id, Booking.state == "confirmed").order_by(Booking.id)
    held = session.scalars(query).all()
    given_up = _give_up(session, service_day, held, actor=actor, now=now)
    lifecycle.move_run(session, run, "suspended", actor=actor, now=now)
    run.suspended_reason = reason
    run.plan_version += 1
    facts: dict[str, str | int] = {"reason": reason, "bookings": len(given_up.bookings)}
    lifecycle.record(session, "run", run.id, "run.called_off", actor=actor, now=now, facts=facts)
    for row in session.scalars(select(LeftBehind).where(LeftBehind.extra_run_id == run.id)):
        row.outcome, row.extra_run_id, row.dispatched_at = None, None, None  # they wait again
    riders = {booking.rider_id for booking in held if booking.rider_id is not None}
    news = News("follow_suspended", now.isoformat(), reason=reason)
    told = follows.tell(session, run, news, now=now, but_riders=riders)
    return replace(given_up, runs=(run.id,), followers=told)


def _give_up(
    session: Session, service_day: ServiceDay, held: Sequence[Booking], *, actor: str, now: datetime
) -> CalledOff:
    """Cancel bookings that cannot be served, without blame, and owe each rider the news (T-47)."""
    service = session.get_one(TransportService, service_day.transport_service_id)
    mode = MODES[service.mode]
    for booking in held:
        booking.cancelled_at, booking.cancelled_by = now, actor
        lifecycle.move(session, booking, "cancelled", actor=actor, now=now, facts={"why": "suspended"})
        mode.unseat(session, mode.load(session, service_day, now=now), booking)
        notifications.owe(
            session,
            "run_suspended",
            dedupe_key=f"run_suspended:{booking.id}",
            rider_id=booking.rider_id,
            booking_id=booking.id,
            priority=notifications.DELAYS_FIRST,
            now=now,
        )
    return CalledOff(bookings=tuple(booking.id for booking in held))


def _bookings_within(session: Session, run: Run, scope: Scope) -> list[Booking]:
    """Return the bookings of a run whose ride touches the scope: its hours, and its stop if it names one."""
    pickup, dropoff = (
        select(Visit).where(Visit.run_id == run.id, Visit.kind == kind).subquery() for kind in ("pickup", "dropoff")
    )
    query = (
        select(Booking, pickup.c.planned_s, dropoff.c.planned_s)
        .join(pickup, pickup.c.booking_id == Booking.id)
        .join(dropoff, dropoff.c.booking_id == Booking.id)
        .where(Booking.run_id == run.id, Booking.state == "confirmed")
        .order_by(Booking.id)
    )
    return [
        booking
        for booking, from_s, to_s in session.execute(query)
        if _meets(scope, from_s, to_s)
        and (scope.stop_id is None or scope.stop_id in {booking.pickup_stop_id, booking.dropoff_stop_id})
    ]


def _meets(scope: Scope, from_s: int, to_s: int) -> bool:
    return (scope.from_s is None or scope.from_s <= to_s) and (scope.to_s is None or from_s <= scope.to_s)


def _resume(session: Session, run: Run, *, actor: str, now: datetime) -> None:
    is_settled = run.kind == "fixed" and run.decided_at is not None
    lifecycle.move_run(session, run, "committed" if is_settled else "planned", actor=actor, now=now)
    run.suspended_reason = None
    if not is_settled:
        run.decided_at = None  # by what is booked then
    run.plan_version += 1
    session.flush()
    follows.tell(session, run, News("follow_resumed", now.isoformat()), now=now)


def _has_riders_on_board(session: Session, run: Run) -> bool:
    query = select(Booking.id).where(Booking.run_id == run.id, Booking.state == "boarded")
    return session.scalar(query.limit(1)) is not None


def _is_past(day: date, second: int, *, now: datetime) -> bool:
    return times.second_of(now, day) >= second
