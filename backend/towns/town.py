"""A whole town: its area service, and its line where it has one."""

from dataclasses import dataclass
from pathlib import Path

from backend.towns.line_values import TownLine
from backend.towns.values import (
    BookingSettings,
    ClosedRange,
    DaySettings,
    Operation,
    Planned,
    PromiseSettings,
    Support,
    TownDriver,
    TownDuty,
    TownFare,
    TownMember,
    TownStaff,
    TownStop,
    TownVehicle,
)


@dataclass(frozen=True, slots=True)
class Town:
    """All a town brings."""

    code: str
    name: str
    area_name: str
    carrier_name: str
    note: str
    credits: tuple[str, ...]
    operation: Operation
    booking: BookingSettings
    promise: PromiseSettings
    day: DaySettings
    support: Support
    planned: Planned
    stops: tuple[TownStop, ...]
    vehicles: tuple[TownVehicle, ...]
    drivers: tuple[TownDriver, ...]
    duties: tuple[TownDuty, ...]
    staff: tuple[TownStaff, ...]
    members: tuple[TownMember, ...]
    fares: tuple[TownFare, ...]
    closed: tuple[ClosedRange, ...]
    line: TownLine | None
    roads_path: Path
    speeds_path: Path
