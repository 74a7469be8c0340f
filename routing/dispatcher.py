"""The online loop without a database: quote, confirm, advance, finish. Insertion and timing are the product's.

A vehicle leaves for its next visit as late as the schedule allows and is not turned round on the way. So
what has been set out for is done, and all else may still change.
"""

from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from routing.cost import DEFAULT, Weights
from routing.fleet import Fleet, Spot
from routing.insertion import without
from routing.kernels.fleet import BEGAN, GOT_ON, LEFT, VEHICLE, WHERE, WHO
from routing.problem import Itinerary, Plan, Request, VisitKind, Window
from routing.reoptimise import EFFORT, Effort, reoptimise
from routing.reorder import Reordering, reorderings
from routing.scenario import Ask, Scenario
from routing.standby import FEW_VEHICLES, Standby
from routing.timing import party_rows

_END_OF_TIME_S = 1 << 40
_OTHER_TIMES_S = (900, -900, 1800, -1800, 3600, -3600)
_MOST_OFFERS = 3
_SEED = 20221121
_LATE_S = 300  # a boarding may come so much later than the time quoted


@dataclass(frozen=True)
class Offer:
    """What is promised if taken: when boarding and alighting start, and the boarding expected."""

    pickup: Window
    dropoff: Window
    expected_s: int


@dataclass(frozen=True)
class Stay:
    """A visit that was made: where, from when to when, and who got on or off at its start.

    No ``kind``: nobody did, the vehicle came by on its way to where it stands by.
    """

    vehicle_id: int
    stop: int
    arrived_s: int
    left_s: int
    ask_id: str = ""
    kind: VisitKind | None = None


class Halts:
    """The visits that each vehicle has made where it is, held back until nobody can join them any more."""

    def __init__(self) -> None:
        self._open: dict[int, list[Stay]] = {}

    def add(self, stay: Stay) -> list[Stay]:
        """Add a visit that was made; return those of the halt that is over by that."""
        last = self._open.get(stay.vehicle_id, [])[-1:]
        joins = any(each.stop == stay.stop and stay.arrived_s < each.left_s for each in last)
        over = [] if joins else self.leave(stay.vehicle_id)
        self._open.setdefault(stay.vehicle_id, []).append(stay)
        return over

    def leave(self, vehicle_id: int) -> list[Stay]:
        """Return the visits of the vehicle's last halt, each until the vehicle left."""
        stays = self._open.pop(vehicle_id, [])
        return [replace(stay, left_s=stays[-1].left_s) for stay in stays]


@dataclass(frozen=True)
class _Held:
    """An offer with the place behind it, until the rider has chosen.

    None: the party is seated already, or time has gone on and a place has to be found anew.
    """

    offer: Offer
    spot: Spot | Reordering | None
    promised: Request

    @classmethod
    def of(cls, offer: Offer, wish: Request, spot: Spot | Reordering | None) -> "_Held":
        """Return an offer for a wish: what is promised binds as the wish did."""
        return cls(offer, spot, replace(wish, pickup=offer.pickup, dropoff=offer.dropoff))


class Dispatcher:
    """Answers wishes one by one, and keeps every promise it gives."""

    def __init__(
        self, scenario: Scenario, *, strict: bool = True, weights: Weights = DEFAULT, effort: Effort = EFFORT
    ) -> None:
        self._scenario, self._strict, self._effort = scenario, strict, effort
        self._generator = np.random.default_rng(_SEED)
        self._fleet = Fleet(
            tuple(
                Itinerary(vehicle, (), vehicle.start_stop, vehicle.shift.earliest_s) for vehicle in scenario.vehicles
            ),
            scenario.travel,
            weights,
        )
        self._numbers = count()
        self._ask_ids: dict[int, str] = {}
        self._held: list[_Held] = []
        self._settled: int | None = None  # a party that has its place before it has taken the offer
        self._halts = Halts()
        is_large = len(scenario.vehicles) > FEW_VEHICLES
        self._standby = Standby(self._fleet, scenario.rules) if is_large else None

    @property
    def plan(self) -> Plan:
        """Return what is still to be done."""
        return self._fleet.plan()

    def quote(self, now_s: int, ask: Ask) -> list[Offer]:
        """Return what can be promised for ``ask``: the wish itself, else up to three times near it.

        When ``strict``, nothing outside the wish is offered. An empty list is a refusal. In a small fleet the party has
        its place meanwhile, until it answers or time goes on.
        """
        self._forget()
        number = next(self._numbers)
        self._ask_ids[number] = ask.id
        wish = self._scenario.request(ask, number, not_before_s=now_s)
        settles = self._effort.turns > 0 and len(self._scenario.vehicles) <= self._effort.settled
        self._hold(wish, ask, settles=settles)
        if self._standby is not None:
            self._standby.note(now_s, ask, is_refused=not self._held)
        if self._held or self._strict:
            return [held.offer for held in self._held]
        for shift_s in _OTHER_TIMES_S:
            self._hold(self._scenario.request(ask, number, not_before_s=now_s, shift_s=shift_s), ask)
            if len(self._held) == _MOST_OFFERS:
                break
        return [held.offer for held in self._held]

    def confirm(self, taken: int | None) -> None:
        """Keep the promise of the offer at ``taken``, or forget the last offers if it is None.

        With a new party aboard the plan, vehicles nearby look for better places for those that wait.
        """
        if taken is None:
            self._forget()
            return
        promised = self._held[taken].promised
        if self._settled is None:
            self._seat(self._held[taken].spot or self._place(promised), promised)
        reoptimise(self._fleet, party_rows(promised), self._generator, self._effort)
        self._held, self._settled = [], None

    def advance(self, now_s: int) -> list[Stay]:
        """Set out for every visit that is due by ``now_s``; return the visits of all halts that are over.

        Nobody sets out for a party that has not taken its offer. Its place is counted in visits of which some may be
        made now, so it is found anew when the offer is taken after all.
        """
        self._unseat()
        self._held = [replace(held, spot=None) for held in self._held]
        stays = self._pass_by(now_s)
        stays += [self._stay(row) for row in self._fleet.advance(now_s).tolist()]
        if self._standby is not None and now_s < _END_OF_TIME_S:
            self._standby.send(now_s)
            stays += self._pass_by(now_s)
        return [over for stay in stays for over in self._halts.add(stay)]

    def finish(self) -> list[Stay]:
        """Drive the rest of the day; return the visits made."""
        self._forget()
        over = self.advance(_END_OF_TIME_S)
        return over + [stay for vehicle in self._scenario.vehicles for stay in self._halts.leave(vehicle.id)]

    def _hold(self, request: Request, ask: Ask, *, settles: bool = False) -> None:
        """Hold the best place for ``request``, if there is any: as the visits stand, else in another order of them."""
        party = party_rows(request)
        for spot in self._fleet.cheapest(party) or reorderings(self._fleet, party, self._effort.asked)[:1]:
            if settles:
                self._held.append(self._settle(spot, request, ask))
                continue
            pickup_s = spot.pickup_s if isinstance(spot, Reordering) else self._fleet.starts_at(spot, party)[0]
            self._held.append(_Held.of(self._promise(request, pickup_s, ask), request, spot))

    def _settle(self, spot: Spot | Reordering, wish: Request, ask: Ask) -> _Held:
        """Seat a party and let vehicles nearby exchange; return the offer that is best by that.

        While nothing but the wish itself binds it there is room to move it that is gone once a window is promised.
        """
        self._seat(spot, wish)
        reoptimise(self._fleet, party_rows(wish), self._generator, self._effort)
        self._settled = wish.id
        held = _Held.of(self._promise(wish, self._fleet.pickup_s(wish.id), ask), wish, None)
        broken = self._fleet.narrow(held.promised)
        assert broken is None  # the window is put around the moment at which the party is picked up
        return held

    def _seat(self, spot: Spot | Reordering, request: Request) -> None:
        """Give a party its place."""
        if isinstance(spot, Spot):
            broken = self._fleet.insert(spot, request)
        else:
            broken = self._fleet.rearrange(spot.vehicle, spot.order, request)
        if broken is not None:
            raise RuntimeError(f"vehicle {spot.vehicle} cannot keep its promises: {broken}")

    def _place(self, promised: Request) -> Spot | Reordering:
        """Return a place for a party that takes its offer late; raise ValueError when there is none any more."""
        party = party_rows(promised)
        for spot in self._fleet.cheapest(party) or reorderings(self._fleet, party, self._effort.asked)[:1]:
            return spot
        raise ValueError("the offer was taken too late")

    def _forget(self) -> None:
        """Forget the last offers."""
        self._unseat()
        self._held = []

    def _unseat(self) -> None:
        """Take a party out of the plan that was seated and has not taken its offer."""
        if self._settled is None:
            return
        vehicle, _, _ = self._fleet.waits_at(self._settled)
        self._fleet.put(vehicle, without(self._fleet.itinerary(vehicle), self._settled))
        self._settled = None

    def _promise(self, request: Request, pickup_s: int, ask: Ask) -> Offer:
        """Return the promise that a boarding at ``pickup_s`` can keep: a window as wide as the rules allow.

        Near the end of the wish it opens before ``pickup_s``, so that there is always room to plan better later. The
        boarding is told so late in the window that nobody waits long beyond it.
        """
        rules = self._scenario.rules
        wished = request.pickup
        opens_s = max(wished.earliest_s, min(pickup_s, wished.latest_s - rules.promise_width_s))
        closes_s = min(wished.latest_s, opens_s + rules.promise_width_s)
        ride_s = self._scenario.longest_ride_s(ask)
        earliest_s = request.dropoff.earliest_s
        if ask.kind == "depart":
            earliest_s = opens_s + self._scenario.direct_s(ask)
        return Offer(
            pickup=Window(opens_s, closes_s),
            dropoff=Window(earliest_s, min(request.dropoff.latest_s, closes_s + ride_s)),
            expected_s=max(pickup_s, closes_s - _LATE_S),
        )

    def _pass_by(self, now_s: int) -> list[Stay]:
        """Return the stops that vehicles with nothing to do pass, those that they set out for by ``now_s``."""
        if self._standby is None or now_s == _END_OF_TIME_S:
            return []
        passed = self._standby.drive_on(now_s)
        return [Stay(self._scenario.vehicles[vehicle].id, stop, at_s, at_s) for vehicle, stop, at_s in passed]

    def _stay(self, row: list[int]) -> Stay:
        """Return a visit made, from its row."""
        kind = VisitKind.PICKUP if row[GOT_ON] else VisitKind.DROPOFF
        return Stay(row[VEHICLE], row[WHERE], row[BEGAN], row[LEFT], self._ask_ids[row[WHO]], kind)
