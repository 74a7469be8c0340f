"""How a fare is paid: what a ticket or a pass covers, and the cash on top (T-28, Q-48, Q-52)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.domain.party import FareCategory
from backend.domain.refusals import Refusal

CASH, COUPON, PASS, FREE, MIXED = "cash", "coupon", "pass", "free", "mixed"
PAY_KINDS = (CASH, COUPON, PASS, FREE)  # no IC card: nothing of the kind exists here (T-28)
FULL, HALF = "full", "half"
HALF_FARE = (FareCategory.CHILD, FareCategory.DISCOUNT, FareCategory.SENIOR)


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a service takes on a day: fares by zone and category, and how they may be paid."""

    fares: Mapping[str, Mapping[str, int]]
    pay_kinds: tuple[str, ...]
    allows_top_up: bool

    def categories(self) -> tuple[str, ...]:
        """Return every category that has a fare."""
        return tuple(dict.fromkeys(category for fares in self.fares.values() for category in fares))


@dataclass(frozen=True, slots=True)
class Payment:
    """How some persons of one category pay; fewer than none takes back what was recorded too much.

    ``ticket_zone`` is the zone that ticket or pass were sold for, empty for the zone of the ride; ``ticket_class``
    says full or half for a ticket, empty for the one that fits. ``serials`` name numbered books, one for each ticket.
    ``is_checked`` says that pass or handbook were seen; which one is never kept (T-29, Q-67).
    """

    category: str
    persons: int
    pay_kind: str
    ticket_zone: str = ""
    ticket_class: str = ""
    is_checked: bool = False
    serials: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PaidLine:
    """Persons of one category who paid one way: what that covers of the fare, and the cash taken in hand.

    Cash on top of a ticket or pass is a line of its own without persons.
    """

    category: str
    zone: str
    pay_kind: str
    persons: int
    due_yen: int
    received_yen: int
    is_checked: bool = False


def lines_of(payments: Iterable[Payment], *, zone: str, tariff: Tariff) -> tuple[PaidLine, ...] | Refusal:
    """Return what each way of paying covers for rides in ``zone``, equal ones put together, or say what cannot be."""
    lines: list[PaidLine] = []
    for payment in payments:
        found = _lines(payment, zone=zone, tariff=tariff)
        if isinstance(found, Refusal):
            return found
        lines += found
    return _together(lines)


def due_lines(fares_each: Iterable[tuple[str, int, int]], *, zone: str) -> tuple[PaidLine, ...]:
    """Return lines for a party that pays cash as due: of (category, persons, yen each). No fare is free (T-27)."""
    lines = [
        PaidLine(category, zone, CASH if each_yen else FREE, persons, persons * each_yen, persons * each_yen)
        for category, persons, each_yen in fares_each
    ]
    return _together(lines)


def with_cash(lines: tuple[PaidLine, ...], cash_yen: int) -> tuple[PaidLine, ...]:
    """Return the lines with ``cash_yen`` in hand instead of the cash that is due; the last cash line takes the rest."""
    rest_yen, changed = cash_yen, []
    cash = [place for place, line in enumerate(lines) if line.pay_kind == CASH]
    for place, line in enumerate(lines):
        if line.pay_kind != CASH:
            changed.append(line)
            continue
        taken_yen = rest_yen if place == cash[-1] else min(line.due_yen, rest_yen)
        rest_yen -= taken_yen
        changed.append(replace(line, received_yen=taken_yen))
    return tuple(changed)


def cash_due(lines: Iterable[PaidLine]) -> int:
    """Return the cash that these lines should bring, in yen."""
    return sum(line.due_yen for line in lines if line.pay_kind == CASH)


def kind_of(lines: Iterable[PaidLine]) -> str:
    """Return the one way all who pay paid, ``free`` when nobody pays, ``mixed`` when several."""
    kinds = {line.pay_kind for line in lines if line.pay_kind != FREE}
    return FREE if not kinds else kinds.pop() if len(kinds) == 1 else MIXED


@dataclass(frozen=True, slots=True)
class ZoneAt:
    """A stop of a run in its fare zone, and what may be done there."""

    zone: str
    may_board: bool
    may_alight: bool


def zones_paid(stops: Sequence[ZoneAt]) -> list[tuple[str | None, str | None]]:
    """Return for each stop of a run the zone that who gets on there pays, and who gets off there.

    A ride that begins or ends in A costs A (T-26), so a stop alone may not tell: then None.
    """
    found = []
    for place, stop in enumerate(stops):
        ahead = {min(stop.zone, later.zone) for later in stops[place + 1 :] if later.may_alight}
        behind = {min(stop.zone, earlier.zone) for earlier in stops[:place] if earlier.may_board}
        found.append((_only(ahead) if stop.may_board else None, _only(behind) if stop.may_alight else None))
    return found


def is_paid_boarding(stops: Sequence[ZoneAt]) -> bool:
    """Tell whether every fare is known when somebody gets on; else it is taken when they get off."""
    zones = zones_paid(stops)
    return all(board is not None for stop, (board, _) in zip(stops, zones, strict=True) if stop.may_board)


def _only(zones: set[str]) -> str | None:
    return next(iter(zones)) if len(zones) == 1 else None


def ticket_class(payment: Payment) -> str:
    """Return the class of the ticket somebody gives: the one that fits unless another was named."""
    return payment.ticket_class or (HALF if payment.category in HALF_FARE else FULL)


def _lines(payment: Payment, *, zone: str, tariff: Tariff) -> list[PaidLine] | Refusal:
    each_yen = tariff.fares.get(zone, {}).get(payment.category)
    if each_yen is None or payment.persons == 0:
        return Refusal("fare_category")
    kind = payment.pay_kind if each_yen else FREE
    if kind not in tariff.pay_kinds and kind != FREE:
        return Refusal("fare_pay_kind")
    if kind == FREE and each_yen:
        return Refusal("fare_not_free")
    covered_yen = each_yen if kind in (CASH, FREE) else _covered(payment, each_yen, zone=zone, tariff=tariff)
    if isinstance(covered_yen, Refusal):
        return covered_yen
    due_yen, top_up_yen = payment.persons * covered_yen, payment.persons * (each_yen - covered_yen)
    in_hand_yen = due_yen if kind == CASH else 0
    line = PaidLine(payment.category, zone, kind, payment.persons, due_yen, in_hand_yen, payment.is_checked)
    on_top = PaidLine(payment.category, zone, CASH, 0, top_up_yen, top_up_yen)
    return [line, on_top] if top_up_yen else [line]


def _covered(payment: Payment, each_yen: int, *, zone: str, tariff: Tariff) -> int | Refusal:
    """Return how much of one fare a ticket or a pass covers: never more than the fare, no change is given (Q-52)."""
    fares = tariff.fares.get(payment.ticket_zone or zone)
    if fares is None:
        return Refusal("fare_category")
    if payment.pay_kind == PASS:
        covered_yen = min(fares.get(payment.category, 0), each_yen)
        if covered_yen < each_yen and not tariff.allows_top_up:
            return Refusal("fare_top_up")
        return covered_yen
    category = FareCategory.CHILD if ticket_class(payment) == HALF else FareCategory.ADULT
    return min(fares.get(category, 0), each_yen)


def _together(lines: Iterable[PaidLine]) -> tuple[PaidLine, ...]:
    """Return equal lines put together, in the order they first came."""
    found: dict[tuple[str, str, str, bool], PaidLine] = {}
    for line in lines:
        key = (line.category, line.zone, line.pay_kind, line.is_checked)
        known = found.get(key)
        found[key] = line if known is None else _sum(known, line)
    return tuple(found.values())


def _sum(one: PaidLine, other: PaidLine) -> PaidLine:
    return replace(
        one,
        persons=one.persons + other.persons,
        due_yen=one.due_yen + other.due_yen,
        received_yen=one.received_yen + other.received_yen,
    )
