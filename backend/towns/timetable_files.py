"""Reads the printed timetable of a line: runs.csv and timetable.csv, refused whole with every bad line (T-02, T-06)."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from backend.towns import written
from backend.towns.csv_cells import Cells, keep_unique, rows_of
from backend.towns.faults import Faults
from backend.towns.line_values import PrintedRun, PrintedTime

RUNS = "runs.csv"
TIMES = "timetable.csv"
RUN_COLUMNS = [
    "run_id",
    "direction",
    "run_no",
    "departs",
    "arrives",
    "weekday_mode",
    "sat_sun_holiday_mode",
    "vehicle_type",
    "passenger_capacity",
    "reserved_booking_limit",
    "note",
]
TIME_COLUMNS = ["run_id", "seq", "stop_id", "stop_name", "time", "time_kind", "as_given", "rule"]
KINDS = {"定時運行": "fixed", "予約運行": "reserved"}
TIME_KINDS = ("printed", "range_start", "range_end", "interpolated")
RULES = {"乗降可能": (True, True), "乗車のみ可能": (True, False), "降車のみ可能": (False, True)}
RANGE = re.compile(r"(\d{1,2}:\d{2})[～〜~](\d{1,2}:\d{2})")
FIRST_SEQ = 1
UNKNOWN_S = -1


@dataclass(frozen=True, slots=True)
class _Time:
    """A line of timetable.csv."""

    cells: Cells
    run: str
    seq: int
    printed: PrintedTime


@dataclass(frozen=True, slots=True)
class _Run:
    """A line of runs.csv, before its times are known."""

    run: PrintedRun
    departs_s: int
    arrives_s: int


def read(
    runs_text: str, times_text: str, stop_names: Mapping[str, str], vehicles: Mapping[str, int], bad: Faults
) -> tuple[PrintedRun, ...]:
    """Return the runs with their times; what is wrong is added to ``bad`` as ``file:line: reason``.

    ``stop_names`` are the names of the line's stops by code, ``vehicles`` the seats by the words for vehicles.
    """
    times = _times(times_text, stop_names, bad)
    found = [(cells, _run(cells, vehicles)) for cells in rows_of(RUNS, runs_text, RUN_COLUMNS, bad)]
    keep_unique(found, lambda each: each.run.code, "run_id")
    keep_unique(found, lambda each: f"{each.run.direction} {each.run.number}", "run_no")
    known = {each.run.code for _, each in found}
    for orphan in (each for each in times if each.run not in known):
        orphan.cells.refuse(f"run_id: '{orphan.run}' is not in {RUNS}", code="orphan", value=orphan.run)
    by_run: dict[str, list[_Time]] = defaultdict(list)
    for each in times:
        by_run[each.run].append(each)
    return tuple(_with_times(cells, each, by_run[each.run.code]) for cells, each in found)


def vehicle_words(runs_text: str) -> set[str]:
    """Return the words that a file of runs uses for vehicles, whatever else is wrong with it."""
    return {cells.optional("vehicle_type") for cells in rows_of(RUNS, runs_text, RUN_COLUMNS, [])} - {""}


def clock_s(text: str) -> int:
    """Return the second of the day of 6:55 or 06:55."""
    return written.clock_s(text.rjust(5, "0"))


def interpolated_s(first_s: int, last_s: int, place: int, count: int) -> int:
    """Return the time of stop ``place`` of ``count`` in a printed range, rounded down to a minute (T-06).

    A time told too late loses the ride, one told too early costs a minute only.

    >>> [interpolated_s(0, 300, place, 3) for place in range(3)]
    [0, 120, 300]
    """
    minutes = place * (last_s - first_s) // written.MINUTE_S // (count - 1)
    return first_s + minutes * written.MINUTE_S


def _times(text: str, stop_names: Mapping[str, str], bad: Faults) -> list[_Time]:
    found = [_time(cells, stop_names) for cells in rows_of(TIMES, text, TIME_COLUMNS, bad)]
    keep_unique([(each.cells, each) for each in found], lambda each: f"{each.run} {each.printed.stop}", "stop_id")
    filled = []
    for _, group in groupby(found, key=lambda each: (each.run, each.printed.as_printed)):
        filled.extend(_filled(list(group)))
    for each in filled:
        _check_printed(each.cells, each.printed)
    return filled


def _time(cells: Cells, stop_names: Mapping[str, str]) -> _Time:
    stop = cells.known("stop_id", tuple(stop_names))
    name = cells.text("stop_name")
    if stop in stop_names and name and name != stop_names[stop]:
        cells.refuse(f"stop_name: '{name}' is not the name of {stop}", code="stop_name", value=name)
    board, alight = RULES.get(cells.known("rule", tuple(RULES)), (False, False))
    has_time = bool(cells.optional("time"))
    printed = PrintedTime(
        stop=stop,
        time_s=cells.read("time", clock_s, instead=0) if has_time else UNKNOWN_S,
        kind=cells.known("time_kind", TIME_KINDS) if has_time else "",
        as_printed=cells.text("as_given"),
        may_board=board,
        may_alight=alight,
    )
    return _Time(cells, cells.text("run_id"), cells.whole("seq"), printed)


def _filled(group: list[_Time]) -> list[_Time]:
    """Return the stops of one printed time or range; those without a time of their own get it from the range."""
    if all(each.printed.time_s != UNKNOWN_S for each in group):
        return group
    try:
        first_s, last_s = _span(group[0].printed.as_printed)
    except ValueError:
        return group
    if len(group) == 1:
        return [_at(group[0], first_s, "printed")]
    kinds = ("range_start", *("interpolated",) * (len(group) - 2), "range_end")
    return [
        each
        if each.printed.time_s != UNKNOWN_S
        else _at(each, interpolated_s(first_s, last_s, place, len(group)), kinds[place])
        for place, each in enumerate(group)
    ]


def _at(time: _Time, time_s: int, kind: str) -> _Time:
    return replace(time, printed=replace(time.printed, time_s=time_s, kind=kind))


def _check_printed(cells: Cells, printed: PrintedTime) -> None:
    """Refuse a time that does not stand in what is printed, or does not lie in its range (T-06)."""
    if not printed.as_printed or (not printed.kind and printed.time_s != UNKNOWN_S):
        return
    try:
        first_s, last_s = _span(printed.as_printed)
    except ValueError as reason:
        cells.refuse(f"as_given: {reason}", code="unreadable", column="as_given", value=printed.as_printed)
        return
    exact = {"printed": (first_s, last_s), "range_start": (first_s, first_s), "range_end": (last_s, last_s)}
    low_s, high_s = exact.get(printed.kind, (first_s, last_s))
    if not low_s <= printed.time_s <= high_s or (printed.kind == "printed" and first_s != last_s):
        reason_text = f"time: is not the {printed.kind} time of '{printed.as_printed}'"
        cells.refuse(reason_text, code="off_print", value=printed.as_printed)


def _span(as_printed: str) -> tuple[int, int]:
    """Return the first and last second of a printed time or range of times."""
    match = RANGE.fullmatch(as_printed)
    return (clock_s(match[1]), clock_s(match[2])) if match else (clock_s(as_printed), clock_s(as_printed))


def _run(cells: Cells, vehicles: Mapping[str, int]) -> _Run:
    vehicle = cells.known("vehicle_type", tuple(vehicles))
    limit = cells.whole("reserved_booking_limit")
    seats = cells.whole("passenger_capacity")
    if vehicle in vehicles and seats != vehicles[vehicle]:
        cells.refuse(
            f"passenger_capacity: the vehicle has {vehicles[vehicle]} seats", code="seats", value=str(vehicles[vehicle])
        )
    if not 1 <= limit <= max(seats, 1):
        cells.refuse("reserved_booking_limit: is not between 1 and the seats of the vehicle", code="limit")
    run = PrintedRun(
        code=cells.text("run_id"),
        direction=cells.text("direction"),
        number=cells.whole("run_no"),
        weekday_kind=KINDS.get(cells.known("weekday_mode", tuple(KINDS)), ""),
        holiday_kind=KINDS.get(cells.known("sat_sun_holiday_mode", tuple(KINDS)), ""),
        vehicle=vehicle,
        booking_limit=limit,
        times=(),
    )
    return _Run(run, cells.read("departs", clock_s, instead=0), cells.read("arrives", clock_s, instead=0))


def _with_times(cells: Cells, found: _Run, times: Sequence[_Time]) -> PrintedRun:
    """Return a run with its times, which have to go forward from its departure to its arrival."""
    for place, each in enumerate(times, start=FIRST_SEQ):
        if each.seq != place:
            each.cells.refuse(f"seq: is {each.seq}, not {place}", code="seq", value=str(place))
    for first, second in pairwise(times):
        if second.printed.time_s <= first.printed.time_s:
            second.cells.refuse("time: is not after the stop before", code="backwards")
    if len(times) < len(("first", "last")):
        cells.refuse(f"run_id: has fewer than two stops in {TIMES}", code="no_times", value=found.run.code)
    elif (times[0].printed.time_s, times[-1].printed.time_s) != (found.departs_s, found.arrives_s):
        cells.refuse(
            f"departs, arrives: are not the first and the last time in {TIMES}", code="ends", value=found.run.code
        )
    run = found.run
    return PrintedRun(
        code=run.code,
        direction=run.direction,
        number=run.number,
        weekday_kind=run.weekday_kind,
        holiday_kind=run.holiday_kind,
        vehicle=run.vehicle,
        booking_limit=run.booking_limit,
        times=tuple(each.printed for each in times),
    )
