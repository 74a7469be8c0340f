"""A line as its files describe it: plain values, no rows yet (T-01 to T-07, T-26 to T-32)."""

from dataclasses import dataclass
from datetime import date

from backend.towns.values import ClosedRange, TownDriver, TownDuty, TownFare, YearlyClosure


@dataclass(frozen=True, slots=True)
class PrintedTime:
    """A printed run at a stop: when, how the time is known, and what may be done there."""

    stop: str
    time_s: int
    kind: str
    as_printed: str
    may_board: bool
    may_alight: bool


@dataclass(frozen=True, slots=True)
class PrintedRun:
    """A run of the timetable, M1 to S5, with what drives it on each kind of day."""

    code: str
    direction: str
    number: int
    weekday_kind: str
    holiday_kind: str
    vehicle: str
    booking_limit: int
    times: tuple[PrintedTime, ...]

    @property
    def departs_s(self) -> int:
        """Return when it leaves its first stop."""
        return self.times[0].time_s

    @property
    def arrives_s(self) -> int:
        """Return when it reaches its last stop."""
        return self.times[-1].time_s


@dataclass(frozen=True, slots=True)
class LineStop:
    """A stop of the line; ``seq`` is its place along the line, ``zone`` that of its fares."""

    code: str
    name: str
    kana: str
    lat: float
    lon: float
    seq: int
    zone: str
    marker: str
    winter_marker: str
    hint: str


@dataclass(frozen=True, slots=True)
class LineVehicle:
    """A vehicle of the line: ``kind`` is the word that runs.csv uses for it; a spare drives extra runs (T-21)."""

    code: str
    name: str
    kind: str
    seats: int
    wheelchair_places: int
    depot_stop: str
    look: str
    is_spare: bool


@dataclass(frozen=True, slots=True)
class LineFare:
    """What one person of a category pays in a zone from a day on (T-26, T-27)."""

    zone: str
    fare: TownFare


@dataclass(frozen=True, slots=True)
class LineProduct:
    """A ticket book or a pass of one kind with its price (T-30, T-31)."""

    code: str
    kind: str
    zone: str
    category: str
    price_yen: int
    is_welfare: bool = False
    with_subway: bool = False
    months: int | None = None
    tickets: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """When a channel takes no more bookings: so many days before, at a second of that day (T-16, T-17)."""

    channel: str
    days_before: int
    at_s: int


@dataclass(frozen=True, slots=True)
class LineOperation:
    """When the line runs, and when one can book (T-01, T-16)."""

    service_name: str
    operates_from: date
    operates_to: date
    weekdays: tuple[int, ...]
    closed_on_holidays: bool
    starts_s: int
    ends_s: int
    closed_each_year: tuple[YearlyClosure, ...]


@dataclass(frozen=True, slots=True)
class LineBooking:
    """Who may book and when, by channel."""

    opens_days_before: int
    opens_s: int
    max_party: int
    members_only: bool
    closings: tuple[Closing, ...]


@dataclass(frozen=True, slots=True)
class LinePlan:
    """What the specification plans with for a year (T-44)."""

    fixed_runs: int
    reserved_runs: int
    extra_runs: int
    day_km: int


@dataclass(frozen=True, slots=True)
class LineDesk:
    """The phone desk of the line."""

    phone: str
    opens_s: int
    closes_s: int


@dataclass(frozen=True, slots=True)
class TownLine:
    """All that a town brings for its line."""

    operation: LineOperation
    booking: LineBooking
    desk: LineDesk
    plan: LinePlan
    vehicle_sign: str
    report_recipient: str
    likely_stops: tuple[str, ...]
    pay_kinds: tuple[str, ...]
    stops: tuple[LineStop, ...]
    runs: tuple[PrintedRun, ...]
    vehicles: tuple[LineVehicle, ...]
    drivers: tuple[TownDriver, ...]
    duties: tuple[TownDuty, ...]
    fares: tuple[LineFare, ...]
    products: tuple[LineProduct, ...]
    closed: tuple[ClosedRange, ...]
