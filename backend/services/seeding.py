"""Loads a demo town: every figure becomes a row that can be changed without code (D-21, Q-26)."""

from dataclasses import dataclass
from datetime import date, datetime

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.adapters.town_map import TownMap
from backend.db.models import (
    BookingRuleRow,
    Carrier,
    Consent,
    DutyPattern,
    Fare,
    FareTable,
    Favourite,
    OperatingPeriod,
    Rider,
    ServiceStop,
    Staff,
    Stop,
    TransportService,
    Vehicle,
)
from backend.db.queries import riders
from backend.domain.policies.retention import DEFAULTS
from backend.services import (
    contacts,
    devices,
    fiscal_years,
    line_seeding,
    masters,
    planning,
    retention,
    staff,
    town_closures,
)
from backend.services.rules import DEFAULT_CHANNEL
from backend.towns import Town

DEMO_DEVICE, DEMO_DEVICE_KEY = "PC-1", "demo-office-machine"  # the start page hands it out, production has none
DEMO_PASSWORD = "norou-noriai-2022"  # noqa: S105 -- printed on the demo's start page, refused in production
AREA = "area"
NEXT_VISIT_LEAD_S = 300
WALK_M = 500
PURPOSE_VERSION = "2022-11"
DESIGNATED = date(2022, 11, 1)  # when the demo's people were named as handling personal data


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was loaded."""

    stops: int
    vehicles: int
    members: int
    staff: int


def load(session: Session, town: Town, *, now: datetime, with_people: bool = True) -> Loaded | None:
    """Load ``town``; None when a service of its is there already and nothing was touched.

    Without people there are no invented members, and no sign-ins whose password everybody knows.
    """
    if is_loaded(session):
        return None
    stops = _stops(session, town)
    service = _service(session, town, stops, now=now)
    carrier = Carrier(name=town.carrier_name)
    session.add(carrier)
    session.flush()
    people = _staff(session, town, carrier, now=now) if with_people else {}
    if with_people:
        devices.keep_demo_machine(session, name=DEMO_DEVICE, key=DEMO_DEVICE_KEY, now=now)
    _fleet(session, town, service, carrier, stops, people)
    members = [_member(session, town, each.code, stops, now=now) for each in town.members if with_people]
    if town.line is not None:
        stops |= line_seeding.load(session, town, town.line, carrier, people, now=now)
    roads = TownMap(town.roads_path, town.speeds_path)
    masters.refresh_travel_times(session, roads, now=now, band_starts_s=roads.band_starts_s)
    planning.ensure_days(session, now=now)
    contacts.fill(session, town, now=now)
    if with_people:
        retention.agree(session, DEFAULTS, agreed_on=DESIGNATED, agreed_with=town.name, actor="system", now=now)
    vehicles = len(town.vehicles) + (len(town.line.vehicles) if town.line else 0)
    return Loaded(len(stops), vehicles, len(members), len(people))


def is_loaded(session: Session) -> bool:
    """Tell whether there is a town already."""
    return session.scalar(select(TransportService.id).limit(1)) is not None


def periods(town: Town, *, now: datetime) -> list[OperatingPeriod]:
    """Return when the town runs: the specified period, and while it is past, the fiscal years of today and after.

    So the demo can be ridden on any day, and a clock set to the specified winter finds just that winter (D-01, D-02).
    """
    given = town.operation
    specified = OperatingPeriod(
        accepts_from=given.accepts_from,
        accepts_to=given.accepts_to,
        runs_from=given.operates_from,
        runs_to=given.operates_to,
    )
    return [specified, *fiscal_years.after(given.operates_to, now=now)]


def _stops(session: Session, town: Town) -> dict[str, Stop]:
    rows = {
        each.code: Stop(
            code=each.code,
            name=each.name,
            kana=each.kana,
            lat=each.lat,
            lon=each.lon,
            kind=each.kind,
            marker=each.marker,
            winter_marker=each.winter_marker,
            hint=each.hint,
        )
        for each in town.stops
    }
    session.add_all(rows.values())
    session.flush()
    return rows


def _service(session: Session, town: Town, stops: dict[str, Stop], *, now: datetime) -> TransportService:
    operation, booking, promise, planned = town.operation, town.booking, town.promise, town.planned
    service = TransportService(
        code=f"{town.code}-{AREA}",
        mode=AREA,
        name=operation.service_name,
        members_only=booking.members_only,
        weekdays=sorted(operation.weekdays),
        closed_on_holidays=operation.closed_on_holidays,
        hours_start_s=operation.starts_s,
        hours_end_s=operation.ends_s,
        phone_number=town.support.desk_phone,
        phone_lead_s=booking.phone_opens_before_s,
        pickup_window_s=promise.pickup_window_s,
        ride_percent=round(promise.ride_factor * 100),
        ride_plus_s=promise.ride_offset_s,
        max_wait_s=promise.max_wait_s,
        max_early_s=promise.max_early_s,
        dwell_s=promise.dwell_s,
        wheelchair_dwell_s=promise.wheelchair_dwell_s,
        max_party=booking.max_party,
        walk_m=WALK_M,
        large_delay_s=town.day.large_delay_s,
        resend_shift_s=town.day.resend_shift_s,
        no_show_wait_s=town.day.no_show_wait_s,
        next_visit_lead_s=NEXT_VISIT_LEAD_S,
        winter_from=f"{operation.winter_from.month:02d}-{operation.winter_from.day:02d}",
        winter_to=f"{operation.winter_to.month:02d}-{operation.winter_to.day:02d}",
        planned_days=planned.operating_days,
        planned_members=planned.members,
        planned_callers=planned.phone_bookers_per_day,
        planned_stops=planned.stops,
        operating_periods=periods(town, now=now),
        booking_rules=[_booking_rule(town)],
    )
    session.add(service)
    session.flush()
    session.add_all(ServiceStop(transport_service_id=service.id, stop_id=stop.id) for stop in stops.values())
    town_closures.add(session, service.id, town_closures.closures(town.operation.closed_each_year, town.closed))
    fares = [Fare(category=each.category, seq=seq, yen=each.yen) for seq, each in enumerate(town.fares)]
    valid_from = min(each.valid_from for each in town.fares)
    session.add(FareTable(transport_service_id=service.id, valid_from=valid_from, fares=fares))
    session.flush()
    return service


def _booking_rule(town: Town) -> BookingRuleRow:
    return BookingRuleRow(
        channel=DEFAULT_CHANNEL,
        opens_days=town.booking.opens_days_before,
        opens_at_s=town.booking.opens_s,
        notice_s=town.booking.notice_s,
    )


def _staff(session: Session, town: Town, carrier: Carrier, *, now: datetime) -> dict[str, Staff]:
    wanted = [(each.login, each.role, each.name) for each in town.staff]
    drivers = (*town.drivers, *(town.line.drivers if town.line else ()))
    wanted += [(each.login, "driver", each.name) for each in drivers]
    return {
        login: staff.create(
            session,
            login=login,
            password=DEMO_PASSWORD,
            role=role,
            name=name,
            carrier_id=carrier.id if role in {"carrier", "driver"} else None,
            totp_secret=pyotp.random_base32(),
            now=now,
            designated_on=DESIGNATED,
        )
        for login, role, name in wanted
    }


def _fleet(  # noqa: PLR0917 -- the fleet ties all of these together
    session: Session,
    town: Town,
    service: TransportService,
    carrier: Carrier,
    stops: dict[str, Stop],
    people: dict[str, Staff],
) -> None:
    vehicles = {
        each.code: Vehicle(
            code=each.code,
            carrier_id=carrier.id,
            name=each.name,
            seats=each.seats,
            wheelchair_places=each.wheelchair_places,
            depot_stop_id=stops[each.depot_stop].id,
        )
        for each in town.vehicles
    }
    session.add_all(vehicles.values())
    session.flush()
    for duty in town.duties:
        follows_hours = (duty.from_s, duty.to_s) == (service.hours_start_s, service.hours_end_s)
        session.add(
            DutyPattern(
                transport_service_id=service.id,
                vehicle_id=vehicles[duty.vehicle].id,
                driver_id=people[duty.driver].id if people else None,
                weekdays=sorted(duty.weekdays),
                start_s=None if follows_hours else duty.from_s,
                end_s=None if follows_hours else duty.to_s,
            )
        )
    session.flush()


def _member(session: Session, town: Town, code: str, stops: dict[str, Stop], *, now: datetime) -> Rider:
    each = next(member for member in town.members if member.code == code)
    phone = riders.normal_phone(each.phone) or each.phone
    rider = Rider(source="phone", registered_at=now, phone_index=riders.phone_index(phone))
    rider.name, rider.kana, rider.phone = each.name, each.kana, phone
    rider.birth, rider.fare_category = str(each.birth_year), each.fare_category
    session.add(rider)
    session.flush()
    session.add(Consent(rider_id=rider.id, purpose_version=PURPOSE_VERSION, channel="phone", at=now))
    session.add_all(Favourite(rider_id=rider.id, stop_id=stops[stop].id) for stop in each.favorite_stops)
    return rider
