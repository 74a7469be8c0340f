"""Between which stops a line sells a ride: the rules of boarding and alighting at its stops (T-08 to T-11)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Call:
    """A printed run at a stop: when, and what may be done there (GTFS pickup_type, drop_off_type)."""

    stop_id: int
    time_s: int
    may_board: bool
    may_alight: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A printed run of a direction along its stops."""

    direction: str
    calls: Sequence[Call]


def calls_between(passage: Passage, pickup_stop_id: int, dropoff_stop_id: int) -> tuple[Call, Call] | None:
    """Return where a run passes both stops in this order, whatever may be done there; None when it does not."""
    places = {call.stop_id: place for place, call in enumerate(passage.calls)}
    first, last = places.get(pickup_stop_id), places.get(dropoff_stop_id)
    if first is None or last is None or last <= first:
        return None
    return passage.calls[first], passage.calls[last]


def is_sold(calls: tuple[Call, Call] | None) -> bool:
    """Tell whether one may get on at the first call and off at the second."""
    return calls is not None and calls[0].may_board and calls[1].may_alight


def check(passages: Iterable[Passage], pickup_stop_id: int, dropoff_stop_id: int) -> Refusal | None:
    """Return why no run of a line takes anybody between two stops, or None when one does (T-11: 170 of 380 pairs).

    ``no_boarding_here``: vehicles that way only let people off at the first stop (降車のみ, T-10).
    ``no_alighting_here``: vehicles that way only take people up at the second stop (乗車のみ, T-09).
    ``no_run_between``: no run passes both stops in this order.
    """
    refusal = Refusal("no_run_between")
    for passage in passages:
        calls = calls_between(passage, pickup_stop_id, dropoff_stop_id)
        if calls is None:
            continue
        if is_sold(calls):
            return None
        code = "no_alighting_here" if calls[0].may_board else "no_boarding_here"
        refusal = Refusal(code, {"direction": passage.direction})
    return refusal
