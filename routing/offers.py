"""What a rider is promised, how the window for it is chosen, and which other times are asked for after a refusal."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from routing.kernels.promise import window_around
from routing.problem import Request, Window
from routing.scenario import Ask, Scenario
from routing.travel_times import Matrix

MOST_OFFERS = 3

_OTHER_TIMES_S = (900, -900, 1800, -1800, 3600, -3600)
_LATE_S = 300  # a boarding may come so much later than the time quoted


@dataclass(frozen=True)
class Offer:
    """What is promised if taken: when boarding and alighting start, and the boarding expected."""

    pickup: Window
    dropoff: Window
    expected_s: int

    @classmethod
    def of(cls, promised: Request, pickup_s: int) -> "Offer":
        """Return what is told of a promise when the boarding is planned at ``pickup_s``.

        It is told so late in the window that nobody waits long beyond it.
        """
        return cls(promised.pickup, promised.dropoff, max(pickup_s, promised.pickup.latest_s - _LATE_S))


def requests(scenario: Scenario, ask: Ask, number: int, *, now_s: int, strict: bool) -> Iterator[Request]:
    """Yield the wish as a request, then, unless ``strict``, as it would be at other times."""
    for shift_s in (0,) if strict else (0, *_OTHER_TIMES_S):
        yield scenario.request(ask, number, not_before_s=now_s, shift_s=shift_s)


def window(wish: Request, pickup_s: int, width_s: int) -> Window:
    """Return the window for a boarding at ``pickup_s``, ``width_s`` wide if the wish allows.

    Near the end of the wish it opens before ``pickup_s``, so that there is always room to plan better later.
    """
    return Window(*window_around(*wish.pickup, pickup_s, width_s))


def promised(wish: Request, pickup: Window, travel: Matrix) -> Request:
    """Return ``wish`` narrowed to what is promised: a window for the boarding, and what that says of the alighting."""
    earliest_s = wish.dropoff.earliest_s
    if not travel.arrays.shortcut_s:  # else a way round may be there before the direct one
        direct_s = wish.pickup_service_s + travel.seconds(wish.pickup_stop, wish.dropoff_stop, pickup.earliest_s)
        earliest_s = max(earliest_s, pickup.earliest_s + direct_s)
    latest_s = min(wish.dropoff.latest_s, pickup.latest_s + wish.pickup_service_s + wish.max_ride_s)
    return replace(wish, pickup=pickup, dropoff=Window(earliest_s, latest_s))
