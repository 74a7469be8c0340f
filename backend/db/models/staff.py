"""Who works here, and how they sign in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, HasSealed, Id, PublicId, Sealed


class Carrier(Base):
    """A firm that drives (運行事業者)."""

    __tablename__ = "carriers"

    id: Mapped[Id]
    name: Mapped[str]


class Staff(HasSealed, Base):
    """A person with a sign-in. ``totp_counter`` is the last time step used: a code works once (S-05)."""

    __tablename__ = "staff"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    login: Mapped[Code] = mapped_column(unique=True)
    role: Mapped[Code]
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey(Carrier.id))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    password_hash: Mapped[str]
    totp_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_counter: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[Code] = mapped_column(default="ja")

    name = Sealed()
    totp_secret = Sealed()

    __table_args__ = (
        CheckConstraint("role IN ('operator', 'dispatcher', 'driver', 'carrier', 'town_officer')", name="role"),
    )


class StaffSession(Base):
    """A sign-in that holds: only the hash of its token is kept, so that the table lets nobody in."""

    __tablename__ = "staff_sessions"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()
