"""Questions about the printed timetable of a line: its runs on a day, and their times at the stops (T-02 to T-07)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from backend.db.models import Stop, StopTime, TimetableEntry, TimetableVersion, Vehicle
from backend.domain.offers import TimetableRide
from backend.domain.policies.boarding import Call, Passage
from backend.holidays import holiday_name

SATURDAY = 5
INTERPOLATED = "interpolated"


@dataclass(frozen=True, slots=True)
class StopTimeView:
    """A printed run at a stop. ``kind`` is printed, range_start, range_end or interpolated."""

    stop_id: int
    stop_name: str
    seq: int
    time_s: int
    kind: str
    as_printed: str
    may_board: bool
    may_alight: bool

    @property
    def is_about(self) -> bool:
        """Tell whether the time was reckoned between two printed ones: it is shown with 頃 (T-06)."""
        return self.kind == INTERPOLATED


@dataclass(frozen=True, slots=True)
class EntryView:
    """A printed run as it is on a day: ``kind`` is fixed or reserved, the vehicle is that day's (T-03, T-04, T-21)."""

    id: int
    code: str
    direction: str
    number: int
    kind: str
    vehicle_id: int
    vehicle_name: str
    vehicle_seats: int
    booking_limit: int
    departs_s: int
    arrives_s: int
    stop_times: tuple[StopTimeView, ...]

    @property
    def passage(self) -> Passage:
        """Return the run as the boarding rules see it."""
        calls = tuple(Call(each.stop_id, each.time_s, each.may_board, each.may_alight) for each in self.stop_times)
        return Passage(self.direction, calls)

    def at(self, stop_id: int) -> StopTimeView:
        """Return the run's time at a stop; the stop has to be one of its own."""
        return next(each for each in self.stop_times if each.stop_id == stop_id)

    def ride(self, pickup_stop_id: int, dropoff_stop_id: int) -> TimetableRide:
        """Return a ride between two stops of the run."""
        pickup, dropoff = self.at(pickup_stop_id), self.at(dropoff_stop_id)
        return TimetableRide(
            entry_code=self.code,
            direction=self.direction,
            number=self.number,
            kind=self.kind,
            pickup_s=pickup.time_s,
            pickup_is_about=pickup.is_about,
            dropoff_s=dropoff.time_s,
            dropoff_is_about=dropoff.is_about,
        )


@dataclass(frozen=True, slots=True)
class VersionView:
    """A timetable and the day from which it holds (T-05)."""

    id: int
    valid_from: date
    loaded_by: str
    entries: int


def is_holiday_timetable(day: date) -> bool:
    """Tell whether a day runs by the timetable of Saturdays, Sundays and national holidays (土日祝, Q-30)."""
    return day.weekday() >= SATURDAY or holiday_name(day) is not None


def has_any(session: Session, service_id: int) -> bool:
    """Tell whether a service runs by a timetable at all."""
    query = select(TimetableVersion.id).where(TimetableVersion.transport_service_id == service_id).limit(1)
    return session.scalar(query) is not None


def find_version(session: Session, service_id: int, day: date) -> TimetableVersion | None:
    """Return the timetable of a day: the newest one valid by then; None when there is none yet (T-05)."""
    query = (
        select(TimetableVersion)
        .where(TimetableVersion.transport_service_id == service_id, TimetableVersion.valid_from <= day)
        .order_by(TimetableVersion.valid_from.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def find_first(session: Session, service_id: int) -> TimetableVersion | None:
    """Return the first timetable of a line: what will hold, on a day before it."""
    query = select(TimetableVersion).where(TimetableVersion.transport_service_id == service_id)
    return session.scalars(query.order_by(TimetableVersion.valid_from).limit(1)).one_or_none()


def codes_on(session: Session, service_id: int, day: date) -> set[str]:
    """Return the codes of the printed runs of the timetable valid on ``day``."""
    version = find_version(session, service_id, day)
    if version is None:
        return set()
    return set(session.scalars(select(TimetableEntry.code).where(TimetableEntry.timetable_version_id == version.id)))


def list_versions(session: Session, service_id: int) -> list[VersionView]:
    """Return all timetables of a line, the newest first."""
    query = (
        select(TimetableVersion)
        .where(TimetableVersion.transport_service_id == service_id)
        .options(selectinload(TimetableVersion.entries))
        .order_by(TimetableVersion.valid_from.desc())
    )
    return [VersionView(row.id, row.valid_from, row.loaded_by, len(row.entries)) for row in session.scalars(query)]


def list_entries(session: Session, service_id: int, day: date) -> list[EntryView]:
    """Return the printed runs of the timetable valid on ``day``, by departure; empty in an area service.

    Whether the line runs on that day at all, the calendar says.
    """
    version = find_version(session, service_id, day)
    return [] if version is None else entries_of(session, version.id, is_holiday=is_holiday_timetable(day))


def entries_of(session: Session, version_id: int, *, is_holiday: bool) -> list[EntryView]:
    """Return the printed runs of one timetable as they are on weekdays, or on Saturdays, Sundays and holidays.

    Read as plain columns: this is asked several times for every booking.
    """
    kind = TimetableEntry.holiday_kind if is_holiday else TimetableEntry.weekday_kind
    drives = TimetableEntry.holiday_vehicle_id if is_holiday else TimetableEntry.vehicle_id
    query = (
        select(
            TimetableEntry.id,
            TimetableEntry.code,
            TimetableEntry.direction,
            TimetableEntry.number,
            kind.label("kind"),
            Vehicle.id.label("vehicle_id"),
            Vehicle.name.label("vehicle_name"),
            Vehicle.seats.label("vehicle_seats"),
            TimetableEntry.booking_limit,
            TimetableEntry.departs_s,
            TimetableEntry.arrives_s,
        )
        .join(Vehicle, Vehicle.id == drives)
        .where(TimetableEntry.timetable_version_id == version_id)
        .order_by(TimetableEntry.departs_s, TimetableEntry.code)
    )
    stop_times = _stop_times(session, version_id)
    return [EntryView(*row, stop_times=tuple(stop_times[row.id])) for row in session.execute(query)]


def _stop_times(session: Session, version_id: int) -> dict[int, list[StopTimeView]]:
    """Return the times of all runs of a timetable, by run, in the order of its stops."""
    query = (
        select(
            StopTime.timetable_entry_id,
            StopTime.stop_id,
            Stop.name,
            StopTime.seq,
            StopTime.time_s,
            StopTime.kind,
            StopTime.as_printed,
            StopTime.may_board,
            StopTime.may_alight,
        )
        .join(Stop, Stop.id == StopTime.stop_id)
        .join(TimetableEntry, TimetableEntry.id == StopTime.timetable_entry_id)
        .where(TimetableEntry.timetable_version_id == version_id)
        .order_by(StopTime.timetable_entry_id, StopTime.seq)
    )
    found: dict[int, list[StopTimeView]] = defaultdict(list)
    for row in session.execute(query):
        entry_id, stop_id, name, seq, time_s, kind, as_printed, may_board, may_alight = row
        view = StopTimeView(stop_id, name, seq, time_s, kind, as_printed, may_board, may_alight)
        found[entry_id].append(view)
    return found


def find_entry(session: Session, service_id: int, day: date, code: str) -> EntryView | None:
    """Return one printed run of a day by its code, or None."""
    return next((each for each in list_entries(session, service_id, day) if each.code == code), None)


def sold_entries(entries: Iterable[EntryView], pickup_stop_id: int, dropoff_stop_id: int) -> list[EntryView]:
    """Return the runs that take people from a stop to another, in the order given (T-08 to T-11)."""
    return [each for each in entries if _sells(each, pickup_stop_id, dropoff_stop_id)]


def _sells(entry: EntryView, pickup_stop_id: int, dropoff_stop_id: int) -> bool:
    places = {each.stop_id: each for each in entry.stop_times}
    pickup, dropoff = places.get(pickup_stop_id), places.get(dropoff_stop_id)
    if pickup is None or dropoff is None:
        return False
    return pickup.seq < dropoff.seq and pickup.may_board and dropoff.may_alight
