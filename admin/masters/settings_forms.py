"""How each figure of a service is typed in: seconds of the day as a clock, spans as minutes, the rest as they are."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from admin import forms
from admin.forms import Form, FormError
from backend.db.queries import network
from backend.db.queries.network import ServiceView
from backend.domain import times
from backend.services import plan_weights
from backend.services.line_settings import LineSettings
from backend.services.plan_weights import WeightRange
from backend.services.town_rules import ServiceSettings

WEEK = range(7)
MOST_MINUTES = 7 * 24 * 60
MOST_DAYS = 366
LAST_DAY_OF_ALL_MONTHS = 28
MOST_RESERVED = 20
LONGEST_HEAD = 80


@dataclass(frozen=True, slots=True)
class Sheet:
    """The fields of a service's settings page, by how they are typed. ``spans`` are written like clocks: 13:00.

    ``reserve`` are the figures of the seats kept for wheelchair users, ``weights`` those of the plan.
    ``heads`` stand at the head of its reports, and may be empty.
    """

    texts: tuple[str, ...]
    clocks: tuple[str, ...]
    minutes: tuple[str, ...]
    numbers: tuple[str, ...]
    ticks: tuple[str, ...]
    weekdays: tuple[str, ...] = ("weekdays",)
    seconds: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    pay_kinds: tuple[str, ...] = ()
    reserve: tuple[str, ...] = ()
    weights: tuple[WeightRange, ...] = ()
    heads: tuple[str, ...] = ()


AREA = Sheet(
    texts=("name", "phone_number"),
    clocks=("hours_start_s", "hours_end_s", "remind_at_s"),
    minutes=(
        "phone_lead_s",
        "pickup_window_s",
        "ride_plus_s",
        "max_wait_s",
        "max_early_s",
        "large_delay_s",
        "resend_shift_s",
        "no_show_wait_s",
        "next_visit_lead_s",
        "break_s",
        "gap_s",
    ),
    spans=("break_after_s",),
    seconds=("dwell_s", "wheelchair_dwell_s"),
    numbers=(
        "ride_percent",
        "max_party",
        "walk_m",
        "changes_an_hour",
        "planned_days",
        "planned_members",
        "planned_callers",
        "planned_stops",
    ),
    ticks=("members_only", "closed_on_holidays", "reminds"),
    reserve=("reserved_seats", "reserve_until_s"),
    weights=plan_weights.ranges(),
)
LINE = Sheet(
    texts=("name", "phone_number", "vehicle_sign"),
    clocks=("hours_start_s", "hours_end_s", "phone_start_s", "phone_end_s", "remind_at_s"),
    minutes=("large_delay_s", "no_show_wait_s"),
    numbers=(
        "max_party",
        "handover_days",
        "handover_reminder_days",
        "report_due_day",
        "report_reminder_day",
        "planned_days",
        "planned_fixed_runs",
        "planned_reserved_runs",
        "planned_extra_runs",
        "planned_day_km",
    ),
    ticks=("closed_on_holidays", "allows_top_up", "reminds"),
    weekdays=("weekdays", "phone_weekdays"),
    spans=("longest_duty_s", "shortest_rest_s"),
    pay_kinds=("cash", "coupon", "pass", "free"),
    heads=("report_recipient", "contractor_address", "contractor", "contractor_person"),
)


def sheet_of(service: ServiceView) -> Sheet:
    """Return the fields that the settings page of a service shows."""
    return LINE if network.is_line(service) else AREA


def typed_settings(service: ServiceView) -> dict[str, str]:
    """Return the form filled with the figures that hold now."""
    sheet = sheet_of(service)
    typed = {name: str(getattr(service, name)) for name in (*sheet.texts, *sheet.heads, *sheet.seconds, *sheet.numbers)}
    typed |= {name: _clock(getattr(service, name)) for name in (*sheet.clocks, *sheet.spans)}
    typed |= {name: str(getattr(service, name) // times.MINUTE_S) for name in sheet.minutes}
    typed |= {name: "yes" if getattr(service, name) else "" for name in sheet.ticks}
    if sheet.reserve:
        typed["reserved_seats"] = str(service.reserved_seats)
        typed["reserve_until_s"] = str(service.reserve_until_s // times.MINUTE_S)
    if sheet.weights:
        typed |= {f"weight-{name}": f"{value:g}" for name, value in plan_weights.values_of(service.weights).items()}
    typed |= {f"pay-{kind}": "yes" if kind in service.pay_kinds else "" for kind in sheet.pay_kinds}
    for name in sheet.weekdays:
        present = getattr(service, name) or ()
        typed |= {f"{_one_of(name)}-{day}": "yes" if day in present else "" for day in WEEK}
    return typed


def parse_settings(form: Form) -> ServiceSettings:
    """Return the figures of an area service as typed; FormError names the field."""
    return ServiceSettings(
        name=forms.text_of(form, "name"),
        members_only=forms.is_ticked(form, "members_only"),
        weekdays=_weekdays(form, "weekdays"),
        closed_on_holidays=forms.is_ticked(form, "closed_on_holidays"),
        hours_start_s=forms.clock_of(form, "hours_start_s"),
        hours_end_s=forms.clock_of(form, "hours_end_s"),
        phone_number=forms.text_of(form, "phone_number"),
        phone_lead_s=_minutes_s(form, "phone_lead_s"),
        pickup_window_s=_minutes_s(form, "pickup_window_s"),
        ride_percent=forms.number_of(form, "ride_percent", least=100),
        ride_plus_s=_minutes_s(form, "ride_plus_s"),
        max_wait_s=_minutes_s(form, "max_wait_s", least=1),
        max_early_s=_minutes_s(form, "max_early_s"),
        dwell_s=forms.number_of(form, "dwell_s"),
        wheelchair_dwell_s=forms.number_of(form, "wheelchair_dwell_s"),
        max_party=forms.number_of(form, "max_party", least=1),
        walk_m=forms.number_of(form, "walk_m"),
        large_delay_s=_minutes_s(form, "large_delay_s"),
        resend_shift_s=_minutes_s(form, "resend_shift_s"),
        no_show_wait_s=_minutes_s(form, "no_show_wait_s"),
        next_visit_lead_s=_minutes_s(form, "next_visit_lead_s"),
        break_s=_minutes_s(form, "break_s"),
        break_after_s=forms.clock_of(form, "break_after_s"),
        gap_s=_minutes_s(form, "gap_s"),
        changes_an_hour=forms.number_of(form, "changes_an_hour"),
        planned_days=forms.number_of(form, "planned_days"),
        planned_members=forms.number_of(form, "planned_members"),
        planned_callers=forms.number_of(form, "planned_callers"),
        planned_stops=forms.number_of(form, "planned_stops"),
        reserved_seats=forms.number_of(form, "reserved_seats", most=MOST_RESERVED),
        reserve_until_s=_minutes_s(form, "reserve_until_s"),
        reminds=forms.is_ticked(form, "reminds"),
        remind_at_s=forms.clock_of(form, "remind_at_s"),
        weights=plan_weights.changed_of({each.name: _weight(form, each) for each in AREA.weights}),
    )


def parse_line_settings(form: Form) -> LineSettings:
    """Return the figures of a line as typed; FormError names the field."""
    return LineSettings(
        name=forms.text_of(form, "name"),
        vehicle_sign=forms.text_of(form, "vehicle_sign", longest=40),
        report_recipient=forms.optional_text(form, "report_recipient", longest=LONGEST_HEAD),
        contractor_address=forms.optional_text(form, "contractor_address", longest=LONGEST_HEAD),
        contractor=forms.optional_text(form, "contractor", longest=LONGEST_HEAD),
        contractor_person=forms.optional_text(form, "contractor_person", longest=LONGEST_HEAD),
        weekdays=_weekdays(form, "weekdays"),
        closed_on_holidays=forms.is_ticked(form, "closed_on_holidays"),
        hours_start_s=forms.clock_of(form, "hours_start_s"),
        hours_end_s=forms.clock_of(form, "hours_end_s"),
        phone_number=forms.text_of(form, "phone_number"),
        phone_start_s=forms.clock_of(form, "phone_start_s"),
        phone_end_s=forms.clock_of(form, "phone_end_s"),
        phone_weekdays=_ticked(form, "phone_weekdays") or None,
        max_party=forms.number_of(form, "max_party", least=1),
        large_delay_s=_minutes_s(form, "large_delay_s"),
        no_show_wait_s=_minutes_s(form, "no_show_wait_s"),
        pay_kinds=_pay_kinds(form),
        allows_top_up=forms.is_ticked(form, "allows_top_up"),
        handover_days=forms.number_of(form, "handover_days", least=1, most=MOST_DAYS),
        handover_reminder_days=forms.number_of(form, "handover_reminder_days", least=1, most=MOST_DAYS),
        report_due_day=forms.number_of(form, "report_due_day", least=1, most=LAST_DAY_OF_ALL_MONTHS),
        report_reminder_day=forms.number_of(form, "report_reminder_day", least=1, most=LAST_DAY_OF_ALL_MONTHS),
        longest_duty_s=forms.clock_of(form, "longest_duty_s"),
        shortest_rest_s=forms.clock_of(form, "shortest_rest_s"),
        planned_days=forms.number_of(form, "planned_days"),
        planned_fixed_runs=forms.number_of(form, "planned_fixed_runs"),
        planned_reserved_runs=forms.number_of(form, "planned_reserved_runs"),
        planned_extra_runs=forms.number_of(form, "planned_extra_runs"),
        planned_day_km=forms.number_of(form, "planned_day_km"),
        reminds=forms.is_ticked(form, "reminds"),
        remind_at_s=forms.clock_of(form, "remind_at_s"),
    )


def parse_limits(form: Form, codes: Sequence[str]) -> dict[str, int]:
    """Return the most persons booked per run as typed; runs that the form does not name keep theirs."""
    return {
        code: forms.number_of(form, f"limit-{code}", least=1, most=99)
        for code in codes
        if form.get(f"limit-{code}") is not None
    }


def _clock(second: int | None) -> str:
    return "" if second is None else times.clock(second)


def _one_of(name: str) -> str:
    """Return what the tick of one weekday is called: ``weekdays`` are ticked as ``weekday-0``."""
    return name.removesuffix("s").replace("_", "-")


def _minutes_s(form: Form, name: str, *, least: int = 0) -> int:
    return forms.number_of(form, name, least=least, most=MOST_MINUTES) * times.MINUTE_S


def _weight(form: Form, weight: WeightRange) -> float:
    """Return a weight as typed, in any width, with up to three decimals."""
    name = f"weight-{weight.name}"
    written = unicodedata.normalize("NFKC", form.get(name, "")).strip()
    try:
        value = round(float(written), 3)
    except ValueError:
        value = weight.least - 1
    if not weight.least <= value <= weight.most:
        raise FormError(name, "admin-form-weight", least=f"{weight.least:g}", most=f"{weight.most:g}")
    return value


def _weekdays(form: Form, name: str) -> tuple[int, ...]:
    days = _ticked(form, name)
    if not days:
        raise FormError(name, "admin-form-missing")
    return days


def _ticked(form: Form, name: str) -> tuple[int, ...]:
    return tuple(day for day in WEEK if forms.is_ticked(form, f"{_one_of(name)}-{day}"))


def _pay_kinds(form: Form) -> tuple[str, ...]:
    kinds = tuple(kind for kind in LINE.pay_kinds if forms.is_ticked(form, f"pay-{kind}"))
    if not kinds:
        raise FormError("pay_kinds", "admin-form-missing")
    return kinds
