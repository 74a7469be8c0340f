"""Reads each CSV file of a town into its values. What is wrong is added to ``bad`` as ``file:line: reason``."""

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import TypeVar

from backend.domain import roles
from backend.towns import written
from backend.towns.csv_cells import Cells, keep_unique, rows
from backend.towns.faults import Faults
from backend.towns.values import (
    ClosedRange,
    TownDriver,
    TownDuty,
    TownFare,
    TownMember,
    TownStaff,
    TownStop,
    TownVehicle,
)

T = TypeVar("T")

ROLES = tuple(role for role in roles.ALL if role != roles.DRIVER)
STOP_KINDS = ("station", "clinic", "shop", "school", "office", "leisure", "park", "residential")
JAPAN_LAT = (20.0, 46.0)
JAPAN_LON = (122.0, 154.0)
FIRST_BIRTH_YEAR = 1900
LAST_BIRTH_YEAR = 2100


def _read(path: Path, columns: str, bad: Faults, reader: Callable[[Cells], T]) -> list[tuple[Cells, T]]:
    return [(cells, reader(cells)) for cells in rows(path, columns.split(), bad)]


def stops(folder: Path, bad: Faults) -> tuple[TownStop, ...]:
    """Return the stops; each has its own code, a reading, and lies in Japan."""

    def stop(cells: Cells) -> TownStop:
        return TownStop(
            code=cells.text("code"),
            name=cells.text("name"),
            kana=cells.kana("kana"),
            lat=cells.degrees("lat", *JAPAN_LAT),
            lon=cells.degrees("lon", *JAPAN_LON),
            marker=cells.text("marker"),
            winter_marker=cells.text("winter_marker"),
            hint=cells.text("hint"),
            kind=cells.known("kind", STOP_KINDS),
        )

    found = _read(folder / "stops.csv", "code name kana lat lon marker winter_marker hint kind", bad, stop)
    return keep_unique(found, lambda each: each.code, "code")


def vehicles(folder: Path, stop_codes: Collection[str], bad: Faults) -> tuple[TownVehicle, ...]:
    """Return the vehicles; each has a seat and a depot at one of the stops."""

    def vehicle(cells: Cells) -> TownVehicle:
        found = TownVehicle(
            code=cells.text("code"),
            name=cells.text("name"),
            seats=cells.whole("seats"),
            wheelchair_places=cells.whole("wheelchair_places"),
            depot_stop=cells.known("depot_stop", stop_codes),
        )
        if found.seats + found.wheelchair_places == 0:
            cells.refuse("seats: the vehicle has no place for anybody")
        return found

    found = _read(folder / "vehicles.csv", "code name seats wheelchair_places depot_stop", bad, vehicle)
    return keep_unique(found, lambda each: each.code, "code")


def drivers(folder: Path, bad: Faults) -> tuple[TownDriver, ...]:
    """Return the drivers."""

    def driver(cells: Cells) -> TownDriver:
        return TownDriver(cells.text("login"), cells.text("name"))

    return keep_unique(_read(folder / "drivers.csv", "login name", bad, driver), lambda each: each.login, "login")


def duties(
    folder: Path, vehicle_codes: Collection[str], driver_logins: Collection[str], bad: Faults
) -> tuple[TownDuty, ...]:
    """Return the duties; each ends after it begins."""

    def duty(cells: Cells) -> TownDuty:
        found = TownDuty(
            vehicle=cells.known("vehicle", vehicle_codes),
            driver=cells.known("driver", driver_logins),
            weekdays=cells.read("weekdays", written.weekdays, instead=()),
            from_s=cells.read("from", written.clock_s, instead=0),
            to_s=cells.read("to", written.clock_s, instead=written.DAY_S),
        )
        if found.to_s <= found.from_s:
            cells.refuse("to: is not after from")
        return found

    return tuple(each for _, each in _read(folder / "duties.csv", "vehicle driver weekdays from to", bad, duty))


def staff(folder: Path, driver_logins: Collection[str], bad: Faults) -> tuple[TownStaff, ...]:
    """Return the staff; nobody signs in under a driver's login."""

    def member_of_staff(cells: Cells) -> TownStaff:
        found = TownStaff(cells.text("login"), cells.known("role", ROLES), cells.text("name"))
        if found.login in driver_logins:
            cells.refuse(f"login: '{found.login}' is a driver's")
        return found

    found = _read(folder / "staff.csv", "login role name", bad, member_of_staff)
    return keep_unique(found, lambda each: each.login, "login")


def members(
    folder: Path, categories: Collection[str], stop_codes: Collection[str], bad: Faults
) -> tuple[TownMember, ...]:
    """Return the invented members; each has its own phone number."""

    def member(cells: Cells) -> TownMember:
        found = TownMember(
            code=cells.text("code"),
            name=cells.text("name"),
            kana=cells.kana("kana"),
            phone=cells.text("phone"),
            birth_year=cells.whole("birth_year"),
            fare_category=cells.known("fare_category", categories),
            favorite_stops=cells.known_list("favorite_stops", stop_codes),
        )
        if not FIRST_BIRTH_YEAR <= found.birth_year <= LAST_BIRTH_YEAR:
            cells.refuse(f"birth_year: {found.birth_year} is not a year of birth")
        return found

    columns = "code name kana phone birth_year fare_category favorite_stops"
    found = _read(folder / "members.csv", columns, bad, member)
    keep_unique(found, lambda each: each.phone, "phone")
    return keep_unique(found, lambda each: each.code, "code")


def fares(folder: Path, bad: Faults) -> tuple[TownFare, ...]:
    """Return the fares; a category has one fare from any given day on."""

    def fare(cells: Cells) -> TownFare:
        return TownFare(
            category=cells.text("category"),
            label=cells.text("label"),
            condition=cells.text("condition"),
            yen=cells.whole("yen"),
            valid_from=cells.read("valid_from", written.day, instead=date.min),
        )

    found = _read(folder / "fares.csv", "category label condition yen valid_from", bad, fare)
    return keep_unique(found, lambda each: f"{each.category} from {each.valid_from}", "category")


def closed(folder: Path, bad: Faults) -> tuple[ClosedRange, ...]:
    """Return the extra days without service."""

    def closed_range(cells: Cells) -> ClosedRange:
        found = ClosedRange(
            first=cells.read("from", written.day, instead=date.min),
            last=cells.read("to", written.day, instead=date.max),
            reason=cells.text("reason"),
        )
        if found.last < found.first:
            cells.refuse("to: is before from")
        return found

    return tuple(each for _, each in _read(folder / "calendar.csv", "from to reason", bad, closed_range))
