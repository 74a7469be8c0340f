"""How groups of wishes fare beside all others: refused how often, waiting how long, driven around how much.

A group whose share of refusals is higher than that of all others together by more than chance is marked. Chance is
told by Fisher's exact test, one-sided (The Logic of Inductive Inference, 1935): it holds for small numbers too.
Groups of fewer than five are not shown: they may single people out (L-15). Nor is then one more group, as long as
the whole less the groups that are shown would tell of fewer than five, or of one group alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import comb

from backend.domain import times

LEAST_SHOWN = 5
FEW = 30
CHANCE = 0.01
LARGE = 0.05
SMALL, BESIDE, WORSE = "small", "beside", "worse"
HIDDEN = frozenset({SMALL, BESIDE})


@dataclass(frozen=True, slots=True)
class Asked:
    """One need: a ride that was booked, or one that no vehicle could take, as the wish itself says.

    ``wait_s`` is how far the planned ride lies from the wished time, ``detour_s`` what it takes longer than the direct
    drive; None for a refusal.
    """

    is_refused: bool
    channel: str
    pickup: str
    dropoff: str
    wheelchairs: int
    categories: frozenset[str]
    direct_s: int | None = None
    wait_s: int | None = None
    detour_s: int | None = None
    only_reserve: bool = False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """How one group fared.

    ``mark`` says small (not shown), beside (not shown either, or a small one could be reckoned), few (to be read with
    care), worse, or nothing.
    """

    name: str
    asked: int
    refused: int
    wait_s: float | None
    detour_s: float | None
    mark: str = ""

    @property
    def rate(self) -> float:
        """Return the share of refusals."""
        return self.refused / self.asked if self.asked else 0.0


def wait_s(kind: str, wish_s: int, pickup_s: int, dropoff_s: int) -> int:
    """Return how far a planned ride lies from what was wished: later than the departure, or before the arrival."""
    return max(0, pickup_s - wish_s if kind == "depart" else wish_s - dropoff_s)


def quarters(directs: Sequence[int]) -> tuple[int, ...]:
    """Return the three direct times that part wishes into quarters by length."""
    held = sorted(directs)
    return tuple(held[len(held) * part // 4] for part in (1, 2, 3)) if held else ()


def quarter_of(direct_s: int, bounds: Sequence[int]) -> str:
    """Return which quarter a direct time belongs to, the shortest first: 1 to 4."""
    return str(1 + sum(direct_s >= bound for bound in bounds))


def rows(asked: Sequence[Asked], group: Callable[[Asked], Iterable[str]]) -> tuple[GroupRow, ...]:
    """Return how each group fared, marked where it fares worse than the rest, by name."""
    members: dict[str, list[Asked]] = {}
    for each in asked:
        for name in group(each):
            members.setdefault(name, []).append(each)
    refused = sum(each.is_refused for each in asked)
    return _covered([_marked(row(name, some), len(asked), refused) for name, some in sorted(members.items())])


def row(name: str, asked: Sequence[Asked]) -> GroupRow:
    """Return how some wishes fared together."""
    return GroupRow(
        name,
        len(asked),
        sum(each.is_refused for each in asked),
        _mean([each.wait_s for each in asked if each.wait_s is not None]),
        _mean([each.detour_s for each in asked if each.detour_s is not None]),
        _size(len(asked)),
    )


def chance(refused: int, asked: int, all_refused: int, all_asked: int) -> float:
    """Return how likely a group drawn by lot has that many refusals or more."""
    most = min(asked, all_refused)
    ways = sum(
        comb(all_refused, count) * comb(all_asked - all_refused, asked - count)
        for count in range(refused, most + 1)
        if asked - count <= all_asked - all_refused
    )
    return ways / comb(all_asked, asked)


def minutes(second: float | None) -> str:
    """Return a span in minutes with one decimal, nothing for none."""
    return "" if second is None else f"{second / times.MINUTE_S:.1f}"


def _covered(found: list[GroupRow]) -> tuple[GroupRow, ...]:
    """Hide groups beside small ones, the least telling first, until nobody can reckon those from the whole."""
    shown = sorted((each for each in found if each.mark != SMALL), key=lambda each: (each.mark == WORSE, each.asked))
    hidden = [each for each in found if each.mark == SMALL]
    while hidden and shown and (len(hidden) == 1 or sum(each.asked for each in hidden) < LEAST_SHOWN):
        hidden.append(shown.pop(0))
    names = {each.name for each in hidden if each.mark != SMALL}
    return tuple(replace(each, mark=BESIDE) if each.name in names else each for each in found)


def _marked(found: GroupRow, all_asked: int, all_refused: int) -> GroupRow:
    others = all_asked - found.asked
    if found.mark == SMALL or not others:
        return found
    is_much = found.rate - (all_refused - found.refused) / others >= LARGE
    if not is_much or chance(found.refused, found.asked, all_refused, all_asked) >= CHANCE:
        return found
    return GroupRow(found.name, found.asked, found.refused, found.wait_s, found.detour_s, WORSE)


def _size(asked: int) -> str:
    if asked < LEAST_SHOWN:
        return SMALL
    return "few" if asked < FEW else ""


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
