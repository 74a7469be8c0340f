"""Dates, times, parties and refusals in words, by language: the small sentences that all doors share."""

from collections.abc import Mapping
from datetime import date, datetime

from backend.domain import times
from backend.domain.offers import Offer, Promise
from backend.domain.party import Party
from backend.domain.refusals import Refusal
from backend.texts import FALLBACK, text

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def key_of(code: str) -> str:
    """Return a code as part of a text's key: ``closed_day`` becomes ``closed-day``."""
    return code.replace("_", "-")


def weekday_text(day: date, language: str = FALLBACK) -> str:
    """Return the short weekday: 金, Fri."""
    return text(f"weekday-{WEEKDAYS[day.weekday()]}", language)


def day_text(day: date | str, language: str = FALLBACK) -> str:
    """Return a day with its weekday: 11月21日(金), Fri 21 Nov."""
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return text(
        "common-day",
        language,
        month=str(on.month),
        day=str(on.day),
        weekday=weekday_text(on, language),
        month_name=text(f"month-{on.month}", language),
    )


def clock_text(second: int, language: str = FALLBACK) -> str:
    """Return a second of the day in words: 9時30分, 9:30."""
    hour, minute = divmod(second // times.MINUTE_S, 60)
    key = "common-clock" if minute else "common-clock-full-hour"
    return text(key, language, hour=str(hour), minute=f"{minute:02d}", plain_minute=str(minute))


def moment_text(at: datetime | str, language: str = FALLBACK) -> str:
    """Return a moment in Japan's time: 11月21日(金)9時30分."""
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    day = times.day_of(when)
    return text(
        "common-moment",
        language,
        day=day_text(day, language),
        clock=clock_text(times.second_of(when, day), language),
    )


def window_text(promise: Promise, language: str = FALLBACK) -> str:
    """Return a pick-up window: 9時30分〜9時40分."""
    return text(
        "common-window",
        language,
        earliest=clock_text(promise.pickup_earliest_s, language),
        latest=clock_text(promise.pickup_latest_s, language),
    )


def yen_text(yen: int, language: str = FALLBACK) -> str:
    """Return an amount: 1,350円, ¥1,350; 無料 for nothing."""
    return text("common-yen", language, amount=f"{yen:,}") if yen else text("common-free", language)


def category_text(category: str, language: str = FALLBACK) -> str:
    """Return the name of a fare category."""
    return text(f"category-{key_of(category)}", language)


def party_text(party: Party, language: str = FALLBACK) -> str:
    """Return who rides: 一般1名・こども1名(車いす1台)."""
    lines = [
        text("common-party-line", language, category=category_text(member.category, language), persons=member.persons)
        for member in party.members
    ]
    joined = text("common-list-joint", language).join(lines)
    if party.wheelchairs:
        joined += text("common-party-wheelchairs", language, wheelchairs=party.wheelchairs)
    return joined


def fare_text(party: Party, fares: Mapping[str, int], language: str = FALLBACK) -> str:
    """Return how a fare adds up: 一般350円×2+こども150円=850円 (D-35)."""
    terms = [
        text(
            "common-fare-term",
            language,
            category=category_text(member.category, language),
            yen=f"{fares[member.category]:,}",
            persons=member.persons,
        )
        for member in party.members
    ]
    total = sum(member.persons * fares[member.category] for member in party.members)
    return text("common-fare-sum", language, terms="+".join(terms), total=f"{total:,}")


def limit_text(limit: str, language: str = FALLBACK) -> str:
    """Return which limit stopped a vehicle, for staff."""
    return text(f"limit-{key_of(limit)}", language)


def refusal_text(refusal: Refusal, language: str = FALLBACK) -> str:
    """Return the polite sentence for a refusal, fit to be read out on the phone (D-48)."""
    return text(f"refusal-{key_of(refusal.code)}", language, **_spoken(refusal.facts, language))


def offer_text(offer: Offer, language: str = FALLBACK) -> str:
    """Return an offer in one line: pick-up window, latest arrival, fare."""
    return text(
        "common-offer",
        language,
        window=window_text(offer.promise, language),
        arrive=clock_text(offer.promise.arrive_latest_s, language),
        fare=yen_text(offer.fare_yen, language),
    )


def _spoken(facts: Mapping[str, str | int], language: str) -> dict[str, str | int]:
    """Return facts as words: the ending of a fact's name says what it is (`domain.refusals`)."""
    spoken: dict[str, str | int] = {}
    for name, value in facts.items():
        if name.endswith("_at"):
            spoken[name] = moment_text(str(value), language)
        elif name.endswith("_s"):
            spoken[name] = clock_text(int(value), language)
        elif name == "day":
            spoken[name] = day_text(str(value), language)
        else:
            spoken[name] = value
    return spoken
