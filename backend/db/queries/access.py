"""What the pages about accounts, sign-ins, machines and work show (S-02, S-05, S-08, P-17, P-18)."""

import base64
from dataclasses import dataclass
from datetime import date, datetime

import pyotp
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from backend.db.models import (
    Carrier,
    Device,
    Passkey,
    RecoveryCode,
    Staff,
    StaffAct,
    StaffNetwork,
    StaffNotice,
    StaffSession,
    WorkSession,
)

ISSUER = "Noriai"
SHOWN_WORK = 200


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as the list shows it. ``state``: invited, works, left."""

    public_id: str
    login: str
    name: str
    role: str
    carrier: str
    state: str
    designated_on: date | None
    has_app: bool
    passkeys: int
    recovery_codes: int
    has_pin: bool
    last_sign_in_at: datetime | None
    open_sign_ins: int


@dataclass(frozen=True, slots=True)
class ActView:
    """An act that waits, or was decided."""

    public_id: str
    kind: str
    subject: str
    role: str
    designated_on: date | None
    asked_by: str
    asked_by_id: int
    subject_id: int
    asked_at: datetime
    reason: str
    decided_by: str
    decided_at: datetime | None
    is_approved: bool | None


@dataclass(frozen=True, slots=True)
class SignInView:
    """An open sign-in. ``handle`` names it in forms and lets nobody in."""

    handle: str
    login: str
    role: str
    factor: str
    device: str
    made_at: datetime
    seen_at: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A registered machine. ``state``: waits, works, revoked; ``is_emptying`` until the order has reached it."""

    public_id: str
    name: str
    kind: str
    carrier: str
    state: str
    registered_at: datetime
    seen_at: datetime | None
    emptied_at: datetime | None
    empty_done_at: datetime | None
    revoked_at: datetime | None
    open_sign_ins: int


@dataclass(frozen=True, slots=True)
class WorkView:
    """A piece of work with many people's data. It ended by itself where the sign-in ran out."""

    public_id: str
    login: str
    staff_id: int
    device: str
    work: str
    note: str
    started_at: datetime
    ended_at: datetime | None
    approved_by: str
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something to tell a person."""

    kind: str
    facts: dict[str, str | int]
    at: datetime


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A person's passkey."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnFactors:
    """How a person signs in."""

    has_app: bool
    passkeys: tuple[PasskeyView, ...]
    recovery_codes: int
    has_pin: bool


@dataclass(frozen=True, slots=True)
class Provisioning:
    """What an authenticator app reads."""

    secret: str
    uri: str


def list_accounts(session: Session, *, public_id: str | None = None) -> list[AccountView]:
    """Return all accounts by name to sign in with, or the one asked for."""
    query = select(Staff, Carrier.name).outerjoin(Carrier, Carrier.id == Staff.carrier_id).order_by(Staff.login)
    if public_id is not None:
        query = query.where(Staff.public_id == public_id)
    rows = session.execute(query).all()
    open_counts = _counts(
        session, StaffSession.staff_id, StaffSession.ended_at.is_(None), StaffSession.factor_at.is_not(None)
    )
    keys = _counts(session, Passkey.staff_id, Passkey.revoked_at.is_(None))
    codes = _counts(session, RecoveryCode.staff_id, RecoveryCode.used_at.is_(None))
    latest = func.max(StaffSession.factor_at).label("at")
    last_query = select(StaffSession.staff_id, latest).group_by(StaffSession.staff_id)
    last = {row.staff_id: row.at for row in session.execute(last_query)}
    return [
        AccountView(
            public_id=staff.public_id,
            login=staff.login,
            name=staff.name,
            role=staff.role,
            carrier=carrier or "",
            state="left" if staff.left_at else ("works" if staff.active else "invited"),
            designated_on=staff.designated_on,
            has_app=bool(staff.totp_secret),
            passkeys=keys.get(staff.id, 0),
            recovery_codes=codes.get(staff.id, 0),
            has_pin=bool(staff.pin_hash),
            last_sign_in_at=last.get(staff.id),
            open_sign_ins=open_counts.get(staff.id, 0),
        )
        for staff, carrier in rows
    ]


def list_acts(session: Session, *, waiting: bool, public_id: str | None = None) -> list[ActView]:
    """Return the acts that wait for a second person, or the latest that were decided."""
    subject, asker, decider = aliased(Staff), aliased(Staff), aliased(Staff)
    query = (
        select(StaffAct, subject.login, asker.login, decider.login)
        .join(subject, subject.id == StaffAct.subject_id)
        .join(asker, asker.id == StaffAct.asked_by_id)
        .outerjoin(decider, decider.id == StaffAct.decided_by_id)
        .where(StaffAct.decided_at.is_(None) if waiting else StaffAct.decided_at.is_not(None))
        .order_by(StaffAct.asked_at.desc())
        .limit(100)
    )
    if public_id is not None:
        query = query.where(subject.public_id == public_id)
    return [
        ActView(
            public_id=act.public_id,
            kind=act.kind,
            subject=subject_login,
            role=act.role or "",
            designated_on=act.designated_on,
            asked_by=asker_login,
            asked_by_id=act.asked_by_id,
            subject_id=act.subject_id,
            asked_at=act.asked_at,
            reason=act.reason,
            decided_by=decider_login or "",
            decided_at=act.decided_at,
            is_approved=act.is_approved,
        )
        for act, subject_login, asker_login, decider_login in session.execute(query)
    ]


def list_sign_ins(
    session: Session, *, seen_after: datetime, own_id: int, staff_id: int | None = None
) -> list[SignInView]:
    """Return the sign-ins that may still hold, the latest first; those of one person if ``staff_id`` says whose."""
    query = (
        select(StaffSession, Staff.login, Staff.role, Device.name)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .outerjoin(Device, Device.id == StaffSession.device_id)
        .where(StaffSession.ended_at.is_(None), StaffSession.factor_at.is_not(None), StaffSession.seen_at > seen_after)
        .order_by(StaffSession.seen_at.desc())
    )
    if staff_id is not None:
        query = query.where(StaffSession.staff_id == staff_id)
    return [
        SignInView(
            handle=handle_of(row.token_hash),
            login=login,
            role=role,
            factor=row.factor or "",
            device=device or "",
            made_at=row.made_at,
            seen_at=row.seen_at,
            is_own=row.id == own_id,
        )
        for row, login, role, device in session.execute(query)
    ]


def find_sign_in_id(session: Session, handle: str, *, staff_id: int | None = None) -> int | None:
    """Return the inner id of an open sign-in by its handle; of one person only, if ``staff_id`` says whose."""
    try:
        token_hash = base64.urlsafe_b64decode(handle + "=")
    except ValueError:
        return None
    query = select(StaffSession.id).where(StaffSession.token_hash == token_hash, StaffSession.ended_at.is_(None))
    if staff_id is not None:
        query = query.where(StaffSession.staff_id == staff_id)
    return session.scalar(query)


def handle_of(token_hash: bytes) -> str:
    """Return what names a sign-in in a form: the hash of its token, from which nobody gets the token."""
    return base64.urlsafe_b64encode(token_hash).decode().rstrip("=")


def list_devices(session: Session, *, carrier_id: int | None, wall: datetime) -> list[DeviceView]:
    """Return the machines, those of one carrier if ``carrier_id`` says whose; the working ones first."""
    query = (
        select(Device, Carrier.name)
        .outerjoin(Carrier, Carrier.id == Device.carrier_id)
        .order_by(Device.revoked_at.is_not(None), Device.name, Device.id)
    )
    if carrier_id is not None:
        query = query.where(Device.carrier_id == carrier_id)
    open_counts = _counts(session, StaffSession.device_id, StaffSession.ended_at.is_(None))
    return [
        DeviceView(
            public_id=device.public_id,
            name=device.name,
            kind=device.kind,
            carrier=carrier or "",
            state=_device_state(device, wall),
            registered_at=device.registered_at,
            seen_at=device.seen_at,
            emptied_at=device.emptied_at,
            empty_done_at=device.empty_done_at,
            revoked_at=device.revoked_at,
            open_sign_ins=open_counts.get(device.id, 0),
        )
        for device, carrier in session.execute(query)
    ]


def list_work(session: Session, *, staff_id: int | None = None) -> list[WorkView]:
    """Return the latest work with many people's data, of one person if ``staff_id`` says whose."""
    approver = aliased(Staff)
    query = (
        select(WorkSession, Staff.login, Device.name, approver.login, StaffSession)
        .join(Staff, Staff.id == WorkSession.staff_id)
        .join(Device, Device.id == WorkSession.device_id)
        .join(StaffSession, StaffSession.id == WorkSession.sign_in_id)
        .outerjoin(approver, approver.id == WorkSession.approved_by_id)
        .order_by(WorkSession.started_at.desc())
        .limit(SHOWN_WORK)
    )
    if staff_id is not None:
        query = query.where(WorkSession.staff_id == staff_id)
    return [
        WorkView(
            public_id=row.public_id,
            login=login,
            staff_id=row.staff_id,
            device=device,
            work=row.work,
            note=row.note,
            started_at=row.started_at,
            ended_at=row.ended_at or sign_in.ended_at,
            approved_by=approver_login or "",
            approved_at=row.approved_at,
        )
        for row, login, device, approver_login, sign_in in session.execute(query)
    ]


def list_networks(session: Session) -> list[tuple[str, str]]:
    """Return the address ranges from which the staff web opens, with what each is called."""
    query = select(StaffNetwork.cidr, StaffNetwork.name).order_by(StaffNetwork.cidr)
    return [(cidr, name) for cidr, name in session.execute(query)]


def list_notices(session: Session, staff_id: int) -> list[NoticeView]:
    """Return what a person has not read yet, the latest first."""
    query = select(StaffNotice).where(StaffNotice.staff_id == staff_id, StaffNotice.seen_at.is_(None))
    return [NoticeView(row.kind, row.facts, row.at) for row in session.scalars(query.order_by(StaffNotice.at.desc()))]


def list_passkeys(session: Session, staff_id: int) -> list[PasskeyView]:
    """Return a person's passkeys that work."""
    query = select(Passkey).where(Passkey.staff_id == staff_id, Passkey.revoked_at.is_(None)).order_by(Passkey.id)
    return [PasskeyView(row.id, row.name, row.added_at, row.used_at) for row in session.scalars(query)]


def own_factors(session: Session, staff_id: int) -> OwnFactors:
    """Return how a person signs in."""
    staff = session.get_one(Staff, staff_id)
    codes = _counts(session, RecoveryCode.staff_id, RecoveryCode.used_at.is_(None))
    return OwnFactors(
        bool(staff.totp_secret),
        tuple(list_passkeys(session, staff_id)),
        codes.get(staff_id, 0),
        bool(staff.pin_hash),
    )


def provisioning_of(session: Session, staff_id: int) -> Provisioning:
    """Return what the person's authenticator app reads. Only for the person, while the factor is being chosen."""
    staff = session.get_one(Staff, staff_id)
    uri = pyotp.TOTP(staff.totp_secret).provisioning_uri(name=staff.login, issuer_name=ISSUER)
    return Provisioning(staff.totp_secret, uri)


def list_carriers(session: Session) -> list[tuple[int, str]]:
    """Return the carriers to choose from."""
    return [
        (carrier_id, name)
        for carrier_id, name in session.execute(select(Carrier.id, Carrier.name).order_by(Carrier.id))
    ]


def _device_state(device: Device, wall: datetime) -> str:
    if device.revoked_at is not None:
        return "revoked"
    if device.key_hash is not None:
        return "works"
    return "waits" if device.code_expires_at is not None and device.code_expires_at > wall else "lapsed"


def _counts(
    session: Session,
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    *conditions: ColumnElement[bool],
) -> dict[int, int]:
    rows = session.execute(select(column, func.count()).where(*conditions).group_by(column))
    return {key: count for key, count in rows if key is not None}
