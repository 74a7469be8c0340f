"""A decision in sentences that a clerk can read out, made from its record; nobody is named."""

from collections.abc import Sequence

from backend import wording
from backend.domain import times
from backend.domain.refusals import Refusal
from backend.domain.why import Considered, Why
from backend.texts import FALLBACK, text

NAMED = 3  # more vehicles than these are counted
WORTH_SAYING_S = 10 * times.MINUTE_S


def sentences(why: Why, language: str = FALLBACK) -> list[str]:
    """Return why it was decided so, the nearest to what was asked first."""
    if why.is_forgotten:
        return [text("why-forgotten", language)]
    if why.kind == "replanned":
        return [_better(why, language)]
    if why.kind == "moved":
        return [_moved(why, language), *_other_order(why, language)]
    if why.kind == "refused":
        return _refused(why, language)
    return [*_not_as_wished(why, language), *_this_vehicle(why, language), *_other_order(why, language)]


def why_text(why: Why, language: str = FALLBACK) -> str:
    """Return why it was decided so as one text."""
    return text("why-joint", language).join(sentences(why, language))


def _refused(why: Why, language: str) -> list[str]:
    if why.first is None or not why.first.cannot:
        code = why.code or "full"
        return [wording.refusal_text(Refusal(code, dict(why.facts)), language)]
    said = [_reasons(why.first, "why-none", _wished_time(why, why.first, language), language)]
    return [*said, text("why-only-reserve", language)] if why.only_reserve else said


def _not_as_wished(why: Why, language: str) -> list[str]:
    """Return why the time that was wished is not the one that was taken; nothing when it is."""
    if why.first is None or why.taken is None or why.wish_s is None:
        return []
    said = []
    opens_s = why.first.promise.pickup_earliest_s
    if why.wish_kind == "depart" and opens_s - why.wish_s >= WORTH_SAYING_S:
        wished, opens = (wording.clock_text(each, language) for each in (why.wish_s, opens_s))
        said.append(text("why-notice", language, wished=wished, opens=opens))
    if why.is_as_wished:
        return said
    time = _wished_time(why, why.first, language)
    if why.first.can:
        return [*said, text("why-other-chosen", language, time=time)]
    return [*said, _reasons(why.first, "why-not-then", time, language)]


def _this_vehicle(why: Why, language: str) -> list[str]:
    """Return why this vehicle takes the ride."""
    if why.taken is None:
        return []
    window = wording.window_text(why.taken.promise, language)
    others = len({each.vehicle for each in why.taken.can} - {why.vehicle})
    if others:
        return [text("why-cheapest", language, window=window, vehicle=why.vehicle, others=others)]
    cannot = why.taken.cannot
    if not cannot:
        return [text("why-single", language, window=window, vehicle=why.vehicle)]
    return [text("why-only", language, window=window, vehicle=why.vehicle, reasons=_limits(cannot, language))]


def _other_order(why: Why, language: str) -> list[str]:
    """Return that others get on and off in another order for this ride; nothing when they do not."""
    is_reordered = why.taken is not None and any(each.is_taken and each.is_reordered for each in why.taken.can)
    return [text("why-other-order", language)] if is_reordered else []


def _moved(why: Why, language: str) -> str:
    if why.taken is None:
        return text("why-moved-nowhere", language)
    clock = wording.window_text(why.taken.promise, language)
    return text("why-moved", language, vehicle=why.vehicle, window=clock)


def _better(why: Why, language: str) -> str:
    saved_s = sum(why.before.values()) - sum(why.after.values())
    minutes = max(1, round(saved_s / times.MINUTE_S))
    return text("why-better", language, moved=why.moved, minutes=minutes)


def _wished_time(why: Why, first: Considered, language: str) -> str:
    """Return the time that was asked for: the arrival wished, or when the first pick-up would have been."""
    if why.wish_kind == "arrive" and why.wish_s is not None:
        return text("why-arrival", language, time=wording.clock_text(why.wish_s, language))
    return wording.clock_text(first.promise.pickup_earliest_s, language)


def _reasons(considered: Considered, key: str, time: str, language: str) -> str:
    return text(key, language, time=time, reasons=_limits(considered.cannot, language))


def _limits(cannot: dict[str, list[str]], language: str) -> str:
    said = [
        text(f"why-limit-{wording.key_of(limit)}", language, vehicles=_vehicles(names, language))
        for limit, names in cannot.items()
    ]
    return text("why-list-joint", language).join(said)


def _vehicles(names: Sequence[str], language: str) -> str:
    joined = text("common-list-joint", language).join(names[:NAMED])
    return text("why-vehicles-more", language, vehicles=joined, all=len(names)) if len(names) > NAMED else joined
