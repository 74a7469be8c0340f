"""When each channel may book a ride of each service (D-28, T-16, T-17)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.forms import Form, FormError
from admin.masters.chosen import chosen_service
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.policies.booking_window import BookingRule
from backend.services import town_rules

CHANNELS = ("default", "line", "phone", "counter")
DEFAULT = "default"
MOST_DAYS = 90
MOST_NOTICE = 7 * 24 * 60


def register(pages: Blueprint) -> None:
    """Add the booking rules' page."""
    pages.get("/rules/")(rules)
    pages.post("/rules/")(set_rule)
    pages.post("/rules/remove")(remove_rule)


def rules() -> ResponseReturnValue:
    """Show when each channel may book."""
    return _page()


def set_rule() -> ResponseReturnValue:
    """Set when a channel may book (D-28, T-17); when somebody was faster, what holds now is shown (D-29)."""
    try:
        channel = _parse_channel(request.form)
        rule = _parse_rule(request.form)
        version = forms.number_of(request.form, "version")
    except FormError as fault:
        return _page(faults=fault.said(g.language), typed=request.form), 400
    try:
        with transaction(world().engine) as session:
            service = chosen_service(session)
            code, now = service.code, world().clock()
            town_rules.set_booking_rule(
                session, service.id, channel=channel, rule=rule, version=version, actor=g.actor, now=now
            )
    except StaleError:
        return _page(typed=request.form, is_stale=True), 409
    return redirect(url_for("admin.masters.rules", service=code, saved="1"), 303)


def remove_rule() -> ResponseReturnValue:
    """Let a channel book by the rule for all again."""
    try:
        channel = _parse_channel(request.form)
        version = forms.number_of(request.form, "version")
    except FormError as fault:
        return _page(faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            service = chosen_service(session)
            code, now = service.code, world().clock()
            town_rules.forget_booking_rule(
                session, service.id, channel=channel, version=version, actor=g.actor, now=now
            )
    except StaleError:
        return _page(is_stale=True), 409
    return redirect(url_for("admin.masters.rules", service=code, saved="1"), 303)


def _parse_channel(form: Form) -> str:
    channel = form.get("channel", "")
    if channel not in CHANNELS:
        raise FormError("channel", "admin-form-missing")
    return channel


def _parse_rule(form: Form) -> BookingRule:
    opens_days = forms.number_of(form, "opens_days", most=MOST_DAYS)
    opens_at_s = forms.clock_of(form, "opens_at")
    if form.get("closes") == "notice":
        minutes = forms.number_of(form, "notice", most=MOST_NOTICE)
        return BookingRule(opens_days, opens_at_s, notice_s=minutes * times.MINUTE_S)
    closes_days = forms.number_of(form, "closes_days", most=MOST_DAYS)
    return BookingRule(opens_days, opens_at_s, closes_days=closes_days, closes_at_s=forms.clock_of(form, "closes_at"))


def _page(*, faults: dict[str, str] | None = None, typed: Form | None = None, is_stale: bool = False) -> str:
    with transaction(world().engine) as session:
        service = chosen_service(session)
        services = network.list_services(session)
        rows = master_queries.list_rules(session, service.id)
    present = {
        row.channel: BookingRule(row.opens_days, row.opens_at_s, row.notice_s, row.closes_days, row.closes_at_s)
        for row in rows
    }
    return render_template(
        "masters/rules.html",
        service=service,
        services=services,
        rows=rows,
        typed=typed or _typed(present.get(DEFAULT)),
        channels=CHANNELS,
        faults=faults or {},
        is_stale=is_stale,
    )


def _typed(rule: BookingRule | None) -> dict[str, str]:
    """Return the form filled with the rule for all channels."""
    if rule is None:
        return {}
    return {
        "opens_days": str(rule.opens_days),
        "opens_at": times.clock(rule.opens_at_s),
        "closes": "day" if rule.notice_s is None else "notice",
        "notice": str((rule.notice_s or 30 * times.MINUTE_S) // times.MINUTE_S),
        "closes_days": str(rule.closes_days if rule.closes_days is not None else 1),
        "closes_at": times.clock(rule.closes_at_s if rule.closes_at_s is not None else 17 * times.HOUR_S),
    }
