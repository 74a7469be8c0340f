"""The tables. Services and queries import them from here."""

from backend.db.models.audit import AuditEntry, DemoClock
from backend.db.models.base import Base
from backend.db.models.bookings import Booking, PartyLine, PromiseRow, RefusedWish
from backend.db.models.calendar import AcceptanceStop, ClosedDay, ServiceDay
from backend.db.models.fleet import Duty, DutyPattern, Position, Vehicle
from backend.db.models.messages import CallTask, DriverMessage, LineEvent, Notification
from backend.db.models.money import CostEntry, Fare, FareRecord, FareTable
from backend.db.models.network import (
    BookingRuleRow,
    OperatingPeriod,
    ServiceStop,
    Stop,
    TransportService,
    TravelTimeTable,
)
from backend.db.models.people import Consent, Draft, Favourite, FormLink, LineUser, Rider
from backend.db.models.runs import DelayReport, Run, TerminalEvent, Visit
from backend.db.models.staff import Carrier, Staff, StaffSession

__all__ = [
    "AcceptanceStop",
    "AuditEntry",
    "Base",
    "Booking",
    "BookingRuleRow",
    "CallTask",
    "Carrier",
    "ClosedDay",
    "Consent",
    "CostEntry",
    "DelayReport",
    "DemoClock",
    "Draft",
    "DriverMessage",
    "Duty",
    "DutyPattern",
    "Fare",
    "FareRecord",
    "FareTable",
    "Favourite",
    "FormLink",
    "LineEvent",
    "LineUser",
    "Notification",
    "OperatingPeriod",
    "PartyLine",
    "Position",
    "PromiseRow",
    "RefusedWish",
    "Rider",
    "Run",
    "ServiceDay",
    "ServiceStop",
    "Staff",
    "StaffSession",
    "Stop",
    "TerminalEvent",
    "TransportService",
    "TravelTimeTable",
    "Vehicle",
    "Visit",
]
