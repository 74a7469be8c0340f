"""The settlement of a month: running cost, fare income, burden (D-11, T-45)."""

import re
import unicodedata
from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import StaleError
from backend.domain.policies.settlement import month_of
from backend.services import settlement
from backend.services.settlement import Cost

MOST_YEN = 1_000_000_000
MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def create_blueprint() -> Blueprint:
    """Return the page under /admin/settlement/."""
    pages = Blueprint("settlement", __name__, url_prefix="/settlement")
    pages.get("/")(statement)
    pages.post("/")(enter_cost)
    return pages


def statement() -> ResponseReturnValue:
    """Show what a month cost, what was taken and what is to be paid; this month unless another is asked for."""
    this_month = month_of(times.day_of(world().clock()))
    if not request.args.get("month", "").strip():
        return _page(this_month)
    try:
        return _page(_month_of(request.args))
    except forms.FormError as fault:
        return _page(this_month, faults=fault.said(g.language)), 400


def enter_cost() -> ResponseReturnValue:
    """Add a running cost to the month that is shown; a form sent twice adds it once."""
    month, key = _month_of(request.form), forms.key_of(request.form)
    try:
        yen = forms.yen_of(request.form, "yen", most=MOST_YEN)
        cost = Cost(month, yen, forms.text_of(request.form, "note"))
    except forms.FormError as fault:
        return _page(month, key=key, faults=fault.said(g.language)), 400
    try:
        with transaction(world().engine) as session:
            service_id = network.get_service(session).id
            settlement.enter_cost(session, service_id, cost=cost, key=key, actor=g.actor, now=world().clock())
    except StaleError:
        return _page(month, faults=forms.FormError("key", "settlement-sent-before").said(g.language)), 409
    return redirect(url_for("admin.settlement.statement", month=_written(month), saved="1"), 303)


def _page(month: date, *, key: str | None = None, faults: dict[str, str] | None = None) -> str:
    with transaction(world().engine) as session:
        service = network.get_service(session)
        shown = settlement.month_statement(session, service.id, month)
    return render_template(
        "settlement/statement.html",
        statement=shown,
        month=_written(month),
        key=key or forms.new_key(),
        typed=request.form,
        faults=faults or {},
    )


def _month_of(form: forms.Form) -> date:
    """Return the first day of a month written 2022-11; FormError for anything else."""
    found = MONTH.fullmatch(unicodedata.normalize("NFKC", form.get("month", "")).strip())
    if not found:
        raise forms.FormError("month", "settlement-month-unreadable")
    return date(int(found[1]), int(found[2]), 1)


def _written(month: date) -> str:
    return f"{month:%Y-%m}"
