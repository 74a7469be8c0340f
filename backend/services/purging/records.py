"""Cases, incidents, money and sign-ins: kept for years, then taken away (Q-69)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from backend.db.models import (
    Case,
    CashCount,
    FareRecord,
    FareRecordLine,
    Incident,
    IncidentNote,
    IncidentPhoto,
    KnownBrowser,
    Passkey,
    RecoveryCode,
    Staff,
    StaffAct,
    StaffNotice,
    StaffSession,
    WorkSession,
)
from backend.domain.policies.retention import CASE, LOG, RECORD
from backend.services.purging.rule import Rule


def _cases(before: datetime) -> Select[int]:
    held = or_(Case.text_sealed.is_not(None), Case.reply_sealed.is_not(None), Case.rider_id.is_not(None))
    return select(Case.id).where(Case.closed_at < before, held)


def _clear_cases(session: Session, ids: Sequence[int], _now: datetime) -> None:
    for case in session.scalars(select(Case).where(Case.id.in_(ids))):
        case.text, case.reply, case.rider_id = "", "", None


def _incidents(before: datetime) -> Select[int]:
    return select(Incident.id).where(Incident.closed_at < before, Incident.text_sealed.is_not(None))


def _clear_incidents(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(IncidentPhoto).where(IncidentPhoto.incident_id.in_(ids)))
    session.execute(delete(IncidentNote).where(IncidentNote.incident_id.in_(ids)))
    for incident in session.scalars(select(Incident).where(Incident.id.in_(ids))):
        incident.text = ""


def _fares(before: datetime) -> Select[int]:
    return select(FareRecord.id).where(FareRecord.at < before)


def _clear_fares(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(FareRecordLine).where(FareRecordLine.fare_record_id.in_(ids)))
    session.execute(delete(FareRecord).where(FareRecord.id.in_(ids)))


def _cash(before: datetime) -> Select[int]:
    return select(CashCount.id).where(CashCount.at < before)


def _clear_cash(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(CashCount).where(CashCount.id.in_(ids)))


def _work(before: datetime) -> Select[int]:
    return select(WorkSession.id).where(WorkSession.started_at < before)


def _clear_work(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(WorkSession).where(WorkSession.id.in_(ids)))


def _sign_ins(before: datetime) -> Select[int]:
    in_use = select(WorkSession.sign_in_id)
    return select(StaffSession.id).where(StaffSession.seen_at < before, StaffSession.id.not_in(in_use))


def _clear_sign_ins(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(StaffSession).where(StaffSession.id.in_(ids)))


def _browsers(before: datetime) -> Select[int]:
    return select(KnownBrowser.id).where(KnownBrowser.used_at < before)


def _clear_browsers(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(KnownBrowser).where(KnownBrowser.id.in_(ids)))


def _notices(before: datetime) -> Select[int]:
    return select(StaffNotice.id).where(StaffNotice.at < before)


def _clear_notices(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(StaffNotice).where(StaffNotice.id.in_(ids)))


def _acts(before: datetime) -> Select[int]:
    return select(StaffAct.id).where(StaffAct.asked_at < before)


def _clear_acts(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(StaffAct).where(StaffAct.id.in_(ids)))


def _leavers(before: datetime) -> Select[int]:
    return select(Staff.id).where(Staff.left_at < before, Staff.name_sealed.is_not(None))


def _clear_leavers(session: Session, ids: Sequence[int], _now: datetime) -> None:
    """Forget who left; the number stays, since what the person did stands under it."""
    for table in (Passkey, RecoveryCode):
        session.execute(delete(table).where(table.staff_id.in_(ids)))
    for person in session.scalars(select(Staff).where(Staff.id.in_(ids))):
        person.name, person.totp_secret = "", ""
    gone = update(Staff).where(Staff.id.in_(ids)).values(password_hash="", pin_hash=None)
    session.execute(gone, execution_options={"synchronize_session": False})


RULES = (
    Rule("cases", CASE, _cases, _clear_cases),
    Rule("incidents", RECORD, _incidents, _clear_incidents),
    Rule("fares", RECORD, _fares, _clear_fares),
    Rule("cash_counts", RECORD, _cash, _clear_cash),
    Rule("work", LOG, _work, _clear_work, is_by_wall=True),
    Rule("sign_ins", LOG, _sign_ins, _clear_sign_ins, is_by_wall=True),
    Rule("browsers", LOG, _browsers, _clear_browsers, is_by_wall=True),
    Rule("notices", LOG, _notices, _clear_notices, is_by_wall=True),
    Rule("staff_acts", LOG, _acts, _clear_acts, is_by_wall=True),
    Rule("leavers", LOG, _leavers, _clear_leavers),
)
