"""What running costs by run and by hour, from a day on (T-41, Q-57)."""

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.reports import services
from backend.app import world
from backend.db.session import transaction
from backend.domain import times
from backend.domain.policies.running_cost import CostUnits
from backend.services import cost_units

MOST_YEN = 10_000_000
NEEDED = {"run": ("yen_per_run",), "hour": ("yen_per_hour",), "mixed": ("yen_per_run", "yen_per_hour")}
METHODS = tuple(NEEDED)


def register(pages: Blueprint) -> None:
    """Add the page of the units."""
    pages.get("/units/")(units)
    pages.post("/units/")(set_units)


def units() -> ResponseReturnValue:
    """Show the units as they hold and held."""
    return _page()


def set_units() -> ResponseReturnValue:
    """Set the units that hold from a day on; set again for the same day, the later ones hold."""
    try:
        valid_from = forms.day_of(request.form, "valid_from")
        chosen = _units()
    except forms.FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service, _ = services.asked_for(session)
        cost_units.set_units(
            session, service.id, valid_from=valid_from, units=chosen, actor=g.actor, now=world().clock()
        )
    return redirect(url_for("admin.reports.units", service=service.code, saved="1"), 303)


def _method() -> str:
    method = request.form.get("method", "")
    if method not in METHODS:
        raise forms.FormError("method", "admin-form-missing")
    return method


def _units() -> CostUnits:
    """Return the units typed: those that the method needs, or none at all while nothing was agreed (Q-57)."""
    units = CostUnits(_method(), _optional_yen("yen_per_run"), _optional_yen("yen_per_hour"))
    yen = {"yen_per_run": units.yen_per_run, "yen_per_hour": units.yen_per_hour}
    missing = [name for name in NEEDED[units.method] if yen[name] is None]
    if missing and any(amount is not None for amount in yen.values()):
        raise forms.FormError(missing[0], "admin-form-missing")
    return units


def _optional_yen(name: str) -> int | None:
    return forms.yen_of(request.form, name, most=MOST_YEN) if request.form.get(name, "").strip() else None


def _page(*, faults: dict[str, str] | None = None) -> str:
    with transaction(world().engine) as session:
        service, others = services.asked_for(session)
        held = cost_units.list_units(session, service.id)
    return render_template(
        "reports/units.html",
        held=held,
        service=service,
        services=others,
        methods=METHODS,
        today=_month_start(times.day_of(world().clock())),
        typed=request.form,
        faults=faults or {},
    )


def _month_start(day: date) -> date:
    return day.replace(day=1)
