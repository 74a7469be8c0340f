"""Plays a day by itself: every wish in turn, the rider's choice, and the log that the neutral judge reads."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from routing.cost import DEFAULT, Weights
from routing.demand import expect
from routing.dispatcher import Dispatcher
from routing.journal import offer_json, visits_json
from routing.lookahead import FORESIGHT, MOST_VEHICLES, Foresight, Lookahead
from routing.offers import Offer
from routing.reoptimise import EFFORT, Effort
from routing.scenario import Ask, Scenario, ScenarioError, read
from routing.stays import Stay

_CANDIDATES = (
    DEFAULT,
    Weights(standing=0.05, riding=0.05, delay=0.05),
    Weights(standing=0.3, riding=0.3, delay=0.0),
    Weights(standing=0.1, riding=0.0, delay=0.2),
)
_PLAIN = Effort(turns=0, asked=0)
_MOST_ASKS = 2_000  # a past day larger than this takes too long to play before the day begins
_MOST_DAYS_PLAYED, _MOST_DAYS_OF_DEMAND = 5, 40


@dataclass(frozen=True)
class Answer:
    """What one rider was offered and took, and the cpu time the answer needed."""

    ask: Ask
    offers: tuple[Offer, ...]
    taken: int | None
    cpu_s: float


@dataclass(frozen=True)
class Day:
    """A day played to its end."""

    answers: tuple[Answer, ...]
    stays: tuple[Stay, ...]

    @property
    def accepted(self) -> int:
        """Return how many rides were taken."""
        return sum(answer.taken is not None for answer in self.answers)


def simulate(
    scenario_path: Path,
    log_path: Path,
    *,
    strict: bool = True,
    history: Path | None = None,
    foresight: Foresight = FORESIGHT,
) -> Day:
    """Play the scenario and write its log; raise ScenarioError if it cannot be read.

    ``strict`` riders take nothing outside their wish. ``history`` names a folder of past days to learn from.
    """
    scenario = read(scenario_path)
    dispatcher = dispatcher_for(scenario, strict=strict, history=history, foresight=foresight)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    day = drive(scenario, dispatcher, strict=strict)
    lines: list[object] = [{"ev": "run", "scenario": scenario.name, "system": "noriai", "strict": strict}]
    lines += [
        {
            "ev": "quote",
            "req": answer.ask.id,
            "t": answer.ask.asked_s,
            "ms": round(1000 * answer.cpu_s, 4),
            "offers": [offer_json(offer) for offer in answer.offers],
            "taken": answer.taken,
        }
        for answer in day.answers
    ]
    lines += visits_json(scenario, day.stays)
    wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    lines.append({"ev": "end", "wall_s": round(wall_s, 3), "cpu_s": round(cpu_s, 3)})
    log_path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return day


def dispatcher_for(
    scenario: Scenario, *, strict: bool, history: Path | None = None, foresight: Foresight = FORESIGHT
) -> Dispatcher | Lookahead:
    """Return the dispatcher of a day: one that looks ahead for a small fleet, else the cheapest place.

    ``history`` names a folder of past days to learn from: who asks, or by which weights most riders are served.
    """
    if 0 < len(scenario.vehicles) <= MOST_VEHICLES:
        past = () if history is None else _past_days(history, scenario.name, _MOST_DAYS_OF_DEMAND)
        return Lookahead(scenario, strict=strict, demand=expect(scenario, past), foresight=foresight)
    weights = DEFAULT if history is None else learn(history, scenario.name)
    return Dispatcher(scenario, strict=strict, weights=weights)


def play(scenario: Scenario, *, strict: bool, weights: Weights = DEFAULT, effort: Effort = EFFORT) -> Day:
    """Play ``scenario`` in memory by the cheapest place."""
    return drive(scenario, Dispatcher(scenario, strict=strict, weights=weights, effort=effort), strict=strict)


def drive(scenario: Scenario, dispatcher: Dispatcher | Lookahead, *, strict: bool) -> Day:
    """Let ``dispatcher`` answer the wishes of ``scenario`` and drive its day."""
    answers: list[Answer] = []
    stays: list[Stay] = []
    for ask in scenario.asks:
        stays += dispatcher.advance(ask.asked_s)
        began_s = time.process_time()
        offers = dispatcher.quote(ask.asked_s, ask)
        cpu_s = time.process_time() - began_s
        taken = choose(scenario, ask, offers, strict=strict)
        dispatcher.confirm(taken)
        answers.append(Answer(ask, tuple(offers), taken, cpu_s))
    stays += dispatcher.finish()
    return Day(tuple(answers), tuple(stays))


def choose(scenario: Scenario, ask: Ask, offers: list[Offer], *, strict: bool) -> int | None:
    """Return which offer the rider takes: the nearest to the wish, None if even that lies too far outside."""
    if not offers:
        return None
    outside = [_outside_s(scenario, ask, offer) for offer in offers]
    nearest = outside.index(min(outside))
    return nearest if outside[nearest] <= (0 if strict else ask.flex_s) else None


def learn(history: Path, today: str) -> Weights:
    """Return the weights under which the past days in ``history`` would have served most riders.

    The day named ``today`` is never looked at; files that are not scenarios are passed over. Days past are played
    without exchange between vehicles, as the day to come waits.
    """
    days = list(_past_days(history, today, _MOST_DAYS_PLAYED))
    if not days:
        return DEFAULT
    served = [
        sum(play(day, strict=True, weights=weights, effort=_PLAIN).accepted for day in days) for weights in _CANDIDATES
    ]
    return _CANDIDATES[served.index(max(served))]


def _past_days(history: Path, today: str, most: int) -> Iterator[Scenario]:
    found = 0
    for path in sorted(history.glob("*.json")):
        try:
            day = read(path)
        except ScenarioError:
            continue
        if day.name != today and 0 < len(day.asks) <= _MOST_ASKS:
            found += 1
            yield day
        if found == most:
            return


def _outside_s(scenario: Scenario, ask: Ask, offer: Offer) -> int:
    """Return how far an offer lies outside the wish, 0 if inside."""
    pickup, dropoff = scenario.windows(ask)
    wished, promised = (pickup, offer.pickup) if ask.kind == "depart" else (dropoff, offer.dropoff)
    return max(0, wished.earliest_s - promised.earliest_s, promised.latest_s - wished.latest_s)
