"""Reads town.toml into its settings, each table into one value."""

from datetime import date

from backend.towns import written
from backend.towns.toml_tables import Table, TomlFile
from backend.towns.values import (
    BookingSettings,
    DaySettings,
    Operation,
    Planned,
    PromiseSettings,
    Support,
    YearlyClosure,
    YearlyDay,
)

NEW_YEAR = YearlyDay(1, 1)


def operation(file: TomlFile) -> Operation:
    """Return when the service runs; a period that ends before it begins is refused."""
    table = file.table("operation")
    found = Operation(
        service_name=table.text("service_name"),
        operates_from=table.day("operates_from"),
        operates_to=table.day("operates_to"),
        accepts_from=table.day("accepts_from"),
        accepts_to=table.day("accepts_to"),
        weekdays=table.read("weekdays", written.weekdays, instead=()),
        closed_on_holidays=table.yes("closed_on_holidays"),
        starts_s=clock(table, "starts_at"),
        ends_s=clock(table, "ends_at"),
        winter_from=_yearly(table, "winter_from"),
        winter_to=_yearly(table, "winter_to"),
        closed_each_year=tuple(closure(each) for each in table.tables("closed_each_year")),
    )
    _in_order(table, "operates_to", found.operates_from, found.operates_to)
    _in_order(table, "accepts_to", found.accepts_from, found.accepts_to)
    if found.ends_s <= found.starts_s:
        table.refuse("ends_at", "is not after starts_at")
    table.finish()
    return found


def booking(file: TomlFile) -> BookingSettings:
    """Return when and by whom may be booked."""
    table = file.table("booking")
    found = BookingSettings(
        opens_days_before=table.whole("opens_days_before"),
        opens_s=clock(table, "opens_at"),
        notice_s=table.whole("notice_s"),
        phone_opens_before_s=table.whole("phone_opens_before_s"),
        members_only=table.yes("members_only"),
        max_party=table.whole("max_party"),
        carer_discount=table.yes("carer_discount"),
        answer_max_s=table.whole("answer_max_s"),
    )
    table.finish()
    return found


def promise(file: TomlFile) -> PromiseSettings:
    """Return what a confirmed rider is promised."""
    table = file.table("promise")
    found = PromiseSettings(
        pickup_window_s=table.whole("pickup_window_s"),
        ride_factor=table.factor("ride_factor"),
        ride_offset_s=table.whole("ride_offset_s"),
        max_wait_s=table.whole("max_wait_s"),
        max_early_s=table.whole("max_early_s"),
        dwell_s=table.whole("dwell_s"),
        wheelchair_dwell_s=table.whole("wheelchair_dwell_s"),
    )
    table.finish()
    return found


def day(file: TomlFile) -> DaySettings:
    """Return what is large or late on the day."""
    table = file.table("day")
    found = DaySettings(
        large_delay_s=table.whole("large_delay_s"),
        resend_shift_s=table.whole("resend_shift_s"),
        no_show_wait_s=table.whole("no_show_wait_s"),
        terminal_transmission_max_s=table.whole("terminal_transmission_max_s"),
    )
    table.finish()
    return found


def support(file: TomlFile) -> Support:
    """Return whom to phone."""
    table = file.table("support")
    found = Support(
        desk_phone=table.text("desk_phone"),
        town_phone=table.text("town_phone"),
        opens_s=clock(table, "opens_at"),
        closes_s=clock(table, "closes_at"),
    )
    table.finish()
    return found


def planned(file: TomlFile) -> Planned:
    """Return the figures the specification plans with."""
    table = file.table("planned")
    found = Planned(
        operating_days=table.whole("operating_days"),
        members=table.whole("members"),
        phone_bookers_per_day=table.whole("phone_bookers_per_day"),
        stops=table.whole("stops"),
    )
    table.finish()
    return found


def clock(table: Table, key: str) -> int:
    """Return the second of the day that an entry names."""
    return table.read(key, written.clock_s, instead=0)


def _yearly(table: Table, key: str) -> YearlyDay:
    return table.read(key, written.yearly_day, instead=NEW_YEAR)


def closure(table: Table) -> YearlyClosure:
    """Return days that are closed each year."""
    found = YearlyClosure(_yearly(table, "from"), _yearly(table, "to"), table.text("reason"))
    table.finish()
    return found


def _in_order(table: Table, key: str, first: date, last: date) -> None:
    if last < first:
        table.refuse(key, f"{last} is before {first}")
