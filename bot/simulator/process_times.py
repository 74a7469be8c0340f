"""How much processor time a running product and all its processes have used (Linux only)."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# What stands in a command line, and whose it is.
_NAMES = {
    "gunicorn": "web",
    "--queues plan": "plan",
    "--queues talk": "talk",
    "backend.cli sweep": "sweep",
    "postgres": "database",
    "valkey": "store",
}
_PARENT, _USER, _SYSTEM, _WAITED_USER, _WAITED_SYSTEM = 1, 11, 12, 13, 14  # in /proc/PID/stat, after the name


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds by part of the product."""

    by_name: dict[str, float]

    def since(self, before: "Usage") -> "Usage":
        """Return what was used since ``before``."""
        return Usage({name: used - before.by_name.get(name, 0.0) for name, used in self.by_name.items()})


def usage(pid: int) -> Usage:
    """Return what the process and those under it have used so far, ended ones included where they were waited for."""
    used: dict[str, float] = defaultdict(float)
    for each in _tree(pid):
        stat = _stat(each)
        if stat:
            ticks = sum(int(stat[place]) for place in (_USER, _SYSTEM, _WAITED_USER, _WAITED_SYSTEM))
            used[_name(each)] += ticks * _TICK_S
    return Usage({name: used[name] for name in (*_NAMES.values(), "rest") if name in used})


def _tree(pid: int) -> Iterator[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for folder in _PROC.iterdir():
        if folder.name.isdecimal() and (stat := _stat(int(folder.name))):
            children[int(stat[_PARENT])].append(int(folder.name))
    waiting = [pid]
    while waiting:
        each = waiting.pop()
        yield each
        waiting += children[each]


def _stat(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "rest"
    return next((name for word, name in _NAMES.items() if word in command), "rest")
