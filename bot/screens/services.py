"""Which of the two services a booking is for, in plain words, with what is likely at hand (D-49, T-59)."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.db.queries.network import StopView
from bot.postback import Tap
from bot.screens.booking import TripLine, former
from bot.screens.parts import GREEN, Look, Piece, button, choice, line, screen, tap
from bot.screens.stops import letters


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service to choose: its name, whether it goes by a timetable, and what one can begin with at once.

    ``favourites`` and ``stops`` are empty where the first question waits until the service is chosen.
    """

    id: int
    name: str
    has_timetable: bool
    favourites: Sequence[StopView] = ()
    stops: Sequence[StopView] = ()


def choose_service(look: Look, services: Sequence[ServiceLine], trips: Sequence[TripLine]) -> Piece:
    """Ask which service: the last rides first, the line as one button, the area by the first letter of a stop."""
    title = look.say("bot-which-service" if not trips else "bot-which-ride")
    body = former(look, trips)
    for service in sorted(services, key=lambda each: not each.has_timetable):
        body += _choice(look, service)
    alt = "\n".join([title, *(f"{each.name} {_kind(look, each)}" for each in services)])
    return screen(look, title, body, alt=alt)


def _choice(look: Look, service: ServiceLine) -> list[Piece]:
    """Return a service as a button; with stops at hand it stands above their letters, which save a tap."""
    name = tap(look.say("bot-with-service", service=service.name), Tap("service", look.token, str(service.id)))
    head = choice([service.name, _kind(look, service)], name)
    if not service.stops:
        return [head]
    near_hand = [
        button(tap(look.say("bot-from-stop", stop=stop.name), Tap("from", look.token, str(stop.id))))
        for stop in service.favourites
    ]
    return [
        head,
        line(look.say("bot-letter-of-pickup"), weight="bold", color=GREEN, margin="md"),
        *letters(service.stops, Tap("letter", look.token)),
        *near_hand,
    ]


def _kind(look: Look, service: ServiceLine) -> str:
    return look.say("bot-kind-timetable" if service.has_timetable else "bot-kind-shared")
