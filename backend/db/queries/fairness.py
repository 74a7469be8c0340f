"""Who is refused, waits and is driven around how much, by group, from the records of decisions (decision 0029).

No rider is looked at: the groups are what a wish itself says. Needs are counted, not tries: who tried twice within
an hour was refused once. A wish that could not be met counts as refused, also when another ride was booked instead.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session, aliased

from backend.db.models import Decision, RefusedWish, Stop
from backend.domain.policies import fairness
from backend.domain.policies.fairness import Asked, GroupRow

DISPATCH_CODES = ("full", "no_seats", "no_wheelchair_place", "no_vehicle", "too_far")  # a rule's no is no denial


@dataclass(frozen=True, slots=True)
class FairnessView:
    """All groups of all kinds, and how many needs were refused only because seats were kept for wheelchair users."""

    whole: GroupRow
    groups: dict[str, tuple[GroupRow, ...]]
    only_reserve: int


def between(session: Session, service_id: int, *, first: date, last: date) -> FairnessView:
    """Return how each group fared with its wishes for rides from ``first`` to ``last``."""
    asked = _asked(session, service_id, first, last)
    rows = {name: fairness.rows(asked, group) for name, group in _groups(asked).items()}
    return FairnessView(fairness.row("", asked), rows, sum(each.only_reserve for each in asked))


def refused_for_reserve(session: Session, service_id: int, *, since: datetime) -> int:
    """Return how many wishes were refused since a moment only because seats were kept for wheelchair users."""
    query = (
        select(func.count())
        .select_from(Decision)
        .where(Decision.transport_service_id == service_id, Decision.at >= since, Decision.only_reserve)
    )
    return session.scalars(query).one()


def _groups(asked: Sequence[Asked]) -> dict[str, Callable[[Asked], Iterable[str]]]:
    """Return by what wishes are told apart; a party with two fare classes counts in both."""
    bounds = fairness.quarters([each.direct_s for each in asked if each.direct_s is not None])
    return {
        "wheelchair": lambda each: ["with" if each.wheelchairs else "without"],
        "channel": lambda each: [each.channel],
        "length": lambda each: [] if each.direct_s is None else [fairness.quarter_of(each.direct_s, bounds)],
        "fare_class": lambda each: each.categories,
        "pickup": lambda each: [each.pickup],
        "dropoff": lambda each: [each.dropoff],
    }


def _asked(session: Session, service_id: int, first: date, last: date) -> list[Asked]:
    """Return the rides that were booked, given up later or not, and the needs that no vehicle could meet."""
    pickup, dropoff = aliased(Stop), aliased(Stop)
    query = (
        select(
            Decision.id,
            Decision.kind,
            Decision.code,
            Decision.channel,
            Decision.wish_kind,
            Decision.wish_s,
            Decision.wheelchairs,
            Decision.party,
            Decision.direct_s,
            Decision.pickup_s,
            Decision.dropoff_s,
            Decision.only_reserve,
            RefusedWish.need_id,
            pickup.name.label("pickup"),
            dropoff.name.label("dropoff"),
        )
        .join(pickup, Decision.pickup_stop_id == pickup.id)
        .join(dropoff, Decision.dropoff_stop_id == dropoff.id)
        .outerjoin(RefusedWish, Decision.refused_wish_id == RefusedWish.id)
        .where(
            Decision.transport_service_id == service_id,
            Decision.day.between(first, last),
            (Decision.kind == "booked") | Decision.code.in_(DISPATCH_CODES),
        )
        .where(Decision.kind.in_(("booked", "refused")))
        .order_by(Decision.id)
    )
    found: dict[tuple[str, int], Asked] = {}
    for row in session.execute(query):
        key = ("need", row.need_id) if row.need_id is not None else ("decision", row.id)
        found.setdefault(key, _of(row))
    return list(found.values())


def _of(row: Row[*tuple[Any, ...]]) -> Asked:
    is_refused = row.kind == "refused"
    ride_s = None if is_refused else row.dropoff_s - row.pickup_s
    return Asked(
        is_refused=is_refused,
        channel=row.channel,
        pickup=row.pickup,
        dropoff=row.dropoff,
        wheelchairs=row.wheelchairs,
        categories=frozenset(row.party),
        direct_s=row.direct_s,
        wait_s=None if is_refused else fairness.wait_s(row.wish_kind, row.wish_s, row.pickup_s, row.dropoff_s),
        detour_s=None if ride_s is None else max(0, ride_s - row.direct_s),
        only_reserve=row.only_reserve,
    )
