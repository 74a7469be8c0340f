"""The online loop without a database: quote, confirm, advance, finish. Insertion and timing are the product's.

A vehicle leaves for its next visit as late as the schedule allows and is not turned round on the way. So
what has been set out for is done, and all else may still change.
"""

from dataclasses import dataclass, replace
from itertools import count

from routing.cost import DEFAULT, Weights
from routing.insertion import Insertion, first_feasible
from routing.problem import Boarded, Itinerary, Plan, Request, Visit, VisitKind, Window
from routing.scenario import Ask, Scenario
from routing.timing import Violation, schedule

_END_OF_TIME_S = 1 << 40
_OTHER_TIMES_S = (900, -900, 1800, -1800, 3600, -3600)
_MOST_OFFERS = 3


@dataclass(frozen=True)
class Offer:
    """What is promised if taken: when boarding and alighting start, and the boarding expected."""

    pickup: Window
    dropoff: Window
    expected_s: int


@dataclass(frozen=True)
class Stay:
    """A visit that was made: where, from when to when, and who got on or off at its start."""

    vehicle_id: int
    stop: int
    arrived_s: int
    left_s: int
    ask_id: str
    kind: VisitKind


@dataclass(frozen=True)
class _Held:
    """An offer with the plan behind it, until the rider has chosen."""

    offer: Offer
    insertion: Insertion
    request: Request


class Dispatcher:
    """Answers wishes one by one, and keeps every promise it gives."""

    def __init__(self, scenario: Scenario, *, strict: bool = True, weights: Weights = DEFAULT) -> None:
        self._scenario, self._strict, self._weights = scenario, strict, weights
        self._plan: Plan = tuple(
            Itinerary(vehicle, (), vehicle.start_stop, vehicle.shift.earliest_s) for vehicle in scenario.vehicles
        )
        self._numbers = count()
        self._ask_ids: dict[int, str] = {}
        self._held: list[_Held] = []

    @property
    def plan(self) -> Plan:
        """Return what is still to be done."""
        return self._plan

    def quote(self, now_s: int, ask: Ask) -> list[Offer]:
        """Return what can be promised for ``ask``: the wish itself, else up to three times near it.

        When ``strict``, nothing outside the wish is offered. An empty list is a refusal.
        """
        number = next(self._numbers)
        self._ask_ids[number] = ask.id
        self._held = []
        wish = self._scenario.request(ask, number, not_before_s=now_s)
        self._hold([wish], ask)
        if self._held or self._strict:
            return [held.offer for held in self._held]
        for shift_s in _OTHER_TIMES_S:
            self._hold([self._scenario.request(ask, number, not_before_s=now_s, shift_s=shift_s)], ask)
            if len(self._held) == _MOST_OFFERS:
                break
        return [held.offer for held in self._held]

    def confirm(self, taken: int | None) -> None:
        """Keep the promise of the offer at ``taken``, or forget the last offers if it is None."""
        if taken is not None:
            held = self._held[taken]
            kept = _with_promise(held.insertion.itinerary, held.request, held.offer)
            self._plan = tuple(
                kept if itinerary.vehicle.id == kept.vehicle.id else itinerary for itinerary in self._plan
            )
        self._held = []

    def advance(self, now_s: int) -> list[Stay]:
        """Set out for every visit that is due by ``now_s``; return the visits made, in order by vehicle."""
        stays: list[Stay] = []
        plan = []
        for itinerary in self._plan:
            left, made = self._driven(itinerary, now_s)
            if now_s < _END_OF_TIME_S:
                left = replace(left, ready_s=max(left.ready_s, now_s))
            plan.append(left)
            stays += made
        self._plan = tuple(plan)
        return stays

    def finish(self) -> list[Stay]:
        """Drive the rest of the day; return the visits made."""
        return self.advance(_END_OF_TIME_S)

    def _hold(self, requests: list[Request], ask: Ask) -> None:
        """Hold the best place of the first request that fits, if any does."""
        found = first_feasible(self._plan, requests, self._scenario.travel, self._weights)
        if found is not None:
            index, insertion = found
            offer = self._promise(requests[index], insertion, ask)
            self._held.append(_Held(offer, insertion, requests[index]))

    def _promise(self, request: Request, insertion: Insertion, ask: Ask) -> Offer:
        """Return the promise that ``insertion`` can keep: a window as narrow as the rules want."""
        rules = self._scenario.rules
        latest_s = min(request.pickup.latest_s, insertion.pickup_s + rules.promise_width_s)
        ride_s = self._scenario.longest_ride_s(ask)
        earliest_s = request.dropoff.earliest_s
        if ask.kind == "depart":
            earliest_s = insertion.pickup_s + self._scenario.direct_s(ask)
        return Offer(
            pickup=Window(insertion.pickup_s, latest_s),
            dropoff=Window(earliest_s, min(request.dropoff.latest_s, latest_s + ride_s)),
            expected_s=insertion.pickup_s,
        )

    def _driven(self, itinerary: Itinerary, now_s: int) -> tuple[Itinerary, list[Stay]]:
        """Return ``itinerary`` without the visits set out for by ``now_s``, and those visits."""
        times = schedule(itinerary, self._scenario.travel)
        if isinstance(times, Violation):
            raise RuntimeError(f"vehicle {itinerary.vehicle.id} cannot keep its promises: {times}")  # noqa: TRY004
        stays: list[Stay] = []
        onboard = {boarded.request.id: boarded for boarded in itinerary.onboard}
        stop, ready_s = itinerary.at_stop, itinerary.ready_s
        for visit, start_s, left_s in zip(itinerary.visits, times.starts_s, times.departs_s, strict=True):
            drive_s = 0 if visit.stop == stop else self._scenario.travel.seconds(stop, visit.stop, ready_s)
            if start_s - drive_s > now_s:
                break
            stays.append(self._stay(itinerary, visit, start_s, left_s))
            stop, ready_s = visit.stop, left_s
            if visit.kind is VisitKind.PICKUP:
                onboard[visit.request.id] = Boarded(visit.request, left_s)
            else:
                del onboard[visit.request.id]
        left = replace(
            itinerary,
            visits=itinerary.visits[len(stays) :],
            at_stop=stop,
            ready_s=ready_s,
            onboard=tuple(onboard.values()),
        )
        return left, stays

    def _stay(self, itinerary: Itinerary, visit: Visit, start_s: int, left_s: int) -> Stay:
        ask_id = self._ask_ids[visit.request.id]
        return Stay(itinerary.vehicle.id, visit.stop, start_s, left_s, ask_id, visit.kind)


def _with_promise(itinerary: Itinerary, request: Request, offer: Offer) -> Itinerary:
    """Return ``itinerary`` with the wish of ``request`` narrowed to what was promised."""
    promised = replace(request, pickup=offer.pickup, dropoff=offer.dropoff)
    return replace(
        itinerary,
        visits=tuple(
            Visit(promised, visit.kind) if visit.request.id == request.id else visit for visit in itinerary.visits
        ),
    )
