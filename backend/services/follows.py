"""Who wants to hear of delays and suspensions of a timetable's run: LINE accounts, by the run's code (T-25, T-47)."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import LineUser, Notification, Run, RunFollow, TimetableEntry, TimetableVersion
from backend.domain.refusals import Refusal
from backend.services import notifications

MOST = 20


@dataclass(frozen=True, slots=True)
class News:
    """What followers are told of a run: ``kind`` is follow_delay, follow_suspended or follow_resumed.

    ``minutes`` is how late it is, 0 when it is in time again.
    ``occasion`` makes one message of it for each follower, however often it is told.
    """

    kind: str
    occasion: str
    minutes: int = 0
    reason: str = ""


def follow(session: Session, line_user_id: int, service_id: int, entry_code: str, now: datetime) -> Refusal | None:
    """Let a LINE account hear of a run from now on; following twice changes nothing.

    Refused: a run that no timetable knows, and more runs than anybody rides.
    """
    known = (
        select(TimetableEntry.id)
        .join(TimetableVersion)
        .where(TimetableVersion.transport_service_id == service_id, TimetableEntry.code == entry_code)
    )
    if session.scalar(known.limit(1)) is None:
        return Refusal("no_such_run")
    if len(list_followed(session, line_user_id)) >= MOST:
        return Refusal("too_many_follows", {"most": MOST})
    row = {"line_user_id": line_user_id, "transport_service_id": service_id, "entry_code": entry_code, "since": now}
    session.execute(insert(RunFollow).values(**row).on_conflict_do_nothing())
    return None


def unfollow(session: Session, line_user_id: int, service_id: int, entry_code: str) -> None:
    """Let a LINE account hear nothing more of a run; who does not follow it stays as before."""
    session.execute(
        delete(RunFollow).where(
            RunFollow.line_user_id == line_user_id,
            RunFollow.transport_service_id == service_id,
            RunFollow.entry_code == entry_code,
        )
    )


def list_followed(session: Session, line_user_id: int) -> list[tuple[int, str]]:
    """Return what a LINE account follows, as service and run code, in their order."""
    query = select(RunFollow.transport_service_id, RunFollow.entry_code).where(RunFollow.line_user_id == line_user_id)
    return [(row[0], row[1]) for row in session.execute(query.order_by(*query.selected_columns))]


def tell(session: Session, run: Run, news: News, *, now: datetime, but_riders: Collection[int] = frozenset()) -> int:
    """Owe every follower of a run the news, once an occasion; return how many. ``but_riders`` hear of it otherwise."""
    entry = run.timetable_entry
    if entry is None:
        return 0
    content = _content(entry, run.service_day.day, news)
    told = 0
    for user in _followers(session, run.service_day.transport_service_id, entry.code):
        if user.rider_id is not None and user.rider_id in but_riders:
            continue
        key = f"{news.kind}:{news.occasion}:{run.id}:{user.id}"
        owed = notifications.owe(
            session,
            news.kind,
            dedupe_key=key,
            now=now,
            line_user_id=user.id,
            minutes=news.minutes,
            priority=notifications.DELAYS_FIRST,
        )
        if owed is not None:
            session.get_one(Notification, owed).content = content
            told += 1
    session.flush()
    return told


def _followers(session: Session, service_id: int, entry_code: str) -> list[LineUser]:
    """Return the accounts that follow a run and have not blocked us."""
    query = (
        select(LineUser)
        .join(RunFollow, RunFollow.line_user_id == LineUser.id)
        .where(RunFollow.transport_service_id == service_id, RunFollow.entry_code == entry_code, LineUser.followed)
        .order_by(LineUser.id)
    )
    return list(session.scalars(query))


def _content(entry: TimetableEntry, day: date, news: News) -> str:
    """Return what the bot makes its sentence of: the run has no booking to be named by."""
    return json.dumps(
        {
            "entry_code": entry.code,
            "direction": entry.direction,
            "number": entry.number,
            "day": day.isoformat(),
            "minutes": news.minutes,
            "reason": news.reason,
        },
        ensure_ascii=False,
    )
