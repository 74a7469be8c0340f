"""Wishes that could not be met: tries of one person within an hour are one need (product.md 7, 4)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from backend.db.models import RefusedWish, Stop
from backend.domain import times


@dataclass(frozen=True, slots=True)
class Need:
    """One need: what was wished first, how often it was tried, and why it could not be met each time."""

    id: int
    at: datetime
    day: date
    wish_kind: str
    wish_s: int
    pickup_name: str
    dropoff_name: str
    persons: int
    wheelchairs: int
    channels: tuple[str, ...]
    codes: tuple[str, ...]
    tries: int
    offered: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """How many needs wanted to start at a stop in each hour."""

    stop_name: str
    by_hour: tuple[int, ...]

    @property
    def total(self) -> int:
        """Return the needs of the whole day."""
        return sum(self.by_hour)


@dataclass(frozen=True, slots=True)
class NeedsView:
    """The needs of some days, and where and when they arose."""

    needs: tuple[Need, ...]
    tries: int
    hours: tuple[int, ...]
    heat: tuple[HeatRow, ...]


Tried = tuple[RefusedWish, str, str]


def between(session: Session, service_id: int, *, first: date, last: date) -> NeedsView:
    """Return the needs for rides from ``first`` to ``last``, the newest first; nobody is named."""
    tried = _tried(session, service_id, first, last)
    by_need: dict[int, list[Tried]] = {}
    for each in tried:
        by_need.setdefault(each[0].need_id or each[0].id, []).append(each)
    needs = [_need(need_id, tries) for need_id, tries in by_need.items()]
    hours = tuple(sorted({need.wish_s // times.HOUR_S for need in needs}))
    return NeedsView(tuple(reversed(needs)), len(tried), hours, _heat(needs, hours))


def _tried(session: Session, service_id: int, first: date, last: date) -> Sequence[Tried]:
    pickup, dropoff = aliased(Stop), aliased(Stop)
    query = (
        select(RefusedWish, pickup.name, dropoff.name)
        .join(pickup, RefusedWish.pickup_stop_id == pickup.id)
        .join(dropoff, RefusedWish.dropoff_stop_id == dropoff.id)
        .where(RefusedWish.transport_service_id == service_id, RefusedWish.day.between(first, last))
        .order_by(RefusedWish.at, RefusedWish.id)
    )
    return [(wish, pickup_name, dropoff_name) for wish, pickup_name, dropoff_name in session.execute(query)]


def _need(need_id: int, tries: Sequence[Tried]) -> Need:
    wish, pickup_name, dropoff_name = tries[0]
    return Need(
        id=need_id,
        at=wish.at,
        day=wish.day,
        wish_kind=wish.wish_kind,
        wish_s=wish.wish_s,
        pickup_name=pickup_name,
        dropoff_name=dropoff_name,
        persons=wish.seats + wish.wheelchairs,
        wheelchairs=wish.wheelchairs,
        channels=tuple(sorted({each.channel for each, _, _ in tries})),
        codes=tuple(dict.fromkeys(each.code for each, _, _ in tries)),
        tries=len(tries),
        offered=max(each.alternatives for each, _, _ in tries),
    )


def _heat(needs: Sequence[Need], hours: Sequence[int]) -> tuple[HeatRow, ...]:
    counts = Counter((need.pickup_name, need.wish_s // times.HOUR_S) for need in needs)
    names = sorted({need.pickup_name for need in needs})
    rows = [HeatRow(name, tuple(counts[name, hour] for hour in hours)) for name in names]
    return tuple(sorted(rows, key=lambda row: -row.total))
