"""The online loop without a database: quote, confirm, advance, finish. Insertion and timing are the product's.

A vehicle leaves for its next visit as late as the schedule allows and is not turned round on the way. So
what has been set out for is done, and all else may still change.
"""

from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from routing import offers
from routing.cost import DEFAULT, Weights
from routing.fleet import Fleet, Spot
from routing.insertion import without
from routing.kernels.fleet import BEGAN, GOT_ON, LEFT, VEHICLE, WHERE, WHO
from routing.offers import Offer
from routing.problem import Itinerary, Plan, Request, VisitKind
from routing.reoptimise import EFFORT, Effort, reoptimise
from routing.reorder import Reordering, reorderings
from routing.scenario import Ask, Scenario
from routing.standby import FEW_VEHICLES, Standby
from routing.stays import END_OF_TIME_S, Halts, Stay
from routing.timing import party_rows

_SEED = 20221121


@dataclass(frozen=True)
class _Held:
    """An offer with the place behind it, until the rider has chosen.

    None: the party is seated already, or time has gone on and a place has to be found anew.
    """

    offer: Offer
    spot: Spot | Reordering | None
    promised: Request


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
        if ask.goes_nowhere:
            return []
        number = next(self._numbers)
        self._ask_ids[number] = ask.id
        settles = self._effort.turns > 0 and len(self._scenario.vehicles) <= self._effort.settled
        for place, request in enumerate(offers.requests(self._scenario, ask, number, now_s=now_s, strict=self._strict)):
            is_wish = place == 0
            self._hold(request, settles=settles and is_wish)
            if is_wish and self._standby is not None:
                self._standby.note(now_s, ask, is_refused=not self._held)
            if len(self._held) == (1 if is_wish else offers.MOST_OFFERS):
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
        if self._standby is not None and now_s < END_OF_TIME_S:
            self._standby.send(now_s)
            stays += self._pass_by(now_s)
        return [over for stay in stays for over in self._halts.add(stay)]

    def finish(self) -> list[Stay]:
        """Drive the rest of the day; return the visits made."""
        self._forget()
        over = self.advance(END_OF_TIME_S)
        return over + [stay for vehicle in self._scenario.vehicles for stay in self._halts.leave(vehicle.id)]

    def _hold(self, request: Request, *, settles: bool) -> None:
        """Hold the best place for ``request``, if there is any: as the visits stand, else in another order of them."""
        party = party_rows(request)
        for spot in self._fleet.cheapest(party) or reorderings(self._fleet, party, self._effort.asked)[:1]:
            if settles:
                self._held.append(self._settle(spot, request))
                continue
            pickup_s = spot.pickup_s if isinstance(spot, Reordering) else self._fleet.starts_at(spot, party)[0]
            self._held.append(self._promise(request, pickup_s, spot))

    def _settle(self, spot: Spot | Reordering, wish: Request) -> _Held:
        """Seat a party and let vehicles nearby exchange; return the offer that is best by that.

        While nothing but the wish itself binds it there is room to move it that is gone once a window is promised.
        """
        self._seat(spot, wish)
        reoptimise(self._fleet, party_rows(wish), self._generator, self._effort)
        self._settled = wish.id
        held = self._promise(wish, self._fleet.pickup_s(wish.id), None)
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

    def _promise(self, wish: Request, pickup_s: int, spot: Spot | Reordering | None) -> _Held:
        """Return the promise that a boarding at ``pickup_s`` can keep, with the place behind it."""
        window = offers.window(wish, pickup_s, self._scenario.rules.promise_width_s)
        promised = offers.promised(wish, window, self._scenario.travel)
        return _Held(Offer.of(promised, pickup_s), spot, promised)

    def _pass_by(self, now_s: int) -> list[Stay]:
        """Return the stops that vehicles with nothing to do pass, those that they set out for by ``now_s``."""
        if self._standby is None or now_s == END_OF_TIME_S:
            return []
        passed = self._standby.drive_on(now_s)
        return [Stay(self._scenario.vehicles[vehicle].id, stop, at_s, at_s) for vehicle, stop, at_s in passed]

    def _stay(self, row: list[int]) -> Stay:
        """Return a visit made, from its row."""
        kind = VisitKind.PICKUP if row[GOT_ON] else VisitKind.DROPOFF
        return Stay(row[VEHICLE], row[WHERE], row[BEGAN], row[LEFT], self._ask_ids[row[WHO]], kind)
