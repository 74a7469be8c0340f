"""``noriai routing``: solve a published instance or a day known beforehand, dispatch behind a pipe, simulate a day."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from errno import EISDIR, ENOENT
from os import strerror
from pathlib import Path
from typing import TYPE_CHECKING

from routing import instances, scenario
from routing.instances import InstanceError
from routing.kernels import is_kept
from routing.lookahead import FORESIGHT, Foresight
from routing.problem import VisitKind
from routing.protocol import serve
from routing.rehearsal import rehearse
from routing.scenario import TIMES_S, Scenario, ScenarioError
from routing.simulate import simulate

if TYPE_CHECKING:
    from routing.day import DayPlan
    from routing.solve import Solution

_DONE, _UNREADABLE, _NO_SOLUTION = 0, 2, 3
_NOWHERE = "the ride would end at the stop where it begins"


def main(argv: Sequence[str]) -> int:
    """Run one command; return 0 when done, 2 for input that cannot be read, 3 when no solution was found."""
    asked = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace], int] = asked.command
    try:
        return command(asked)
    except (InstanceError, ScenarioError) as error:
        sys.stderr.write(f"{error}\n")
    except OSError as error:
        sys.stderr.write(f"{error.filename}: {error.strerror}\n")
    return _UNREADABLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="noriai routing", description=__doc__)
    commands = parser.add_subparsers(required=True)

    solving = commands.add_parser(
        "solve", help="least distance for a published instance; a scenario (.json) planned as if known the night before"
    )
    solving.add_argument("instance", type=Path)
    solving.add_argument("--seconds", type=_positive, default=60.0, help="cpu seconds")
    solving.add_argument("--seed", type=int, default=1)
    solving.add_argument("--iterations", type=_whole, help="turns of the search: the same on every machine")
    solving.add_argument("--progress", action="store_true", help="cpu seconds, cost and bound on standard error")
    solving.add_argument("--out", type=Path, required=True)
    solving.set_defaults(command=_solve)

    dispatching = commands.add_parser("dispatch", help="answer the line protocol on standard input and output")
    dispatching.add_argument("--history", type=Path, help="folder with scenarios of past days to learn from")
    _add_plays(dispatching)
    dispatching.set_defaults(command=_dispatch)

    simulating = commands.add_parser("simulate", help="play a scenario and write its log")
    simulating.add_argument("scenario", type=Path)
    simulating.add_argument("--log", type=Path, required=True)
    simulating.add_argument("--flexible", action="store_true", help="riders may take offers near their wish")
    simulating.add_argument("--history", type=Path, help="folder with scenarios of past days to learn from")
    _add_plays(simulating)
    simulating.set_defaults(command=_simulate)
    return parser


def _positive(text: str) -> float:
    """Return a positive number of seconds."""
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number of seconds")
    return seconds


def _whole(text: str) -> int:
    """Return a positive whole number."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive whole number")
    return number


def _solve(asked: argparse.Namespace) -> int:
    _check_place(asked.out)
    if asked.instance.suffix == ".json":
        return _solve_scenario(asked)
    instance = instances.read(asked.instance)
    _tell_of_compiling()
    from routing.solve import impossible, solve  # the solver takes a second to import, dispatch goes without

    solution = solve(
        instance,
        seconds=asked.seconds,
        seed=asked.seed,
        turns=asked.iterations,
        progress=_Printer() if asked.progress else None,
    )
    if solution is None:
        reasons = "; ".join(impossible(instance)) or f"none found in {asked.seconds:g} s"
        sys.stderr.write(f"{asked.instance}: no feasible solution: {reasons}\n")
        return _NO_SOLUTION
    asked.out.write_text(json.dumps(_solution_json(solution)) + "\n", encoding="utf-8")
    return _DONE


def _tell_of_compiling() -> None:
    """Say to whoever looks on why the first answer takes long; programs read progress and reasons only."""
    if sys.stderr.isatty() and not is_kept("ruin"):
        sys.stderr.write("compiling, once: about a minute; the cpu seconds count from then on\n")


def _solve_scenario(asked: argparse.Namespace) -> int:
    """Plan a scenario as if all wishes had been known the night before."""
    day = scenario.read(asked.instance)
    _tell_of_compiling()
    from routing.day import plan_day  # imports the solver, too

    requests = [
        day.request(ask, number, not_before_s=TIMES_S[0])  # a service may begin before midnight
        for number, ask in enumerate(day.asks, 1)
        if not ask.goes_nowhere
    ]
    try:
        plan = plan_day(
            day.vehicles,
            requests,
            day.travel,
            seconds=asked.seconds,
            seed=asked.seed,
            turns=asked.iterations,
            progress=_Printer() if asked.progress else None,
        )
    except ValueError as error:
        raise ScenarioError(f"{asked.instance}: {error}") from error
    asked.out.write_text(json.dumps(_plan_json(day, plan)) + "\n", encoding="utf-8")
    return _DONE


def _check_place(out: Path) -> None:
    """Refuse a place where nothing can be written before time goes into what to write."""
    if not out.parent.is_dir():
        raise FileNotFoundError(ENOENT, strerror(ENOENT), str(out))
    if out.is_dir():
        raise IsADirectoryError(EISDIR, strerror(EISDIR), str(out))


class _Printer:
    """Prints progress once a cpu second."""

    def __init__(self) -> None:
        self.printed_s = -1.0

    def __call__(self, spent_s: float, cost: float | None, bound: float | None) -> None:
        """Print a line if the last one is old."""
        if spent_s >= self.printed_s + 1:
            self.printed_s = spent_s
            shown = ("-" if figure is None else f"{figure:.2f}" for figure in (cost, bound))
            sys.stderr.write(f"{spent_s:.1f} s: cost {next(shown)}, bound {next(shown)}\n")


def _solution_json(solution: "Solution") -> dict[str, object]:
    return {
        "instance": solution.instance,
        "cost": solution.cost,
        "bound": solution.bound,
        "proven": solution.proven,
        "seconds": round(solution.seconds, 3),
        "routes": [list(route) for route in solution.routes],
    }


def _plan_json(day: Scenario, plan: "DayPlan") -> dict[str, object]:
    """Return a plan as a solution: request i of the scenario gets in at node i, out at node n + i."""
    n = len(day.asks)
    nowhere = {ask.id: _NOWHERE for ask in day.asks if ask.goes_nowhere}
    return {
        "instance": day.name,
        "cost": plan.driving_s,
        "bound": plan.least_driving_s if plan.least_driving_s or not plan.driving_s else None,
        "proven": plan.proven,
        "seconds": round(plan.seconds, 3),
        "routes": [
            [visit.request.id + (n if visit.kind is VisitKind.DROPOFF else 0) for visit in itinerary.visits]
            for itinerary in plan.plan
        ],
        "declined_at_least": plan.least_declined + len(nowhere),
        "declined": [*nowhere, *(day.asks[number - 1].id for number in plan.declined)],
        "impossible": nowhere | {day.asks[number - 1].id: str(reason) for number, reason in plan.impossible.items()},
    }


def _dispatch(asked: argparse.Namespace) -> int:
    _check_history(asked.history)
    rehearse()
    serve(sys.stdin, sys.stdout, history=asked.history, foresight=_foresight(asked))
    return _DONE


def _simulate(asked: argparse.Namespace) -> int:
    _check_history(asked.history)
    rehearse()
    simulate(asked.scenario, asked.log, strict=not asked.flexible, history=asked.history, foresight=_foresight(asked))
    return _DONE


def _add_plays(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--plays", type=_count, default=FORESIGHT.plays, help="futures played before an answer, for a small fleet"
    )


def _count(text: str) -> int:
    """Return a number that is not below zero."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is below zero")
    return number


def _foresight(asked: argparse.Namespace) -> Foresight:
    """Return how much is played: before a departure half as much as before an answer."""
    return Foresight(plays=asked.plays, move_plays=asked.plays // 2)


def _check_history(folder: Path | None) -> None:
    if folder is not None and not folder.is_dir():
        raise scenario.ScenarioError(f"{folder}: not a folder")
