"""Passkeys: the preferred second factor, since a false page gets nothing out of one (S-05, T13)."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes, generate_challenge
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from backend.db.models import Passkey, Staff, StaffSession
from backend.services import lifecycle, staff

MOST = 10
Answer = str | dict[str, object]  # what the browser sent, as JSON or as read from it


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good for: the exact origin, and the host's name they are bound to."""

    origin: str
    host: str


def site_of(origin: str) -> Site | None:
    """Return the site of an origin; None where browsers allow no passkeys: an address without a name, or http."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if parts.scheme != "https" and host != "localhost":
        return None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Site(origin, host) if host else None
    return None


def ask_to_add(session: Session, staff_id: int, sign_in_id: int, *, site: Site) -> str:
    """Return what the browser needs to make a passkey, as JSON; its challenge is kept with the sign-in."""
    person = session.get_one(Staff, staff_id)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Noriai",
        user_name=person.login,
        user_id=person.public_id.encode(),
        challenge=_new_challenge(session, sign_in_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(session, staff_id),
    )
    return webauthn.options_to_json(options)


def add(
    session: Session, staff_id: int, sign_in_id: int, *, site: Site, answer: Answer, name: str, wall: datetime
) -> bool:
    """Keep the passkey that the browser made for the challenge of this sign-in; False when it does not fit."""
    challenge = take_challenge(session, sign_in_id)
    if challenge is None or len(_live(session, staff_id)) >= MOST:
        return False
    try:
        verified = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    known = select(Passkey.id).where(Passkey.credential_id == verified.credential_id)
    if session.scalar(known) is not None:
        return False
    session.add(
        Passkey(
            staff_id=staff_id,
            credential_id=verified.credential_id,
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=name,
            added_at=wall,
        )
    )
    lifecycle.record(session, "staff", staff_id, "staff.passkey_added", actor=f"staff:{staff_id}", now=wall)
    staff.tell(session, staff_id, "passkey_added", wall=wall)
    return True


def ask_to_show(session: Session, staff_id: int, sign_in_id: int, *, site: Site) -> str:
    """Return what the browser needs to show a passkey, as JSON; its challenge is kept with the half sign-in."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=_new_challenge(session, sign_in_id),
        allow_credentials=_descriptors(session, staff_id),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def is_shown(session: Session, staff_id: int, sign_in_id: int, *, site: Site, answer: str, wall: datetime) -> bool:
    """Tell whether the browser's answer proves a passkey of this person for the challenge of this sign-in.

    The challenge is taken first, so that an answer counts once; the passkey's own counter may not go back.
    """
    challenge = take_challenge(session, sign_in_id)
    passkey = _find(session, staff_id, answer)
    if challenge is None or passkey is None:
        return False
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    passkey.sign_count, passkey.used_at = verified.new_sign_count, wall
    return True


def revoke(session: Session, staff_id: int, passkey_id: int, *, wall: datetime) -> bool:
    """Take a passkey from its person; False when it is not theirs."""
    revoked = session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id, Passkey.staff_id == staff_id, Passkey.revoked_at.is_(None))
        .values(revoked_at=wall)
        .returning(Passkey.id)
    ).one_or_none()
    if revoked is not None:
        lifecycle.record(session, "staff", staff_id, "staff.passkey_revoked", actor=f"staff:{staff_id}", now=wall)
        staff.tell(session, staff_id, "passkey_revoked", wall=wall)
    return revoked is not None


def take_challenge(session: Session, sign_in_id: int) -> bytes | None:
    """Return the challenge that waits for an answer, and forget it: no answer counts twice."""
    row = session.scalars(select(StaffSession).where(StaffSession.id == sign_in_id).with_for_update()).one()
    challenge, row.challenge = row.challenge, None
    return challenge


def _new_challenge(session: Session, sign_in_id: int) -> bytes:
    challenge = generate_challenge()
    session.execute(update(StaffSession).where(StaffSession.id == sign_in_id).values(challenge=challenge))
    return challenge


def _live(session: Session, staff_id: int) -> list[Passkey]:
    query = select(Passkey).where(Passkey.staff_id == staff_id, Passkey.revoked_at.is_(None))
    return list(session.scalars(query.order_by(Passkey.id)))


def _descriptors(session: Session, staff_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in _live(session, staff_id)]


def _find(session: Session, staff_id: int, answer: str) -> Passkey | None:
    """Return the person's passkey that an answer names, locked: its counter is about to move."""
    try:
        credential_id = base64url_to_bytes(webauthn.helpers.parse_authentication_credential_json(answer).id)
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    query = select(Passkey).where(
        Passkey.credential_id == credential_id, Passkey.staff_id == staff_id, Passkey.revoked_at.is_(None)
    )
    return session.scalars(query.with_for_update()).one_or_none()
