"""Menu, greeting, help, fares, telephone, purpose text and links: everything that asks nothing (D-15, L-01, L-13)."""

from dataclasses import dataclass

from backend import wording
from bot.postback import Tap
from bot.screens.parts import GREY, Look, Piece, button, line, link, screen, tap

PURPOSE_LINES = ("who", "why", "what", "keep", "leave")


@dataclass(frozen=True, slots=True)
class Desk:
    """When the desk answers the phone: its hours, and whether it does now (D-15)."""

    opens_s: int
    closes_s: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Town:
    """What a town has to offer in the menus: rides by a timetable, rides for members only, or both."""

    has_timetable: bool
    has_membership: bool


def menu(look: Look, town: Town, *, is_member: bool) -> Piece:
    """Show what can be done."""
    can_book = is_member or town.has_timetable
    first = [("bot-menu-book", "book"), ("bot-menu-bookings", "bookings")] if can_book else []
    if town.has_membership and not is_member:
        first.append(("bot-menu-register", "register"))
    rest = [("bot-menu-timetable", "timetable")] if town.has_timetable else []
    rest += [("bot-menu-guide", "guide"), ("bot-menu-fares", "fares"), ("bot-menu-help", "help")]
    buttons = [
        button(tap(look.say(key), Tap(verb)), style="primary" if index == 0 else "secondary")
        for index, (key, verb) in enumerate([*first, *rest])
    ]
    return screen(look, look.say("bot-menu-title"), buttons, has_back=False)


def welcome(look: Look, town: Town, *, is_member: bool, privacy_url: str) -> Piece:
    """Greet who added the account, with the policy at hand (L-01)."""
    said = look.say("bot-welcome-line" if town.has_timetable else "bot-welcome")
    body = [
        line(said),
        *_first_steps(look, town, is_member=is_member),
        button(tap(look.say("bot-menu-help"), Tap("help"))),
        button(link(look.say("bot-policy"), privacy_url)),
    ]
    return screen(look, look.say("bot-welcome-title"), body, alt=said, has_back=False)


def _first_steps(look: Look, town: Town, *, is_member: bool) -> list[Piece]:
    """Return what somebody most likely came for: to book, or to become a member where nothing goes without."""
    can_book = is_member or town.has_timetable
    ways = [("book", "bot-menu-book")] if can_book else []
    if town.has_membership and not is_member:
        ways.append(("register", "bot-menu-register"))
    return [
        button(tap(look.say(key), Tap(verb)), style="secondary" if place else "primary")
        for place, (verb, key) in enumerate(ways)
    ]


def consent(look: Look, *, privacy_url: str) -> Piece:
    """Show what the data are for, before anything is asked (L-13, P-09)."""
    told = [line(look.say(f"my-purpose-{part}"), size="md") for part in PURPOSE_LINES]
    body = [
        *told,
        button(link(look.say("bot-policy"), privacy_url)),
        button(tap(look.say("bot-agree"), Tap("agree")), style="primary"),
    ]
    spoken = "\n".join(look.say(f"my-purpose-{part}") for part in PURPOSE_LINES)
    return screen(look, look.say("bot-consent-title"), body, alt=spoken)


def form_link(look: Look, *, url: str, purpose: str) -> Piece:
    """Give the one-time link to an own form."""
    body = [
        line(look.say(f"bot-link-{purpose}")),
        button(link(look.say("bot-open-form"), url), style="primary"),
        line(look.say("bot-link-once"), size="md", color=GREY),
    ]
    return screen(look, look.say(f"bot-link-{purpose}-title"), body, alt=look.say(f"bot-link-{purpose}"))


def usage(look: Look, *, is_known: bool, reminder_switch: str, other_language: str, privacy_url: str) -> Piece:
    """Say how it works, and where an opinion goes (T-49).

    ``reminder_switch`` is remind or unremind; empty for whom nobody would remind.
    """
    body: list[Piece] = [line(look.say(f"bot-how-{step}")) for step in ("1", "2", "3", "4")]
    if is_known:
        body.append(button(tap(look.say("bot-menu-settings"), Tap("settings"))))
    if reminder_switch:
        body.append(button(tap(look.say(f"bot-{reminder_switch}"), Tap(reminder_switch))))
    body.append(button(tap(look.say("bot-menu-opinion"), Tap("opinion"))))
    body.append(button(tap(look.say("bot-speak-other"), Tap(other_language))))
    body.append(button(link(look.say("bot-policy"), privacy_url)))
    spoken = "\n".join(look.say(f"bot-how-{step}") for step in ("1", "2", "3", "4"))
    return screen(look, look.say("bot-menu-help"), body, alt=spoken)


def phone(look: Look, desk: Desk) -> Piece:
    """Show the number, the hours, and whether somebody answers now."""
    told = [look.say("bot-phone-number", number=look.phone), *_hours(look, desk)]
    return screen(look, look.say("bot-phone-title"), [line(words) for words in told], alt="\n".join(told))


def desk(look: Look, open_hours: Desk, town: Town, *, is_member: bool) -> Piece:
    """Offer the desk to who was not understood twice, and where an opinion goes (D-49, L-03, T-49)."""
    told = [look.say("bot-desk"), *_hours(look, open_hours)]
    buttons = [
        *_first_steps(look, town, is_member=is_member),
        button(tap(look.say("bot-menu-opinion"), Tap("opinion"))),
        button(tap(look.say("bot-menu"), Tap("menu"))),
    ]
    body = [*(line(words) for words in told), *buttons]
    return screen(look, look.say("bot-desk-title"), body, alt="\n".join(told))


def _hours(look: Look, desk: Desk) -> list[str]:
    opens, closes = (wording.clock_text(second, look.language) for second in (desk.opens_s, desk.closes_s))
    now = look.say("bot-phone-open" if desk.is_open else "bot-phone-closed")
    return [look.say("bot-phone-hours", opens=opens, closes=closes), now]
