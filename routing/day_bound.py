"""What no plan of a whole day can beat: how much is declined at least, and how far driven by who declines no more.

The bounds are those of `paths`, over the events of each kind of vehicle. Where these are too many, some requests are
left out.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from routing.alone import hopeless
from routing.clock import Clock, OutOfTimeError
from routing.events import EventGraph
from routing.fragments import Floats, IntractableError, narrowed
from routing.kernels.tours import Day
from routing.paths import Kind, Planned, Question
from routing.relaxation import assignment_bound

MOST_REQUESTS = 200
_CELLS = 2_500_000
_TINY = 1e-6
_ROUNDED = 1e-6  # share of a bound: more than rounding can add
_EVENTS_SHARE, _DECLINED_SHARE = 0.6, 0.6  # of the time


class Patience(NamedTuple):
    """How many events of a kind of vehicle are looked at; where there are more, every ``thinned``-th request goes."""

    events: int
    thinned: int


USUAL, PATIENT = Patience(150_000, 3), Patience(2_000_000, 4)


@dataclass(frozen=True)
class DayBound:
    """No plan declines less than a sum of priorities, and none that declines as little as a given one drives less."""

    declined: float
    driving: float


NO_BOUND = DayBound(0.0, 0.0)


def bound_day(day: Day, priorities: Floats, planned: Planned, clock: Clock, patience: Patience = USUAL) -> DayBound:
    """Return what no plan can beat, as far as the time allows; ``planned`` is a plan of the day.

    No way round may be shorter by the times and distances of ``day``. ``priorities`` are those of the requests.
    """
    declined = float(sum(priorities[request - 1] for request in hopeless(day)))
    is_free = planned.declined > _TINY or (priorities <= _TINY).any()  # to leave somebody out
    driving = 0.0 if is_free else assignment_bound(narrowed(day))
    with suppress(IntractableError, OutOfTimeError, ArithmeticError):
        fleet, asked = _fleet(day, priorities, clock, patience)
        planned = planned.only(asked > 0)
        if planned.declined > _TINY:
            question = Question(fleet, asked, planned, budget=None)
            declined = max(declined, question.bound(clock.part(_DECLINED_SHARE)))
        driving = max(driving, Question(fleet, asked, planned, budget=planned.declined).bound(clock))
    return DayBound(told(declined, planned.declined), told(driving, planned.driving))


def told(bound: float, known: float) -> float:
    """Return a bound, at most what is ``known`` to be possible; 0 if it is above that by more than rounding: wrong."""
    if bound > known + _TINY + _ROUNDED * known:
        logging.getLogger(__name__).warning("a bound of %s is wrong, as %s is possible: not told", bound, known)
        return 0.0
    return min(bound, known)


def _fleet(day: Day, priorities: Floats, clock: Clock, patience: Patience) -> tuple[list[Kind], Floats]:
    """Return the vehicles by kind, and the priorities of requests, 0 for those that nobody asks about.

    On a day with too many events, or too many for the time, some requests are left out: that makes no plan worse. Raise
    IntractableError where nobody is left, OutOfTimeError when the time is up.
    """
    left = 1 + np.argsort(day.earliest[1 : day.n + 1], kind="stable")
    while len(left):
        clock.check()
        asked = np.isin(np.arange(day.n + 1), left)
        with suppress(IntractableError, OutOfTimeError):
            some, granted = day._replace(allowed=day.allowed & asked), clock.part(_EVENTS_SHARE)
            fleet = [_kind(some, kind, granted, patience.events) for kind in range(len(day.capacity))]
            return fleet, np.where(asked[1:], priorities, 0.0)
        left = left[np.arange(len(left)) % patience.thinned > 0]
    raise IntractableError("too many events even with few requests")


def _kind(day: Day, number: int, clock: Clock, most: int) -> Kind:
    """Return the vehicles of one kind, and what they may do."""
    some = narrowed(day.of_kind(number))
    return Kind(number, some, EventGraph(some, clock, most=most, cells=_CELLS, is_elementary=True))
