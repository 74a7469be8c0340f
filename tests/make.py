"""Makers for tests: all keyword, defaults dull. A test mentions only what it is about."""

import itertools
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend.bell import SilentBell
from backend.clock import Clock, wall
from backend.db import models, sealing
from backend.db.queries import riders as rider_queries
from backend.db.queries import timetable
from backend.db.session import transaction
from backend.domain.offers import Wish, WishKind
from backend.domain.party import Party
from backend.ports import DrivingTable
from backend.services import bookings, cut_offs, itineraries, line_seeding, masters, seeding, service_days
from backend.settings import Settings, read
from backend.towns import load as load_town
from backend.world import World
from tests.fakes import FakeMessenger

JST = ZoneInfo("Asia/Tokyo")
MONDAY = date(2022, 11, 28)
LINE_DAY = date(2025, 5, 7)  # a Wednesday after holidays
LINE_HOLIDAY = date(2025, 5, 6)  # a substitute holiday (T-04)
_numbers = itertools.count(1)
_PLACE = tempfile.TemporaryDirectory(prefix="noriai-test-")  # gone with the process


def jst(text: str) -> datetime:
    """Return a moment written in Japan's time: ``2022-11-28 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


NOW = jst("2022-11-25 09:00:00")


LINE_NOW = jst("2025-05-05 12:00:00")


def at(clock: str) -> int:
    """Return the second of the day of ``9:30``."""
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


class GridMap:
    """A map source without roads: stops lie on a line, a minute apart per 0.01 degree of longitude."""

    def driving(self, points, profile):
        seconds = tuple(
            tuple(round(abs(a.lon - b.lon) * 6000 + abs(a.lat - b.lat) * 6000) for b in points) for a in points
        )
        return DrivingTable(seconds, tuple(tuple(each * 10 for each in row) for row in seconds))


def make_settings(**changes: str) -> Settings:
    """Return demo settings without reading the environment."""
    anchors = f"{_PLACE.name}/{next(_numbers)}/audit.jsonl"
    return read({"NORIAI_MODE": "demo", "NORIAI_ANCHORS": anchors, **changes})


def make_world(engine: Engine, *, messenger=None, now: datetime | None = None, heard=None, **settings: str) -> World:
    """Return a world on ``engine`` whose clock starts at ``now`` and whose bell wakes nobody."""
    return World(
        settings=make_settings(**settings),
        engine=engine,
        clock=Clock.starting_at(now or NOW),
        wall=wall,
        bell=SilentBell(heard),
        messenger=messenger or FakeMessenger(),
        map_source=GridMap(),
    )


def make_service(session: Session, **changes) -> models.TransportService:
    """Return an area service Monday to Friday, 9:00 to 15:00, in the winter of 2022 (D-01 to D-05)."""
    values = {
        "code": f"area-{next(_numbers)}",
        "mode": "area",
        "name": "デマンド交通",
        "members_only": True,
        "weekdays": [0, 1, 2, 3, 4],
        "closed_on_holidays": True,
        "hours_start_s": at("9:00"),
        "hours_end_s": at("15:00"),
        "phone_number": "011-000-0000",
        "phone_lead_s": 3600,
        "pickup_window_s": 600,
        "ride_percent": 200,
        "ride_plus_s": 600,
        "max_wait_s": 1800,
        "max_early_s": 1800,
        "dwell_s": 30,
        "wheelchair_dwell_s": 180,
        "max_party": 8,
        "walk_m": 500,
        "large_delay_s": 600,
        "resend_shift_s": 300,
        "no_show_wait_s": 180,
        "next_visit_lead_s": 300,
        "winter_from": "12-01",
        "winter_to": "03-31",
        "planned_days": 87,
        "planned_members": 500,
        "planned_callers": 50,
        "planned_stops": 40,
    }
    service = models.TransportService(**{**values, **changes})
    service.operating_periods = [
        models.OperatingPeriod(
            accepts_from=date(2022, 11, 14),
            accepts_to=date(2023, 3, 31),
            runs_from=date(2022, 11, 21),
            runs_to=date(2023, 3, 31),
        )
    ]
    service.booking_rules = [models.BookingRuleRow(channel="default", opens_days=7, opens_at_s=0, notice_s=1800)]
    session.add(service)
    session.flush()
    session.add(
        models.ClosedDay(
            transport_service_id=service.id,
            from_day=date(2000, 12, 29),
            to_day=date(2000, 1, 3),
            yearly=True,
            reason="年末年始",
        )
    )
    fares = {"adult": 350, "senior": 150, "discount": 150, "child": 150, "infant": 0}
    session.add(
        models.FareTable(
            transport_service_id=service.id,
            valid_from=date(2022, 11, 1),
            fares=[models.Fare(category=name, seq=seq, yen=yen) for seq, (name, yen) in enumerate(fares.items())],
        )
    )
    session.flush()
    return service


def make_stops(session: Session, service: models.TransportService, *, count: int = 6) -> list[models.Stop]:
    """Return stops on a line, five minutes apart, with their driving times."""
    names = "あいうえおかきくけこ"
    stops = [
        models.Stop(
            code=f"S{number:02d}", name=f"停留所{number}", kana=names[number - 1], lat=43.0, lon=141.0 + number * 0.05
        )
        for number in range(1, count + 1)
    ]
    session.add_all(stops)
    session.flush()
    session.add_all(models.ServiceStop(transport_service_id=service.id, stop_id=stop.id) for stop in stops)
    masters.refresh_travel_times(session, GridMap(), now=NOW)
    return stops


def make_staff(session: Session, *, role: str = "operator", login: str | None = None) -> models.Staff:
    """Return an account that cannot sign in."""
    staff = models.Staff(login=login or f"staff{next(_numbers)}", role=role, password_hash="none")
    staff.name = "職員"
    session.add(staff)
    session.flush()
    return staff


def make_vehicle(
    session: Session,
    service: models.TransportService,
    depot: models.Stop,
    *,
    seats: int = 8,
    wheelchair_places: int = 0,
    driver: models.Staff | None = None,
    name: str | None = None,
) -> models.Vehicle:
    """Return a vehicle that is out on every weekday for the service hours."""
    carrier = models.Carrier(name="見本交通")
    session.add(carrier)
    session.flush()
    number = next(_numbers)
    vehicle = models.Vehicle(
        code=f"V{number}",
        carrier_id=carrier.id,
        name=name or f"{number}号車",
        seats=seats,
        wheelchair_places=wheelchair_places,
        depot_stop_id=depot.id,
    )
    session.add(vehicle)
    session.flush()
    pattern = models.DutyPattern(
        transport_service_id=service.id,
        vehicle_id=vehicle.id,
        driver_id=driver.id if driver else None,
        weekdays=[0, 1, 2, 3, 4],
    )
    session.add(pattern)
    session.flush()
    return vehicle


def make_rider(
    session: Session, *, name: str = "山田 花子", kana: str = "やまだ はなこ", phone: str = "09012345678", **values
) -> models.Rider:
    """Return a member."""
    number = rider_queries.normal_phone(phone) or phone
    rider = models.Rider(source="phone", registered_at=NOW, phone_index=rider_queries.phone_index(number))
    rider.name, rider.kana, rider.phone = name, kana, number
    rider.fare_category = values.pop("fare_category", "adult")
    for field, value in values.items():
        setattr(rider, field, value)
    session.add(rider)
    session.flush()
    return rider


def make_line_user(
    session: Session, *, user_id: str | None = None, rider: models.Rider | None = None
) -> models.LineUser:
    """Return a LINE account, linked to ``rider`` if one is given."""
    value = user_id or f"U{next(_numbers):032x}"
    user = models.LineUser(
        user_id_index=sealing.keyring().index(value, kind="line"),
        rider_id=rider.id if rider else None,
        first_seen_at=NOW,
    )
    user.user_id = value
    session.add(user)
    session.flush()
    return user


def make_wish(
    service,
    origin,
    destination,
    *,
    time: str = "10:00",
    kind: str = "depart",
    day: date = MONDAY,
    wheelchairs: int = 0,
    **persons,
) -> Wish:
    """Return a wish; persons by category, one adult unless told otherwise."""
    party = Party.of(persons or {"adult": 1}, wheelchairs=wheelchairs)
    return Wish(service.id, day, WishKind(kind), at(time), origin.id, destination.id, party)


def make_caller(
    rider: models.Rider | None, *, channel: str = "phone", actor: str = "staff:1", key: str | None = None
) -> bookings.Caller:
    """Return who books, under a key of its own."""
    return bookings.Caller(rider.id if rider else None, channel, actor, key or f"key-{next(_numbers)}")


def make_booking(session: Session, wish: Wish, *, rider: models.Rider, now: datetime = NOW, **caller) -> models.Booking:
    """Return a confirmed booking; fail when it is refused."""
    outcome = bookings.book(session, wish, promise=None, caller=make_caller(rider, **caller), now=now)
    assert isinstance(outcome, models.Booking), outcome
    return outcome


class Town:
    """A small town ready to ride: six stops five minutes apart, one vehicle of eight seats, one member."""

    def __init__(self, session: Session, *, stops: int = 6, seats: Sequence[int] = (8,), **service) -> None:
        self.session = session
        self.service = make_service(session, **service)
        self.stops = make_stops(session, self.service, count=stops)
        self.vehicles = [make_vehicle(session, self.service, self.stops[0], seats=each) for each in seats]
        self.rider = make_rider(session)

    def wish(self, origin: int = 0, destination: int = 1, **values) -> Wish:
        """Return a wish between two stops by their place on the line."""
        return make_wish(self.service, self.stops[origin], self.stops[destination], **values)

    def book(
        self,
        origin: int = 0,
        destination: int = 1,
        *,
        rider=None,
        now: datetime = NOW,
        key=None,
        channel: str = "phone",
        **values,
    ):
        """Return the outcome of booking; for a new rider each time unless one is given."""
        who = rider or make_rider(self.session, phone=f"080{next(_numbers):08d}")
        caller = make_caller(who, key=key, channel=channel)
        return bookings.book(
            self.session, self.wish(origin, destination, **values), promise=None, caller=caller, now=now
        )

    def day(self, day: date = MONDAY) -> models.ServiceDay:
        """Return a service day with its runs."""
        return service_days.lock(self.session, self.service.id, day)


def make_line(session: Session, *, now: datetime = LINE_NOW, **changes) -> models.TransportService:
    """Return the Soranuma line of `data/`: timetable, stops T01 to T20, vehicles L1 to L3, fares; no people.

    It runs from 2025-04-01 to 2026-03-31. Driving times of all stops are reckoned again.
    """
    town = load_town("minami")
    carrier = models.Carrier(name="見本交通")
    session.add(carrier)
    session.flush()
    line_seeding.load(session, town, town.line, carrier, {}, now=now)
    service = session.scalars(select(models.TransportService).where(models.TransportService.mode == "line")).one()
    for name, value in changes.items():
        setattr(service, name, value)
    session.flush()
    masters.refresh_travel_times(session, GridMap(), now=now)
    return service


def next_visits(session: Session, run: models.Run, *, now: datetime) -> list[models.Visit]:
    """Return the visits of the halt that the driver is shown as next, or none while the vehicle need not leave yet."""
    service_day = session.get_one(models.ServiceDay, run.service_day_id)
    for each in itineraries.load(session, service_day, now=now).runs:
        if each.run.id == run.id:
            frozen = [visit for visit in each.itinerary.visits[: each.itinerary.frozen] if visit.request.id > 0]
            return [session.get_one(models.Visit, each.ids[visit.request.id, visit.kind]) for visit in frozen]
    return []


def decide_due(session: Session, *, now: datetime) -> list[int]:
    """Decide all that is due, as the sweeper has it done day by day; return the ids of the runs decided now."""
    decided = []
    for service_day_id in cut_offs.days_due(session, now=now):
        decided.extend(cut_offs.decide_day(session, service_day_id, now=now))
    return decided


def seed_minami(engine: Engine, *, now: datetime = NOW) -> None:
    """Load the demo town."""
    with transaction(engine) as session:
        seeding.load(session, load_town("minami"), now=now)


class Line:
    """The Soranuma line ready to ride: stops by their code, runs by their code, a rider for each booking."""

    def __init__(self, session: Session, *, now: datetime = LINE_NOW, **changes) -> None:
        self.session = session
        self.now = now
        self.service = make_line(session, now=now, **changes)
        self.stops = {stop.code: stop for stop in session.scalars(select(models.Stop))}

    @classmethod
    def of(cls, session: Session, *, now: datetime = LINE_NOW) -> "Line":
        """Return the line that a database holds already."""
        made = cls.__new__(cls)
        made.session, made.now = session, now
        made.service = session.scalars(
            select(models.TransportService).where(models.TransportService.mode == "line")
        ).one()
        made.stops = {stop.code: stop for stop in session.scalars(select(models.Stop))}
        return made

    def pickup_s(self, run: str, stop: str, day: date = LINE_DAY) -> int:
        """Return when a run is at a stop."""
        entry = timetable.find_entry(self.session, self.service.id, day, run)
        return entry.at(self.stops[stop].id).time_s

    def wish(self, run: str, origin: str, destination: str, *, day: date = LINE_DAY, wheelchairs=0, **persons) -> Wish:
        """Return the wish for a run between two stops; one adult unless told otherwise."""
        party = Party.of(persons or {"adult": 1}, wheelchairs=wheelchairs)
        ends = self.stops[origin].id, self.stops[destination].id
        return Wish(self.service.id, day, WishKind.DEPART, self.pickup_s(run, origin, day), *ends, party)

    def book(
        self,
        run: str,
        origin: str,
        destination: str,
        *,
        rider: models.Rider | None = None,
        now: datetime | None = None,
        channel: str = "phone",
        key: str | None = None,
        **values,
    ):
        """Return the outcome of booking a run, for a new guest unless a rider is given."""
        who = rider or make_rider(self.session, phone=f"080{next(_numbers):08d}", state="guest")
        caller = make_caller(who, key=key, channel=channel)
        wish = self.wish(run, origin, destination, **values)
        return bookings.book(self.session, wish, promise=None, caller=caller, now=now or self.now)

    def run(self, code: str, day: date = LINE_DAY) -> models.Run:
        """Return the dated run of an entry."""
        service_day = service_days.lock(self.session, self.service.id, day)
        query = (
            select(models.Run)
            .join(models.TimetableEntry)
            .where(models.Run.service_day_id == service_day.id, models.TimetableEntry.code == code)
            .where(models.Run.kind != "extra")
        )
        return self.session.scalars(query).one()
