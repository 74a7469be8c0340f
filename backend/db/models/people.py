"""Personal data: schema `personal`, every value that names or describes a person sealed (design.md 1.13)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import PERSONAL, Base, Code, HasSealed, Id, PublicId, Sealed
from backend.db.models.network import Stop, TransportService


class Rider(HasSealed, Base):
    """A person who rides. ``fare_category`` is a class, never its cause (Q-67).

    A ``guest`` gave name and phone for a line booking and is no member (T-18, Q-58); one who is not ``remembered``
    is parted from the LINE account when the ride is over. ``protection`` is set while the person is under 支援措置:
    then nobody learns from us that they ride. ``used_on`` is the last use that no other row tells of any more,
    ``asked_on`` the day on which the person was asked whether to stay registered (Q-69).
    """

    __tablename__ = "riders"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    state: Mapped[Code] = mapped_column(default="active")
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    kana_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    birth_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    school_stage_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    fare_category_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    wheelchair_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    guardian_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    district_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    protection_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_remembered: Mapped[bool] = mapped_column(default=True)
    language: Mapped[Code] = mapped_column(default="ja")
    source: Mapped[Code]
    registered_at: Mapped[datetime]
    used_on: Mapped[date | None]
    asked_on: Mapped[date | None]
    left_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    name = Sealed()
    kana = Sealed()
    phone = Sealed()
    birth = Sealed()
    school_stage = Sealed()
    fare_category = Sealed()
    wheelchair = Sealed()
    guardian = Sealed()
    district = Sealed()
    protection = Sealed()

    @property
    def is_protected(self) -> bool:
        """Tell whether nobody may learn from us that the person rides; so too when that cannot be read."""
        return self.protection != ""

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name


class LineUser(HasSealed, Base):
    """A LINE account that wrote to us; ``rider_id`` once it is linked to a member.

    ``wants_reminders`` is switched by the person: to be told of a ride once more on the evening before it.
    """

    __tablename__ = "line_users"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    user_id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    user_id_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    rider_id: Mapped[int | None] = mapped_column(ForeignKey(Rider.id), index=True)
    followed: Mapped[bool] = mapped_column(default=True)
    language: Mapped[Code] = mapped_column(default="ja")
    first_seen_at: Mapped[datetime]
    misses: Mapped[int] = mapped_column(default=0)
    wants_reminders: Mapped[bool] = mapped_column(default=True, server_default=true())

    user_id = Sealed()
    rider: Mapped[Rider | None] = relationship()


class Consent(Base):
    """A person's agreement to a version of the purpose text."""

    __tablename__ = "consents"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    rider_id: Mapped[int] = mapped_column(ForeignKey(Rider.id), index=True)
    purpose_version: Mapped[Code]
    channel: Mapped[Code]
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class FormLink(Base):
    """A one-time link from the chat to an own form: ten minutes, once (design.md, security.md finding 12)."""

    __tablename__ = "form_links"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    line_user_id: Mapped[int] = mapped_column(ForeignKey(LineUser.id))
    purpose: Mapped[Code]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class LinkCode(Base):
    """A one-time code that the desk gave a member at the counter or by calling back: joins a LINE account (T4)."""

    __tablename__ = "link_codes"
    __table_args__ = PERSONAL

    id: Mapped[Id]
    rider_id: Mapped[int] = mapped_column(ForeignKey(Rider.id), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    way: Mapped[Code]
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class Favourite(Base):
    """A stop a rider keeps at hand."""

    __tablename__ = "favourites"
    __table_args__ = PERSONAL

    rider_id: Mapped[int] = mapped_column(ForeignKey(Rider.id), primary_key=True)
    stop_id: Mapped[int] = mapped_column(ForeignKey(Stop.id), primary_key=True)


class RunFollow(Base):
    """A LINE account that wants to hear of delays and suspensions of a timetable's run (T-25, T-47)."""

    __tablename__ = "run_follows"
    __table_args__ = PERSONAL

    line_user_id: Mapped[int] = mapped_column(ForeignKey(LineUser.id), primary_key=True)
    transport_service_id: Mapped[int] = mapped_column(ForeignKey(TransportService.id), primary_key=True)
    entry_code: Mapped[Code] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class Draft(Base):
    """A conversation between two turns: ids only, forgotten after half an hour."""

    __tablename__ = "drafts"
    __table_args__ = PERSONAL

    line_user_id: Mapped[int] = mapped_column(ForeignKey(LineUser.id), primary_key=True)
    fields: Mapped[str]
    updated_at: Mapped[datetime]
