"""What was taken, and who got on and off where: every report of fares and riders is built on these two (T-38, T-40).

Of a booking its last record counts, for the ones before it were corrected (D-36); records without a booking add up,
as head counts do. Nothing of another service is ever among them (T-38).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from backend.db.models import Booking, FareRecord, HeadCount, Run, ServiceDay, TimetableEntry, Visit
from backend.domain.policies import pay

BOARDED = ("boarded", "completed")


@dataclass(frozen=True, slots=True)
class TakenLine:
    """Persons of one category who paid one way, in yen.

    ``due_yen`` is what this way of paying covers of the fare: the worth of tickets, the ride on a pass.
    ``received_yen`` is cash in hand, none for tickets and passes: those were paid when they were sold. Cash on top of
    a ticket is a line without persons.
    """

    day: date
    run_id: int
    entry_code: str
    category: str
    zone: str
    pay_kind: str
    persons: int
    due_yen: int
    received_yen: int
    booking_id: int | None


@dataclass(frozen=True, slots=True)
class CountAt:
    """Persons of a category who got on (``board``) or off (``alight``) at a stop of a run."""

    day: date
    run_id: int
    entry_code: str
    stop_id: int
    kind: str
    category: str
    persons: int


def taken_lines(session: Session, service_id: int, first: date, last: date) -> list[TakenLine]:
    """Return what was taken on the runs of a service from ``first`` to ``last``, in the order it was taken."""
    runs = _runs(session, service_id, first, last)
    bookings = _bookings(session, service_id, first, last)
    counting = [*_last_records(session, list(bookings)), *_records_without_booking(session, list(runs))]
    found = []
    for record in sorted(counting, key=lambda each: each.id):
        booking = bookings.get(record.booking_id or 0)
        run_id = booking.run_id if booking else record.run_id or 0
        day, code = runs[run_id]
        found += [
            TakenLine(
                day=day,
                run_id=run_id,
                entry_code=code,
                category=line.category,
                zone=line.zone,
                pay_kind=line.pay_kind,
                persons=line.persons,
                due_yen=line.due_yen,
                received_yen=line.received_yen,
                booking_id=booking.id if booking else None,
            )
            for line in lines_of(record, booking)
        ]
    return found


def boardings(session: Session, service_id: int, first: date, last: date) -> list[CountAt]:
    """Return who got on and off where, with and without a booking; by run, stop, kind and category (T-40, Q-55)."""
    runs = _runs(session, service_id, first, last)
    counts: dict[tuple[int, int, str, str], int] = {}
    for run_id, stop_id, kind, category, persons in [
        *_booked(session, service_id, first, last),
        *_counted(session, list(runs)),
    ]:
        key = (run_id, stop_id, kind, category)
        counts[key] = counts.get(key, 0) + persons
    return [
        CountAt(runs[run_id][0], run_id, runs[run_id][1], stop_id, kind, category, persons)
        for (run_id, stop_id, kind, category), persons in sorted(counts.items())
        if persons
    ]


def lines_of(record: FareRecord, booking: Booking | None) -> tuple[pay.PaidLine, ...]:
    """Return the lines of a record; one that was kept before there were lines is spread over the booking's party."""
    if record.lines or booking is None or record.reason == "undo":
        return tuple(
            pay.PaidLine(
                line.category,
                line.zone,
                line.pay_kind,
                line.persons,
                line.due_yen,
                line.received_yen,
                line.is_checked,
            )
            for line in record.lines
        )
    party = ((line.category, line.persons, line.fare_each_yen) for line in booking.party)
    return pay.with_cash(pay.due_lines(party, zone=""), record.received_yen)


def last_records(session: Session, booking_ids: Sequence[int]) -> dict[int, FareRecord]:
    """Return the record that counts for each booking that has one, with its lines."""
    return {record.booking_id: record for record in _last_records(session, booking_ids) if record.booking_id}


def _runs(session: Session, service_id: int, first: date, last: date) -> dict[int, tuple[date, str]]:
    query = (
        select(Run.id, ServiceDay.day, func.coalesce(TimetableEntry.code, ""))
        .join(ServiceDay, ServiceDay.id == Run.service_day_id)
        .outerjoin(TimetableEntry, TimetableEntry.id == Run.timetable_entry_id)
        .where(ServiceDay.transport_service_id == service_id, ServiceDay.day.between(first, last))
    )
    return {run_id: (day, code) for run_id, day, code in session.execute(query)}


def _bookings(session: Session, service_id: int, first: date, last: date) -> dict[int, Booking]:
    query = (
        select(Booking)
        .join(ServiceDay, ServiceDay.id == Booking.service_day_id)
        .where(
            ServiceDay.transport_service_id == service_id,
            ServiceDay.day.between(first, last),
            Booking.state.in_(BOARDED),
        )
        .options(selectinload(Booking.party))
    )
    return {booking.id: booking for booking in session.scalars(query)}


def _last_records(session: Session, booking_ids: Sequence[int]) -> list[FareRecord]:
    newest = (
        select(func.max(FareRecord.id)).where(FareRecord.booking_id.in_(booking_ids)).group_by(FareRecord.booking_id)
    )
    query = select(FareRecord).where(FareRecord.id.in_(newest)).options(selectinload(FareRecord.lines))
    return list(session.scalars(query))


def _records_without_booking(session: Session, run_ids: Sequence[int]) -> list[FareRecord]:
    query = (
        select(FareRecord)
        .where(FareRecord.run_id.in_(run_ids), FareRecord.booking_id.is_(None))
        .options(selectinload(FareRecord.lines))
    )
    return list(session.scalars(query))


def _booked(session: Session, service_id: int, first: date, last: date) -> Iterable[tuple[int, int, str, str, int]]:
    """Return run, stop, kind, category and persons of each visit that was made."""
    bookings = _bookings(session, service_id, first, last)
    records = last_records(session, list(bookings))
    query = select(Visit).where(Visit.booking_id.in_(list(bookings)), Visit.state == "done")
    for visit in session.scalars(query):
        kind = "board" if visit.kind == "pickup" else "alight"
        for category, persons in _who_rode(bookings[visit.booking_id], records.get(visit.booking_id)).items():
            yield visit.run_id, visit.stop_id, kind, category, persons


def _who_rode(booking: Booking, record: FareRecord | None) -> dict[str, int]:
    """Return persons by category as the driver recorded them, else as they were booked."""
    lines = lines_of(record, booking) if record else ()
    pairs = [(line.category, line.persons) for line in lines] or [(row.category, row.persons) for row in booking.party]
    by_category = groupby(sorted(pairs), key=itemgetter(0))
    return {category: sum(persons for _, persons in group) for category, group in by_category}


def _counted(session: Session, run_ids: Sequence[int]) -> Iterable[tuple[int, int, str, str, int]]:
    query = (
        select(HeadCount.run_id, HeadCount.stop_id, HeadCount.kind, HeadCount.category, func.sum(HeadCount.persons))
        .where(HeadCount.run_id.in_(run_ids))
        .group_by(HeadCount.run_id, HeadCount.stop_id, HeadCount.kind, HeadCount.category)
    )
    for run_id, stop_id, kind, category, persons in session.execute(query):
        yield run_id, stop_id, kind, category, int(persons)
