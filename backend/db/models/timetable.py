"""The printed timetable of a line: versions, entries without a date, and the times at their stops (T-02 to T-06)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, Id
from backend.db.models.fleet import Vehicle
from backend.db.models.network import Stop, TransportService


class TimetableVersion(Base):
    """The timetable of a line from a day on; the newest one valid by a day is that day's (T-05)."""

    __tablename__ = "timetable_versions"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    valid_from: Mapped[date]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str]

    entries: Mapped[list["TimetableEntry"]] = relationship(
        order_by="TimetableEntry.departs_s, TimetableEntry.code", cascade="all, delete-orphan", back_populates="version"
    )

    __table_args__ = (UniqueConstraint("transport_service_id", "valid_from"),)


class TimetableEntry(Base):
    """A printed run without a date, M1 to S5 (GTFS trip): ``fixed`` always runs, ``reserved`` only if booked.

    ``booking_limit`` is the most persons booked over the whole run, overlap or not (T-20, Q-33, Q-34).
    """

    __tablename__ = "timetable_entries"

    id: Mapped[Id]
    timetable_version_id: Mapped[int] = mapped_column(ForeignKey(TimetableVersion.id), index=True)
    code: Mapped[Code]
    direction: Mapped[str]
    number: Mapped[int]
    weekday_kind: Mapped[Code]
    holiday_kind: Mapped[Code]
    vehicle_id: Mapped[int] = mapped_column(ForeignKey(Vehicle.id))
    holiday_vehicle_id: Mapped[int] = mapped_column(ForeignKey(Vehicle.id))
    booking_limit: Mapped[int]
    departs_s: Mapped[int]
    arrives_s: Mapped[int]

    version: Mapped[TimetableVersion] = relationship(back_populates="entries")
    stop_times: Mapped[list["StopTime"]] = relationship(order_by="StopTime.seq", cascade="all, delete-orphan")

    __table_args__ = (
        UniqueConstraint("timetable_version_id", "code"),
        CheckConstraint("weekday_kind IN ('fixed', 'reserved')", name="weekday_kind"),
        CheckConstraint("holiday_kind IN ('fixed', 'reserved')", name="holiday_kind"),
        CheckConstraint("departs_s < arrives_s", name="forward"),
    )


class StopTime(Base):
    """When an entry is at a stop and what may be done there (GTFS stop_time, pickup_type, drop_off_type).

    ``kind`` is printed, range_start, range_end or interpolated; interpolated times are shown with 頃. ``as_printed``
    keeps the printed range (T-06).
    """

    __tablename__ = "stop_times"

    id: Mapped[Id]
    timetable_entry_id: Mapped[int] = mapped_column(ForeignKey(TimetableEntry.id), index=True)
    seq: Mapped[int]
    stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    time_s: Mapped[int]
    kind: Mapped[Code]
    as_printed: Mapped[str]
    may_board: Mapped[bool]
    may_alight: Mapped[bool]

    stop: Mapped[Stop] = relationship()

    __table_args__ = (
        UniqueConstraint("timetable_entry_id", "seq"),
        CheckConstraint("kind IN ('printed', 'range_start', 'range_end', 'interpolated')", name="kind"),
    )
