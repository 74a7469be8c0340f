"""The runs of a day between two stops, one that needs no booking, and hearing of a run's delays (T-12, T-15, T-25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from backend import wording
from backend.domain.offers import TimetableRide, WishKind
from bot import postback
from bot.postback import Tap
from bot.screens.parts import GREEN, GREY, Look, Piece, button, choice, fact, line, screen, tap

BOOKABLE, WALK_ON = "bookable", "no_booking_needed"


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as it stands in a list: its times, what it costs the party, and whether it can be had.

    ``state`` is bookable, no_booking_needed, full, closed, not_open or suspended.
    """

    ride: TimetableRide
    fare_yen: int
    state: str
    places_left: int


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """A run somebody hears of: its code, and its name."""

    code: str
    name: str


def choose_run(look: Look, shown: Sequence[RunLine], *, day: date, left: int) -> Piece:
    """Show the runs of a day with times, fare and places; whatever is tapped is answered, with the reason if not."""
    title = look.say("bot-ask-run", day=wording.day_text(day, look.language))
    body: list[Piece] = [line(look.say("bot-questions-left", count=left), size="md", color=GREY)]
    body += [_run(look, each) for each in shown]
    if not shown:
        body += [line(look.say("bot-no-runs")), button(tap(look.say("bot-edit-day"), Tap("edit", look.token, "day")))]
    alt = "\n".join([title, *(", ".join(_lines(look, each)) for each in shown)])
    return screen(look, title, body, alt=alt)


def walk_on(
    look: Look, ride: TimetableRide, *, day: date, places: tuple[str, str], fare: str, vehicle: str, is_followed: bool
) -> Piece:
    """Say that a run always goes and needs no booking: time, fare, and hearing of its delays (T-15)."""
    title = look.say("bot-walk-on-title")
    when = wording.time_text(ride.pickup_s, look.language, is_about=ride.pickup_is_about)
    clock = wording.time_text(ride.dropoff_s, look.language, is_about=ride.dropoff_is_about)
    arrival = look.say("common-arrival-at", clock=clock)
    told = look.say("bot-walk-on", run=wording.run_text(ride, look.language), stop=places[0], when=when)
    verb = "unfollow" if is_followed else "follow"
    body = [
        line(told),
        fact(look.say("bot-fact-day"), wording.day_text(day, look.language)),
        fact(look.say("bot-fact-pickup"), look.say("bot-at-stop", stop=places[0], when=when)),
        fact(look.say("bot-fact-dropoff"), look.say("bot-by-stop", stop=places[1], arrival=arrival)),
        fact(look.say("bot-fact-fare"), fare),
        fact(look.say("bot-fact-vehicle"), vehicle),
        line(look.say("bot-no-ic"), size="md"),
        button(tap(look.say(f"bot-{verb}"), Tap(verb, "", ride.entry_code)), style="primary"),
        button(tap(look.say("bot-other-runs"), Tap("edit", look.token, "time"))),
    ]
    return screen(look, title, body, alt=f"{title}\n{told}\n{fare}")


def followed(look: Look, shown: Sequence[FollowedRun]) -> Piece:
    """Show the runs whose delays and suspensions somebody is told, each to be left off with one tap."""
    title = look.say("bot-followed-title")
    body = [line(look.say("bot-followed-none" if not shown else "bot-followed"))]
    body += [
        choice([each.name, look.say("bot-unfollow")], tap(look.say("bot-unfollow-run", run=each.name), _off(each)))
        for each in shown
    ]
    body.append(button(tap(look.say("bot-menu-timetable"), Tap("timetable"))))
    return screen(look, title, body, alt="\n".join([title, *(each.name for each in shown)]), has_back=False)


def _off(each: FollowedRun) -> Tap:
    return Tap("unfollow", "", each.code)


def _run(look: Look, each: RunLine) -> Piece:
    what = Tap("time", look.token, postback.encode_time(WishKind.DEPART, each.ride.pickup_s))
    lines = _lines(look, each)
    color = GREEN if each.state in {BOOKABLE, WALK_ON} else GREY
    return choice(lines, tap(lines[0], what), color=color)


def _lines(look: Look, each: RunLine) -> list[str]:
    """Return a run in three lines: when, which run at which fare, and whether it can be had."""
    ride, language = each.ride, look.language
    start = wording.time_text(ride.pickup_s, language, is_about=ride.pickup_is_about)
    end = wording.time_text(ride.dropoff_s, language, is_about=ride.dropoff_is_about)
    name = wording.run_text(ride, language)
    return [
        look.say("bot-run-times", start=start, end=end),
        look.say("bot-run-fare", run=name, fare=wording.yen_text(each.fare_yen, language)),
        look.say(f"bot-run-{wording.key_of(each.state)}", places=str(each.places_left)),
    ]


def fare_line(look: Look, fares: Mapping[str, int]) -> str:
    """Return every category with its fare, one a line: 一般 300円."""
    terms = [
        f"{wording.category_text(name, look.language)} {wording.yen_text(yen, look.language)}"
        for name, yen in fares.items()
    ]
    return "\n".join(terms)
