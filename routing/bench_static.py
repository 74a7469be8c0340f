"""The static half of the benchmark: every instance listed, our search beside each peer that is installed."""

import csv
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.charts import draw
from routing.generated import static_day
from routing.instances import Instance, InstanceError, read
from routing.peers import installed
from routing.peers.result import Peer
from routing.solve import Solution, solve
from routing.table import Table, figure

_QUICK_SIZES = ((16, 2), (24, 3), (36, 4))
_SIZES = (*_QUICK_SIZES, (48, 4), (72, 6), (96, 8))
_QUICK_INSTANCES = 4
_MOMENTS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
_OURS = "Noriai"
_SEED = 1
_SHARE_OF_CPU, _LONGEST = 0.9, 10.0


@dataclass(frozen=True)
class _Run:
    """One solver on one instance: every better cost it found, by cpu second; empty if it found none."""

    found: tuple[tuple[float, float], ...]
    seconds: float

    @property
    def cost(self) -> float | None:
        """Return its best cost."""
        return self.found[-1][1] if self.found else None

    def cost_at(self, moment_s: float) -> float | None:
        """Return its best cost by that cpu second."""
        return min((cost for cpu_s, cost in self.found if cpu_s <= moment_s), default=None)


def bench_static(folder: Path | None, *, quick: bool, seconds: float, pictures: Path) -> None:
    """Print one line for each instance and the means, draw the gap over time; raise InstanceError for a bad file."""
    best_known = _best_known(folder) if folder else {}
    peers = installed()
    print_line = Table(14, 11).line
    print_line(("instance", "best known", _OURS, "gap %", "bound", "proven", "cpu s", *_heads(peers)))
    runs: dict[str, list[_Run]] = {name: [] for name in (_OURS, *(peer.name for peer in peers))}
    bests = []
    for instance in _instances(folder, quick=quick):
        solution, own = _own_run(instance, seconds)
        others = [_peer_run(peer, instance, seconds) for peer in peers]
        costs = [run.cost for run in (own, *others) if run.cost is not None]
        best = best_known.get(instance.name)
        bests.append(best if best is not None else min(costs, default=1.0))
        for name, run in zip(runs, (own, *others), strict=True):
            runs[name].append(run)
        proven = "yes" if solution and solution.proven else "no"
        bound = figure(solution.bound if solution else None)
        cells = [instance.name, figure(best), figure(own.cost), _gap(own.cost, bests[-1]), bound, proven]
        cells.append(f"{own.seconds:.1f}")
        for run in others:
            cells += [figure(run.cost), _gap(run.cost, bests[-1]), f"{run.seconds:.1f}"]
        print_line(cells)
    for name, of_solver in runs.items():
        print_line(_summary(name, of_solver, bests))
    _draw(pictures / "gap-over-time.svg", runs, bests, seconds)


def _heads(peers: Sequence[Peer]) -> list[str]:
    return [cell for peer in peers for cell in (peer.name, "gap %", "cpu s")]


def _own_run(instance: Instance, seconds: float) -> tuple[Solution | None, _Run]:
    found: list[tuple[float, float]] = []

    def note(cpu_s: float, cost: float | None, _bound: float | None) -> None:
        if cost is not None:
            found.append((cpu_s, cost))

    solution = solve(instance, seconds=seconds, seed=_SEED, progress=note)
    if solution is None:
        return None, _Run((), seconds)
    return solution, _Run((*found, (solution.seconds, solution.cost)), solution.seconds)


def _peer_run(peer: Peer, instance: Instance, seconds: float) -> _Run:
    """Run a peer; peers count by the wall: where a busy machine gave it less cpu time than asked for, run it longer."""
    began_s = time.monotonic()
    result = peer.solve(instance, seconds=seconds, seed=_SEED)
    is_cut_off = time.monotonic() - began_s >= seconds
    if is_cut_off and result.seconds < _SHARE_OF_CPU * seconds:
        longer = seconds / max(result.seconds, seconds / _LONGEST)
        result = peer.solve(instance, seconds=longer * seconds, seed=_SEED)
    if result.routes is None:
        return _Run((), result.seconds)
    cost = instance.cost([list(route) for route in result.routes])
    return _Run((*result.found, (result.seconds, cost)), result.seconds)


def _summary(name: str, runs: Sequence[_Run], bests: Sequence[float]) -> list[str]:
    """Return a line with the mean and the greatest gap of a solver, and how many days it found no answer for."""
    gaps = [100 * (run.cost / best - 1) for run, best in zip(runs, bests, strict=True) if run.cost is not None]
    none = len(runs) - len(gaps)
    mean, worst = (f"{round(statistics.fmean(gaps), 2) + 0.0:.2f}", f"{max(gaps):.2f}") if gaps else ("-", "-")
    return [name, "mean gap %", mean, "worst", worst, "no answer", str(none)]


def _draw(path: Path, runs: dict[str, list[_Run]], bests: Sequence[float], seconds: float) -> None:
    """Draw the mean gap over cpu time, from where a solver has an answer for every instance."""
    lines = {}
    for name, of_solver in runs.items():
        line = []
        for moment_s in (*(moment for moment in _MOMENTS_S if moment < seconds), seconds):
            costs = [run.cost_at(moment_s if moment_s < seconds else float("inf")) for run in of_solver]
            gaps = [100 * (cost / best - 1) for cost, best in zip(costs, bests, strict=True) if cost is not None]
            if gaps and len(gaps) == len(costs):
                line.append((moment_s, max(0.0, statistics.fmean(gaps))))
        if line:
            lines[name] = line
    title = f"{len(bests)} days, seed {_SEED}: mean gap to the best known"
    draw(path, title, lines, across="cpu seconds of one core", up="mean gap, %")


def _instances(folder: Path | None, *, quick: bool) -> list[Instance]:
    """Return the days to solve; of a folder only a few, evenly spread, when ``quick``."""
    if folder is None:
        sizes = _QUICK_SIZES if quick else _SIZES
        return [static_day(requests, vehicles, seed=_SEED) for requests, vehicles in sizes]
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


def _gap(cost: float | None, best: float) -> str:
    return "-" if cost is None else f"{round(100 * (cost / best - 1), 2) + 0.0:.2f}"  # no minus before nought
