"""What a ride costs, what was taken, and what running cost."""

from datetime import date, datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, Id, PublicId
from backend.db.models.bookings import Booking
from backend.db.models.network import Stop, TransportService
from backend.db.models.people import Rider
from backend.db.models.runs import Run


class FareTable(Base):
    """The fares of a service from a day on (D-08)."""

    __tablename__ = "fare_tables"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    valid_from: Mapped[date]

    fares: Mapped[list["Fare"]] = relationship(order_by="Fare.seq", cascade="all, delete-orphan")

    __table_args__ = (UniqueConstraint("transport_service_id", "valid_from"),)


class Fare(Base):
    """The fare of one category, one person, one ride; ``zone`` is empty where fares know no zones (D-07, T-26)."""

    __tablename__ = "fares"

    fare_table_id: Mapped[int] = mapped_column(ForeignKey(FareTable.id), primary_key=True)
    zone: Mapped[Code] = mapped_column(primary_key=True, default="")
    category: Mapped[Code] = mapped_column(primary_key=True)
    seq: Mapped[int]
    yen: Mapped[int]


class FareRecord(Base):
    """What the driver took, for a booking or from riders without one; corrections are further rows (D-36).

    For a booking its last record counts; those without a booking add up. ``pay_kind`` is ``mixed`` when the lines
    have several.
    """

    __tablename__ = "fare_records"

    id: Mapped[Id]
    booking_id: Mapped[int | None] = mapped_column(ForeignKey(Booking.id), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey(Run.id), index=True)
    stop_id: Mapped[int | None] = mapped_column(ForeignKey(Stop.id))
    event_id: Mapped[str | None] = mapped_column(unique=True)
    due_yen: Mapped[int]
    received_yen: Mapped[int]
    pay_kind: Mapped[Code]
    reason: Mapped[str | None]
    at: Mapped[datetime]
    by: Mapped[str]

    lines: Mapped[list["FareRecordLine"]] = relationship(order_by="FareRecordLine.id", cascade="all, delete-orphan")

    __table_args__ = (CheckConstraint("booking_id IS NOT NULL OR run_id IS NOT NULL", name="of_something"),)


class FareRecordLine(Base):
    """Persons of one category who paid one way, with what was due and taken for them all (T-38).

    ``is_checked`` says that pass, booklet or handbook was seen; which one is never kept (T-29, Q-67).
    """

    __tablename__ = "fare_record_lines"

    id: Mapped[Id]
    fare_record_id: Mapped[int] = mapped_column(ForeignKey(FareRecord.id), index=True)
    category: Mapped[Code]
    zone: Mapped[Code] = mapped_column(default="")
    pay_kind: Mapped[Code]
    persons: Mapped[int]
    due_yen: Mapped[int]
    received_yen: Mapped[int]
    is_checked: Mapped[bool] = mapped_column(default=False)


class CostEntry(Base):
    """What running the service cost in a month; several entries add up (D-11). ``month`` is its first day."""

    __tablename__ = "cost_entries"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    month: Mapped[date]
    yen: Mapped[int]
    note: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]

    __table_args__ = (
        CheckConstraint("yen >= 0", name="not_negative"),
        CheckConstraint("EXTRACT(day FROM month) = 1", name="first_of_month"),
    )


class CostUnit(Base):
    """What running costs by run, by hour, or mixed, from a day on; no yen means 未設定 (T-41, Q-57)."""

    __tablename__ = "cost_units"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    valid_from: Mapped[date]
    method: Mapped[Code]
    yen_per_run: Mapped[int | None]
    yen_per_hour: Mapped[int | None]

    __table_args__ = (
        UniqueConstraint("transport_service_id", "valid_from"),
        CheckConstraint("method IN ('run', 'hour', 'mixed')", name="method"),
    )


class CashCount(Base):
    """The cash of a day as somebody counted it; the last count of a day counts (T-38)."""

    __tablename__ = "cash_counts"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    day: Mapped[date]
    yen: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    by: Mapped[str]

    __table_args__ = (CheckConstraint("yen >= 0", name="not_negative"),)


class Product(Base):
    """A ticket book or a commuter pass of one kind with its price from a day on: looked up, never computed (T-31).

    ``category`` is ``full`` or ``half`` for ticket books, and commute, student or pupil for passes; ``months`` is the
    span of a pass, ``tickets`` the number in a book. ``proofs`` are what the buyer must show (T-32).
    """

    __tablename__ = "products"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    code: Mapped[Code]
    valid_from: Mapped[date]
    kind: Mapped[Code]
    zone: Mapped[Code]
    category: Mapped[Code]
    is_welfare: Mapped[bool] = mapped_column(default=False)
    with_subway: Mapped[bool] = mapped_column(default=False)
    months: Mapped[int | None]
    tickets: Mapped[int | None]
    price_yen: Mapped[int]
    proofs: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    seq: Mapped[int]

    __table_args__ = (
        UniqueConstraint("transport_service_id", "code", "valid_from"),
        CheckConstraint("kind IN ('ticket_book', 'pass')", name="kind"),
        CheckConstraint("(kind = 'pass') = (months IS NOT NULL)", name="months_of_a_pass"),
        CheckConstraint("(kind = 'ticket_book') = (tickets IS NOT NULL)", name="tickets_of_a_book"),
    )


class Batch(Base):
    """Pieces printed to an agreed design, with their serials: stock = issued - sold (T-35, T-36)."""

    __tablename__ = "batches"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    product_code: Mapped[Code]
    design_version: Mapped[str]
    agreed_on: Mapped[date]
    agreed_with: Mapped[str]
    first_serial: Mapped[int]
    pieces: Mapped[int]
    is_numbered: Mapped[bool] = mapped_column(default=True)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]

    __table_args__ = (CheckConstraint("pieces > 0 AND first_serial > 0", name="some_pieces"),)


class Scheme(Base):
    """A subsidy that pays part of a price (T-37)."""

    __tablename__ = "schemes"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    code: Mapped[Code]
    name: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("transport_service_id", "code"),)


class Sale(Base):
    """A ticket book or pass sold. Which proofs were seen is ticked, never which handbook (T-32, Q-67).

    A piece sold in the vehicle is handed over later, within 30 days (T-34). A refund is a manual entry (Q-47).
    """

    __tablename__ = "sales"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey(Batch.id))
    serial: Mapped[int | None]
    sold_on: Mapped[date]
    place: Mapped[Code]
    sold_at: Mapped[datetime]
    sold_by: Mapped[str]
    rider_id: Mapped[int | None] = mapped_column(ForeignKey(Rider.id))
    proofs_seen: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    price_yen: Mapped[int]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey(Scheme.id))
    subsidy_yen: Mapped[int] = mapped_column(default=0)
    paid_yen: Mapped[int]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    handed_on: Mapped[date | None]
    handed_by: Mapped[str | None]
    refunded_yen: Mapped[int | None]
    refunded_on: Mapped[date | None]
    refund_reason: Mapped[str | None]
    refunded_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    product: Mapped[Product] = relationship()
    batch: Mapped[Batch | None] = relationship()
    scheme: Mapped[Scheme | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name
    __table_args__ = (
        CheckConstraint("place IN ('office', 'vehicle', 'event')", name="place"),
        CheckConstraint("paid_yen = price_yen - subsidy_yen AND paid_yen >= 0", name="paid"),
        Index(
            "uq_sales_batch_id_serial", "batch_id", "serial", unique=True, postgresql_where=text("serial IS NOT NULL")
        ),
    )


class CouponUse(Base):
    """One ticket of a numbered book, used up: the eleventh of ten is refused (T-30)."""

    __tablename__ = "coupon_uses"

    id: Mapped[Id]
    event_id: Mapped[str] = mapped_column(unique=True)
    sale_id: Mapped[int] = mapped_column(ForeignKey(Sale.id), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey(Run.id))
    number: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]

    __table_args__ = (UniqueConstraint("sale_id", "number"),)
