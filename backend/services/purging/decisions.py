"""Decisions of dispatch name nobody; what they were made of goes with the rides, the rest with the counts (Q-69)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from backend.db.models import Decision, KeptTravelTimes
from backend.domain import times
from backend.domain.policies.retention import RECORD, RIDE
from backend.services.decisions import FORGOTTEN
from backend.services.purging.rule import Rule

QUIET = {"synchronize_session": False}


def _plans(before: datetime) -> Select[int]:
    return select(Decision.id).where(Decision.day < times.day_of(before), Decision.travel_times.is_not(None))


def _clear_plans(session: Session, ids: Sequence[int], _now: datetime) -> None:
    """Empty the records, and take away driving times that no other record needs."""
    emptied = update(Decision).where(Decision.id.in_(ids)).values(record=FORGOTTEN, travel_times=None)
    session.execute(emptied, execution_options=QUIET)
    # Those that a decision is just being written with are locked, and may go another time.
    found = session.scalars(select(KeptTravelTimes.fingerprint).with_for_update(skip_locked=True)).all()
    needed = select(Decision.travel_times).where(Decision.travel_times.is_not(None))
    unneeded = delete(KeptTravelTimes).where(
        KeptTravelTimes.fingerprint.in_(found), KeptTravelTimes.fingerprint.not_in(needed)
    )
    session.execute(unneeded, execution_options=QUIET)


def _decisions(before: datetime) -> Select[int]:
    return select(Decision.id).where(Decision.day < times.day_of(before))


def _clear_decisions(session: Session, ids: Sequence[int], _now: datetime) -> None:
    session.execute(delete(Decision).where(Decision.id.in_(ids)), execution_options=QUIET)


RULES = (
    Rule("decision_plans", RIDE, _plans, _clear_plans),
    Rule("decisions", RECORD, _decisions, _clear_decisions),
)
