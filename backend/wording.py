"""Dates, times, parties and refusals in words, by language: the small sentences that all doors share."""

from collections.abc import Mapping
from datetime import date, datetime

from backend.domain import times
from backend.domain.offers import Offer, Promise, TimetableRide
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


def short_clock_text(second: int, language: str = FALLBACK, *, is_about: bool = False) -> str:
    """Return a printed time as timetables write it: 7:05; 7:03頃 for one reckoned between two printed ones (T-06)."""
    return text("common-about", language, clock=times.clock(second)) if is_about else times.clock(second)


def time_text(second: int, language: str = FALLBACK, *, is_about: bool = False) -> str:
    """Return the time of a run at a stop in words: 7時5分, 7時3分頃 (T-06)."""
    clock = clock_text(second, language)
    return text("common-about", language, clock=clock) if is_about else clock


def run_text(ride: TimetableRide, language: str = FALLBACK) -> str:
    """Return the name of a printed run: 真駒内駅行き 2便."""
    return text("common-run", language, direction=ride.direction, number=ride.number)


def vehicle_text(look: str, sign: str, language: str = FALLBACK) -> str:
    """Return how riders know a vehicle: its look and what it shows (T-54)."""
    return text("common-vehicle-sign", language, look=look, sign=sign) if sign else look


def pickup_text(promise: Promise, ride: TimetableRide | None, language: str = FALLBACK) -> str:
    """Return when boarding starts: a window, or the time of a run at the stop."""
    if ride is not None:
        return time_text(ride.pickup_s, language, is_about=ride.pickup_is_about)
    return window_text(promise, language)


def arrival_text(promise: Promise, ride: TimetableRide | None, language: str = FALLBACK) -> str:
    """Return when one arrives: the latest moment, or the time of a run at the stop."""
    if ride is not None:
        clock = time_text(ride.dropoff_s, language, is_about=ride.dropoff_is_about)
        return text("common-arrival-at", language, clock=clock)
    return text("common-arrival-by", language, clock=clock_text(promise.arrive_latest_s, language))


def window_text(promise: Promise, language: str = FALLBACK) -> str:
    """Return a pick-up window: 9時30分〜9時40分; one time where a run is punctual to its print."""
    if promise.pickup_earliest_s == promise.pickup_latest_s:
        return clock_text(promise.pickup_earliest_s, language)
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
    """Return an offer in one line: run if there is one, pick-up, arrival, fare."""
    said = text(
        "common-offer",
        language,
        window=pickup_text(offer.promise, offer.departure, language),
        arrival=arrival_text(offer.promise, offer.departure, language),
        fare=yen_text(offer.fare_yen, language),
    )
    if offer.departure is None:
        return said
    return text("common-offer-run", language, run=run_text(offer.departure, language), offer=said)


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
