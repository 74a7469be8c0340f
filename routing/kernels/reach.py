"""Every event of a day and what may follow it, met in the order of time (Gaul, Klamroth & Stiglmayr 2022; Dijkstra).

An event is a visit and who is aboard after it, as bits, and behind them who is gone and may not come again. A day has
thousands to millions of them; each is kept once, found again through a hash table.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.events import Floats, Ints, Numbers, Words

_ONE = np.uint64(1)
_MIX, _STIR = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


class Rules(NamedTuple):
    """What allows an event. Times with what rounding may take; pick-ups are 1 to n, drop-offs n + 1 to 2n."""

    n: int
    took: Floats
    earliest: Floats
    latest: Floats
    longest: Floats  # by drop-off
    load: Floats
    capacity: Floats  # by kind of vehicle
    together: Words  # by rider, as bits: whose pick-up can be made during the ride
    is_elementary: bool  # nobody comes again


class Reached(NamedTuple):
    """Events in the order they were met. Those of ``order`` have been gone on from, each with its arcs to ``head``."""

    counts: Ints  # events met, events gone on from, arcs
    opening: Numbers  # by request: its pick-up by an empty vehicle, -1 where that is impossible
    node: Numbers
    company: Words
    soonest: Floats
    is_done: NDArray[np.bool_]
    order: Numbers
    arcs: Ints  # arcs[k] to arcs[k + 1] - 1 leave order[k]
    head: Numbers
    table: Numbers  # event + 1 by hash, 0 where there is none
    key: Words  # the event looked for
    riders: Ints  # who is aboard
    wanted: Words  # who may be picked up next


@maker
def reach(rules: Rules, most: int, most_arcs: int) -> tuple[bool, Reached]:
    """Return whether these are all events, as there are not more than ``most``, nor too many arcs; and the events."""
    reached = _room(rules, most + 2 * rules.n, most_arcs + 2 * rules.n)
    heap = [(0.0, 0)]
    heap.pop()
    for request in range(1, rules.n + 1):
        reached.riders[0] = request
        if _fits(rules, reached.riders, 1) and rules.earliest[request] <= rules.latest[request]:
            reached.key[:] = 0
            _flip(reached.key, 0, request)
            reached.opening[request - 1] = _follow(reached, request, rules.earliest[request], heap)
    reached.counts[2] = 0  # no arcs lead to these
    while heap:
        event = heappop(heap)[1]
        if reached.is_done[event]:
            continue
        met, done, arcs = reached.counts
        if met > most or arcs > most_arcs:
            return False, reached
        reached.is_done[event], reached.order[done] = True, event
        _go_on(rules, reached, event, heap)
        reached.arcs[done + 1] = reached.counts[2]
        reached.counts[1] += 1
    return reached.counts[0] <= most, reached


@maker
def _room(rules: Rules, most: int, most_arcs: int) -> Reached:
    """Return empty tables. What is never written takes no memory."""
    words = rules.together.shape[1]
    size = 4
    while size < 2 * most:
        size *= 2
    return Reached(
        counts=np.zeros(3, np.int64),
        opening=np.full(rules.n, -1, np.int32),
        node=np.empty(most, np.int32),
        company=np.empty((most, 2 * words), np.uint64),
        soonest=np.empty(most),
        is_done=np.zeros(most, np.bool_),
        order=np.empty(most, np.int32),
        arcs=np.zeros(most + 1, np.int64),
        head=np.empty(most_arcs, np.int32),
        table=np.zeros(size, np.int32),
        key=np.empty(2 * words, np.uint64),
        riders=np.empty(rules.n + 1, np.int64),
        wanted=np.empty(words, np.uint64),
    )


@maker
def _go_on(rules: Rules, reached: Reached, event: int, heap: list[tuple[float, int]]) -> None:
    """Add the events that may follow one, and the arcs to them."""
    n, took, earliest, latest = rules.n, rules.took, rules.earliest, rules.latest
    here, start, riders, key = reached.node[event], reached.soonest[event], reached.riders, reached.key
    aboard = _look(rules, reached, event)
    for other in range(1, n + 1):
        begun = max(earliest[other], start + took[here, other])
        if begun > latest[other] or not _has(reached.wanted, other) or (aboard == 0 and other == here - n):
            continue
        riders[aboard] = other
        if _fits(rules, riders, aboard + 1) and _is_hopeful(rules, riders, aboard + 1, other, begun):
            _begin_key(rules, reached, event, other, begun)
            _flip(key, 0, other)
            _follow(reached, other, begun, heap)
    for seat in range(aboard):
        rider = riders[seat]
        off = rider + n
        begun = max(earliest[off], start + took[here, off])
        if begun <= latest[off] and _is_hopeful(rules, riders, aboard, off, begun):
            _begin_key(rules, reached, event, off, begun)
            _flip(key, 0, rider)
            if rules.is_elementary and begun + took[off, rider] <= latest[rider]:
                _flip(key, len(key) // 2, rider)
            _follow(reached, off, begun, heap)


@kernel
def _look(rules: Rules, reached: Reached, event: int) -> int:
    """Write down who is aboard after an event, and who may be picked up next; return how many are aboard."""
    company, together, riders, wanted = reached.company, rules.together, reached.riders, reached.wanted
    words, count = len(wanted), 0
    for word in range(words):
        aboard = company[event, word]
        wanted[word] = ~(aboard | company[event, words + word])
        for bit in range(64):
            if (aboard >> np.uint64(bit)) & _ONE:
                riders[count] = 64 * word + bit + 1
                count += 1
    for seat in range(count):
        for word in range(words):
            wanted[word] &= together[riders[seat], word]
    return count


@kernel
def _fits(rules: Rules, riders: Ints, aboard: int) -> bool:
    """Tell whether some vehicle has room for all of them."""
    load, capacity = rules.load, rules.capacity
    seats = places = 0.0
    for seat in range(aboard):
        seats += load[riders[seat], 0]
        places += load[riders[seat], 1]
    for kind in range(len(capacity)):
        if seats <= capacity[kind, 0] and places <= capacity[kind, 1]:
            break
    else:
        return False
    return True


@kernel
def _is_hopeful(rules: Rules, riders: Ints, aboard: int, here: int, start: float) -> bool:
    """Tell whether any two riders left could be set down next, in time and after a ride that is not too long."""
    n, took, latest, longest = rules.n, rules.took, rules.latest, rules.longest
    for seat in range(aboard):
        rider = riders[seat]
        off = rider + n
        if off == here:
            continue
        end = start + took[here, off]
        if end > latest[off] or (rider != here and took[rider, here] + took[here, off] > longest[off]):
            return False
        for before in range(seat):
            other = riders[before] + n
            if other == here or end + took[off, other] <= latest[other]:
                continue
            if start + took[here, other] + took[other, off] > latest[off]:
                return False
    return True


@kernel
def _begin_key(rules: Rules, reached: Reached, event: int, here: int, start: float) -> None:
    """Begin the key of what follows an event: who is aboard, and who is gone and could still come again."""
    company, key = reached.company, reached.key
    for word in range(len(key)):
        key[word] = company[event, word]
    if not rules.is_elementary:
        return
    words, took, latest = len(key) // 2, rules.took, rules.latest
    for word in range(words):
        gone = key[words + word]
        for bit in range(64):
            if (gone >> np.uint64(bit)) & _ONE:
                rider = 64 * word + bit + 1
                if start + took[here, rider] > latest[rider]:
                    _flip(key, words, rider)


@maker
def _follow(reached: Reached, node: int, start: float, heap: list[tuple[float, int]]) -> int:
    """Return the event of the key, which may start at ``start`` after what is gone on from."""
    counts, soonest, table, place = reached.counts, reached.soonest, reached.table, _place(reached, node)
    event = int(table[place]) - 1
    if event < 0:
        event = int(counts[0])
        counts[0] += 1
        table[place] = event + 1
        reached.node[event], soonest[event] = node, np.inf
        for word in range(len(reached.key)):
            reached.company[event, word] = reached.key[word]
    if start < soonest[event]:
        soonest[event] = start
        heappush(heap, (start, event))
    reached.head[counts[2]] = event
    counts[2] += 1
    return event


@kernel
def _place(reached: Reached, node: int) -> int:
    """Return where in the table the event of the key is, or belongs."""
    table, nodes, company, key = reached.table, reached.node, reached.company, reached.key
    mixed = np.uint64(node) * _STIR
    for word in key:
        mixed = (mixed ^ word) * _MIX
        mixed ^= mixed >> np.uint64(29)
    last = len(table) - 1
    place = int(np.int64(mixed & np.uint64(last)))  # a number with a sign: indices are
    while table[place]:
        event = table[place] - 1
        same = nodes[event] == node
        for word in range(len(key)):
            same &= company[event, word] == key[word]
        if same:
            break
        place = (place + 1) & last
    return place


@kernel
def _has(words: Words, rider: int) -> bool:
    return bool((words[(rider - 1) >> 6] >> np.uint64((rider - 1) & 63)) & _ONE)


@kernel
def _flip(words: Words, first: int, rider: int) -> None:
    """Turn a rider's bit round, in the words from ``first`` on."""
    words[first + ((rider - 1) >> 6)] ^= _ONE << np.uint64((rider - 1) & 63)
