"""Hours, windows, deadlines, closed days, periods and fares as a town changes them (D-01 to D-08, D-21, D-28, Q-26).

Every change is audited, names of fields only, and counts from the next answer on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from backend.db.models import BookingRuleRow, ClosedDay, Fare, FareTable, OperatingPeriod, TransportService
from backend.domain import times
from backend.domain.calendar import Closure, Period
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.party import FareCategory
from backend.domain.policies import reminding
from backend.domain.policies.booking_window import BookingRule
from backend.domain.refusals import Refusal
from backend.services import driver_limits, lifecycle, line_settings
from backend.services.line_settings import LineSettings

FOR_DUTIES = frozenset({"break_s", "break_after_s", "gap_s", "hours_start_s", "hours_end_s"})


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """Every figure of a service that its settings page shows. Fields are named like the columns."""

    name: str
    members_only: bool
    weekdays: tuple[int, ...]
    closed_on_holidays: bool
    hours_start_s: int
    hours_end_s: int
    phone_number: str
    phone_lead_s: int
    pickup_window_s: int
    ride_percent: int
    ride_plus_s: int
    max_wait_s: int
    max_early_s: int
    dwell_s: int
    wheelchair_dwell_s: int
    max_party: int
    walk_m: int
    large_delay_s: int
    resend_shift_s: int
    no_show_wait_s: int
    next_visit_lead_s: int
    break_s: int
    break_after_s: int
    gap_s: int
    changes_an_hour: int
    planned_days: int
    planned_members: int
    planned_callers: int
    planned_stops: int
    reserved_seats: int
    reserve_until_s: int
    reminds: bool
    remind_at_s: int
    weights: Mapping[str, float]


def change_settings(
    session: Session, service_id: int, *, entry: ServiceSettings | LineSettings, version: int, actor: str, now: datetime
) -> Refusal | None:
    """Change a service's figures, or say why not; StaleError when somebody changed them since ``version``."""
    if not 0 <= entry.hours_start_s < entry.hours_end_s <= times.DAY_S:  # no run crosses midnight
        return Refusal("hours_backwards")
    refusal = reminding.check(entry.remind_at_s)
    if refusal is None and isinstance(entry, LineSettings):
        refusal = line_settings.check(entry)
    if refusal:
        return refusal
    days = driver_limits.lock_days(session, service_id, today=times.day_of(now))
    service = take(session, service_id, version=version)
    changed = [field.name for field in fields(entry) if _differs(getattr(service, field.name), entry, field.name)]
    for name in changed:
        value = getattr(entry, name)
        setattr(service, name, list(value) if isinstance(value, tuple) else value)
    session.flush()
    if FOR_DUTIES & set(changed):
        driver_limits.follow(session, service, days)
    facts: dict[str, str | int] = {"fields": ",".join(changed)}
    lifecycle.record(session, "transport_service", service_id, "settings.changed", actor=actor, now=now, facts=facts)
    return None


def take(session: Session, service_id: int, *, version: int) -> TransportService:
    """Return a service to change, its row held and its version moved on; StaleError when somebody was faster.

    Rows that hang on the service, its booking rules and periods, change under its version too (D-29).
    """
    service = session.get(TransportService, service_id, with_for_update=True, populate_existing=True)
    if service is None:
        raise NotFoundError(f"service {service_id}")
    if service.version != version:
        raise StaleError(f"version {version} was shown, {service.version} is there")
    flag_modified(service, "name")
    session.flush()
    return service


def set_booking_rule(
    session: Session, service_id: int, *, channel: str, rule: BookingRule, version: int, actor: str, now: datetime
) -> None:
    """Set when a channel may book: either a notice before pick-up or a closing time of a day (D-28, T-17).

    StaleError when somebody changed the service since ``version``.
    """
    take(session, service_id, version=version)
    row = _rule_of(session, service_id, channel)
    if row is None:
        row = BookingRuleRow(transport_service_id=service_id, channel=channel)
        session.add(row)
    row.opens_days, row.opens_at_s = rule.opens_days, rule.opens_at_s
    row.notice_s, row.closes_days, row.closes_at_s = rule.notice_s, rule.closes_days, rule.closes_at_s
    session.flush()
    lifecycle.record(
        session, "booking_rule", row.id, "booking_rule.changed", actor=actor, now=now, facts={"channel": channel}
    )


def close_days(
    session: Session, service_id: int, *, closure: Closure, actor: str, now: datetime, applies_to: str = "running"
) -> int | Refusal:
    """Add days without service, and return their id (D-04). Bookings held on them stay until a run is called off.

    With ``applies_to`` desk it is only the phone that nobody answers on them (Q-42).
    """
    if closure.to_day < closure.from_day:
        return Refusal("days_backwards")
    row = ClosedDay(
        transport_service_id=service_id,
        from_day=closure.from_day,
        to_day=closure.to_day,
        yearly=closure.yearly,
        reason=closure.reason,
        applies_to=applies_to,
    )
    session.add(row)
    session.flush()
    lifecycle.record(session, "closed_day", row.id, "closed_day.added", actor=actor, now=now)
    return row.id


def open_days_again(session: Session, closed_day_id: int, *, actor: str, now: datetime) -> None:
    """Take days without service back. Doing it twice changes nothing."""
    row = session.get(ClosedDay, closed_day_id)
    if row is None:
        return
    session.delete(row)
    lifecycle.record(session, "closed_day", closed_day_id, "closed_day.removed", actor=actor, now=now)


def forget_booking_rule(
    session: Session, service_id: int, *, channel: str, version: int, actor: str, now: datetime
) -> None:
    """Let a channel book by the rule for all channels again. Doing it twice changes nothing."""
    take(session, service_id, version=version)
    row = _rule_of(session, service_id, channel)
    if row is None or channel == "default":
        return
    session.delete(row)
    session.flush()
    facts: dict[str, str | int] = {"channel": channel}
    lifecycle.record(session, "booking_rule", row.id, "booking_rule.removed", actor=actor, now=now, facts=facts)


def set_period(
    session: Session, service_id: int, period_id: int | None, *, period: Period, version: int, actor: str, now: datetime
) -> Refusal | None:
    """Change an operating period, or add one (D-01, D-02); StaleError when somebody was faster since ``version``."""
    if period.accepts_to < period.accepts_from or period.runs_to < period.runs_from:
        return Refusal("days_backwards")
    take(session, service_id, version=version)
    row = session.get(OperatingPeriod, period_id) if period_id else OperatingPeriod(transport_service_id=service_id)
    if row is None or row.transport_service_id != service_id:
        raise NotFoundError(f"operating period {period_id}")
    row.accepts_from, row.accepts_to = period.accepts_from, period.accepts_to
    row.runs_from, row.runs_to = period.runs_from, period.runs_to
    session.add(row)
    session.flush()
    lifecycle.record(session, "operating_period", row.id, "operating_period.set", actor=actor, now=now)
    return None


def set_fares(
    session: Session, service_id: int, *, valid_from: date, fares: Mapping[str, int], actor: str, now: datetime
) -> Refusal | None:
    """Enter the fares of a service without zones, valid from a coming day on: `set_zone_fares`."""
    return set_zone_fares(session, service_id, valid_from=valid_from, fares={"": fares}, actor=actor, now=now)


def set_zone_fares(
    session: Session,
    service_id: int,
    *,
    valid_from: date,
    fares: Mapping[str, Mapping[str, int]],
    actor: str,
    now: datetime,
) -> Refusal | None:
    """Enter the fares of each zone valid from a coming day on; what was ridden before keeps its fare (D-08, T-26).

    A table that already starts on that day is replaced. Past days are refused.
    """
    if valid_from <= times.day_of(now):
        return Refusal("fares_in_the_past", {"day": times.day_of(now).isoformat()})
    table = session.scalars(
        select(FareTable).where(FareTable.transport_service_id == service_id, FareTable.valid_from == valid_from)
    ).one_or_none()
    if table is None:
        table = FareTable(transport_service_id=service_id, valid_from=valid_from)
        session.add(table)
    table.fares.clear()
    session.flush()
    cells = [(zone, category) for zone in sorted(fares) for category in FareCategory if category in fares[zone]]
    for seq, (zone, category) in enumerate(cells):
        table.fares.append(Fare(zone=zone, category=category.value, seq=seq, yen=fares[zone][category]))
    session.flush()
    lifecycle.record(session, "fare_table", table.id, "fares.set", actor=actor, now=now)
    return None


def _rule_of(session: Session, service_id: int, channel: str) -> BookingRuleRow | None:
    chosen = BookingRuleRow.transport_service_id == service_id, BookingRuleRow.channel == channel
    return session.scalars(select(BookingRuleRow).where(*chosen)).one_or_none()


def _differs(present: object, entry: ServiceSettings | LineSettings, name: str) -> bool:
    value = getattr(entry, name)
    return present != (list(value) if isinstance(value, tuple) else value)
