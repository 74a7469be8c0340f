"""The reminder of a booked ride, on the evening before it: to LINE only, once, and the first thing to be left out.

A push costs money and a call takes somebody's time, so nobody is phoned to be reminded, and who has booked since has
the confirmation before their eyes.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, LineUser, Notification, Run, ServiceDay, TransportService
from backend.db.queries.waiting import REMINDER
from backend.domain import times
from backend.domain.policies import reminding
from backend.services import notifications

MOST_AT_ONCE = 100  # looked for each minute: an evening's pushes keep nothing else waiting for long
RUNS = ("planned", "committed", "underway")


def owe_due(session: Session, *, now: datetime) -> list[int]:
    """Owe what is due at ``now``: one reminder for each ride of tomorrow; return the ids of the bookings.

    At most `MOST_AT_ONCE` of a service; the next look owes the next ones. Many may do this at once, and again: the key
    of a reminder is its booking.
    """
    reminded = []
    services = select(TransportService).where(TransportService.reminds).order_by(TransportService.id)
    for service in session.scalars(services):
        day = reminding.day_to_remind(now, service.remind_at_s)
        if day is None:
            continue
        due = _due(service, day).where(Booking.created_at <= reminding.moment(day, service.remind_at_s))
        for booking_id, rider_id, account in session.execute(due.order_by(Booking.id).limit(MOST_AT_ONCE)):
            owed = notifications.owe(
                session,
                REMINDER,
                dedupe_key=f"{REMINDER}:{booking_id}",
                rider_id=rider_id,
                line_user_id=account,
                booking_id=booking_id,
                priority=notifications.REMINDERS_LAST,
                now=now,
            )
            if owed is not None:
                reminded.append(booking_id)
    return reminded


def is_of_use(session: Session, booking_id: int, *, line_user_id: int, now: datetime) -> bool:
    """Tell whether a reminder that is owed still helps: the ride is to come, and the account still wants to hear of it.

    Between the owing and the sending may lie a night, a crash, or a cancellation.
    """
    query = (
        select(ServiceDay.day, Booking)
        .join(Booking, Booking.service_day_id == ServiceDay.id)
        .join(Run, Run.id == Booking.run_id)
        .join(LineUser, LineUser.rider_id == Booking.rider_id)
        .join(TransportService, TransportService.id == Booking.transport_service_id)
        .where(Booking.id == booking_id, LineUser.id == line_user_id, *_stands())
    )
    found = session.execute(query).one_or_none()
    return found is not None and now < times.moment(found.day, found.Booking.promise.pickup_earliest_s)


def switch(session: Session, line_user_id: int, *, is_on: bool) -> None:
    """Remind a LINE account of its rides from now on, or no more."""
    session.get_one(LineUser, line_user_id).wants_reminders = is_on


def _due(service: TransportService, day: date) -> Select[int, int | None, int]:
    """Ask for the rides of a day that nobody was reminded of: booking, rider, and the account that is told of it."""
    told = select(func.min(LineUser.id)).where(LineUser.rider_id == Booking.rider_id, LineUser.followed)
    is_reminded = exists().where(Notification.booking_id == Booking.id, Notification.kind == REMINDER)
    return (
        select(Booking.id, LineUser.rider_id, LineUser.id)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .join(Run, Run.id == Booking.run_id)
        .join(LineUser, LineUser.id == told.correlate(Booking).scalar_subquery())
        .join(TransportService, TransportService.id == Booking.transport_service_id)
        .where(ServiceDay.day == day, TransportService.id == service.id, *_stands(), ~is_reminded)
    )


def _stands() -> tuple[ColumnElement[bool], ...]:
    """Tell which rides will be driven, for accounts and services that remind."""
    return (
        Booking.state == "confirmed",
        Run.state.in_(RUNS),
        LineUser.followed.is_(True),
        LineUser.wants_reminders.is_(True),
        TransportService.reminds.is_(True),
    )
