"""``noriai bench``: cost, gap and cpu time on static days beside OR-Tools; acceptance and quote time online."""

import argparse
import csv
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from routing.generated import static_day, town_day
from routing.instances import Instance, InstanceError, read
from routing.peers.ortools_routing import OrTools
from routing.simulate import play
from routing.solve import solve

_QUICK_SIZES = ((16, 2), (24, 3), (36, 4))
_SIZES = (*_QUICK_SIZES, (48, 4), (72, 6), (96, 8))
_QUICK_SECONDS, _SECONDS = 6.0, 60.0
_QUICK_INSTANCES = 4
_PROFILES: tuple[Literal["now", "booked"], ...] = ("now", "booked")
_TOWNS = ((50, 1), (800, 10))


def main(argv: Sequence[str]) -> int:
    """Print the benchmark; return 0, or 2 when a folder holds an instance that cannot be read."""
    parser = argparse.ArgumentParser(prog="noriai bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("static", "online"), help="both if left out")
    parser.add_argument("--instances", type=Path, help="folder with published instances, and bks.csv")
    parser.add_argument("--quick", action="store_true", help="a few small days, under a minute")
    parser.add_argument("--seconds", type=float, help="cpu seconds for each static day")
    asked = parser.parse_args(argv)
    try:
        if asked.what != "online":
            seconds = asked.seconds or (_QUICK_SECONDS if asked.quick else _SECONDS)
            _bench_static(asked.instances, quick=asked.quick, seconds=seconds)
        if asked.what != "static":
            _bench_online(quick=asked.quick)
    except InstanceError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _bench_static(folder: Path | None, *, quick: bool, seconds: float) -> None:
    """Print one line for each static day: ours and OR-Tools', each with the cpu seconds it took."""
    best_known = _best_known(folder) if folder else {}
    header = ("instance", "best known", "noriai", "gap %", "bound", "proven", "cpu s", "OR-Tools", "gap %", "cpu s")
    _print_row(header)
    for instance in _instances(folder, quick=quick):
        best = best_known.get(instance.name)
        own = solve(instance, seconds=seconds, seed=1)
        peer = OrTools().solve(instance, seconds=seconds, seed=1)
        peer_cost = None
        if peer.routes is not None:
            peer_cost = instance.cost([list(route) for route in peer.routes])
        _print_row(
            (
                instance.name,
                "-" if best is None else _figure(best),
                _figure(own.cost if own else None),
                _gap(own.cost if own else None, best),
                _figure(own.bound if own else None),
                "yes" if own and own.proven else "no",
                f"{own.seconds:.1f}" if own else "-",
                _figure(peer_cost),
                _gap(peer_cost, best),
                f"{peer.seconds:.1f}",
            )
        )


def _instances(folder: Path | None, *, quick: bool) -> list[Instance]:
    """Return the days to solve; of a folder only a few, evenly spread, when ``quick``."""
    if folder is None:
        sizes = _QUICK_SIZES if quick else _SIZES
        return [static_day(requests, vehicles, seed=1) for requests, vehicles in sizes]
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise InstanceError(f"{folder}: no instances (*.txt) there")
    if quick:
        paths = paths[:: max(1, len(paths) // _QUICK_INSTANCES)][:_QUICK_INSTANCES]
    return [read(path) for path in paths]


def _best_known(folder: Path) -> dict[str, float]:
    """Return the best known costs that lie in the folder."""
    path = folder / "bks.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as lines:
        try:
            return {row["instance"]: float(row["bks"]) for row in csv.DictReader(lines)}
        except (KeyError, ValueError) as error:
            raise InstanceError(f"{path}: expected columns instance and bks ({error})") from error


def _bench_online(*, quick: bool) -> None:
    """Print one line for each kind of day: share accepted, quote time in cpu milliseconds."""
    _print_row(("day", "asked", "accepted", "p50 ms", "p99 ms", "max ms", "", ""))
    seeds = range(1, 4 if quick else 11)
    for asks, vehicles in _TOWNS[:1] if quick else _TOWNS:
        for profile in _PROFILES:
            days = [play(town_day(asks, vehicles, seed=seed, profile=profile), strict=True) for seed in seeds]
            quotes_ms = sorted(1000 * answer.cpu_s for day in days for answer in day.answers)
            share = sum(day.accepted for day in days) / len(quotes_ms)
            p99 = statistics.quantiles(quotes_ms, n=100)[98]
            row = (f"{profile}, {vehicles} vehicles", len(quotes_ms), share, statistics.median(quotes_ms), p99)
            _print_row((row[0], str(row[1]), *(f"{value:.3f}" for value in (*row[2:], quotes_ms[-1])), "", ""))


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.2f}"


def _gap(cost: float | None, best: float | None) -> str:
    return "-" if cost is None or best is None else f"{100 * (cost / best - 1):.2f}"


def _print_row(cells: Sequence[str]) -> None:
    sys.stdout.write(f"{cells[0]:<22}" + "".join(f"{cell:>11}" for cell in cells[1:]).rstrip() + "\n")
    sys.stdout.flush()
