"""Loads the line of a demo town: stops, timetable, fleet, fares, products become rows (T-01 to T-07, T-26, T-31)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy.orm import Session

from backend.adapters.holidays import holiday_name
from backend.db.models import (
    BookingRuleRow,
    Carrier,
    DutyPattern,
    Fare,
    FareTable,
    OperatingPeriod,
    Product,
    ServiceStop,
    Staff,
    Stop,
    TransportService,
    Vehicle,
)
from backend.domain.calendar import Calendar, Period
from backend.domain.policies import passes
from backend.services import fiscal_years, timetable_rows, town_closures
from backend.towns import Town
from backend.towns.line_values import TownLine

LINE = "line"
SYSTEM = "system"
STOP_KIND = "line"
NEXT_VISIT_LEAD_S = 300
# Figures of an area service that a printed timetable has no use for.
NOT_ON_A_LINE = {
    "phone_lead_s": 0,
    "pickup_window_s": 0,
    "ride_percent": 100,
    "ride_plus_s": 0,
    "max_wait_s": 0,
    "max_early_s": 0,
    "dwell_s": 0,
    "wheelchair_dwell_s": 0,
    "walk_m": 0,
    "planned_members": 0,
    "planned_callers": 0,
}


def load(
    session: Session,
    town: Town,
    line: TownLine,
    carrier: Carrier,
    people: Mapping[str, Staff],
    *,
    now: datetime,
) -> dict[str, Stop]:
    """Load the line of a town beside its area service, and return its stops by code."""
    stops = _stops(session, line)
    service = _service(session, town, line, now=now)
    session.add_all(
        ServiceStop(transport_service_id=service.id, stop_id=stops[each.code].id, seq=each.seq, fare_zone=each.zone)
        for each in line.stops
    )
    town_closures.add(session, service.id, town_closures.closures(line.operation.closed_each_year, line.closed))
    _fares(session, line, service)
    _products(session, line, service)
    vehicles = _fleet(session, line, service, carrier, stops, people)
    by_kind = {each.kind: vehicles[each.code] for each in reversed(line.vehicles) if not each.is_spare}
    timetable_rows.add_version(
        session,
        service.id,
        line.runs,
        vehicles=by_kind,
        stops=stops,
        valid_from=line.operation.operates_from,
        actor=SYSTEM,
        now=now,
    )
    return stops


def _stops(session: Session, line: TownLine) -> dict[str, Stop]:
    rows = {
        each.code: Stop(
            code=each.code,
            name=each.name,
            kana=each.kana,
            lat=each.lat,
            lon=each.lon,
            kind=STOP_KIND,
            marker=each.marker,
            winter_marker=each.winter_marker,
            hint=each.hint,
        )
        for each in line.stops
    }
    session.add_all(rows.values())
    session.flush()
    return rows


def _service(session: Session, town: Town, line: TownLine, *, now: datetime) -> TransportService:
    operation, day, winter = line.operation, town.day, town.operation
    service = TransportService(
        code=f"{town.code}-{LINE}",
        mode=LINE,
        name=operation.service_name,
        members_only=line.booking.members_only,
        weekdays=sorted(operation.weekdays),
        closed_on_holidays=operation.closed_on_holidays,
        hours_start_s=operation.starts_s,
        hours_end_s=operation.ends_s,
        phone_number=line.desk.phone,
        phone_start_s=line.desk.opens_s,
        phone_end_s=line.desk.closes_s,
        max_party=line.booking.max_party,
        report_recipient=line.report_recipient,
        contractor=town.carrier_name,
        large_delay_s=day.large_delay_s,
        resend_shift_s=day.resend_shift_s,
        no_show_wait_s=day.no_show_wait_s,
        next_visit_lead_s=NEXT_VISIT_LEAD_S,
        winter_from=_day_of_year(winter.winter_from.month, winter.winter_from.day),
        winter_to=_day_of_year(winter.winter_to.month, winter.winter_to.day),
        planned_days=_days_planned(line),
        planned_stops=len(line.stops),
        planned_fixed_runs=line.plan.fixed_runs,
        planned_reserved_runs=line.plan.reserved_runs,
        planned_extra_runs=line.plan.extra_runs,
        planned_day_km=line.plan.day_km,
        pay_kinds=list(line.pay_kinds),
        vehicle_sign=line.vehicle_sign,
        likely_stops=list(line.likely_stops),
        operating_periods=periods(line, now=now),
        booking_rules=_booking_rules(line),
        **NOT_ON_A_LINE,
    )
    session.add(service)
    session.flush()
    return service


def periods(line: TownLine, *, now: datetime) -> list[OperatingPeriod]:
    """Return when the line runs: the specified year, and once that is past the fiscal years of today and after."""
    given = line.operation
    ahead = timedelta(days=line.booking.opens_days_before)
    specified = OperatingPeriod(
        accepts_from=given.operates_from - ahead,
        accepts_to=given.operates_to,
        runs_from=given.operates_from,
        runs_to=given.operates_to,
    )
    return [specified, *fiscal_years.after(given.operates_to, now=now)]


def _booking_rules(line: TownLine) -> list[BookingRuleRow]:
    return [
        BookingRuleRow(
            channel=each.channel,
            opens_days=line.booking.opens_days_before,
            opens_at_s=line.booking.opens_s,
            closes_days=each.days_before,
            closes_at_s=each.at_s,
        )
        for each in line.booking.closings
    ]


def _day_of_year(month: int, day: int) -> str:
    return f"{month:02d}-{day:02d}"


def _days_planned(line: TownLine) -> int:
    """Return the running days of the specified year (T-01: 359)."""
    given = line.operation
    period = Period(given.operates_from, given.operates_to, given.operates_from, given.operates_to)
    closed = town_closures.closures(given.closed_each_year, line.closed)
    calendar = Calendar(frozenset(given.weekdays), given.closed_on_holidays, (period,), closed, holiday_name)
    return len(calendar.operating_days(given.operates_from, given.operates_to))


def _fares(session: Session, line: TownLine, service: TransportService) -> None:
    ordered = sorted(line.fares, key=lambda each: each.fare.valid_from)
    for valid_from, found in groupby(ordered, key=lambda each: each.fare.valid_from):
        fares = [
            Fare(zone=each.zone, category=each.fare.category, seq=seq, yen=each.fare.yen)
            for seq, each in enumerate(found)
        ]
        session.add(FareTable(transport_service_id=service.id, valid_from=valid_from, fares=fares))
    session.flush()


def _products(session: Session, line: TownLine, service: TransportService) -> None:
    for seq, each in enumerate(line.products):
        proofs = passes.proofs_of(
            kind=each.kind, category=each.category, is_welfare=each.is_welfare, with_subway=each.with_subway
        )
        row = Product(
            transport_service_id=service.id,
            code=each.code,
            valid_from=line.operation.operates_from,
            kind=each.kind,
            zone=each.zone,
            category=each.category,
            is_welfare=each.is_welfare,
            with_subway=each.with_subway,
            months=each.months,
            tickets=each.tickets,
            price_yen=each.price_yen,
            proofs=list(proofs),
            seq=seq,
        )
        session.add(row)
    session.flush()


def _fleet(  # noqa: PLR0917 -- the fleet ties all of these together
    session: Session,
    line: TownLine,
    service: TransportService,
    carrier: Carrier,
    stops: Mapping[str, Stop],
    people: Mapping[str, Staff],
) -> dict[str, Vehicle]:
    vehicles = {
        each.code: Vehicle(
            code=each.code,
            carrier_id=carrier.id,
            name=each.name,
            seats=each.seats,
            wheelchair_places=each.wheelchair_places,
            depot_stop_id=stops[each.depot_stop].id,
            look=each.look,
            is_spare=each.is_spare,
        )
        for each in line.vehicles
    }
    session.add_all(vehicles.values())
    session.flush()
    session.add_all(
        DutyPattern(
            transport_service_id=service.id,
            vehicle_id=vehicles[each.vehicle].id,
            driver_id=people[each.driver].id if people else None,
            weekdays=sorted(each.weekdays),
            start_s=each.from_s,
            end_s=each.to_s,
        )
        for each in line.duties
    )
    session.flush()
    return vehicles
