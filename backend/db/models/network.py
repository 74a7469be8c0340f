"""What the town runs and where: transport services with their rules as rows, stops, travel times."""

from datetime import date, datetime

from sqlalchemy import ARRAY, JSON, CheckConstraint, ForeignKey, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, Id


class TransportService(Base):
    """One contracted service and every figure of it that a town may change (D-21, Q-26).

    The desk answers the phone from ``phone_lead_s`` before the service hours, or within its own hours where
    ``phone_start_s`` is set, on ``phone_weekdays`` or, without them, on running days (D-15, Q-42). ``vehicle_sign`` is
    what the vehicles show (T-54), ``likely_stops`` the codes of the stops that most rides lead to (T-59).
    ``allows_top_up`` lets a pass of the cheaper zone pay the difference (Q-48). Reports go to ``report_recipient``,
    from the ``contractor`` (T-39). ``weights``
    are those of the plan that the town changed (`routing/cost.py`); ``reserved_seats`` are kept free on each vehicle
    with a wheelchair place, for parties with a wheelchair, until ``reserve_until_s`` before the pick-up.

    No driver of an area duty is out for more than ``break_after_s`` without a break of ``break_s`` (none if 0);
    ``gap_s`` is left between two stops besides driving; a plan that only saves driving changes an itinerary at most
    ``changes_an_hour`` times within any hour (decision 0028). If it ``reminds``, riders are told of a ride once more
    in LINE from ``remind_at_s`` of the day before: each costs a push.
    """

    __tablename__ = "transport_services"

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    mode: Mapped[str]
    name: Mapped[str]
    members_only: Mapped[bool]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    closed_on_holidays: Mapped[bool]
    hours_start_s: Mapped[int]
    hours_end_s: Mapped[int]
    phone_number: Mapped[str]
    phone_lead_s: Mapped[int]
    phone_start_s: Mapped[int | None]
    phone_end_s: Mapped[int | None]
    phone_weekdays: Mapped[list[int] | None] = mapped_column(ARRAY(SmallInteger))
    pickup_window_s: Mapped[int]
    ride_percent: Mapped[int]
    ride_plus_s: Mapped[int]
    max_wait_s: Mapped[int]
    max_early_s: Mapped[int]
    dwell_s: Mapped[int]
    wheelchair_dwell_s: Mapped[int]
    max_party: Mapped[int]
    walk_m: Mapped[int]
    large_delay_s: Mapped[int]
    resend_shift_s: Mapped[int]
    no_show_wait_s: Mapped[int]
    next_visit_lead_s: Mapped[int]
    winter_from: Mapped[str]
    winter_to: Mapped[str]
    planned_days: Mapped[int]
    planned_members: Mapped[int]
    planned_callers: Mapped[int]
    planned_stops: Mapped[int]
    planned_fixed_runs: Mapped[int] = mapped_column(default=0)
    planned_reserved_runs: Mapped[int] = mapped_column(default=0)
    planned_extra_runs: Mapped[int] = mapped_column(default=0)
    planned_day_km: Mapped[int] = mapped_column(default=0)
    pay_kinds: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=lambda: ["cash"])
    vehicle_sign: Mapped[str] = mapped_column(default="")
    likely_stops: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    allows_top_up: Mapped[bool] = mapped_column(default=True)
    handover_days: Mapped[int] = mapped_column(default=30)
    handover_reminder_days: Mapped[int] = mapped_column(default=25)
    report_due_day: Mapped[int] = mapped_column(default=10)
    report_reminder_day: Mapped[int] = mapped_column(default=7)
    report_recipient: Mapped[str] = mapped_column(default="")
    contractor_address: Mapped[str] = mapped_column(default="")
    contractor: Mapped[str] = mapped_column(default="")
    contractor_person: Mapped[str] = mapped_column(default="")
    longest_duty_s: Mapped[int] = mapped_column(default=13 * 3600)
    shortest_rest_s: Mapped[int] = mapped_column(default=9 * 3600)
    weights: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    reserved_seats: Mapped[int] = mapped_column(default=0)
    reserve_until_s: Mapped[int] = mapped_column(default=0)
    break_s: Mapped[int] = mapped_column(default=45 * 60)
    break_after_s: Mapped[int] = mapped_column(default=6 * 3600)
    gap_s: Mapped[int] = mapped_column(default=0)
    changes_an_hour: Mapped[int] = mapped_column(default=6)
    reminds: Mapped[bool] = mapped_column(default=True)
    remind_at_s: Mapped[int] = mapped_column(default=18 * 3600)
    version: Mapped[int] = mapped_column(default=1)

    operating_periods: Mapped[list["OperatingPeriod"]] = relationship(order_by="OperatingPeriod.runs_from")
    booking_rules: Mapped[list["BookingRuleRow"]] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name
    __table_args__ = (CheckConstraint("mode IN ('area', 'line')", name="mode"),)


class OperatingPeriod(Base):
    """When a service runs, and when bookings for it are taken (D-01, D-02)."""

    __tablename__ = "operating_periods"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    accepts_from: Mapped[date]
    accepts_to: Mapped[date]
    runs_from: Mapped[date]
    runs_to: Mapped[date]


class BookingRuleRow(Base):
    """When a channel may book (GTFS booking_rules): either a notice before pick-up or a closing time of a day."""

    __tablename__ = "booking_rules"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    channel: Mapped[Code]
    opens_days: Mapped[int]
    opens_at_s: Mapped[int]
    notice_s: Mapped[int | None]
    closes_days: Mapped[int | None]
    closes_at_s: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("transport_service_id", "channel"),
        CheckConstraint("(notice_s IS NULL) <> (closes_days IS NULL)", name="one_kind"),
    )


class Stop(Base):
    """A place to get on and off (D-09), with what one looks for there, in snow too (D-23).

    ``road_note`` is what a driver must know of the way to it: narrow roads, where to turn (T-55).
    """

    __tablename__ = "stops"

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    kana: Mapped[str]
    lat: Mapped[float]
    lon: Mapped[float]
    kind: Mapped[str] = mapped_column(default="")
    marker: Mapped[str] = mapped_column(default="")
    winter_marker: Mapped[str] = mapped_column(default="")
    hint: Mapped[str] = mapped_column(default="")
    road_note: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name


class ServiceStop(Base):
    """A stop that a service serves, from a day to a day. ``in_area`` off takes it out of the running area (D-06).

    ``seq`` is its place along a line, ``fare_zone`` its zone where fares go by zones (T-26).
    """

    __tablename__ = "service_stops"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    in_area: Mapped[bool] = mapped_column(default=True)
    seq: Mapped[int] = mapped_column(default=0)
    fare_zone: Mapped[Code] = mapped_column(default="")

    __table_args__ = (UniqueConstraint("transport_service_id", "stop_id"),)


class TravelTimeTable(Base):
    """Driving times between all stops for one season and band of the day, row by row in the order of ``stop_ids``."""

    __tablename__ = "travel_time_tables"

    id: Mapped[Id]
    season: Mapped[Code]
    band_start_s: Mapped[int]
    stop_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    seconds: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    metres: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    computed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("season", "band_start_s"),)
