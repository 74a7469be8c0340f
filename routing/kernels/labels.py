"""Labels that grow chains of fragments, fragment by fragment, and forget nobody.

They are taken in the order of time, so one is beaten by an earlier, cheaper one with the same riders, or, if only the
cheapest chains are wanted, with fewer of those that can still be reached (Feillet et al. 2004).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.kernels import kernel, maker
from routing.kernels.chains import Chain, Floats, Ints, Onward, Prices, Words, bucket_of, serves
from routing.kernels.moments import SLACK

_TINY = 1e-9
_LOOKED_BACK = 200  # labels that one is compared with, at most
_NOBODY = -1
_OF_A_LABEL = 20  # tries that a label takes on top of its own


class Limits(NamedTuple):
    """What labels to keep: under which reduced cost, how many at a time and in all, and whether all routes count."""

    below: float
    beam: int
    most: int
    whole: bool


class Terms(NamedTuple):
    """What a search goes by."""

    prices: Prices
    onward: Onward
    limits: Limits


class Labels(NamedTuple):
    """Partial chains: the drop-off where they end and when, cost, reduced cost, riders, how they came."""

    last: NDArray[np.int32]
    ended: Floats
    cost: Floats
    reduced: Floats
    served: Words
    origin: NDArray[np.int32]
    fragment: NDArray[np.int32]
    following: NDArray[np.int32]


class Growth(NamedTuple):
    """A search under way: labels, those due in each span of time and those to compare with, and how far it is."""

    labels: Labels
    due: NDArray[np.int32]  # lists linked by `following`
    known: NDArray[np.int32]
    passed: NDArray[np.int32]
    reached: Ints  # the next span, labels made, 1 if some were left out


@maker
def begin(chain: Chain, terms: Terms) -> Growth:
    """Return a search with the labels of the first fragments."""
    most = terms.limits.most
    growth = Growth(
        _room(most, chain.served.shape[1]),
        np.full(int(chain.buckets * chain.width / chain.busy) + 2, -1, np.int32),
        np.full(_table_size(most), -1, np.int32),
        np.full(len(chain.out), -1, np.int32),
        np.zeros(3, np.int64),
    )
    growth.reached[1] = _open_chains(chain, terms, (growth.labels, growth.due))
    return growth


@maker
def go_on(chain: Chain, terms: Terms, growth: Growth, tries: int) -> bool:
    """Go on with a search for about as many ``tries`` of a fragment behind a label; tell whether it is at its end."""
    labels, due, known, passed, reached = growth
    limits, count = terms.limits, int(reached[1])
    while reached[0] < len(due) and count < limits.most and tries > 0:
        batch = _in_order(labels, due[reached[0]])
        if len(batch) > limits.beam:
            batch, reached[2] = _most_promising(chain, terms.onward, labels, batch, limits.beam), 1
        for place in range(len(batch)):
            label = int(batch[place])
            if count == limits.most:
                break
            tries -= _OF_A_LABEL
            if _beaten(labels, known, label) or not (limits.whole or _undominated(chain, labels, passed, label)):
                labels.last[label] = _NOBODY
            else:
                count, tried = _extend(chain, terms, (labels, due), (label, count))
                tries -= tried
        reached[0] += 1
    reached[1] = count
    return bool(reached[0] == len(due) or count == limits.most)


@maker
def finish(chain: Chain, terms: Terms, growth: Growth) -> tuple[int, bool, Ints]:
    """Return how many labels there are, whether none is missing, and the best for each set of riders."""
    count = int(growth.reached[1])
    complete = growth.reached[2] == 0 and count < terms.limits.most
    return count, complete, _routes(chain, terms.limits, growth.labels, count)


@maker
def _room(most: int, words: int) -> Labels:
    return Labels(
        np.empty(most, np.int32),
        np.empty(most),
        np.empty(most),
        np.empty(most),
        np.empty((most, words), np.uint64),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
    )


@kernel
def _open_chains(chain: Chain, terms: Terms, tables: tuple[Labels, NDArray[np.int32]]) -> int:
    """Put the labels of one fragment straight from the depot; return how many."""
    count = 0
    for pickup in range(len(chain.out)):
        begun = chain.earliest[pickup]
        paid = begun, chain.out[pickup], chain.out[pickup] - terms.prices.vehicle
        for fragment in range(chain.begins[pickup], chain.begins[pickup + 1]):
            if begun <= chain.latest_start[fragment] + SLACK and count < terms.limits.most:
                for word in range(chain.served.shape[1]):
                    tables[0].served[count, word] = chain.served[fragment, word]
                count += _put(chain, terms, tables, (-1, fragment, count), paid)
    return count


@kernel
def _put(
    chain: Chain,
    terms: Terms,
    tables: tuple[Labels, NDArray[np.int32]],
    made: tuple[int, int, int],
    spent: tuple[float, float, float],
) -> int:
    """Take up a label behind a fragment if it may become worth it; return 1 if so, else 0.

    ``made``: the label before, the fragment, and the new label, of which the riders are filled in. ``spent``: when
    the fragment begins, and the cost and reduced cost until then.
    """
    labels, due = tables
    origin, fragment, label = made
    begun, cost, reduced = spent
    last = chain.last[fragment]
    ended = max(chain.soonest[fragment], begun + chain.duration[fragment])
    reduced += terms.prices.fragments[fragment]
    if reduced + terms.onward.leaving[last, bucket_of(chain, ended)] >= terms.limits.below:
        return 0
    labels.last[label], labels.ended[label] = last, ended
    labels.cost[label], labels.reduced[label] = cost + chain.cost[fragment], reduced
    labels.origin[label], labels.fragment[label] = origin, fragment
    turn = int((ended - chain.zero) / chain.busy)
    labels.following[label] = due[turn]
    due[turn] = label
    return 1


@kernel
def _extend(
    chain: Chain, terms: Terms, tables: tuple[Labels, NDArray[np.int32]], made: tuple[int, int]
) -> tuple[int, int]:
    """Put a label (the first of ``made``) with every fragment behind it; return how many there are then, and tries."""
    labels, limits, tried = tables[0], terms.limits, 0
    label, count = made
    last, ended = labels.last[label], labels.ended[label]
    for pickup in range(len(chain.out)):
        leg, reached = chain.legs[last, pickup], ended + chain.took[last, pickup]
        at = max(bucket_of(chain, reached), chain.opens[pickup])
        if at > chain.closes[pickup] or serves(labels.served[label], pickup):
            continue
        spent = labels.reduced[label] + leg
        if spent + terms.onward.reaching[pickup, at] >= limits.below:
            continue
        begun = max(reached, chain.earliest[pickup])
        for fragment in range(chain.begins[pickup + 1] - 1, chain.begins[pickup] - 1, -1):
            if begun > chain.latest_start[fragment] + SLACK or count == limits.most:
                break  # the fragments of a pick-up are sorted by their latest start
            tried += 1
            if _join(labels.served[label], chain.served[fragment], labels.served[count]):
                paid = begun, labels.cost[label] + leg, labels.reduced[label] + leg
                count += _put(chain, terms, tables, (label, fragment, count), paid)
    return count, tried


@kernel
def _join(ours: Words, theirs: Words, both: Words) -> bool:
    """Tell whether nobody is served twice; write down who is served."""
    for word in range(len(ours)):
        if ours[word] & theirs[word]:
            return False
        both[word] = ours[word] | theirs[word]
    return True


@maker
def _in_order(labels: Labels, first: int) -> NDArray[np.int32]:
    """Return the labels of a list in the order in which they end."""
    count, label = 0, first
    while label >= 0:
        count += 1
        label = labels.following[label]
    batch, label = np.empty(count, np.int32), first
    for place in range(count):
        batch[place] = label
        label = labels.following[label]
    return batch[np.argsort(labels.ended[batch])]


@maker
def _most_promising(
    chain: Chain, onward: Onward, labels: Labels, batch: NDArray[np.int32], beam: int
) -> NDArray[np.int32]:
    """Return ``beam`` of the labels, in the same order; the others are none any more."""
    promise = np.empty(len(batch))
    for place in range(len(batch)):
        label = batch[place]
        leaving = onward.leaving[labels.last[label], bucket_of(chain, labels.ended[label])]
        promise[place] = labels.reduced[label] + leaving
    order = np.argsort(promise)
    labels.last[batch[order[beam:]]] = _NOBODY
    return batch[np.sort(order[:beam])]


@kernel
def _table_size(most: int) -> int:
    """Return the size of a table with open addressing: a power of two, half of it empty."""
    size = 1024
    while size < 2 * most:
        size *= 2
    return size


@kernel
def _slot(labels: Labels, known: NDArray[np.int32], label: int, last: int) -> int:
    """Return where in ``known`` a label with the same riders (and the same last drop-off unless -1) is, or may go."""
    mixed = np.uint64(np.int64(last) + 2) * np.uint64(0x9E3779B97F4A7C15)
    for word in range(labels.served.shape[1]):
        mixed = (mixed ^ labels.served[label, word]) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    slot = int(np.int64(mixed & np.uint64(len(known) - 1)))
    while known[slot] >= 0:
        same = last < 0 or labels.last[known[slot]] == last
        for word in range(labels.served.shape[1]):
            same &= labels.served[known[slot], word] == labels.served[label, word]
        if same:
            break
        slot = (slot + 1) & (len(known) - 1)
    return slot


@kernel
def _beaten(labels: Labels, known: NDArray[np.int32], label: int) -> bool:
    """Tell whether an earlier label with the same riders and last drop-off costs no more; remember this one if not."""
    slot = _slot(labels, known, label, labels.last[label])
    if known[slot] >= 0 and labels.reduced[known[slot]] <= labels.reduced[label] + _TINY:
        return True
    known[slot] = label
    return False


@maker
def _undominated(chain: Chain, labels: Labels, passed: NDArray[np.int32], label: int) -> bool:
    """Tell whether no earlier label at the same place is cheaper with less behind it; list this one if so."""
    last = labels.last[label]
    reachable = _reachable(chain, labels, label)
    other, looked = passed[last], 0
    while other >= 0 and looked < _LOOKED_BACK:
        if _dominates(labels, other, label, reachable):
            return False
        other = labels.following[other]
        looked += 1
    labels.following[label] = passed[last]
    passed[last] = label
    return True


@maker
def _reachable(chain: Chain, labels: Labels, label: int) -> Words:
    """Return whose pick-up can still be reached, in any fragment: no way round is shorter than the direct one."""
    found = np.zeros(labels.served.shape[1], np.uint64)
    last, ended = labels.last[label], labels.ended[label]
    for pickup in range(len(chain.out)):
        if ended + chain.took[last, pickup] <= chain.until[pickup]:
            found[pickup // 64] |= np.uint64(1) << np.uint64(pickup % 64)
    return found


@kernel
def _dominates(labels: Labels, one: int, other: int, reachable: Words) -> bool:
    """Tell whether ``one``, which ends no later, costs no more than ``other`` whatever comes behind both."""
    if labels.reduced[one] > labels.reduced[other] + _TINY:
        return False
    for word in range(len(reachable)):
        if labels.served[one, word] & reachable[word] & ~labels.served[other, word]:
            return False
    return True


@maker
def _routes(chain: Chain, limits: Limits, labels: Labels, count: int) -> Ints:
    """Return the labels from which to go home: the cheapest for each set of riders, under the limit."""
    known = np.full(_table_size(count), -1, np.int32)
    for label in range(count):
        last = labels.last[label]
        if last < 0 or labels.ended[label] > chain.home_by[last] + SLACK:
            continue
        reduced = labels.reduced[label] + chain.home[last]
        if reduced >= limits.below:
            continue
        slot = _slot(labels, known, label, _NOBODY)
        other = known[slot]
        if other < 0 or reduced < labels.reduced[other] + chain.home[labels.last[other]]:
            known[slot] = label
    return np.sort(known[known >= 0]).astype(np.int64)
