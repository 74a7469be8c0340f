"""Reports to the town, and what they collect from: incidents, complaints, contacts."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from backend.db.models.base import PERSONAL, Base, Code, HasSealed, Id, PublicId, Sealed
from backend.db.models.fleet import Vehicle
from backend.db.models.network import Stop, TransportService
from backend.db.models.people import Rider
from backend.db.models.runs import Run
from backend.db.models.staff import Staff


class Report(Base):
    """A business report: drafted by itself, edited, then frozen as it was submitted (T-39, T-52).

    ``figures`` are kept from the submission on, with the version of the formulas that made them; a draft is computed
    when it is looked at. ``first_day`` names the span of its ``kind``.
    """

    __tablename__ = "reports"

    id: Mapped[Id]
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    kind: Mapped[Code]
    first_day: Mapped[date]
    last_day: Mapped[date]
    state: Mapped[Code] = mapped_column(default="draft")
    other_matters: Mapped[str] = mapped_column(default="")
    figures: Mapped[dict[str, object] | None] = mapped_column(JSON)
    formula_version: Mapped[str | None]
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name
    __table_args__ = (
        UniqueConstraint("transport_service_id", "kind", "first_day"),
        CheckConstraint("kind IN ('monthly', 'half_year')", name="kind"),
        CheckConstraint("(state = 'submitted') = (figures IS NOT NULL)", name="frozen"),
    )


class WhatIf(Base):
    """Days that are over, asked again under other conditions: what is changed, and what came of it day by day.

    Worked out by a worker; ``tries`` counts how often one began. Done without ``figures``: it could not be worked out.
    """

    __tablename__ = "what_ifs"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    change: Mapped[dict[str, int]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    figures: Mapped[dict[str, list[list[int]]] | None] = mapped_column(JSON)


class Incident(HasSealed, Base):
    """An accident, a fault, damage of a stop, or an own-judgement response, told to the town (T-48, T-50, D-22)."""

    __tablename__ = "incidents"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    kind: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="open")
    happened_at: Mapped[datetime]
    reported_at: Mapped[datetime]
    reported_by: Mapped[str]
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey(Vehicle.id))
    run_id: Mapped[int | None] = mapped_column(ForeignKey(Run.id))
    stop_id: Mapped[int | None] = mapped_column(ForeignKey(Stop.id))
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    told_town_at: Mapped[datetime | None]
    told_town_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    text = Sealed()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name


class IncidentNote(HasSealed, Base):
    """A dated note on how an incident goes on."""

    __tablename__ = "incident_notes"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey(Incident.id), index=True)
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    by: Mapped[str]

    text = Sealed()


class IncidentPhoto(HasSealed, Base):
    """A picture of what was reported (T-50): ``picture`` is its JPEG in base64, sealed like every other text."""

    __tablename__ = "incident_photos"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey(Incident.id), index=True)
    picture_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    by: Mapped[str]

    picture = Sealed()


class Case(HasSealed, Base):
    """A complaint, opinion or question with its number, person in charge, due date and reply (T-49)."""

    __tablename__ = "cases"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(unique=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id))
    kind: Mapped[Code]
    channel: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="open")
    rider_id: Mapped[int | None] = mapped_column(ForeignKey(Rider.id))
    in_charge_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    due_on: Mapped[date]
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reply_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    version: Mapped[int] = mapped_column(default=1)

    text = Sealed()
    reply = Sealed()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name
    __table_args__ = (CheckConstraint("kind IN ('complaint', 'opinion', 'question')", name="kind"), PERSONAL)


class Contact(HasSealed, Base):
    """Who is in charge of what and how to reach them: the page of contacts (T-53, D-51). An empty duty is warned of."""

    __tablename__ = "contacts"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    duty: Mapped[Code] = mapped_column(unique=True)
    seq: Mapped[int]
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    hours: Mapped[str] = mapped_column(default="")
    is_emergency: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    name = Sealed()
    phone = Sealed()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name
