"""What is due and what was taken, ride by ride (T-26 to T-30, D-35, D-36): records are added, never changed."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Booking, FareRecord, FareRecordLine
from backend.db.queries import money, tariffs
from backend.domain.party import FareCategory
from backend.domain.policies import pay
from backend.domain.policies.pay import PaidLine, Payment, Tariff
from backend.domain.refusals import Refusal
from backend.services import coupons, lifecycle
from backend.services.taps import RunTap, Tap, stale

REASONS = ("category", "persons", "short", "unpaid", "typing")
UNDO = "undo"
CALLED_OFF = ("suspended", "not_operated")
COUNTED_BY_HEAD = ("fixed", "extra")
MOST_YEN = 100_000
SHOWS_PROOF = (FareCategory.DISCOUNT, FareCategory.FREE)


def tariff_of(session: Session, tap: Tap | RunTap) -> Tariff:
    """Return what the service takes on the day of a tap's run."""
    return tariffs.get_tariff(session, tap.service.id, tap.run.service_day.day)


def take_due(session: Session, tap: Tap) -> None:
    """Record that a party paid what is due as it got on: in cash, unless the driver says otherwise afterwards."""
    party = ((line.category, line.persons, line.fare_each_yen) for line in tap.booking.party)
    lines = pay.due_lines(party, zone=_zone(session, tap.booking))
    seen = tuple(replace(line, is_checked=tap.event.is_checked and line.category in SHOWS_PROOF) for line in lines)
    _add(session, FareRecord(booking_id=tap.booking.id, pay_kind=pay.kind_of(seen), reason=None), seen, tap)


def hand_back(session: Session, tap: Tap) -> None:
    """Record that a party got off again and has its fare back: the record stays, the newer one counts."""
    before = _last_tap(session, tap.booking)
    if before:
        coupons.give_back(session, before, actor=tap.actor, now=tap.now)
    _add(session, FareRecord(booking_id=tap.booking.id, pay_kind=pay.CASH, reason=UNDO), (), tap)


def correct(session: Session, tap: Tap) -> Refusal | None:
    """Record anew how a party paid: a further record, with its reason where it paid other than it owed (D-36, Q-61)."""
    booking, event = tap.booking, tap.event
    if booking.state not in ("boarded", "completed"):
        return Refusal("fare_before_boarding")
    if event.value is None and not event.payments:
        return Refusal("fare_amount")
    payments = event.payments or tuple(_payment(each.category, each.persons, tap) for each in booking.party)
    zone = _zone(session, booking)
    lines = pay.lines_of(payments, zone=zone, tariff=_tariff_as_booked(session, tap, zone))
    if isinstance(lines, Refusal):
        return lines
    taken = _as_taken(lines, event.value)
    refusal = taken if isinstance(taken, Refusal) else _check(taken, tap)
    if refusal or isinstance(taken, Refusal):
        return refusal
    before = _last_tap(session, booking)
    refusal = coupons.use(session, payments, _ride(tap, zone=zone), instead_of=before)
    if refusal:
        return refusal
    record = FareRecord(booking_id=booking.id, pay_kind=pay.kind_of(taken), reason=event.reason)
    _add(session, record, taken, tap)
    facts: lifecycle.Facts = {"received_yen": record.received_yen, "reason": event.reason or ""}
    lifecycle.record(session, "booking", booking.id, "fare.corrected", actor=tap.actor, now=tap.now, facts=facts)
    return None


def take_at_stop(session: Session, tap: RunTap) -> Refusal | None:
    """Record the fares of riders without a booking at a stop; fewer than none takes back, with a reason (Q-55)."""
    event = tap.event
    if tap.run.state in CALLED_OFF or tap.run.kind not in COUNTED_BY_HEAD:
        return stale()
    lines = pay.lines_of(event.payments, zone=event.zone, tariff=tariff_of(session, tap))
    if isinstance(lines, Refusal):
        return lines
    taken = _as_taken(lines, event.value)
    if not lines or isinstance(taken, Refusal):
        return Refusal("fare_amount")
    is_as_due = sum(line.received_yen for line in taken) == pay.cash_due(taken)
    takes_back = any(payment.persons < 0 for payment in event.payments)
    if (takes_back or not is_as_due) and event.reason not in REASONS:
        return Refusal("fare_reason")
    if takes_back and _is_below_none(session, tap, taken):
        return Refusal("fare_below_none")
    refusal = coupons.use(session, event.payments, _ride(tap, zone=event.zone))
    if refusal:
        return refusal
    record = FareRecord(run_id=tap.run.id, stop_id=event.stop_id, pay_kind=pay.kind_of(taken), reason=event.reason)
    _add(session, record, taken, tap)
    return None


def take_cash(session: Session, tap: RunTap, *, zone: str, category: str, persons: int) -> Refusal | None:
    """Record the cash fare of riders who were carried by exception (T-14)."""
    tariff = tariff_of(session, tap)
    lines = pay.lines_of([Payment(category, persons, pay.CASH)], zone=zone, tariff=tariff)
    if isinstance(lines, Refusal):
        return lines
    record = FareRecord(run_id=tap.run.id, stop_id=tap.event.stop_id, pay_kind=pay.kind_of(lines))
    record.reason = tap.event.reason
    _add(session, record, lines, tap)
    return None


def _payment(category: str, persons: int, tap: Tap) -> Payment:
    return Payment(category, persons, tap.event.pay_kind, is_checked=tap.event.is_checked)


def _zone(session: Session, booking: Booking) -> str:
    return money.zone_between(session, booking.transport_service_id, booking.pickup_stop_id, booking.dropoff_stop_id)


def _tariff_as_booked(session: Session, tap: Tap, zone: str) -> Tariff:
    """Return the tariff with the fares this party was promised."""
    tariff = tariff_of(session, tap)
    promised = {line.category: line.fare_each_yen for line in tap.booking.party}
    return replace(tariff, fares={**tariff.fares, zone: {**tariff.fares.get(zone, {}), **promised}})


def _as_taken(lines: tuple[PaidLine, ...], cash_yen: int | None) -> tuple[PaidLine, ...] | Refusal:
    """Return the lines with the cash that was taken; cash without anybody who pays cash is refused."""
    if cash_yen is None:
        return lines
    has_cash = any(line.pay_kind == pay.CASH for line in lines)
    if not 0 <= cash_yen <= MOST_YEN or (cash_yen and not has_cash):
        return Refusal("fare_amount")
    return pay.with_cash(lines, cash_yen) if has_cash else lines


def _check(taken: tuple[PaidLine, ...], tap: Tap) -> Refusal | None:
    """Refuse more persons than were booked, and what differs from what is owed without a reason."""
    persons = _persons(taken)
    booked = {line.category: line.persons for line in tap.booking.party}
    if any(line.persons < 0 for line in taken) or sum(persons.values()) > sum(booked.values()):
        return Refusal("fare_persons")
    is_as_due = sum(line.received_yen for line in taken) == pay.cash_due(taken)
    if (not is_as_due or persons != booked) and tap.event.reason not in REASONS:
        return Refusal("fare_reason")
    return None


def _persons(lines: Iterable[PaidLine]) -> dict[str, int]:
    persons: dict[str, int] = {}
    for line in lines:
        persons[line.category] = persons.get(line.category, 0) + line.persons
    return {category: count for category, count in persons.items() if count}


def _is_below_none(session: Session, tap: RunTap, taken: tuple[PaidLine, ...]) -> bool:
    """Tell whether more would be taken back than was recorded on the run."""
    query = (
        select(FareRecordLine.category, FareRecordLine.zone, FareRecordLine.pay_kind, func.sum(FareRecordLine.persons))
        .join(FareRecord, FareRecord.id == FareRecordLine.fare_record_id)
        .where(FareRecord.run_id == tap.run.id, FareRecord.booking_id.is_(None))
        .group_by(FareRecordLine.category, FareRecordLine.zone, FareRecordLine.pay_kind)
    )
    recorded = {(category, zone, kind): int(persons) for category, zone, kind, persons in session.execute(query)}
    return any(recorded.get((line.category, line.zone, line.pay_kind), 0) + line.persons < 0 for line in taken)


def _ride(tap: Tap | RunTap, *, zone: str) -> coupons.Ride:
    return coupons.Ride(
        service_id=tap.service.id,
        run_id=tap.run.id,
        day=tap.run.service_day.day,
        zone=zone,
        event_id=tap.event.event_id,
        actor=tap.actor,
        now=tap.now,
    )


def _last_tap(session: Session, booking: Booking) -> str | None:
    """Return the tap that made the newest record of a booking."""
    query = select(FareRecord.event_id).where(FareRecord.booking_id == booking.id).order_by(FareRecord.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def _add(session: Session, record: FareRecord, lines: tuple[PaidLine, ...], tap: Tap | RunTap) -> None:
    """Add a record with its lines; it sums them."""
    record.event_id, record.at, record.by = tap.event.event_id, tap.at, tap.actor
    record.due_yen = sum(line.due_yen for line in lines)
    record.received_yen = sum(line.received_yen for line in lines)
    record.lines = [
        FareRecordLine(
            category=line.category,
            zone=line.zone,
            pay_kind=line.pay_kind,
            persons=line.persons,
            due_yen=line.due_yen,
            received_yen=line.received_yen,
            is_checked=line.is_checked,
        )
        for line in lines
    ]
    session.add(record)
    session.flush()
