"""Registered machines: lent tablets and office computers (Q-76, P-17, C-12, T8).

A member of the staff makes a one-time code; typed in on the machine itself it leaves a key of 256 bits there. Only
hashes are kept here.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from backend.db.models import Device, StaffSession, WorkSession
from backend.db.queries.staff import token_hash
from backend.domain.errors import NotFoundError, StaleError
from backend.services import lifecycle

TABLET, OFFICE = "tablet", "office"
CODE_HOLDS = timedelta(minutes=15)
CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like something else
CODE_LENGTH = 12


def announce(
    session: Session, *, kind: str, name: str, carrier_id: int | None, actor: str, wall: datetime
) -> tuple[Device, str]:
    """Add a machine that is yet to be registered; return it with the code to type in on it, soon."""
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    device = Device(
        kind=kind,
        name=name,
        carrier_id=carrier_id,
        code_hash=token_hash(code),
        code_expires_at=wall + CODE_HOLDS,
        registered_at=wall,
        registered_by=actor,
    )
    session.add(device)
    session.flush()
    lifecycle.record(session, "device", device.id, "device.announced", actor=actor, now=wall, facts={"kind": kind})
    return device, code


def keep_demo_machine(session: Session, *, name: str, key: str, now: datetime) -> None:
    """Add the office machine that every visitor of the demo's start page sits at. Only ever called in demo mode."""
    device = Device(kind=OFFICE, name=name, key_hash=token_hash(key), registered_at=now, registered_by="system")
    session.add(device)


def claim(session: Session, code: str, *, sign_in_id: int | None, wall: datetime) -> str | None:
    """Return the key for the machine on which ``code`` was typed, or None: unknown, old or used. One of two gets it."""
    key = secrets.token_urlsafe(32)
    claimed = session.execute(
        update(Device)
        .where(
            Device.code_hash == token_hash(plain_code(code)),
            Device.code_expires_at > wall,
            Device.key_hash.is_(None),
            Device.revoked_at.is_(None),
        )
        .values(key_hash=token_hash(key), code_hash=None, code_expires_at=None, seen_at=wall)
        .returning(Device.id)
    ).one_or_none()
    if claimed is None:
        return None
    if sign_in_id is not None:
        session.execute(update(StaffSession).where(StaffSession.id == sign_in_id).values(device_id=claimed.id))
    lifecycle.record(session, "device", claimed.id, "device.registered", actor="device", now=wall)
    return key


def plain_code(typed: str) -> str:
    """Return a code as it was made: people type small letters, spaces and dashes."""
    return "".join(sign for sign in typed.upper() if sign in CODE_SIGNS)


def revoke(session: Session, public_id: str, *, carrier_id: int | None, actor: str, wall: datetime) -> None:
    """Lock a machine and let it forget everything: with its next request it is out (C-12, S-17).

    ``carrier_id`` limits to the machines of one carrier; another's are not there.
    """
    device = get(session, public_id, carrier_id=carrier_id)
    if device.revoked_at is not None:
        raise StaleError(f"device {device.id} is revoked")
    device.revoked_at, device.revoked_by, device.emptied_at = wall, actor, wall
    device.code_hash = None
    _end_sign_ins(session, [device.id], wall=wall)
    lifecycle.record(session, "device", device.id, "device.revoked", actor=actor, now=wall)


def empty(session: Session, public_id: str, *, carrier_id: int | None, actor: str, wall: datetime) -> None:
    """Let a machine forget everything it holds and sign everybody out; it stays registered (C-12)."""
    device = get(session, public_id, carrier_id=carrier_id)
    if device.revoked_at is not None:
        raise StaleError(f"device {device.id} is revoked")
    device.emptied_at = wall
    _end_sign_ins(session, [device.id], wall=wall)
    lifecycle.record(session, "device", device.id, "device.emptied", actor=actor, now=wall)


def revoke_all(session: Session, *, actor: str, wall: datetime) -> int:
    """Lock every registered machine at once; return how many (S-17)."""
    ids = session.scalars(
        update(Device)
        .where(Device.revoked_at.is_(None))
        .values(revoked_at=wall, revoked_by=actor, emptied_at=wall, code_hash=None)
        .returning(Device.id)
    ).all()
    _end_sign_ins(session, list(ids), wall=wall)
    lifecycle.record(session, "device", None, "device.all_revoked", actor=actor, now=wall, facts={"count": len(ids)})
    return len(ids)


def get(session: Session, public_id: str, *, carrier_id: int | None) -> Device:
    """Return a machine; raise `NotFoundError` when there is none, or it is another carrier's."""
    query = select(Device).where(Device.public_id == public_id).with_for_update()
    if carrier_id is not None:
        query = query.where(Device.carrier_id == carrier_id)
    device = session.scalars(query).one_or_none()
    if device is None:
        raise NotFoundError("device")
    return device


def find_by_key(session: Session, key: str) -> Device | None:
    """Return the machine that holds ``key``, revoked or not."""
    return session.scalars(select(Device).where(Device.key_hash == token_hash(key))).one_or_none() if key else None


def touch(session: Session, device: Device, *, wall: datetime) -> None:
    """Note that a machine was heard of; at most one write a minute."""
    if device.seen_at is None or wall - device.seen_at >= timedelta(minutes=1):
        session.execute(update(Device).where(Device.id == device.id).values(seen_at=wall))


def take_order_to_empty(session: Session, device: Device, *, wall: datetime) -> bool:
    """Tell whether a machine must forget everything now; a revoked one is told each time it asks for anything."""
    taken = session.execute(
        update(Device)
        .where(
            Device.id == device.id,
            Device.emptied_at.is_not(None),
            or_(Device.empty_done_at.is_(None), Device.empty_done_at < Device.emptied_at),
        )
        .values(empty_done_at=wall)
        .returning(Device.id)
    ).one_or_none()
    return taken is not None or device.revoked_at is not None


def _end_sign_ins(session: Session, device_ids: list[int], *, wall: datetime) -> None:
    session.execute(
        update(StaffSession)
        .where(StaffSession.device_id.in_(device_ids), StaffSession.ended_at.is_(None))
        .values(ended_at=wall)
    )
    session.execute(
        update(WorkSession)
        .where(WorkSession.device_id.in_(device_ids), WorkSession.ended_at.is_(None))
        .values(ended_at=wall)
    )
