"""A dispatcher for a town of one to three vehicles that thinks of those who will ask next.

Whoever can be taken in any order that keeps the promises gets an offer. Which window of the wish is promised, in which
order the open visits are made, and at each departure which comes next: that is what leaves most room in the futures
of `routing.kernels.future`. A vehicle is never turned round on its way.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np

from routing import offers
from routing.demand import DaySoFar, Demand, expect
from routing.kernels import future, halts
from routing.kernels.halts import HALTED, OUTSET, ROW, WAITING
from routing.kernels.orders import Search, cheapest_orders
from routing.kernels.route import AT, LONGEST, PARTY, PICKUP, READY, STOP, VISIT_COLUMNS, Ints
from routing.offers import Offer
from routing.problem import Request, VisitKind, Window
from routing.scenario import Ask, Scenario
from routing.stays import END_OF_TIME_S, Halts, Stay
from routing.timing import party_rows

MOST_VEHICLES = 3

_GRID_S, _MOST_WINDOWS = 200, 10  # between the windows that are compared, and of a long wish about so many
_HORIZON_S = 2_400  # how far a future goes
_AHEAD_S = 1_200  # a wish later than that is placed by the futures around it
_AROUND_S = (2_400, 3_600)  # how long before and after
_EACH, _BEST, _MOST_PLANS = 2, 3, 5  # orders compared: for each first visit, in any case, for each window
_MOST_MOVES = 10  # plans compared at a departure
_HURRY = 0.1  # seconds of driving that one second of a longer duty is worth where orders are chosen from
_REACH = 5  # in a long itinerary so many visits before and after a new one may change places
_MOST_STEPS, _LAST_STEPS = 20_000, 200_000
_ROOM, _SPARE = 64, 40
_MOST_ASKS = 64
_WORTH = future.Worth(driving=0.0001, left=0.002)


@dataclass(frozen=True)
class Foresight:
    """How much is played before an answer: futures times plans, for a quote and for a departure."""

    plays: int = 4_000
    move_plays: int = 2_000
    seed: int = 1


FORESIGHT = Foresight()


class _Choice(NamedTuple):
    """A plan for one vehicle, and the wish as it may be promised by that (None at a departure)."""

    vehicle: int
    visits: Ints
    promised: Request | None


class _Held(NamedTuple):
    """An offer with the plan behind it, until the rider has chosen; None: time has gone on since."""

    offer: Offer
    promised: Request
    choice: _Choice | None


class Lookahead:
    """Answers wishes one by one as `routing.dispatcher.Dispatcher` does, and keeps every promise it gives."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        strict: bool = True,
        demand: Demand | None = None,
        foresight: Foresight = FORESIGHT,
    ) -> None:
        self._scenario, self._strict = scenario, strict
        self._foresight = foresight
        self._demand = demand or expect(scenario)
        self._day = DaySoFar(self._demand, scenario)
        self._travel: Ints = scenario.travel.bands[0].astype(np.int64)
        self._world = _world(scenario)
        rules = scenario.rules
        self._width_s = rules.promise_width_s
        self._rules = future.Rules(
            rules.max_wait_s, rules.ride_factor, rules.ride_plus_s, rules.service_s, rules.promise_width_s
        )
        self._numbers, self._looks = count(), count()
        self._ask_ids: dict[int, str] = {}
        self._held: list[_Held] = []
        self._halts = Halts()

    def quote(self, now_s: int, ask: Ask) -> list[Offer]:
        """Return what can be promised for ``ask``: the wish itself, else up to three times near it.

        When ``strict``, nothing outside the wish is offered. An empty list is a refusal.
        """
        self._held = []
        if ask.goes_nowhere:
            return []
        number = next(self._numbers)
        self._ask_ids[number] = ask.id
        self._day.note(ask)
        for place, request in enumerate(offers.requests(self._scenario, ask, number, now_s=now_s, strict=self._strict)):
            self._hold(now_s, request, ask.time_s)
            if len(self._held) == (1 if place == 0 else offers.MOST_OFFERS):
                break
        return [held.offer for held in self._held]

    def confirm(self, taken: int | None) -> None:
        """Keep the promise of the offer at ``taken``, or forget the last offers if it is None.

        Raise ValueError when time has gone on so far that nobody can keep it any more.
        """
        if taken is not None:
            held = self._held[taken]
            self._take_up(held.choice or self._late_choice(held.promised))
        self._held = []

    def advance(self, now_s: int) -> list[Stay]:
        """Set out for every visit that is due by ``now_s``; return the visits of all halts that are over."""
        self._held = [held._replace(choice=None) for held in self._held]
        over: list[Stay] = []
        for vehicle in range(len(self._scenario.vehicles)):
            outset, visits = self._world.outsets[vehicle], self._world.visits[vehicle]
            while self._world.counts[vehicle]:
                leaves_s = int(halts.sets_out_s(self._travel, outset, visits))
                if leaves_s > now_s:
                    break
                if outset[AT] != visits[0, STOP]:
                    halts.stand(outset, leaves_s)
                    self._choose_next(vehicle, leaves_s)
                    if int(halts.sets_out_s(self._travel, outset, visits)) > leaves_s:
                        continue
                over += self._make_next(vehicle)
            if now_s < END_OF_TIME_S:
                halts.stand(outset, now_s)
            else:
                over += self._halts.leave(self._scenario.vehicles[vehicle].id)
        return over

    def finish(self) -> list[Stay]:
        """Drive the rest of the day; return the visits made."""
        return self.advance(END_OF_TIME_S)

    def _hold(self, now_s: int, request: Request, wished_s: int) -> None:
        """Hold the best plan with ``request``, if there is any."""
        if request.pickup.latest_s < request.pickup.earliest_s:
            return
        choices = list(self._choices(request))
        if choices:
            choice = choices[self._best(now_s, choices, self._foresight.plays, wished_s)]
            if choice.promised is None:
                raise RuntimeError("a plan for a wish promises nothing")
            offer = Offer.of(choice.promised, choice.promised.pickup.earliest_s)
            self._held.append(_Held(offer, choice.promised, choice))

    def _late_choice(self, promised: Request) -> _Choice:
        """Return the cheapest plan for a party that takes its offer late; raise ValueError when there is none."""
        for choice in self._choices(promised):
            return choice
        raise ValueError("the offer was taken too late")

    def _choices(self, request: Request) -> Iterator[_Choice]:
        """Yield plans with ``request``; some if there is any that keeps the promises and that the search reaches."""
        found = False
        for vehicle in range(len(self._scenario.vehicles)):
            for promised in self._promises(request):
                for visits in self._plans(vehicle, promised):
                    found = True
                    yield _Choice(vehicle, visits, promised)
        if not found:
            yield from self._anyhow(request)

    def _plans(self, vehicle: int, request: Request) -> list[Ints]:
        """Return a vehicle's best orders of visits with ``request``, among the visits about that time."""
        own = self._own(vehicle)
        near = int((self._starts_s(vehicle, own) <= request.pickup.latest_s).sum())
        first, last = (0, len(own)) if len(own) <= 2 * _REACH else (max(0, near - _REACH), near + _REACH)
        return self._orders(
            vehicle, _with(own, request, min(last, len(own))), (first, min(last, len(own)) + 2), _MOST_STEPS
        )

    def _orders(self, vehicle: int, visits: Ints, fixed: tuple[int, int], steps: int) -> list[Ints]:
        """Return the visits in their best orders: the cheapest, and the cheapest with each other first visit."""
        found, costs, orders = cheapest_orders(
            self._travel, self._world.outsets[vehicle], visits, fixed, Search(_EACH, _HURRY, steps)
        )
        ranked = sorted(
            (costs[begun, place], begun, place) for begun in range(len(visits)) for place in range(found[begun])
        )
        chosen = ranked[:_BEST]
        for entry in ranked[_BEST:]:
            if entry[1] not in {begun for _, begun, _ in chosen}:
                chosen.append(entry)
        return [visits[orders[begun, place]] for _, begun, place in chosen[:_MOST_PLANS]]

    def _anyhow(self, request: Request) -> Iterator[_Choice]:
        """Yield plans in which the boarding is at any time of the wish and any visit may change its place."""
        for vehicle in range(len(self._scenario.vehicles)):
            visits = _with(self._own(vehicle), request, self._world.counts[vehicle])
            for plan in self._orders(vehicle, visits, (0, len(visits)), _LAST_STEPS):
                theirs = np.flatnonzero(plan[:, PARTY] == request.id)
                window = offers.window(request, int(self._starts_s(vehicle, plan)[theirs[0]]), self._width_s)
                promised = offers.promised(request, window, self._scenario.travel)
                plan[theirs, :VISIT_COLUMNS] = party_rows(promised)
                yield _Choice(vehicle, plan, promised)

    def _starts_s(self, vehicle: int, visits: Ints) -> Ints:
        """Return when each visit starts if a vehicle makes them in this order."""
        outset, starts_s = self._world.outsets[vehicle], np.zeros(len(visits), np.int64)
        stop, halted_s, ready_s = outset[AT], outset[HALTED], outset[READY]
        for position in range(len(visits)):
            halted_s, ready_s = halts.serve(self._travel, stop, halted_s, ready_s, visits, position)
            stop, starts_s[position] = visits[position, STOP], halted_s
        return starts_s

    def _promises(self, request: Request) -> Iterator[Request]:
        """Yield what may be promised: some windows as wide as the rules and the wish allow."""
        opens_s, closes_s = request.pickup
        last_s = max(opens_s, closes_s - self._width_s)
        step_s = max(_GRID_S, (last_s - opens_s) // _MOST_WINDOWS)
        for earliest_s in (*range(opens_s, last_s, step_s), last_s):
            window = Window(earliest_s, min(earliest_s + self._width_s, closes_s))
            yield offers.promised(request, window, self._scenario.travel)

    def _choose_next(self, vehicle: int, now_s: int) -> None:
        """Put the visits in the order that leaves most room, now that the vehicle is about to set out."""
        own = self._own(vehicle)
        movable = min(len(own), 2 * _REACH)
        if movable > 1:
            plans = self._orders(vehicle, own, (0, movable), _MOST_STEPS)
            others = [
                plan for plan in plans if not np.array_equal(plan[:, PARTY : LONGEST + 1], own[:, PARTY : LONGEST + 1])
            ]
            choices = [_Choice(vehicle, plan, None) for plan in (own, *others[: _MOST_MOVES - 1])]
            self._take_up(choices[self._best(now_s, choices, self._foresight.move_plays, now_s)])

    def _best(self, now_s: int, choices: list[_Choice], plays: int, wished_s: int) -> int:
        """Return which of the plans takes most of those who may ask next."""
        if len(choices) == 1 or plays == 0:
            return 0
        span = (now_s, now_s + _HORIZON_S)
        if wished_s > now_s + _AHEAD_S:
            span = (max(now_s, wished_s - _AROUND_S[0]), wished_s + _AROUND_S[1])
        rounds = max(1, int(np.ceil(np.log2(len(choices)))))
        many = plays // (rounds * 2) + plays // rounds // len(choices) + 8
        futures, lengths = future.imagine(
            self._travel,
            self._day.demand(now_s),
            self._day.due(now_s),
            span,
            self._demand.later_share(now_s),
            self._foresight.seed * 1_000_003 + next(self._looks),
            many,
            _MOST_ASKS,
        )
        best, _ = future.race(
            self._travel, self._world, self._arrays(choices), futures, lengths, self._rules, _WORTH, plays
        )
        return int(best)

    def _arrays(self, choices: list[_Choice]) -> future.Plans:
        visits = np.zeros((len(choices), max(len(choice.visits) for choice in choices), ROW), np.int64)
        for row, choice in zip(visits, choices, strict=True):
            row[: len(choice.visits)] = choice.visits
        vehicles = np.array([choice.vehicle for choice in choices], np.int64)
        return future.Plans(
            vehicles,
            np.array([len(choice.visits) for choice in choices], np.int64),
            visits,
            self._world.outsets[vehicles, READY].copy(),
        )

    def _own(self, vehicle: int) -> Ints:
        """Return a copy of a vehicle's visits."""
        return self._world.visits[vehicle, : self._world.counts[vehicle]].copy()

    def _take_up(self, choice: _Choice) -> None:
        """Let a vehicle do a plan from now on."""
        length = len(choice.visits)
        if length + _SPARE > self._world.visits.shape[1]:
            self._world = _grown(self._world)
        self._world.visits[choice.vehicle, :length] = choice.visits
        self._world.counts[choice.vehicle] = length

    def _make_next(self, vehicle: int) -> list[Stay]:
        """Make the next visit; return the visits of the halt that is over by that."""
        outset, visit = self._world.outsets[vehicle], self._world.visits[vehicle, 0].copy()
        start_s, left_s = halts.make_next(
            self._travel, outset, self._world.visits[vehicle], self._world.counts[vehicle]
        )
        self._world.counts[vehicle] -= 1
        vehicle_id = self._scenario.vehicles[vehicle].id
        kind = VisitKind.PICKUP if visit[LONGEST] == PICKUP else VisitKind.DROPOFF
        return self._halts.add(
            Stay(vehicle_id, int(visit[STOP]), int(start_s), int(left_s), self._ask_ids[int(visit[PARTY])], kind)
        )


def _with(visits: Ints, request: Request, position: int) -> Ints:
    """Return the visits with those of ``request`` before ``position``."""
    party = np.full((2, ROW), WAITING, np.int64)
    party[:, :VISIT_COLUMNS] = party_rows(request)
    return np.concatenate((visits[:position], party, visits[position:]))


def _world(scenario: Scenario) -> halts.World:
    """Return the fleet at the beginning of its shift."""
    outsets = np.zeros((len(scenario.vehicles), OUTSET), np.int64)
    for outset, vehicle in zip(outsets, scenario.vehicles, strict=True):
        opens_s, closes_s = vehicle.shift
        outset[:] = (vehicle.start_stop, opens_s, 0, 0, *vehicle.capacity, closes_s, opens_s)
    counts = np.zeros(len(outsets), np.int64)
    return halts.World(outsets, counts, np.zeros((len(outsets), _ROOM, ROW), np.int64))


def _grown(world: halts.World) -> halts.World:
    """Return ``world`` with room for twice as many visits."""
    return world._replace(visits=np.concatenate((world.visits, np.zeros_like(world.visits)), axis=1))
