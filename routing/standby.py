"""Where vehicles with nothing to do stand: sent to where somebody may ask whom no other would reach in time.

While wishes are refused, idle vehicles are moved up once a minute as long as that is worth it
(`routing.kernels.cover`). Where people ask is learnt from the day so far. On its way a vehicle passes stop after stop,
and takes a party from the next one on.
"""

import numpy as np

from routing.fleet import Fleet
from routing.kernels.cover import Cover, Wait, best_move, look
from routing.kernels.route import AT, BEGAN_HERE, DEPART, NOWHERE, READY, SHIFT_END, STOP, Floats, Ints
from routing.scenario import Ask, Rules

FEW_VEHICLES = 30  # in a fleet of so many nobody is sent anywhere: it takes no more wishes

_EVERY_S = 60
_AT_A_TIME = 3  # vehicles
_WORTH = 0.1  # asks expected in a quarter of an hour that are reached by a move, at least
_SPAN_S = 900.0
_FARTHEST_S = 1_500
_SHORT = 0.44  # of the longest wait: a stop reached that soon counts wholly
_HALF_S = 3_600.0  # after which an ask counts half
_SUPPOSED = 30.0  # asks, spread over all stops, before the day begins
_LATELY_S = 1_800  # so long after the last refusal nobody is sent: all are reached as it is
_SOON_S = 1_200  # an ask for later says little about where to stand now


class Standby:
    """The idle vehicles of a fleet, and where they are sent."""

    def __init__(self, fleet: Fleet, rules: Rules) -> None:
        self._fleet = fleet
        self._travel = fleet.travel.seconds[0].astype(np.int64)
        np.fill_diagonal(self._travel, 0)  # whoever is there is there, whatever the table says
        self._wait = Wait(_SHORT * rules.max_wait_s, float(rules.max_wait_s))
        self._targets = np.full(len(fleet.arrays.counts), NOWHERE)
        stops = len(self._travel)
        self._asks: Floats = np.full(stops, _SUPPOSED / stops)
        self._cover = Cover(*(np.zeros(stops, np.int64) for _ in range(3)))
        self._noted_s: int | None = None
        self._refused_s: int | None = None
        self._sent_s = -_EVERY_S

    def note(self, now_s: int, ask: Ask, *, is_refused: bool) -> None:
        """Learn from a wish where people ask."""
        if ask.time_s - now_s > _SOON_S:
            return
        if is_refused:
            self._refused_s = now_s
        if self._noted_s is not None:
            self._asks *= 0.5 ** (max(0, now_s - self._noted_s) / _HALF_S)
        self._noted_s = now_s
        self._asks[ask.origin] += 1

    def drive_on(self, now_s: int) -> list[tuple[int, int, int]]:
        """Let those on their way pass all stops that they leave by ``now_s``; return vehicle, next stop and arrival.

        Who has been given a party meanwhile is on its way to that.
        """
        outsets, counts, targets = self._fleet.arrays.outsets, self._fleet.arrays.counts, self._targets
        targets[counts > 0] = NOWHERE
        passed = []
        for vehicle in np.flatnonzero(targets != NOWHERE).tolist():
            while self._is_under_way(vehicle) and outsets[vehicle, READY] <= now_s:
                passed.append(self._pass(vehicle))
            if not self._is_under_way(vehicle):
                targets[vehicle] = NOWHERE
        return passed

    def send(self, now_s: int) -> None:
        """Once a minute choose where idle vehicles had better stand; they leave at the next `drive_on`."""
        if self._refused_s is None or now_s - self._refused_s > _LATELY_S or now_s - self._sent_s < _EVERY_S:
            return
        self._sent_s = now_s
        outsets, counts = self._fleet.arrays.outsets, self._fleet.arrays.counts
        in_time = outsets[:, SHIFT_END] - now_s > 2 * _FARTHEST_S
        idle = (counts == 0) & (self._targets == NOWHERE) & (outsets[:, READY] <= now_s) & in_time
        if not idle.any():
            return
        stops, free_in_s = self._ends(now_s)
        asks = self._asks * (np.log(2) / _HALF_S * _SPAN_S)
        for _ in range(_AT_A_TIME):
            look(self._travel, stops, free_in_s, self._cover)
            worth, vehicle, target = best_move(self._travel, stops, idle, asks, self._cover, self._wait, _FARTHEST_S)
            if worth < _WORTH:
                break
            self._targets[vehicle] = stops[vehicle] = target
            idle[vehicle] = False

    def _ends(self, now_s: int) -> tuple[Ints, Ints]:
        """Return where each vehicle will be with nothing to do, and in how many seconds."""
        arrays, vehicles = self._fleet.arrays, np.arange(len(self._targets))
        last, is_busy = np.maximum(arrays.counts - 1, 0), arrays.counts > 0
        stands = np.where(self._targets == NOWHERE, arrays.outsets[:, AT], self._targets)
        stops = np.where(is_busy, arrays.visits[vehicles, last, STOP], stands)
        free_s = np.where(is_busy, arrays.times[vehicles, last, DEPART], now_s)
        return stops, np.maximum(free_s - now_s, 0)

    def _is_under_way(self, vehicle: int) -> bool:
        """Tell whether a vehicle that was sent is not where it is sent to."""
        return bool(self._travel[self._fleet.arrays.outsets[vehicle, AT], self._targets[vehicle]] > 0)

    def _pass(self, vehicle: int) -> tuple[int, int, int]:
        """Drive a vehicle to the next stop on the fastest way to its target."""
        outset, travel = self._fleet.arrays.outsets[vehicle], self._travel
        here, target = int(outset[AT]), int(self._targets[vehicle])
        is_on_way = (travel[here] > 0) & (travel[here] + travel[:, target] == travel[here, target])
        between = np.flatnonzero(is_on_way)
        following = int(between[travel[here, between].argmin()])
        arrives_s = int(outset[READY] + travel[here, following])
        outset[AT], outset[READY], outset[BEGAN_HERE] = following, arrives_s, arrives_s
        return vehicle, following, arrives_s
