"""Writes a printed timetable into rows."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend.db.models import Stop, StopTime, TimetableEntry, TimetableVersion, Vehicle
from backend.towns.line_values import PrintedRun


def add_version(
    session: Session,
    service_id: int,
    runs: Iterable[PrintedRun],
    *,
    vehicles: Mapping[str, Vehicle],
    stops: Mapping[str, Stop],
    valid_from: date,
    actor: str,
    now: datetime,
) -> TimetableVersion:
    """Add a timetable that is valid from a day on; ``vehicles`` by the words of the file, ``stops`` by code."""
    version = TimetableVersion(
        transport_service_id=service_id,
        valid_from=valid_from,
        loaded_at=now,
        loaded_by=actor,
        entries=[_entry(run, vehicles[run.vehicle], stops) for run in runs],
    )
    session.add(version)
    session.flush()
    return version


def _entry(run: PrintedRun, vehicle: Vehicle, stops: Mapping[str, Stop]) -> TimetableEntry:
    return TimetableEntry(
        code=run.code,
        direction=run.direction,
        number=run.number,
        weekday_kind=run.weekday_kind,
        holiday_kind=run.holiday_kind,
        vehicle_id=vehicle.id,
        holiday_vehicle_id=vehicle.id,
        booking_limit=run.booking_limit,
        departs_s=run.departs_s,
        arrives_s=run.arrives_s,
        stop_times=[
            StopTime(
                seq=seq,
                stop_id=stops[each.stop].id,
                time_s=each.time_s,
                kind=each.kind,
                as_printed=each.as_printed,
                may_board=each.may_board,
                may_alight=each.may_alight,
            )
            for seq, each in enumerate(run.times, start=1)
        ],
    )


def is_printed(version: TimetableVersion, runs: Iterable[PrintedRun]) -> bool:
    """Tell whether a timetable has just these runs, with these times, rules and limits; vehicles left out."""
    return sorted(map(_shape, version.entries)) == sorted(map(_shape_of, runs))


Shape = tuple[str, str, int, str, str, int, tuple[tuple[str, int, str, bool, bool], ...]]


def _shape(entry: TimetableEntry) -> Shape:
    stops = tuple(
        (each.stop.code, each.time_s, each.kind, each.may_board, each.may_alight) for each in entry.stop_times
    )
    kinds = entry.weekday_kind, entry.holiday_kind
    return entry.code, entry.direction, entry.number, *kinds, entry.booking_limit, stops


def _shape_of(run: PrintedRun) -> Shape:
    stops = tuple((each.stop, each.time_s, each.kind, each.may_board, each.may_alight) for each in run.times)
    return run.code, run.direction, run.number, run.weekday_kind, run.holiday_kind, run.booking_limit, stops
