"""Hours, windows, limits and figures of each service (D-05, D-12, D-21, T-20, Q-26, Q-33)."""

from datetime import timedelta

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from admin.forms import Form, FormError
from admin.masters.chosen import chosen_service
from admin.masters.settings_forms import (
    WEEK,
    parse_limits,
    parse_line_settings,
    parse_settings,
    sheet_of,
    typed_settings,
)
from backend.app import world
from backend.db.queries import fairness, network, timetable
from backend.db.queries.network import ServiceView
from backend.db.queries.timetable import EntryView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import line_settings, town_rules

RESERVE_DAYS = 30


def register(pages: Blueprint) -> None:
    """Add the settings' pages."""
    pages.get("/settings/")(settings)
    pages.post("/settings/")(change_settings)


def settings() -> ResponseReturnValue:
    """Show every figure of a service."""
    return _page(None)


def change_settings() -> ResponseReturnValue:
    """Change the figures; when somebody was faster, both are shown (D-29)."""
    try:
        version = forms.number_of(request.form, "version")
        with transaction(world().engine) as session:
            service = chosen_service(session)
            code = service.code
            refusal = _change(session, service, version=version)
    except FormError as fault:
        return _page(request.form, faults=fault.said(g.language)), 400
    except StaleError:
        return _page(request.form, is_stale=True), 409
    if refusal:
        return _page(request.form, refusal=refusal), 409
    return redirect(url_for("admin.masters.settings", service=code, saved="1"), 303)


def _change(session: Session, service: ServiceView, *, version: int) -> Refusal | None:
    """Change one service; FormError, StaleError and refusals leave it as it is."""
    now = world().clock()
    if not network.is_line(service):
        entry = parse_settings(request.form)
        return town_rules.change_settings(session, service.id, entry=entry, version=version, actor=g.actor, now=now)
    limits = parse_limits(request.form, [run.code for run in _runs(session, service)])
    line_entry = parse_line_settings(request.form)
    refusal = line_settings.check_limits(session, service.id, limits) or town_rules.change_settings(
        session, service.id, entry=line_entry, version=version, actor=g.actor, now=now
    )
    if refusal is None:
        line_settings.set_limits(session, service.id, limits, actor=g.actor, now=now)
    return refusal


def _runs(session: Session, service: ServiceView) -> list[EntryView]:
    """Return the runs of the line's newest timetable."""
    versions = timetable.list_versions(session, service.id)
    if not versions:
        return []
    newest = max(versions[0].valid_from, times.day_of(world().clock()))
    return timetable.list_entries(session, service.id, newest)


def _page(
    typed: Form | None,
    *,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    is_stale: bool = False,
) -> str:
    with transaction(world().engine) as session:
        service = chosen_service(session)
        services = network.list_services(session)
        runs = _runs(session, service) if network.is_line(service) else []
        present = typed_settings(service) | {f"limit-{run.code}": str(run.booking_limit) for run in runs}
        price = fairness.refused_for_reserve(session, service.id, since=world().clock() - timedelta(days=RESERVE_DAYS))
    return render_template(
        "masters/settings.html",
        service=service,
        services=services,
        sheet=sheet_of(service),
        runs=runs,
        typed=typed or present,
        faults=faults or {},
        refusal=refusal,
        present=present if is_stale else None,
        week=WEEK,
        reserve_price=price,
        reserve_days=RESERVE_DAYS,
    )
