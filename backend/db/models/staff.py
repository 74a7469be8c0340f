"""Who works here, and how they sign in."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from backend.db.models.base import Base, Code, HasSealed, Id, PublicId, Sealed


class Carrier(Base):
    """A firm that drives (運行事業者)."""

    __tablename__ = "carriers"

    id: Mapped[Id]
    name: Mapped[str]


class Staff(HasSealed, Base):
    """A person with a sign-in. ``totp_counter`` is the last time step used: a code works once (S-05).

    ``pin_hash`` is a driver's PIN for a registered device (Q-76). ``designated_on`` is when the person was named as
    handling personal data (S-08, C-01, C-02). Who left is neither active nor coming back (``left_at``).
    """

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
    pin_hash: Mapped[str | None]
    password_set_at: Mapped[datetime | None]
    designated_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    left_at: Mapped[datetime | None]
    language: Mapped[Code] = mapped_column(default="ja")

    name = Sealed()
    totp_secret = Sealed()

    __table_args__ = (
        CheckConstraint(
            "role IN ('operator', 'dispatcher', 'driver', 'carrier', 'town_officer', 'protection_manager', 'auditor', "
            "'system_administrator')",
            name="role",
        ),
    )


class Device(Base):
    """A registered machine: a lent tablet, or an office computer. Only the hash of its key is kept (Q-76, P-17).

    Until its one-time code is typed in on the machine itself, it has no key. ``emptied_at`` is when it was last told to
    forget everything it holds, ``empty_done_at`` when that order reached it (C-12).
    """

    __tablename__ = "devices"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    code_expires_at: Mapped[datetime | None]
    kind: Mapped[Code]
    name: Mapped[str]
    carrier_id: Mapped[int | None] = mapped_column(ForeignKey(Carrier.id))
    registered_at: Mapped[datetime]
    registered_by: Mapped[str]
    seen_at: Mapped[datetime | None]
    emptied_at: Mapped[datetime | None]
    empty_done_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]

    __table_args__ = (CheckConstraint("kind IN ('tablet', 'office')", name="kind"),)


class Passkey(Base):
    """A WebAuthn credential of a person: the preferred second factor (S-05)."""

    __tablename__ = "passkeys"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str]
    added_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code that lets its owner in once without the second factor (S-05)."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("staff_id", "code_hash"),)


class KnownBrowser(Base):
    """A browser in which a person has signed in with both factors: its tries are counted apart from strangers' (T12).

    A sign-in from any other browser is told to the person (T13).
    """

    __tablename__ = "known_browsers"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("staff_id", "token_hash"),)


class TryCount(Base):
    """Failed tries to get in, counted for a name, an address, a browser or a person (S-05, T12).

    ``key`` is a keyed hash, and made alike for names that nobody has: neither the table nor the time tells which exist.
    """

    __tablename__ = "try_counts"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime]


class StaffAct(Base):
    """An act on an account that takes two persons: invitation, reset of the sign-in, change of role, leaving.

    An approved invitation or reset gives its person a one-time link (``token_hash``), which the approver hands over. It
    opens only together with the word that the asker was given (``word_hash``): neither of the two gets in alone.
    """

    __tablename__ = "staff_acts"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey(Staff.id))
    reason: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))
    is_approved: Mapped[bool | None]
    role: Mapped[Code | None]
    designated_on: Mapped[date | None]
    word_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    expires_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("kind IN ('invite', 'reset_factor', 'change_role', 'leave')", name="kind"),
        CheckConstraint("decided_by_id <> asked_by_id", name="two_persons"),
    )


class StaffNotice(Base):
    """Something a person must be told at the next sign-in: a new device, a new factor, an alarm. No personal data."""

    __tablename__ = "staff_notices"

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    kind: Mapped[Code]
    facts: Mapped[dict[str, str | int]] = mapped_column(JSON)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class EmergencySwitch(Base):
    """A door that was shut in an emergency: LINE, staff web, exports (S-17). A row is there while it is shut."""

    __tablename__ = "emergency_switches"

    door: Mapped[Code] = mapped_column(primary_key=True)
    reason: Mapped[str]
    shut_at: Mapped[datetime]
    shut_by: Mapped[str]


class StaffSession(Base):
    """A sign-in that holds: only the hash of its token is kept, so that the table lets nobody in.

    ``factor`` is how the second factor was shown; ``challenge`` waits for a passkey's answer and is taken once.
    ``purpose`` is set while the person may only choose their own password and factor.
    """

    __tablename__ = "staff_sessions"

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    factor: Mapped[Code | None]
    purpose: Mapped[Code | None]
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    factor_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship()


class WorkSession(Base):
    """Work with many people's data at a registered machine: who, which work, from when to when, seen by whom (P-18)."""

    __tablename__ = "work_sessions"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id), index=True)
    sign_in_id: Mapped[int] = mapped_column(ForeignKey(StaffSession.id), index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id))
    work: Mapped[Code]
    note: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey(Staff.id))

    __table_args__ = (CheckConstraint("approved_by_id <> staff_id", name="two_persons"),)


class StaffNetwork(Base):
    """An address range from which the staff web may be opened; without any row it may be from everywhere (S-02)."""

    __tablename__ = "staff_networks"

    id: Mapped[Id]
    cidr: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
