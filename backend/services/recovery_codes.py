"""Codes that let their owner in once without the second factor: eight, shown once, burned on use (S-05)."""

import base64
import secrets
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from backend.db.models import RecoveryCode
from backend.db.queries.staff import token_hash
from backend.services import lifecycle, staff

HOW_MANY = 8
CODE_BYTES = 10  # 80 random bits need no slow hash


def renew(session: Session, staff_id: int, *, actor: str, wall: datetime) -> list[str]:
    """Return eight fresh codes, to be shown this once; the old ones open nothing any more."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=token_hash(code), made_at=wall) for code in codes)
    lifecycle.record(session, "staff", staff_id, "staff.recovery_codes_renewed", actor=actor, now=wall)
    staff.tell(session, staff_id, "recovery_codes_renewed", wall=wall)
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def use(session: Session, staff_id: int, typed: str, *, wall: datetime) -> bool:
    """Use a code up; of many at once with the same code, one gets in."""
    code = "".join(sign for sign in typed.upper() if sign.isalnum())
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.code_hash == token_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=wall)
        .returning(RecoveryCode.id)
    ).one_or_none()
    if used is None:
        return False
    lifecycle.record(session, "staff", staff_id, "staff.recovery_code_used", actor=f"staff:{staff_id}", now=wall)
    staff.tell(session, staff_id, "recovery_code_used", wall=wall)
    return True
