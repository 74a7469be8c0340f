"""Hours, windows, limits and deadlines of the service (D-05, D-12, D-21, D-28, Q-26)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.forms import Form, FormError
from backend.app import world
from backend.db.queries import masters as master_queries
from backend.db.queries import network
from backend.db.queries.network import ServiceView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.policies.booking_window import BookingRule
from backend.domain.refusals import Refusal
from backend.services import town_rules
from backend.services.town_rules import ServiceSettings

# How each figure is typed in: seconds of the day as a clock, spans as minutes, the rest as they are.
CLOCKS = ("hours_start_s", "hours_end_s")
MINUTES = (
    "phone_lead_s",
    "pickup_window_s",
    "ride_plus_s",
    "max_wait_s",
    "max_early_s",
    "large_delay_s",
    "resend_shift_s",
    "no_show_wait_s",
    "next_visit_lead_s",
)
SECONDS = ("dwell_s", "wheelchair_dwell_s")
NUMBERS = (
    "ride_percent",
    "max_party",
    "walk_m",
    "planned_days",
    "planned_members",
    "planned_callers",
    "planned_stops",
)
TEXTS = ("name", "phone_number")
TICKS = ("members_only", "closed_on_holidays")
WEEK = range(7)
CHANNELS = ("default", "line", "phone", "counter")
MOST_DAYS = 90
MOST_NOTICE = 7 * 24 * 60


def register(pages: Blueprint) -> None:
    """Add the settings' pages."""
    pages.get("/settings/")(settings)
    pages.post("/settings/")(change_settings)
    pages.get("/rules/")(rules)
    pages.post("/rules/")(set_rule)


def settings() -> ResponseReturnValue:
    """Show every figure of the service."""
    return _settings_page(None)


def change_settings() -> ResponseReturnValue:
    """Change the figures; when somebody was faster, both are shown (D-29)."""
    try:
        entry = parse_settings(request.form)
        version = forms.number_of(request.form, "version")
    except FormError as fault:
        return _settings_page(request.form, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            service_id = network.get_service(session).id
            refusal = town_rules.change_settings(
                session, service_id, entry=entry, version=version, actor=g.actor, now=world().clock()
            )
    except StaleError:
        return _settings_page(request.form, is_stale=True), 409
    if refusal:
        return _settings_page(request.form, refusal=refusal), 409
    return redirect(url_for("admin.masters.settings", saved="1"), 303)


def rules() -> ResponseReturnValue:
    """Show when each channel may book."""
    return _rules_page({})


def set_rule() -> ResponseReturnValue:
    """Set when a channel may book (D-28)."""
    try:
        channel = _parse_channel(request.form)
        rule = _parse_rule(request.form)
    except FormError as fault:
        return _rules_page(fault.said(g.language)), 400
    with transaction(world().engine) as session:
        service_id = network.get_service(session).id
        town_rules.set_booking_rule(session, service_id, channel=channel, rule=rule, actor=g.actor, now=world().clock())
    return redirect(url_for("admin.masters.rules", saved="1"), 303)


def parse_settings(form: Form) -> ServiceSettings:
    """Return the figures as typed; FormError names the field."""

    def minutes_s(name: str) -> int:
        return forms.number_of(form, name, most=MOST_NOTICE) * times.MINUTE_S

    def number(name: str) -> int:
        return forms.number_of(form, name)

    weekdays = tuple(day for day in WEEK if forms.is_ticked(form, f"weekday-{day}"))
    if not weekdays:
        raise FormError("weekdays", "admin-form-missing")
    return ServiceSettings(
        name=forms.text_of(form, "name"),
        members_only=forms.is_ticked(form, "members_only"),
        weekdays=weekdays,
        closed_on_holidays=forms.is_ticked(form, "closed_on_holidays"),
        hours_start_s=forms.clock_of(form, "hours_start_s"),
        hours_end_s=forms.clock_of(form, "hours_end_s"),
        phone_number=forms.text_of(form, "phone_number"),
        phone_lead_s=minutes_s("phone_lead_s"),
        pickup_window_s=minutes_s("pickup_window_s"),
        ride_percent=forms.number_of(form, "ride_percent", least=100),
        ride_plus_s=minutes_s("ride_plus_s"),
        max_wait_s=forms.number_of(form, "max_wait_s", least=1, most=MOST_NOTICE) * times.MINUTE_S,
        max_early_s=minutes_s("max_early_s"),
        dwell_s=number("dwell_s"),
        wheelchair_dwell_s=number("wheelchair_dwell_s"),
        max_party=forms.number_of(form, "max_party", least=1),
        walk_m=number("walk_m"),
        large_delay_s=minutes_s("large_delay_s"),
        resend_shift_s=minutes_s("resend_shift_s"),
        no_show_wait_s=minutes_s("no_show_wait_s"),
        next_visit_lead_s=minutes_s("next_visit_lead_s"),
        planned_days=number("planned_days"),
        planned_members=number("planned_members"),
        planned_callers=number("planned_callers"),
        planned_stops=number("planned_stops"),
    )


def typed_settings(service: ServiceView) -> dict[str, str]:
    """Return the form filled with the figures that hold now."""
    typed = {name: str(getattr(service, name)) for name in (*TEXTS, *SECONDS, *NUMBERS)}
    typed |= {name: times.clock(getattr(service, name)) for name in CLOCKS}
    typed |= {name: str(getattr(service, name) // times.MINUTE_S) for name in MINUTES}
    typed |= {name: "yes" if getattr(service, name) else "" for name in TICKS}
    return typed | {f"weekday-{day}": "yes" if day in service.weekdays else "" for day in WEEK}


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


def _settings_page(
    typed: Form | None,
    *,
    faults: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    is_stale: bool = False,
) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session)
    present = typed_settings(service)
    return render_template(
        "masters/settings.html",
        service=service,
        typed=typed or present,
        faults=faults or {},
        refusal=refusal,
        present=present if is_stale else None,
        clocks=CLOCKS,
        minutes=MINUTES,
        seconds=SECONDS,
        numbers=NUMBERS,
        texts=TEXTS,
        ticks=TICKS,
        week=WEEK,
    )


def _rules_page(faults: dict[str, str]) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session)
        rows = master_queries.list_rules(session, service.id)
    return render_template("masters/rules.html", rows=rows, channels=CHANNELS, faults=faults)
