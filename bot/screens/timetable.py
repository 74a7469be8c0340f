"""The printed timetable: a direction as it is printed, and the times at one stop (T-02, T-06, T-47)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from backend import wording
from backend.db.queries.line_rides import SuspendedRun
from backend.db.queries.network import StopView
from backend.db.queries.timetable import EntryView, StopTimeView
from backend.domain import times
from backend.domain.refusals import Refusal
from bot.postback import Tap
from bot.screens.parts import GREEN, PALE, RED, Look, Piece, button, grid, line, row, screen, tap

NUMBERED = re.compile(r"(?P<start>.*?)(?P<number>\d+)(?P<end>\D*)")
FEWEST_JOINED = 3
FIXED = "fixed"
RANGE_MARK = "～"


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """A row of the printed timetable. ``rule`` says what may be done at its stops: both, board or alight."""

    stops: str
    rule: str
    cells: tuple[str, ...]


def choose_direction(look: Look, directions: Sequence[str], called_off: Sequence[SuspendedRun]) -> Piece:
    """Ask for the direction; what is called off today stands first."""
    body = [
        *_called_off(look, called_off),
        *(
            button(tap(each, Tap("timetable", "", str(place))), style="primary")
            for place, each in enumerate(directions)
        ),
        button(tap(look.say("bot-times-at-stop"), Tap("times"))),
        button(tap(look.say("bot-followed-title"), Tap("followed"))),
    ]
    return screen(look, look.say("bot-menu-timetable"), body, has_back=False)


def whole(
    look: Look, entries: Sequence[EntryView], called_off: Sequence[SuspendedRun], *, fixed: Sequence[str]
) -> Piece:
    """Show all runs of one direction as they are printed: ranges stay ranges, rows stay rows.

    ``fixed`` says which runs need no booking (`fixed_lines`).
    """
    title = look.say("bot-timetable-title", direction=entries[0].direction)
    table = rows(entries)
    head = [look.say("bot-run-number", number=each.number) for each in entries]
    body: list[Piece] = [*_called_off(look, called_off), _cells(head, weight="bold")]
    for rule, group in groupby(table, key=lambda each: each.rule):
        body.append(line(look.say(f"bot-rule-{rule}"), size="md", color=GREEN, margin="lg"))
        for each in group:
            narrow = [cell.replace(RANGE_MARK, f"{RANGE_MARK}\n") for cell in each.cells]
            body += [line(each.stops, weight="bold"), _cells(narrow)]
    body += [
        *(line(each, size="md") for each in fixed),
        line(look.say("bot-no-ic"), size="md"),
        button(tap(look.say("bot-other-direction"), Tap("timetable"))),
        button(tap(look.say("bot-times-at-stop"), Tap("times"))),
        button(tap(look.say("bot-menu-book"), Tap("book")), style="primary"),
    ]
    alt = "\n".join([title, *(f"{each.stops} {' '.join(each.cells)}" for each in table)])
    return screen(look, title, body, alt=alt, has_back=False, size="giga")


def fixed_lines(look: Look, on_weekdays: Sequence[EntryView], on_holidays: Sequence[EntryView]) -> list[str]:
    """Say which runs always go, on weekdays and on Saturdays, Sundays and holidays (T-03, T-04)."""
    joint = look.say("common-list-joint")
    told = []
    for key, entries in (("bot-fixed-weekday", on_weekdays), ("bot-fixed-holiday", on_holidays)):
        numbers = [
            look.say("bot-run-departing", number=each.number, time=times.clock(each.departs_s))
            for each in entries
            if each.kind == FIXED
        ]
        told.append(look.say(key, runs=joint.join(numbers)) if numbers else look.say(f"{key}-none"))
    return told


def rows(entries: Sequence[EntryView]) -> list[PrintedRow]:
    """Return a direction as it is printed: stops that share a printed time or range share a row."""
    found = []
    for _, group in groupby(entries[0].stop_times, key=lambda each: (_rule(each), each.as_printed)):
        stops = list(group)
        names = " ".join(_joined([each.stop_name for each in stops]))
        cells = tuple(entry.at(stops[0].stop_id).as_printed for entry in entries)
        found.append(PrintedRow(names, _rule(stops[0]), cells))
    return found


def at_stop(look: Look, stop: StopView, entries: Sequence[EntryView]) -> Piece:
    """Show when the runs are at one stop, by direction; what was reckoned between two printed times says 頃."""
    title = look.say("bot-times-title", stop=stop.name)
    body: list[Piece] = []
    told = [title]
    for direction, group in groupby(sorted(entries, key=_direction), key=_direction):
        runs = list(group)
        rule = look.say(f"bot-rule-{_rule(runs[0].at(stop.id))}")
        times = [_time(look, each, each.at(stop.id)) for each in runs]
        head = [line(direction, weight="bold", margin="md"), line(rule, size="md", color=GREEN)]
        body += [*head, *(line(words) for words in times)]
        told += [direction, rule, *times]
    body += [
        button(tap(look.say("bot-menu-timetable"), Tap("timetable"))),
        button(tap(look.say("bot-start-from"), Tap("start-from", "", str(stop.id))), style="primary"),
    ]
    return screen(look, title, body, alt="\n".join(told), has_back=False)


def choose_stop(
    look: Look, stops: Sequence[StopView], *, verb: str, title: str, before: str = "", refusal: Refusal | None = None
) -> Piece:
    """Let a stop of the line be chosen, in their order along it; ``before`` is what the button carries already.

    ``refusal`` says why another stop would not do.
    """
    if refusal is not None:
        look = replace(look, note=wording.refusal_text(refusal, look.language))
    buttons = [button(tap(stop.name, Tap(verb, "", f"{before}{stop.id}"))) for stop in stops]
    alt = f"{title}\n{look.say('common-list-joint').join(stop.name for stop in stops)}"
    return screen(look, title, grid(buttons, columns=2), alt=alt, has_back=False)


def _direction(entry: EntryView) -> str:
    return entry.direction


def _rule(at: StopTimeView) -> str:
    """Return what may be done at a stop: both, board or alight."""
    if at.may_board:
        return "both" if at.may_alight else "board"
    return "alight"


def _cells(words: Sequence[str], *, weight: str = "regular") -> Piece:
    cells = [line(each, size="sm", weight=weight) | {"flex": 1, "align": "center"} for each in words]
    return row(cells) | {"backgroundColor": PALE, "spacing": "none"}


def _time(look: Look, entry: EntryView, at: StopTimeView) -> str:
    clock = wording.short_clock_text(at.time_s, look.language, is_about=at.is_about)
    return look.say("bot-time-of-run", number=entry.number, clock=clock)


def _called_off(look: Look, called_off: Sequence[SuspendedRun]) -> list[Piece]:
    return [
        line(
            look.say("bot-called-off", direction=each.direction, number=each.number, reason=each.reason),
            color=RED,
            weight="bold",
        )
        for each in called_off
    ]


def _joined(names: Sequence[str]) -> list[str]:
    """Return names with neighbours that differ by a number alone joined as print does: 石山東3～7丁目."""
    joined: list[str] = []
    for shape, group in groupby(names, key=_shape):
        run = list(group)
        numbers = sorted(int(part["number"]) for name in run if (part := NUMBERED.fullmatch(name)))
        if shape and len(numbers) >= FEWEST_JOINED:
            joined.append(f"{shape[0]}{numbers[0]}{RANGE_MARK}{numbers[-1]}{shape[1]}")
        else:
            joined += run
    return joined


def _shape(name: str) -> tuple[str, str] | None:
    part = NUMBERED.fullmatch(name)
    return (part["start"], part["end"]) if part else None
