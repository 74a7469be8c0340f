"""What another fleet, other hours or other limits would have made of days that are over: asked, and compared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.adapters.papers import Cell, Column, Table, Unit
from backend.app import world
from backend.bell import PLAN
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain import times
from backend.domain.policies.report_dates import Span
from backend.domain.policies.what_if import Change, DayFigures, Difference, difference, in_all
from backend.domain.refusals import Refusal
from backend.jobs.what_if import WORK_OUT
from backend.services import trials
from backend.services.trials import Outcome, Trial
from backend.texts import text

VEHICLES = ("-3", "-2", "-1", "0", "1", "2", "3", "5")
MINUTES = {
    "earlier": ("0", "30", "60", "90", "120"),
    "later": ("0", "30", "60", "90", "120"),
    "wait": ("", "10", "15", "20", "30", "45", "60"),
    "window": ("", "5", "10", "15", "20", "30"),
}
LAST_DAYS = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class _Figure:
    """One figure of a day: its total over days as it is written, and what it is on one day."""

    name: str
    written: Callable[[DayFigures], Cell]
    of_day: Callable[[DayFigures], float]
    unit: float = 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A trial as a page shows it: what was changed, in one sentence what came of it, and all figures side by side."""

    trial: Trial
    change: str
    said: str = ""
    is_certain: bool = False
    table: Table | None = None


def register(pages: Blueprint) -> None:
    """Add the page and its form."""
    pages.get("/what-if/")(what_ifs)
    pages.post("/what-if/")(try_out)


def what_ifs() -> ResponseReturnValue:
    """Show the trials of the area service, the newest first, and the form for one more."""
    return _page()


def try_out() -> ResponseReturnValue:
    """Have a trial worked out; a form sent twice asks once."""
    try:
        span = Span(forms.day_of(request.form, "first"), forms.day_of(request.form, "last"))
        change, key = _change(), forms.key_of(request.form)
    except forms.FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service = network.get_service(session)
        asked = trials.ask(session, service.id, span=span, change=change, key=key, actor=g.actor, now=world().clock())
    if isinstance(asked, Refusal):
        return _page(refusal=asked), 409
    world().bell.ring(WORK_OUT, asked, queue=PLAN)
    return redirect(url_for("admin.reports.what_ifs"), 303)


def _change() -> Change:
    """Return what the form changes."""
    minutes = {name: forms.choice_of(request.form, name, among) for name, among in MINUTES.items()}
    seconds = {name: int(written) * times.MINUTE_S for name, written in minutes.items() if written}
    return Change(
        vehicles=int(forms.choice_of(request.form, "vehicles", VEHICLES)),
        earlier_s=seconds["earlier"],
        later_s=seconds["later"],
        max_wait_s=seconds.get("wait"),
        pickup_window_s=seconds.get("window"),
    )


def _page(*, faults: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    yesterday = times.day_of(world().clock()) - timedelta(days=1)
    with transaction(world().engine) as session:
        service = network.get_service(session)
        found = trials.list_trials(session, service.id)
    return render_template(
        "reports/what_if.html",
        service=service,
        trials=[_shown(each, g.language) for each in found],
        is_waiting=any(each.is_waiting for each in found),
        vehicles=VEHICLES,
        minutes=MINUTES,
        first=yesterday - LAST_DAYS + timedelta(days=1),
        last=yesterday,
        key=forms.new_key(),
        typed=request.form,
        faults=faults or {},
        refusal=refusal,
    )


def _shown(trial: Trial, language: str) -> Shown:
    change = _said(trial.change, language)
    if trial.outcome is None or not trial.outcome.days or trial.is_waiting:
        return Shown(trial, change)
    outcome = trial.outcome
    before, after = in_all(outcome.before), in_all(outcome.after)
    refusals = difference([each.refused for each in outcome.before], [each.refused for each in outcome.after])
    said = text(
        "what-if-said",
        language,
        change=change,
        days=len(outcome.days),
        before=before.refused,
        after=after.refused,
    )
    is_certain = refusals is not None and not refusals.low <= 0 <= refusals.high
    return Shown(trial, change, said, is_certain, _table(outcome, language))


def _said(change: Change, language: str) -> str:
    """Return what is changed in words."""
    numbers = {
        "vehicles-more": max(0, change.vehicles),
        "vehicles-fewer": max(0, -change.vehicles),
        "earlier": change.earlier_s // times.MINUTE_S,
        "later": change.later_s // times.MINUTE_S,
        "wait": (change.max_wait_s or 0) // times.MINUTE_S,
        "window": (change.pickup_window_s or 0) // times.MINUTE_S,
    }
    parts = [text(f"what-if-{name}-by", language, number=number) for name, number in numbers.items() if number]
    return text("what-if-and", language).join(parts)


def _table(outcome: Outcome, language: str) -> Table:
    """Return the figures as they were, asked again, and with the change; by how much a day differs."""
    before, after = in_all(outcome.before), in_all(outcome.after)
    was: dict[str, Cell] = {
        "refused": sum(refused for refused, _ in outcome.was),
        "rides": sum(rides for _, rides in outcome.was),
    }
    heads = ("figure", "was", "before", "after", "a-day")
    columns = tuple(
        Column(text(f"what-if-{each}", language), Unit.COUNT if place else Unit.WORDS)
        for place, each in enumerate(heads)
    )
    rows = tuple(
        (
            text(f"what-if-{each.name}", language),
            was.get(each.name),
            each.written(before),
            each.written(after),
            _difference(each, outcome, language),
        )
        for each in _FIGURES
    )
    return Table(text("what-if-table", language), columns, rows)


def _difference(figure: _Figure, outcome: Outcome, language: str) -> str | None:
    """Return by how much a figure differs on a day, and between what."""
    days = [[figure.of_day(each) for each in some] for some in (outcome.before, outcome.after)]
    found: Difference | None = difference(*days)
    if found is None:
        return None
    mean, low, high = (_signed(each / figure.unit) for each in (found.mean, found.low, found.high))
    return text("what-if-range", language, mean=mean, low=low, high=high)


def _signed(number: float) -> str:
    """Return a number with its sign; what is nothing once it is rounded is +0.0."""
    return f"{round(number, 1) + 0.0:+.1f}".replace("-", "−")


def _minutes(seconds: float) -> str:
    return f"{seconds / times.MINUTE_S:.1f}"


def _hours(seconds: float) -> str:
    return f"{seconds / times.HOUR_S:,.1f}"


_FIGURES = (
    _Figure("refused", lambda each: each.refused, lambda each: each.refused),
    _Figure("rides", lambda each: each.rides, lambda each: each.rides),
    _Figure("off", lambda each: _minutes(each.wait_each_s), lambda each: each.wait_each_s, times.MINUTE_S),
    _Figure("detour", lambda each: _minutes(each.detour_each_s), lambda each: each.detour_each_s, times.MINUTE_S),
    _Figure("driving", lambda each: _hours(each.driving_s), lambda each: each.driving_s, times.HOUR_S),
    _Figure("shift", lambda each: _hours(each.shift_s), lambda each: each.shift_s, times.HOUR_S),
)
