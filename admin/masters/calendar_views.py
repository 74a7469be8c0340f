"""Operating periods, days without service, days on which nobody answers the phone (D-01 to D-04, Q-42)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.masters.chosen import chosen_service
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain.calendar import Closure, Period
from backend.domain.errors import StaleError
from backend.domain.refusals import Refusal
from backend.services import town_rules


def register(pages: Blueprint) -> None:
    """Add the calendar's page."""
    pages.get("/calendar/")(calendar)
    pages.post("/calendar/closed")(close_days)
    pages.post("/calendar/closed/<int:closed_day_id>/remove")(open_days_again)
    pages.post("/calendar/periods")(set_period)


def calendar() -> ResponseReturnValue:
    """Show when the service runs and when not."""
    return _page()


def close_days() -> ResponseReturnValue:
    """Add days without service (D-04)."""
    try:
        closure = Closure(
            from_day=forms.day_of(request.form, "from_day"),
            to_day=forms.day_of(request.form, "to_day"),
            reason=forms.text_of(request.form, "reason"),
            yearly=forms.is_ticked(request.form, "yearly"),
        )
    except forms.FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    applies_to = "desk" if request.form.get("applies_to") == "desk" else "running"
    with transaction(world().engine) as session:
        service = chosen_service(session)
        code, now = service.code, world().clock()
        outcome = town_rules.close_days(
            session, service.id, closure=closure, applies_to=applies_to, actor=g.actor, now=now
        )
    if isinstance(outcome, Refusal):
        return _page(refusal=outcome), 409
    return redirect(url_for("admin.masters.calendar", service=code), 303)


def open_days_again(closed_day_id: int) -> ResponseReturnValue:
    """Take days without service back."""
    with transaction(world().engine) as session:
        town_rules.open_days_again(session, closed_day_id, actor=g.actor, now=world().clock())
        code = chosen_service(session).code
    return redirect(url_for("admin.masters.calendar", service=code), 303)


def set_period() -> ResponseReturnValue:
    """Change an operating period, or add one (D-01, D-02); when somebody was faster, what holds now is shown."""
    names = ("accepts_from", "accepts_to", "runs_from", "runs_to")
    period_id = request.form.get("period_id", "")
    try:
        period = Period(*(forms.day_of(request.form, name) for name in names))
        row_id = forms.number_of(request.form, "period_id") if period_id else None
        version = forms.number_of(request.form, "version")
    except forms.FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            service = chosen_service(session)
            code, now = service.code, world().clock()
            refusal = town_rules.set_period(
                session, service.id, row_id, period=period, version=version, actor=g.actor, now=now
            )
    except StaleError:
        return _page(is_stale=True), 409
    if refusal:
        return _page(refusal=refusal), 409
    return redirect(url_for("admin.masters.calendar", service=code), 303)


def _page(*, faults: dict[str, str] | None = None, refusal: Refusal | None = None, is_stale: bool = False) -> str:
    with transaction(world().engine) as session:
        service = chosen_service(session)
        return render_template(
            "masters/calendar.html",
            service=service,
            services=network.list_services(session),
            is_stale=is_stale,
            periods=master_queries.list_periods(session, service.id),
            closed=master_queries.list_closed_days(session, service.id),
            faults=faults or {},
            refusal=refusal,
        )
