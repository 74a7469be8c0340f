"""Reads the published dial-a-ride text format (Cordeau 2006; Cordeau & Laporte 2003): one day, all requests known.

First line ``m n T Q L``, then ``id x y service load earliest latest`` for each node. Files with two depot lines
count requests in ``n`` (a and b), files with one depot line count nodes (pr).
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

_HEADER_FIELDS = 5
_NODE_FIELDS = 7
_LARGEST = 1e8  # beyond that a double no longer tells apart what the tolerance of the solver does


class InstanceError(Exception):
    """A file that is not an instance; the message is one line that says why."""


class Node(NamedTuple):
    """A place where something happens: service time, change of load, and when the service may start."""

    x: float
    y: float
    service: float
    load: float
    earliest: float
    latest: float


@dataclass(frozen=True)
class Instance:
    """A static dial-a-ride day. Node 0 and ``2n + 1`` are the depot, ``i`` is set down at ``n + i``."""

    name: str
    vehicles: int
    longest_duty: float
    capacity: float
    longest_ride: float
    nodes: tuple[Node, ...]

    @property
    def requests(self) -> int:
        """Return how many requests there are."""
        return len(self.nodes) // 2 - 1

    def distance(self, origin: int, destination: int) -> float:
        """Return distance, travel time and cost from node to node."""
        here, there = self.nodes[origin], self.nodes[destination]
        return math.hypot(here.x - there.x, here.y - there.y)

    def cost(self, routes: list[list[int]]) -> float:
        """Return the distance driven on ``routes``, which leave out the depot."""
        last = len(self.nodes) - 1
        total = 0.0
        for route in routes:
            stops = [0, *route, last] if route else []
            total += sum(self.distance(*leg) for leg in pairwise(stops))
        return total


def read(path: Path) -> Instance:
    """Return the instance in ``path``; raise InstanceError with one clear line if it is none."""
    try:
        return parse(path.read_text(encoding="utf-8-sig"), name=path.stem)
    except OSError as error:
        raise InstanceError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InstanceError(f"{path}: not a text file") from error
    except InstanceError as error:
        raise InstanceError(f"{path}: {error}") from error


def parse(text: str, *, name: str) -> Instance:
    """Return the instance that ``text`` describes."""
    rows = [(number, _numbers(line, number)) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not rows:
        raise InstanceError("empty file")
    header = rows[0][1]
    if len(header) != _HEADER_FIELDS:
        raise InstanceError(f"line {rows[0][0]}: expected 'm n T Q L', found {len(header)} numbers")
    vehicles, count = _whole(header[0], "vehicles", least=1), _whole(header[1], "requests", least=0)
    _check_limits(header)
    nodes = [_node(row, number, index) for index, (number, row) in enumerate(rows[1:])]
    if len(nodes) == 2 * count + 2:
        requests = count
    elif len(nodes) == count + 1 and count % 2 == 0:
        requests = count // 2
        nodes.append(nodes[0])
    else:
        raise InstanceError(f"the header says {count}, but {len(nodes)} node lines follow")
    instance = Instance(
        name=name,
        vehicles=vehicles,
        longest_duty=header[2],
        capacity=header[3],
        longest_ride=header[4],
        nodes=tuple(nodes),
    )
    _check_loads(instance, requests)
    return instance


def _numbers(line: str, number: int) -> list[float]:
    """Return the numbers of a line."""
    try:
        values = [float(word.replace("_", "no digit")) for word in line.split()]  # Python reads 1_000, nobody else
    except ValueError:
        raise InstanceError(f"line {number}: not a line of numbers") from None
    if not all(math.isfinite(value) for value in values):
        raise InstanceError(f"line {number}: a number is not finite")
    for value in values:
        if abs(value) > _LARGEST:
            raise InstanceError(f"line {number}: {value:g} is too large to be reckoned with exactly")
    return values


def _whole(value: float, what: str, *, least: int) -> int:
    """Return a whole number, ``least`` or more."""
    if value < least or value != int(value):
        raise InstanceError(f"number of {what} must be a whole number, {least} or more, not {value:g}")
    return int(value)


def _check_limits(header: list[float]) -> None:
    """Refuse limits below zero."""
    for value, what in zip(header[2:], ("longest route", "capacity", "longest ride"), strict=True):
        if value < 0:
            raise InstanceError(f"{what} must not be below 0, is {value:g}")


def _node(row: list[float], number: int, index: int) -> Node:
    """Return a node line's node."""
    if len(row) != _NODE_FIELDS:
        raise InstanceError(f"line {number}: expected 'id x y service load earliest latest', found {len(row)} numbers")
    if row[0] != index:
        raise InstanceError(f"line {number}: expected node {index}, found {row[0]:g}")
    node = Node(*row[1:])
    if node.service < 0:
        raise InstanceError(f"line {number}: negative service time")
    if node.earliest > node.latest:
        raise InstanceError(f"line {number}: the window closes before it opens")
    return node


def _check_loads(instance: Instance, requests: int) -> None:
    """Refuse loads that do not come in pairs."""
    for pickup in range(1, requests + 1):
        up, off = instance.nodes[pickup].load, instance.nodes[requests + pickup].load
        if up <= 0 or up + off != 0:
            raise InstanceError(f"request {pickup}: loads {up:g} and {off:g} do not belong together")
