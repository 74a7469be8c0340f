"""Dated runs and their visits: what will be driven, and what was."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, Id, PublicId
from backend.db.models.calendar import ServiceDay
from backend.db.models.fleet import Duty
from backend.db.models.network import Stop
from backend.db.models.timetable import TimetableEntry


class Run(Base):
    """A dated departure one can be on. In an area service each duty is one run, empty in the morning.

    On a line each timetable entry is one run of the day, ``fixed`` or ``reserved``; ``extra`` runs fetch who was left
    behind by ``parent_run_id``. ``booking_limit`` counts the persons booked over the whole run (T-20).
    ``decided_at`` is when the cut-off decided that a reserved run operates or does not (T-13); ``dispatch_key`` is the
    act that sent an extra run.

    ``plan_version`` goes up by one with each change of its visits. ``late_s`` is how late the driver says it is,
    as of ``late_at``, against ``on_time_s``, when its next visit was planned before; a visit tapped later than that
    overrules it. ``delivered_version`` is the last plan that the terminal confirmed to have, at ``delivered_at``
    (D-18).
    """

    __tablename__ = "runs"

    id: Mapped[Id]
    service_day_id: Mapped[int] = mapped_column(ForeignKey(ServiceDay.id), index=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey(Duty.id), index=True)
    timetable_entry_id: Mapped[int | None] = mapped_column(ForeignKey(TimetableEntry.id))
    parent_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    departs_s: Mapped[int | None]
    arrives_s: Mapped[int | None]
    booking_limit: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    suspended_reason: Mapped[str | None]
    dispatch_key: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="planned")
    plan_version: Mapped[int] = mapped_column(default=1)
    late_s: Mapped[int] = mapped_column(default=0)
    late_at: Mapped[datetime | None]
    on_time_s: Mapped[int | None]
    delivered_version: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]

    duty: Mapped[Duty] = relationship()
    service_day: Mapped[ServiceDay] = relationship()
    timetable_entry: Mapped[TimetableEntry | None] = relationship()

    __table_args__ = (
        Index(
            "uq_runs_service_day_id_timetable_entry_id",
            "service_day_id",
            "timetable_entry_id",
            unique=True,
            postgresql_where=text("kind <> 'extra'"),
        ),
        Index("uq_runs_duty_id_area", "duty_id", unique=True, postgresql_where=text("kind = 'area'")),
        CheckConstraint("kind IN ('area', 'fixed', 'reserved', 'extra')", name="kind"),
    )


class Visit(Base):
    """One planned stop of a run for one booking, with its promise and what happened.

    ``planned_s`` is when its service should start by the present plan; ``earliest_s`` and ``latest_s`` are the
    promise. ``seq`` orders the visits of a run; visits that are over keep the lowest.
    """

    __tablename__ = "visits"

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id), index=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    kind: Mapped[Code]
    seq: Mapped[int]
    stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    planned_s: Mapped[int]
    earliest_s: Mapped[int]
    latest_s: Mapped[int]
    service_s: Mapped[int]
    state: Mapped[Code] = mapped_column(default="planned")
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    run: Mapped[Run] = relationship()
    stop: Mapped[Stop] = relationship()

    __table_args__ = (
        UniqueConstraint("booking_id", "kind"),
        CheckConstraint("kind IN ('pickup', 'dropoff')", name="kind"),
        CheckConstraint("state IN ('planned', 'arrived', 'done', 'skipped')", name="state"),
        Index("ix_visits_open", "run_id", postgresql_where=text("state IN ('planned', 'arrived')")),
        Index("ix_visits_done", "run_id", "done_at", postgresql_where=text("state = 'done'")),
    )


class DriverBreak(Base):
    """A driver's break on a run, at a stop, with nobody on board (decision 0028).

    It begins between ``earliest_s`` and ``latest_s``, at ``planned_s`` by the present plan. ``seq`` is its place among
    the visits of the run.
    """

    __tablename__ = "driver_breaks"

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"), index=True)
    stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    length_s: Mapped[int]
    earliest_s: Mapped[int]
    latest_s: Mapped[int]
    seq: Mapped[int]
    planned_s: Mapped[int]

    stop: Mapped[Stop] = relationship()


class PlanChange(Base):
    """A change of the order of visits that a driver was shown on the day, and whether it only saved driving."""

    __tablename__ = "plan_changes"

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"))
    at: Mapped[datetime]
    only_saves: Mapped[bool]

    __table_args__ = (Index("ix_plan_changes_run_id_at", "run_id", "at"),)


class TerminalEvent(Base):
    """A driver's tap as it came in, kept once by its own id (design.md 1.7): offline taps arrive late, or twice."""

    __tablename__ = "terminal_events"

    id: Mapped[Id]
    event_id: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey(Visit.id))
    kind: Mapped[Code]
    value: Mapped[int | None]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[Code]


class DelayReport(Base):
    """A delay as it was reported by a driver, a dispatcher or the clock, kept once by its own id (D-47).

    ``told`` counts the messages owed because of it, ``called`` those of them that went to the call list at once.
    """

    __tablename__ = "delay_reports"

    id: Mapped[Id]
    event_id: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id), index=True)
    late_s: Mapped[int]
    actor: Mapped[str]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(default=0)
    called: Mapped[int] = mapped_column(default=0)


class HeadCount(Base):
    """Persons who got on or off at a stop of a run without a booking, as the driver tapped them (Q-55, T-40).

    A correction is a further row with fewer than none. On a reserved run only an exception with its reason (T-14).
    """

    __tablename__ = "head_counts"

    id: Mapped[Id]
    event_id: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id), index=True)
    stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    kind: Mapped[Code]
    category: Mapped[Code]
    persons: Mapped[int]
    reason: Mapped[str | None]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (CheckConstraint("kind IN ('board', 'alight')", name="kind"),)


class LeftBehind(Base):
    """Riders who could not get on: reported in two taps, answered by an extra run or the next one (T-22, Q-44, Q-46).

    ``outcome`` stays empty until somebody decided: extra_run, next_run or nobody.
    """

    __tablename__ = "left_behind"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    event_id: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id), index=True)
    pickup_stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    dropoff_stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    persons: Mapped[int]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    outcome: Mapped[Code | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    extra_run_id: Mapped[int | None] = mapped_column(ForeignKey(Run.id))
    dispatched_at: Mapped[datetime | None]
    picked_up_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]

    run: Mapped[Run] = relationship(foreign_keys=run_id)
    extra_run: Mapped[Run | None] = relationship(foreign_keys=extra_run_id)

    __table_args__ = (CheckConstraint("persons > 0", name="somebody"),)


class Substitution(Base):
    """A vehicle that took over the run of another (T-46, 車両の差し替え)."""

    __tablename__ = "substitutions"

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id), index=True)
    from_duty_id: Mapped[int] = mapped_column(ForeignKey(Duty.id))
    to_duty_id: Mapped[int] = mapped_column(ForeignKey(Duty.id))
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
