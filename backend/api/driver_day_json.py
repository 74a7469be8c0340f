"""The whole day of a vehicle in the words of the terminal: area and line, one run after the other (T-12, T-22)."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from sqlalchemy.orm import Session

from backend import wording
from backend.api import driver_json
from backend.api.driver_json import CancelledJson, VisitJson
from backend.db.queries import breaks, manifest, run_calls, tariffs
from backend.db.queries.breaks import BreakView
from backend.db.queries.manifest import RunView
from backend.db.queries.run_calls import CallView, LeftBehindView
from backend.domain import times
from backend.domain.policies import pay
from backend.domain.policies.pay import Tariff, ZoneAt
from backend.texts import text

AREA, FIXED, RESERVED, EXTRA = "area", "fixed", "reserved", "extra"
PROVEN = ("discount", "free")


class CallJson(TypedDict):
    """A stop on the way of a run; ``board_zone`` and ``alight_zone`` are what who gets on or off there pays."""

    stop_id: int
    stop: str
    time: str
    time_s: int | None
    may_board: bool
    may_alight: bool
    zone: str
    board_zone: str | None
    alight_zone: str | None
    marker: str
    note: str
    lat: float
    lon: float


class ChoiceJson(TypedDict):
    """Something to choose: its code and its words. ``proof`` asks the driver to look at something (T-29)."""

    code: str
    name: str
    proof: str


class TariffJson(TypedDict):
    """What is taken on a run, and how it may be paid (T-28)."""

    fares: dict[str, dict[str, int]]
    categories: list[ChoiceJson]
    pay_kinds: list[ChoiceJson]
    top_up: bool


class BreakJson(TypedDict):
    """A break: when and where, as a sentence; ``*_s`` are seconds of the service day."""

    starts_s: int
    ends_s: int
    text: str


class RunJson(TypedDict):
    """Everything a terminal shows of a run; ``*_s`` are seconds of the service day."""

    run_id: int
    kind: str
    version: int
    state: str
    title: str
    about: str
    note: str
    service: str
    starts_s: int
    ends_s: int
    starts: str
    ends: str
    day: str
    late_s: int
    wait_s: int
    seats: int
    duty_id: int
    driven_m: int | None
    vehicle_id: int
    vehicle: str
    visits: list[VisitJson]
    cancelled: list[CancelledJson]
    breaks: list[BreakJson]
    calls: list[CallJson]
    counts: list[dict[str, str | int]]
    paid: list[dict[str, str | int]]
    paid_on: str
    tariff: TariffJson


class LeftBehindJson(TypedDict):
    """Riders left behind, and what the desk does about it, as a sentence."""

    id: int
    title: str
    answer: str
    is_answered: bool


class DayJson(TypedDict):
    """What a terminal shows."""

    tag: str
    now_s: int
    csrf: str
    runs: list[RunJson]
    left_behind: list[LeftBehindJson]


def day_json(
    session: Session, runs: list[RunView], left: list[LeftBehindView], *, csrf: str, now: datetime, language: str
) -> DayJson:
    """Return the day for the terminal. ``csrf`` is the token that its next posts carry."""
    return DayJson(
        tag=tag_of(runs, left),
        now_s=times.second_of(now, times.day_of(now)),
        csrf=csrf,
        runs=[run_json(session, run, now=now, language=language) for run in runs],
        left_behind=[_left_behind(each, now, language) for each in left],
    )


def run_json(session: Session, run: RunView, *, now: datetime, language: str) -> RunJson:
    """Return one run for the terminal."""
    shown = manifest.get_manifest(session, run, now=now)
    calls = [] if run.kind == AREA else run_calls.calls_of(session, run.id)
    tariff = tariffs.get_tariff(session, run.service_id, run.day)
    zones = [ZoneAt(call.fare_zone, call.may_board, call.may_alight) for call in calls]
    return RunJson(
        run_id=run.id,
        kind=run.kind,
        version=run.plan_version,
        state=run.state,
        title=_title(run, language),
        about=text(f"driver-run-{run.kind}", language),
        note=_note(run, has_visits=bool(shown.visits), language=language),
        service=run.service_name,
        starts_s=run.starts_s,
        ends_s=run.ends_s,
        starts=times.clock(run.starts_s),
        ends=times.clock(run.ends_s),
        day=wording.day_text(run.day, language),
        late_s=run.late_s,
        wait_s=run.no_show_wait_s,
        seats=run.seats,
        duty_id=run.duty_id,
        driven_m=run.driven_m,
        vehicle_id=run.vehicle_id,
        vehicle=run.vehicle_name,
        visits=driver_json.visits_json(shown, language=language),
        cancelled=driver_json.cancelled_json(shown, language=language),
        breaks=[_break(each, language) for each in breaks.by_run(session, [run.id]).get(run.id, ())],
        calls=[_call(call, pays, run, language) for call, pays in zip(calls, pay.zones_paid(zones), strict=True)],
        counts=[] if run.kind == AREA else _counts(session, run),
        paid=[] if run.kind == AREA else _paid(session, run),
        paid_on=run_calls.BOARD if pay.is_paid_boarding(zones) else run_calls.ALIGHT,
        tariff=_tariff(tariff, language),
    )


def tag_of(runs: Iterable[RunView], left: Iterable[LeftBehindView]) -> str:
    """Return what changes whenever the day looks otherwise: versions and states of runs, answers of the desk."""
    versions = [f"{run.id}.{run.plan_version}.{run.state}.{run.driven_m or 0}" for run in runs]
    answers = [
        f"{each.id}.{each.outcome or ''}.{int(each.picked_up_at is not None)}{int(each.arrived_at is not None)}"
        for each in left
    ]
    return "~".join(["_".join(versions), "_".join(answers)])


def versions_in(tag: str) -> dict[int, int]:
    """Return the version of each run that a terminal with this tag shows; nothing of what cannot be read."""
    parts = [part.split(".") for part in tag.partition("~")[0].split("_")]
    whole = [part[:2] for part in parts if len(part) > 1 and part[0].isdecimal() and part[1].isdecimal()]
    return {int(run_id): int(version) for run_id, version in whole}


def _title(run: RunView, language: str) -> str:
    if run.kind == AREA:
        return run.service_name
    return text("driver-run-title", language, number=str(run.number), direction=run.direction)


def _note(run: RunView, *, has_visits: bool, language: str) -> str:
    """Return why a run is not driven, or that nobody booked it (T-13, T-47)."""
    if run.state == "suspended":
        if not run.suspended_reason:
            return text("driver-run-off", language)
        return text("driver-run-suspended", language, reason=run.suspended_reason)
    if run.state == "not_operated":
        return text("driver-run-not-operated", language)
    if run.kind == RESERVED and not has_visits and run.state in ("planned", "committed"):
        return text("driver-run-empty", language)
    return ""


def _break(each: BreakView, language: str) -> BreakJson:
    first, last = times.clock(each.starts_s), times.clock(each.ends_s)
    said = text("driver-break", language, first=first, last=last, stop=each.stop_name)
    return BreakJson(starts_s=each.starts_s, ends_s=each.ends_s, text=said)


def _call(call: CallView, pays: tuple[str | None, str | None], run: RunView, language: str) -> CallJson:
    marker = (call.winter_marker or call.marker) if run.is_winter else call.marker
    marker_key = "driver-marker-winter" if run.is_winter else "driver-marker"
    clock = "" if call.time_s is None else times.clock(call.time_s)
    return CallJson(
        stop_id=call.stop_id,
        stop=call.stop_name,
        time=text("driver-about", language, time=clock) if call.is_about else clock,
        time_s=call.time_s,
        may_board=call.may_board,
        may_alight=call.may_alight,
        zone=call.fare_zone,
        board_zone=pays[0],
        alight_zone=pays[1],
        marker=text(marker_key, language, marker=marker) if marker else "",
        note=call.road_note,
        lat=call.lat,
        lon=call.lon,
    )


def _counts(session: Session, run: RunView) -> list[dict[str, str | int]]:
    return [
        {"stop_id": each.stop_id, "way": each.kind, "category": each.category, "persons": each.persons}
        for each in run_calls.counts(session, run.id)
    ]


def _paid(session: Session, run: RunView) -> list[dict[str, str | int]]:
    return [
        {
            "stop_id": each.stop_id,
            "category": each.category,
            "zone": each.zone,
            "pay_kind": each.pay_kind,
            "persons": each.persons,
            "received_yen": each.received_yen,
        }
        for each in run_calls.paid(session, run.id)
    ]


def _tariff(tariff: Tariff, language: str) -> TariffJson:
    return TariffJson(
        fares={zone: dict(fares) for zone, fares in tariff.fares.items()},
        categories=[
            ChoiceJson(
                code=code,
                name=wording.category_text(code, language),
                proof=text(f"driver-proof-{code}", language) if code in PROVEN else "",
            )
            for code in tariff.categories()
        ],
        pay_kinds=[
            ChoiceJson(
                code=kind,
                name=driver_json.pay_text(kind, language),
                proof=text("driver-proof-pass", language) if kind == pay.PASS else "",
            )
            for kind in pay.PAY_KINDS
            if kind in tariff.pay_kinds
        ],
        top_up=tariff.allows_top_up,
    )


def _left_behind(each: LeftBehindView, now: datetime, language: str) -> LeftBehindJson:
    title = text(
        "driver-left-title",
        language,
        origin=each.pickup_stop,
        destination=each.dropoff_stop,
        persons=str(each.persons),
    )
    return LeftBehindJson(
        id=each.id, title=title, answer=_answer(each, now, language), is_answered=each.outcome is not None
    )


def _answer(each: LeftBehindView, now: datetime, language: str) -> str:
    """Return what became of it so far (T-22)."""
    if each.outcome is None:
        return text("driver-left-told", language)
    if each.outcome != "extra_run":
        return text(f"driver-left-{wording.key_of(each.outcome)}", language)
    known = {"vehicle": each.extra_vehicle}
    day = times.day_of(now)
    if each.arrived_at is not None:
        at = times.clock(times.second_of(each.arrived_at, day))
        return text("driver-left-arrived", language, time=at, **known)
    if each.picked_up_at is not None:
        at = times.clock(times.second_of(each.picked_up_at, day))
        return text("driver-left-picked-up", language, time=at, **known)
    return text("driver-left-coming", language, time=times.clock(each.extra_pickup_s or 0), **known)
