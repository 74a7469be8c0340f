"""Facts for the screens of the printed timetable, and the runs somebody hears of (T-02, T-06, T-25, T-47)."""

from dataclasses import replace
from datetime import timedelta

from backend import wording
from backend.db.queries import line_rides, network, timetable
from backend.db.queries.line_rides import SuspendedRun
from backend.db.queries.timetable import EntryView
from backend.domain.refusals import Refusal
from backend.services import follows
from bot import postback
from bot.answers.asker import Asker, look_of
from bot.dialogue.turns import Prompt
from bot.screens import runs as run_screens
from bot.screens import timetable as timetable_screens
from bot.screens.parts import Piece
from bot.screens.runs import FollowedRun

LOOK_AHEAD_DAYS = 14


def _timetable(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show a direction as it is printed, or ask which; what is called off today is said first."""
    by_direction: dict[str, list[EntryView]] = {}
    for entry in asker.entries():
        by_direction.setdefault(entry.direction, []).append(entry)
    look, directions = look_of(asker, prompt), list(by_direction)
    place = postback.parse_number(prompt.letter)
    if place is None or place >= len(directions):
        return [timetable_screens.choose_direction(look, directions, _called_off(asker))]
    chosen = directions[place]
    called_off = [each for each in _called_off(asker) if each.direction == chosen]
    fixed = timetable_screens.fixed_lines(look, *_both_kinds_of_day(asker, chosen))
    return [timetable_screens.whole(look, by_direction[chosen], called_off, fixed=fixed)]


def _both_kinds_of_day(asker: Asker, direction: str) -> tuple[list[EntryView], list[EntryView]]:
    """Return the runs of a direction as they are on weekdays, and on Saturdays, Sundays and holidays."""
    days = [asker.today + timedelta(days=number) for number in range(LOOK_AHEAD_DAYS)]
    found = []
    for is_holiday in (False, True):
        day = next((day for day in days if timetable.is_holiday_timetable(day) == is_holiday), asker.today)
        found.append([each for each in asker.entries(day) if each.direction == direction])
    return found[0], found[1]


def _times(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show when the runs are at one stop, or ask at which."""
    look = look_of(asker, prompt)
    assert asker.line is not None
    if not prompt.stops:
        title = look.say("bot-times-at-stop")
        return [timetable_screens.choose_stop(look, asker.stops_of(asker.line), verb="times", title=title)]
    return [timetable_screens.at_stop(look, network.get_stop(asker.session, prompt.stops[0]), asker.entries())]


def _followed(asker: Asker, prompt: Prompt) -> list[Piece]:
    """Show the runs whose delays an account is told."""
    look = look_of(asker, prompt)
    if isinstance(asker.outcome, Refusal):
        look = replace(look, note=wording.refusal_text(asker.outcome, look.language))
    names = {
        each.code: look.say("common-run", direction=each.direction, number=each.number) for each in asker.entries()
    }
    codes = [code for _service, code in follows.list_followed(asker.session, asker.account.id)]
    return [run_screens.followed(look, [FollowedRun(code, names.get(code, code)) for code in codes])]


def _called_off(asker: Asker) -> list[SuspendedRun]:
    assert asker.line is not None
    return line_rides.list_suspended(asker.session, asker.line.id, asker.today)


SCREENS = {"timetable": _timetable, "times": _times, "followed": _followed}
