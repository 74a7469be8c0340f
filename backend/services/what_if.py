"""A day that is over, asked again: the same wishes in the same order, with another fleet, other hours, other limits.

Wishes are placed by the code that the product decides by (`modes.area`, `routing.decision`), and between them vehicles
exchange parties as they do on a real day. Vehicles drive as planned: no delays, no breakdowns.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

import numpy as np
from sqlalchemy import inspect

from backend.db.models import TransportService
from backend.domain import times
from backend.domain.policies import driver_breaks, eligibility, fairness
from backend.domain.policies.driver_breaks import BreakRule
from backend.domain.policies.what_if import AS_IT_WAS, Change, DayFigures
from backend.services import itineraries
from backend.services.itineraries import DayPlan, RunPlan
from backend.services.modes import area
from backend.services.past_days import PastAsk, PastDay
from routing import decision
from routing.fleet import Fleet
from routing.insertion import without
from routing.kernels.fleet import BEGAN, GOT_ON, VEHICLE, WHERE, WHO
from routing.problem import Itinerary, Visit, VisitKind, Window
from routing.reoptimise import reoptimise
from routing.timing import Schedule, party_rows, schedule

SEED = 20221121
_OVER_S = 1 << 40


def replay(day: PastDay, change: Change = AS_IT_WAS) -> DayFigures:
    """Return what becomes of the wishes of a day under ``change``; the same each time.

    A wish is not asked when the need it was for has been met: an earlier try of it, or what it was booked instead of.
    """
    running = _Running(changed(day, change))
    met, refused, unasked = set[int](), set[int](), set[int]()
    for at_s, _, ask in sorted(_moments(day), key=lambda each: each[:2]):
        if at_s != ask.at_s:
            running.give_up(ask, at_s)
        elif ask.need in met or ask.instead_of in met or ask.replaces in unasked:
            unasked.add(ask.number)
        else:
            (met if running.ask(ask) else refused).add(ask.need)
    return running.figures(len(refused - met))


def _moments(day: PastDay) -> Iterator[tuple[int, int, PastAsk]]:
    """Return when wishes are asked and given up."""
    for ask in day.asks:
        yield ask.at_s, ask.number, ask
        if ask.given_up_s is not None:
            yield max(ask.given_up_s, ask.at_s + 1), ask.number, ask


def changed(day: PastDay, change: Change) -> DayPlan:
    """Return the morning of a day under ``change``: shifts, breaks and limits; one vehicle more is like the first.

    Shifts that end or begin with the service hours do so with the new ones, but for vehicles that drive a line besides.
    Breaks are made for the new shifts.
    """
    day_plan = day.day_plan
    service = _service(day_plan.service, change)
    by_vehicle: dict[int, list[RunPlan]] = {}
    for each in day_plan.runs:
        vehicle_id = each.run.duty.vehicle_id
        is_bound = vehicle_id in day.bound
        itinerary = each.itinerary if is_bound else _moved(each.itinerary, day_plan.service, change)
        by_vehicle.setdefault(vehicle_id, []).append(replace(each, itinerary=itinerary))
    teams = list(by_vehicle.values())
    wanted = max(0, len(teams) + change.vehicles)
    runs = [each for team in [*teams, *(teams[:1] * change.vehicles)][:wanted] for each in team]
    numbered = [
        replace(each, itinerary=replace(each.itinerary, vehicle=replace(each.itinerary.vehicle, id=number)))
        for number, each in enumerate(runs, start=1)
    ]
    ready = tuple(replace(each, itinerary=_with_breaks(each, service, day_plan)) for each in numbered)
    return replace(day_plan, service=service, runs=ready)


def _service(service: TransportService, change: Change) -> TransportService:
    """Return the settings of a service under ``change``; a copy that no session knows of."""
    columns = [column.key for column in inspect(TransportService).column_attrs]
    settings = {name: getattr(service, name) for name in columns} | {
        "hours_start_s": max(0, service.hours_start_s - change.earlier_s),
        "hours_end_s": min(times.DAY_S, service.hours_end_s + change.later_s),
    }
    limits = {"max_wait_s": change.max_wait_s, "pickup_window_s": change.pickup_window_s}
    return TransportService(**settings | {name: value for name, value in limits.items() if value is not None})


def _moved(itinerary: Itinerary, service: TransportService, change: Change) -> Itinerary:
    """Return an empty itinerary whose shift follows the hours of the service."""
    shift = itinerary.vehicle.shift
    begins_s = shift.earliest_s - (change.earlier_s if shift.earliest_s == service.hours_start_s else 0)
    ends_s = shift.latest_s + (change.later_s if shift.latest_s == service.hours_end_s else 0)
    vehicle = replace(itinerary.vehicle, shift=Window(max(0, begins_s), min(times.DAY_S, ends_s)))
    return replace(itinerary, vehicle=vehicle, ready_s=vehicle.shift.earliest_s)


def _with_breaks(each: RunPlan, service: TransportService, day_plan: DayPlan) -> Itinerary:
    """Return an empty itinerary with the breaks of its shift, at the depot (decision 0028)."""
    vehicle, depot = each.itinerary.vehicle, day_plan.times.of(each.run.duty.vehicle.depot_stop_id)
    rule = BreakRule(service.break_s, service.break_after_s)
    visits: list[Visit] = []
    for place, span in enumerate(driver_breaks.windows(vehicle.shift.earliest_s, vehicle.shift.latest_s, rule)):
        number = -(vehicle.id * times.DAY_S + place + 1)
        rest = itineraries.rest_of(number, vehicle, depot, window=Window(*span), length_s=service.break_s)
        visits += [Visit(rest, VisitKind.PICKUP), Visit(rest, VisitKind.DROPOFF)]
    return replace(each.itinerary, visits=tuple(visits))


class _Running:
    """A day as it goes by: what is still to be driven, and who has ridden."""

    def __init__(self, day_plan: DayPlan) -> None:
        self._day_plan = day_plan
        self._fleet = Fleet(day_plan.plan, day_plan.times.matrix, day_plan.weights)
        self._places = {each.vehicle.id: place for place, each in enumerate(day_plan.plan)}
        self._at = [each.at_stop for each in day_plan.plan]
        self._generator = np.random.default_rng(SEED)
        self._wishes: dict[int, PastAsk] = {}
        self._got_on: dict[int, int] = {}
        self._got_off: dict[int, int] = {}
        self._driving_s = 0

    def ask(self, ask: PastAsk) -> bool:
        """Place a wish; return False when no vehicle can take it, or when it lies outside the service hours.

        The ride it is to take the place of counts as free meanwhile, and stays if it is refused (Q-12).
        """
        self._go_on(ask.at_s)
        before = self._take_out(ask.replaces)
        is_placed = self._place(ask)
        if before is not None and not is_placed:
            self._fleet.put(*before)
        elif before is not None and ask.replaces is not None:
            del self._wishes[ask.replaces]
        return is_placed

    def give_up(self, ask: PastAsk, at_s: int) -> None:
        """Let a party not ride; a vehicle that has set out for it drives there all the same."""
        self._go_on(at_s)
        self._take_out(ask.number)
        self._wishes.pop(ask.number, None)

    def figures(self, refused: int) -> DayFigures:
        """Drive the rest of the day; return what came of all."""
        self._go_on(_OVER_S)
        for place, each in enumerate(self._day_plan.plan):
            if each.vehicle.end_stop is not None:
                self._drive(place, each.vehicle.end_stop, each.vehicle.shift.latest_s)
        rides = [(ask.wish, self._got_on[number], self._got_off[number]) for number, ask in self._wishes.items()]
        stop_times = self._day_plan.times
        direct = [stop_times.seconds(wish.pickup_stop_id, wish.dropoff_stop_id, on_s) for wish, on_s, _ in rides]
        shifts = [each.vehicle.shift for each in self._day_plan.plan]
        return DayFigures(
            refused=refused,
            rides=len(rides),
            wait_s=sum(fairness.wait_s(wish.kind, wish.time_s, on_s, off_s) for wish, on_s, off_s in rides),
            detour_s=sum(max(0, off - on - way) for (_, on, off), way in zip(rides, direct, strict=True)),
            driving_s=self._driving_s,
            shift_s=sum(shift.latest_s - shift.earliest_s for shift in shifts),
        )

    def _place(self, ask: PastAsk) -> bool:
        day_plan, service = self._now(ask.at_s), self._day_plan.service
        outside = eligibility.check_hours(ask.wish, start_s=service.hours_start_s, end_s=service.hours_end_s)
        candidates = [] if outside else area.promises(day_plan, ask.wish, not_before_s=ask.not_before_s)
        case = area.case_of(day_plan, ask.wish, candidates)
        case = replace(case, wishes=tuple(replace(each, id=ask.number) for each in case.wishes))
        index, insertion = next(decision.placements(case, day_plan.times.matrix), (0, None))
        if insertion is None:
            return False
        self._fleet.put(self._places[insertion.vehicle_id], insertion.itinerary)
        reoptimise(self._fleet, party_rows(case.wishes[index]), self._generator)
        self._wishes[ask.number] = ask
        return True

    def _take_out(self, number: int | None) -> tuple[int, Itinerary] | None:
        """Take a party that waits out of the plan; return what its vehicle was to do, None if it does not wait."""
        if number not in self._wishes:
            return None
        for place, itinerary in enumerate(self._fleet.plan()):
            if any(visit.request.id == number and visit.kind is VisitKind.PICKUP for visit in itinerary.visits):
                self._fleet.put(place, without(itinerary, number))
                return place, itinerary
        return None

    def _now(self, now_s: int) -> DayPlan:
        """Return what is still to be driven as of now."""
        runs = zip(self._day_plan.runs, self._fleet.plan(), strict=True)
        now = tuple(replace(run, itinerary=itinerary) for run, itinerary in runs)
        return replace(self._day_plan, runs=now, now_s=now_s)

    def _go_on(self, now_s: int) -> None:
        """Let vehicles make every visit that they have set out for by now, and show drivers their next one."""
        for row in self._fleet.advance(now_s):
            place, stop, began_s, who = (int(row[column]) for column in (VEHICLE, WHERE, BEGAN, WHO))
            self._drive(place, stop, began_s)
            if who > 0:
                (self._got_on if row[GOT_ON] else self._got_off)[who] = began_s
        for place, itinerary in enumerate(self._fleet.plan()):
            frozen = self._shown(itinerary, now_s)
            if frozen != itinerary.frozen:
                self._fleet.put(place, replace(itinerary, frozen=frozen))

    def _drive(self, place: int, stop: int, arrive_s: int) -> None:
        """Count the way to a stop, which a vehicle leaves for as late as it may."""
        origin, self._at[place] = self._at[place], stop
        if origin != stop:
            driving = self._day_plan.times.driving
            self._driving_s += driving.seconds(origin, stop, driving.leave_by(origin, stop, arrive_s))

    def _shown(self, itinerary: Itinerary, now_s: int) -> int:
        """Return how many visits a driver is shown as the next halt: none while the vehicle need not leave soon."""
        matrix, lead_s = self._day_plan.times.matrix, self._day_plan.service.next_visit_lead_s
        if not itinerary.visits:
            return 0
        first, planned = itinerary.visits[0], schedule(itinerary, matrix)
        assert isinstance(planned, Schedule)  # nothing is late here
        leaves_s = matrix.leave_by(itinerary.at_stop, first.stop, planned.starts_s[0])
        if now_s < leaves_s - lead_s:
            return 0
        return sum(1 for _ in takewhile(lambda visit: _halt(visit) == _halt(first), itinerary.visits))


def _halt(visit: Visit) -> tuple[int, bool]:
    """Return what tells halts apart: a break is a halt of its own."""
    return visit.stop, visit.request.only_vehicle is not None
