"""A town as its files describe it: plain values, no rows yet. `seed` turns them into rows (D-21, Q-26)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TownStop:
    """A stop (乗降ポイント) with what one looks for there, in snow too (D-09, D-23)."""

    code: str
    name: str
    kana: str
    lat: float
    lon: float
    marker: str
    winter_marker: str
    hint: str
    kind: str


@dataclass(frozen=True, slots=True)
class TownVehicle:
    """A vehicle with its places for riders (D-12)."""

    code: str
    name: str
    seats: int
    wheelchair_places: int
    depot_stop: str


@dataclass(frozen=True, slots=True)
class TownDriver:
    """Who drives; signs in at the terminal."""

    login: str
    name: str


@dataclass(frozen=True, slots=True)
class TownDuty:
    """One driver and vehicle for a span of each named weekday (Monday is 0)."""

    vehicle: str
    driver: str
    weekdays: tuple[int, ...]
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class TownStaff:
    """Who signs in at the desk or the board, and as what."""

    login: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class TownMember:
    """An invented member. The fare category is a class, never its cause (Q-67)."""

    code: str
    name: str
    kana: str
    phone: str
    birth_year: int
    fare_category: str
    favorite_stops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TownFare:
    """What one person of a category pays from a day on (D-07, D-08)."""

    category: str
    label: str
    condition: str
    yen: int
    valid_from: date


@dataclass(frozen=True, slots=True)
class ClosedRange:
    """Days without service, both ends included (D-04)."""

    first: date
    last: date
    reason: str


@dataclass(frozen=True, slots=True)
class YearlyDay:
    """A day that comes back each year."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class YearlyClosure:
    """Days closed each year, both ends included; the last may lie in the next year."""

    first: YearlyDay
    last: YearlyDay
    reason: str


@dataclass(frozen=True, slots=True)
class Operation:
    """When the service runs (D-01 to D-05). Times are seconds of the service day, Monday is 0."""

    service_name: str
    operates_from: date
    operates_to: date
    accepts_from: date
    accepts_to: date
    weekdays: tuple[int, ...]
    closed_on_holidays: bool
    starts_s: int
    ends_s: int
    winter_from: YearlyDay
    winter_to: YearlyDay
    closed_each_year: tuple[YearlyClosure, ...]


@dataclass(frozen=True, slots=True)
class BookingSettings:
    """When and by whom may be booked (D-13 to D-17)."""

    opens_days_before: int
    opens_s: int
    notice_s: int
    phone_opens_before_s: int
    members_only: bool
    max_party: int
    carer_discount: bool
    answer_max_s: int


@dataclass(frozen=True, slots=True)
class PromiseSettings:
    """What a confirmed rider is promised (Q-13, Q-14), and how long the vehicle stands."""

    pickup_window_s: int
    ride_factor: float
    ride_offset_s: int
    max_wait_s: int
    max_early_s: int
    dwell_s: int
    wheelchair_dwell_s: int


@dataclass(frozen=True, slots=True)
class DaySettings:
    """What is large, late or worth another message on the day (Q-11, Q-13)."""

    large_delay_s: int
    resend_shift_s: int
    no_show_wait_s: int
    terminal_transmission_max_s: int


@dataclass(frozen=True, slots=True)
class Support:
    """Whom to phone, and when somebody answers."""

    desk_phone: str
    town_phone: str
    opens_s: int
    closes_s: int


@dataclass(frozen=True, slots=True)
class Planned:
    """The figures the specification plans with; shown beside the actual ones."""

    operating_days: int
    members: int
    phone_bookers_per_day: int
    stops: int
