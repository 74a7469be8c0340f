"""The online half of the benchmark: whole days answered wish by wish, beside plain insertion; the time of one quote.

Plain insertion is the same exact search with nothing else: no look ahead, no exchange between vehicles.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from routing.charts import draw
from routing.dispatcher import Dispatcher
from routing.generated import town_day
from routing.reoptimise import Effort
from routing.scenario import Scenario, ScenarioError, read
from routing.simulate import Day, dispatcher_for, drive
from routing.speed import quote_seconds
from routing.table import Table

_PROFILES: tuple[Literal["now", "booked"], ...] = ("now", "booked")
_TOWNS, _QUICK_TOWNS = ((50, 1), (800, 10)), ((20, 1),)  # wishes, vehicles
_AHEAD_S = 1_200  # asked so long before the wish counts as booked ahead, as the neutral judge has it
_FLEETS, _QUICK_FLEETS = (1, 10, 100, 1_000), (1, 10, 100)
_VISITS, _QUOTES = 20, 1_000
_PLAIN = Effort(turns=0, asked=0)
_QUICK_DAYS, _DAYS = 1, 10


def bench_online(folder: Path | None, *, quick: bool, pictures: Path) -> None:
    """Print one line for each day and the means, then the time of a quote by fleet; raise ScenarioError."""
    print_line = Table(26, 10).line
    print_line(("day", "vehicles", "asked", "plain", "accepted", "now", "ahead", "wait s", "p50 ms", "p99 ms", "cpu s"))
    shares = []
    for scenario in _days(folder, quick=quick):
        plain = drive(scenario, Dispatcher(scenario, strict=True, effort=_PLAIN), strict=True)
        dispatcher = dispatcher_for(scenario, strict=True)
        began_s = time.process_time()
        own = drive(scenario, dispatcher, strict=True)
        spent_s = time.process_time() - began_s
        shares.append((_share(plain, plain.answers), _share(own, own.answers)))
        print_line((*_line(scenario, shares[-1], own), f"{spent_s:.1f}"))
    means = [f"{statistics.fmean(column):.3f}" for column in zip(*shares, strict=True)]
    print_line((f"mean of {len(shares)} days", "", "", *means))
    _bench_quotes(quick=quick, pictures=pictures)


def _line(scenario: Scenario, shares: tuple[float, float], day: Day) -> list[str]:
    """Return what is told of a day."""
    soon = [answer for answer in day.answers if answer.ask.time_s - answer.ask.asked_s < _AHEAD_S]
    ahead = [answer for answer in day.answers if answer.ask.time_s - answer.ask.asked_s >= _AHEAD_S]
    waits = _waits_s(day)
    quotes_ms = sorted(1000 * answer.cpu_s for answer in day.answers)
    return [
        scenario.name,
        str(len(scenario.vehicles)),
        str(len(day.answers)),
        *(f"{share:.3f}" for share in shares),
        *(f"{_share(day, some):.3f}" if some else "-" for some in (soon, ahead)),
        f"{statistics.fmean(waits):.0f}" if waits else "-",
        f"{statistics.median(quotes_ms):.3f}",
        f"{quotes_ms[int(0.99 * (len(quotes_ms) - 1))]:.3f}",
    ]


def _share(day: Day, answers: Sequence[object]) -> float:
    """Return how many of some answers led to a ride."""
    taken = {id(answer) for answer in day.answers if answer.taken is not None}
    return sum(id(answer) in taken for answer in answers) / max(1, len(answers))


def _waits_s(day: Day) -> list[int]:
    """Return how long after the wished departure each rider got on."""
    wished_s = {answer.ask.id: answer.ask.time_s for answer in day.answers if answer.ask.kind == "depart"}
    return [
        stay.arrived_s - wished_s[stay.ask_id]
        for stay in day.stays
        if stay.kind == "pickup" and stay.ask_id in wished_s
    ]


def _days(folder: Path | None, *, quick: bool) -> Iterator[Scenario]:
    """Yield the days of a folder in order of their names, or made-up ones."""
    if folder is None:
        for asks, vehicles in _QUICK_TOWNS if quick else _TOWNS:
            for profile in _PROFILES:
                for seed in range(1, 1 + (_QUICK_DAYS if quick else _DAYS)):
                    yield town_day(asks, vehicles, seed=seed, profile=profile)
        return
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise ScenarioError(f"{folder}: no days (*.json) there")
    yield from map(read, paths)


def _bench_quotes(*, quick: bool, pictures: Path) -> None:
    """Print and draw how long an exact quote takes over fleets of several sizes."""
    print_line = Table(26, 10).line
    print_line((f"quote, {_VISITS} visits each", "vehicles", "p50 ms", "p99 ms", "max ms"))
    lines: dict[str, list[tuple[float, float]]] = {"p50": [], "p99": []}
    for vehicles in _QUICK_FLEETS if quick else _FLEETS:
        times_ms = sorted(1000 * s for s in quote_seconds(vehicles=vehicles, visits=_VISITS, quotes=_QUOTES, seed=1))
        middle, late = statistics.median(times_ms), times_ms[int(0.99 * (len(times_ms) - 1))]
        lines["p50"].append((vehicles, middle))
        lines["p99"].append((vehicles, late))
        print_line(("", str(vehicles), f"{middle:.3f}", f"{late:.3f}", f"{times_ms[-1]:.3f}"))
    title = f"An exact quote over vehicles with {_VISITS} visits each"
    draw(pictures / "quote-time.svg", title, lines, across="vehicles", up="cpu milliseconds", log_up=True)
