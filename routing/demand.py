"""Who is likely to ask for a ride: learnt from past days of the town, else from its stops, and from the day so far.

Goals follow a gravity model (Wilson 1967), to which pairs seen on past days are added; the rate of a time of day is
the mean of the past days about that time. Who goes out may ask for the way back: the share and the length of the
stay are those of past days. Without any, a town is supposed to be busy as one vehicle can bear, and the asks of the
day correct that (gamma prior). Nothing is taken from asks that have not come.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from routing.kernels import future
from routing.kernels.route import Floats, Ints
from routing.scenario import Ask, Scenario

_BIN_S = 300
_BINS = 24 * 3600 // _BIN_S
_SMOOTH = 7  # bins that a rate is the mean of
_AT_ONCE_S = 1_200  # who asks for a ride later than that from now books ahead
_SHORTEST_S = 120  # shorter ways are walked
_DECAYS_S = (200, 300, 400, 500, 650, 850)
_PULLS = (1.0, 2.0, 4.0, 8.0, 16.0)  # of a stop that is no home
_PULL, _HOMES = 6.0, 0.8  # without past days: of a stop that is no home, and the share that starts at a home
_RETURNING, _BACK_S = 0.45, (2_700, 9_000)  # without past days: who comes back, and after how long
_PER_HOUR = 6.0  # asks for each vehicle, as long as the day has not shown otherwise
_PRIOR_HOURS = 1.0  # what that is worth against the day itself
_PAIR_WEIGHT = 40.0  # what the gravity model is worth against ways seen from a stop
_LAST_S = 1_800  # before the end of the shift nobody asks any more


class _Due(NamedTuple):
    """Somebody went out: where to, from where, and between when the way back may be asked for."""

    at: int
    home: int
    from_s: float
    until_s: float


@dataclass(frozen=True)
class Demand:
    """What is known before the day: ``of`` is for compiled code, ``leads_s`` how long before the ride people ask."""

    of: future.Demand
    leads_s: Floats
    known: bool

    def later_share(self, now_s: int) -> Floats:
        """Return for each bin of the day which share of its riders has not asked by now."""
        starts_s = np.arange(_BINS) * _BIN_S + _BIN_S / 2
        ahead_s = np.maximum(starts_s - now_s, _AT_ONCE_S)
        asked: Floats = np.searchsorted(self.leads_s, ahead_s, side="right") / len(self.leads_s)
        return asked


class DaySoFar:
    """The asks of today, and who of them may come back."""

    def __init__(self, demand: Demand, scenario: Scenario) -> None:
        self._demand, self._scenario = demand, scenario
        self._due: list[_Due] = []
        self._asked = 0
        self._opens_s = min((vehicle.shift.earliest_s for vehicle in scenario.vehicles), default=0)

    def note(self, ask: Ask) -> None:
        """Take notice of an ask: the way back of somebody who went out, or a way out."""
        self._asked += ask.asked_s >= self._opens_s
        for due in self._due:
            if (due.at, due.home) == (ask.origin, ask.destination) and due.from_s <= ask.time_s <= due.until_s:
                self._due.remove(due)
                return
        from_s = (
            ask.time_s + self._scenario.travel.seconds(ask.origin, ask.destination, 0) + self._demand.of.back_from_s
        )
        stay_s = self._demand.of.back_until_s - self._demand.of.back_from_s
        self._due.append(_Due(ask.destination, ask.origin, from_s, from_s + stay_s))

    def demand(self, now_s: int) -> future.Demand:
        """Return the demand, its level corrected by the day so far if no past day told it."""
        if self._demand.known:
            return self._demand.of
        hours = max(0, now_s - self._opens_s) / 3_600
        expected = _PER_HOUR * max(1, len(self._scenario.vehicles))
        level = (expected * _PRIOR_HOURS + self._asked) / (_PRIOR_HOURS + hours) / expected
        return self._demand.of._replace(rates=self._demand.of.rates * level)

    def due(self, now_s: int) -> Floats:
        """Return who may come back, a row each, with how likely that is now that they have not asked yet."""
        rows = []
        for due in self._due:
            if due.until_s > now_s:
                gone = max(0.0, (now_s - due.from_s) / (due.until_s - due.from_s))
                share = self._demand.of.returning
                rows.append(
                    (due.at, due.home, max(due.from_s, now_s), due.until_s, share * (1 - gone) / (1 - share * gone))
                )
        return np.array(rows, float).reshape(-1, 5)


def expect(scenario: Scenario, past: Iterable[Scenario] = ()) -> Demand:
    """Return the demand of a day in the town of ``scenario``, learnt from ``past`` days of the same town if any."""
    stops = len(scenario.travel.bands[0])
    days = [day for day in past if day.asks and len(day.travel.bands[0]) == stops]
    return _learnt(scenario, days) if days else _supposed(scenario)


def _supposed(scenario: Scenario) -> Demand:
    """Return what can be said from the stops alone."""
    seconds = scenario.travel.bands[0]
    homes = _homes(scenario)
    decay_s = max(1.0, float(np.median(seconds)))  # of stops next door to each other, too
    shares = np.full(len(seconds), (1 - _HOMES) / len(seconds)) + _HOMES * homes / homes.sum()
    opens_s = min((vehicle.shift.earliest_s for vehicle in scenario.vehicles), default=0)
    closes_s = max((vehicle.shift.latest_s for vehicle in scenario.vehicles), default=0)
    starts_s = np.arange(_BINS) * _BIN_S
    busy = (starts_s >= opens_s) & (starts_s < closes_s - _LAST_S)
    rate = _PER_HOUR / 3_600 * len(scenario.vehicles) / (1 + _RETURNING)
    return Demand(
        future.Demand(
            rates=np.where(busy, rate, 0.0),
            bin_s=_BIN_S,
            origins=np.cumsum(shares),
            goals=np.cumsum(_gravity(scenario, decay_s, _PULL), axis=1),
            returning=_RETURNING,
            back_from_s=_BACK_S[0],
            back_until_s=_BACK_S[1],
            last_s=closes_s - _LAST_S,
        ),
        leads_s=np.zeros(1),
        known=False,
    )


def _learnt(scenario: Scenario, days: Sequence[Scenario]) -> Demand:
    """Return what past days say."""
    out, stays_s = [], []
    for day in days:
        for ask, stay_s in _ways_out(day):
            out.append(ask)
            if stay_s is not None:
                stays_s.append(stay_s)
    pairs = np.zeros_like(scenario.travel.bands[0], float)
    rates = np.zeros(_BINS)
    for ask in out:
        pairs[ask.origin, ask.destination] += 1
        rates[min(max(ask.time_s // _BIN_S, 0), _BINS - 1)] += 1
    last_s = max(ask.time_s for day in days for ask in day.asks) + 1
    gravity = _best_gravity(scenario, pairs)
    goals = _PAIR_WEIGHT * gravity + pairs
    homes = pairs.sum(1) + 0.5
    back_s = np.quantile(stays_s, (0.02, 0.98)) if stays_s else np.array(_BACK_S)
    return Demand(
        future.Demand(
            rates=_smooth(rates / (_BIN_S * len(days))),
            bin_s=_BIN_S,
            origins=np.cumsum(homes / homes.sum()),
            goals=np.cumsum(goals / goals.sum(1, keepdims=True), axis=1),
            returning=len(stays_s) / len(out),
            back_from_s=int(back_s[0]),
            back_until_s=int(back_s[1]) + 1,
            last_s=last_s,
        ),
        leads_s=np.sort([max(0, ask.time_s - ask.asked_s) for day in days for ask in day.asks]).astype(float),
        known=True,
    )


def _ways_out(day: Scenario) -> Iterator[tuple[Ask, int | None]]:
    """Yield those who go out on a day, and how long they stay if they come back."""
    asks = sorted(day.asks, key=lambda ask: ask.time_s)
    back: set[str] = set()
    for number, ask in enumerate(asks):
        if ask.id in back:
            continue
        arrives_s = ask.time_s + day.travel.seconds(ask.origin, ask.destination, 0)
        stay_s = None
        for other in asks[number + 1 :]:
            is_return = (other.origin, other.destination) == (ask.destination, ask.origin)
            if is_return and other.id not in back and other.time_s > arrives_s:
                back.add(other.id)
                stay_s = other.time_s - arrives_s
                break
        yield ask, stay_s


def _smooth(rates: Floats) -> Floats:
    """Return the mean about each bin."""
    padded = np.pad(rates, _SMOOTH // 2)
    means: Floats = np.lib.stride_tricks.sliding_window_view(padded, _SMOOTH).mean(1)
    return means


def _best_gravity(scenario: Scenario, pairs: Floats) -> Floats:
    """Return the gravity model under which the ways seen are most likely."""
    models = [_gravity(scenario, decay_s, pull) for decay_s in _DECAYS_S for pull in _PULLS]
    return max(models, key=lambda model: float((pairs * np.log(model + 1e-9)).sum()))


def _gravity(scenario: Scenario, decay_s: float, pull: float) -> Floats:
    """Return for each origin the shares of its goals: near ones and those that are no homes attract."""
    seconds: Ints = scenario.travel.bands[0].astype(np.int64)
    attraction = np.where(_homes(scenario) > 0, 1.0, pull)
    weights = np.where(seconds >= _SHORTEST_S, np.exp(-seconds / decay_s), 0.0) * attraction + 1e-9
    np.fill_diagonal(weights, 0.0)
    totals = weights.sum(1, keepdims=True)
    return np.where(totals > 0, weights / np.where(totals > 0, totals, 1.0), 1 / len(seconds))


def _homes(scenario: Scenario) -> Floats:
    """Return 1 for each stop that is a home, or all of them if nothing is known."""
    stops = len(scenario.travel.bands[0])
    homes = np.array([kind in {"", "home"} for kind in scenario.kinds] or [True] * stops, float)
    return homes if homes.any() else np.ones(stops)
