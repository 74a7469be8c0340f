"""New timetables of a line, and changes of one run of it: from a day on, with everybody hit by it to be contacted.

Earlier days keep their timetable (T-05). A file is refused whole with every bad line; a change that would leave more
persons booked than a vehicle seats, or take a vehicle from people it was promised to, is refused too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import (
    ServiceStop,
    Stop,
    StopTime,
    TimetableEntry,
    TimetableVersion,
    Vehicle,
)
from backend.db.queries import timetable as queries
from backend.db.session import lock_name
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import lifecycle, timetable_days, timetable_rows
from backend.towns import timetable_files
from backend.towns.faults import Fault, Faults
from backend.towns.line_values import PrintedRun


@dataclass(frozen=True, slots=True)
class Sheets:
    """The two files of a timetable as they were sent: runs.csv and timetable.csv."""

    runs: str
    times: str


@dataclass(frozen=True, slots=True)
class Read:
    """What the files say; with ``faults`` nothing of it may be used."""

    runs: tuple[PrintedRun, ...]
    faults: tuple[Fault | str, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A timetable in force from a day on: how many runs it has, and which bookings it hit, by their public ids."""

    version_id: int
    valid_from: date
    runs: int
    hit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What drives a run on weekdays and on Saturdays, Sundays and holidays, and how many may book it (T-21, Q-33)."""

    vehicle_id: int
    holiday_vehicle_id: int
    booking_limit: int


def read(session: Session, service_id: int, sheets: Sheets) -> Read:
    """Return what the files of a timetable say, and every bad line of them."""
    faults: Faults = []
    names = {stop.code: stop.name for stop in _stops(session, service_id).values()}
    words = vehicles_named(session, service_id, timetable_files.vehicle_words(sheets.runs))
    seats = {word: vehicle.seats for word, vehicle in words.items()}
    runs = timetable_files.read(sheets.runs, sheets.times, names, seats, faults)
    if not runs and not faults:
        faults.append(Fault(timetable_files.RUNS, 1, "has no runs", "no_runs"))
    return Read(runs, tuple(faults))


def load_version(
    session: Session, service_id: int, sheets: Sheets, *, valid_from: date, actor: str, now: datetime
) -> Loaded | Refusal:
    """Put a new timetable in force from a coming day on, or say why not; nothing is half loaded (T-05).

    ``timetable_unreadable`` has as many bad lines as `read` names. The same files for the same day again are the same
    timetable.
    """
    found = read(session, service_id, sheets)
    if found.faults:
        return Refusal("timetable_unreadable", {"lines": len(found.faults)})
    lock_name(session, f"timetable {service_id}")
    refusal = _check_day(valid_from, now=now)
    present = _version_at(session, service_id, valid_from)
    if present is not None:
        is_same = timetable_rows.is_printed(present, found.runs)
        done = Loaded(present.id, valid_from, len(found.runs), ())
        return done if is_same else Refusal("timetable_day_taken", {"day": valid_from.isoformat()})
    if refusal:
        return refusal
    attempt = session.begin_nested()
    version = timetable_rows.add_version(
        session,
        service_id,
        found.runs,
        vehicles=vehicles_named(session, service_id, {run.vehicle for run in found.runs}),
        stops=_stops(session, service_id),
        valid_from=valid_from,
        actor=actor,
        now=now,
    )
    hit = timetable_days.follow(session, service_id, valid_from, actor=actor, now=now)
    if isinstance(hit, Refusal):
        attempt.rollback()
        return hit
    attempt.commit()
    lifecycle.record(session, "timetable_version", version.id, "timetable.loaded", actor=actor, now=now)
    return Loaded(version.id, valid_from, len(found.runs), hit)


def preview(
    session: Session, service_id: int, sheets: Sheets, *, valid_from: date, actor: str, now: datetime
) -> Loaded | Refusal:
    """Return what `load_version` would, and leave everything as it was: what a person looks at before it counts."""
    attempt = session.begin_nested()
    outcome = load_version(session, service_id, sheets, valid_from=valid_from, actor=actor, now=now)
    attempt.rollback()
    return outcome


def change_entry(
    session: Session, service_id: int, code: str, change: EntryChange, *, valid_from: date, actor: str, now: datetime
) -> Loaded | Refusal:
    """Let other vehicles drive a run, or let more or fewer persons book it, from a coming day on (T-21, Q-33).

    Timetables that are loaded for later days follow. Raises `NotFoundError` for a run or a vehicle that is not there.
    """
    lock_name(session, f"timetable {service_id}")
    refusal = _check_day(valid_from, now=now) or _check_limit(session, code, change)
    if refusal:
        return refusal
    attempt = session.begin_nested()
    version = _version_at(session, service_id, valid_from) or _copy(session, service_id, valid_from, actor, now)
    later = session.scalars(
        select(TimetableVersion).where(
            TimetableVersion.transport_service_id == service_id, TimetableVersion.valid_from >= valid_from
        )
    ).all()
    changed = [entry for each in later for entry in each.entries if entry.code == code]
    if not any(entry.timetable_version_id == version.id for entry in changed):
        raise NotFoundError(f"run {code}")
    for entry in changed:
        entry.vehicle_id, entry.holiday_vehicle_id = change.vehicle_id, change.holiday_vehicle_id
        entry.booking_limit = change.booking_limit
    session.flush()
    hit = timetable_days.follow(session, service_id, valid_from, actor=actor, now=now)
    if isinstance(hit, Refusal):
        attempt.rollback()
        return hit
    attempt.commit()
    facts: dict[str, str | int] = {"run": code, "from": valid_from.isoformat(), "limit": change.booking_limit}
    lifecycle.record(session, "timetable_version", version.id, "run.changed", actor=actor, now=now, facts=facts)
    return Loaded(version.id, valid_from, len(version.entries), hit)


def vehicles_named(session: Session, service_id: int, words: Iterable[str]) -> dict[str, Vehicle]:
    """Return the vehicles that the words of a file mean: by code, or by a part of the name.

    A part of a name means a vehicle that drives this line already, before any other; never a spare.
    """
    usual = {entry.vehicle_id for entry in _entries(session, service_id)}
    rows = session.scalars(select(Vehicle).where(Vehicle.active).order_by(Vehicle.id)).all()
    by_code = {vehicle.code: vehicle for vehicle in rows}
    regular = sorted((row for row in rows if not row.is_spare), key=lambda row: (row.id not in usual, row.id))
    found = {word: by_code.get(word) or next((row for row in regular if word in row.name), None) for word in words}
    return {word: vehicle for word, vehicle in found.items() if vehicle is not None}


def _entries(session: Session, service_id: int) -> Sequence[TimetableEntry]:
    query = select(TimetableEntry).join(TimetableVersion).where(TimetableVersion.transport_service_id == service_id)
    return session.scalars(query.order_by(TimetableVersion.valid_from.desc(), TimetableEntry.departs_s)).all()


def _stops(session: Session, service_id: int) -> dict[str, Stop]:
    query = select(Stop).join(ServiceStop).where(ServiceStop.transport_service_id == service_id)
    return {stop.code: stop for stop in session.scalars(query)}


def _check_day(valid_from: date, *, now: datetime) -> Refusal | None:
    """Refuse to change today or the past: what was driven, or is being driven, stays as it was."""
    today = times.day_of(now)
    return Refusal("timetable_in_the_past", {"day": today.isoformat()}) if valid_from <= today else None


def _check_limit(session: Session, code: str, change: EntryChange) -> Refusal | None:
    vehicles = [session.get(Vehicle, each) for each in (change.vehicle_id, change.holiday_vehicle_id)]
    known = [vehicle for vehicle in vehicles if vehicle is not None and vehicle.active]
    if len(known) < len(vehicles):
        raise NotFoundError("vehicle")
    seats = max(vehicle.seats + vehicle.wheelchair_places for vehicle in known)
    if not 1 <= change.booking_limit <= seats:
        return Refusal("limit_over_seats", {"run": code, "seats": seats})
    return None


def _version_at(session: Session, service_id: int, valid_from: date) -> TimetableVersion | None:
    query = select(TimetableVersion).where(
        TimetableVersion.transport_service_id == service_id, TimetableVersion.valid_from == valid_from
    )
    return session.scalars(query).one_or_none()


def _copy(session: Session, service_id: int, valid_from: date, actor: str, now: datetime) -> TimetableVersion:
    """Return a copy of the timetable of a day that is in force from that day on."""
    present = queries.find_version(session, service_id, valid_from)
    if present is None:
        raise NotFoundError(f"timetable on {valid_from}")
    version = TimetableVersion(
        transport_service_id=service_id,
        valid_from=valid_from,
        loaded_at=now,
        loaded_by=actor,
        entries=[_copied(entry) for entry in present.entries],
    )
    session.add(version)
    session.flush()
    return version


def _copied(entry: TimetableEntry) -> TimetableEntry:
    columns = (
        *("code", "direction", "number", "weekday_kind", "holiday_kind", "vehicle_id", "holiday_vehicle_id"),
        *("booking_limit", "departs_s", "arrives_s"),
    )
    of_stop = ("seq", "stop_id", "time_s", "kind", "as_printed", "may_board", "may_alight")
    return TimetableEntry(
        **{name: getattr(entry, name) for name in columns},
        stop_times=[StopTime(**{name: getattr(each, name) for name in of_stop}) for each in entry.stop_times],
    )
