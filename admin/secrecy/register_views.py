"""The register of personal data, and the periods of keeping as agreed with the town (P-01, S-26, Q-69)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db import register as personal
from backend.db.queries import audit
from backend.db.queries.audit import Asked
from backend.db.session import transaction
from backend.domain.policies.retention import DEFAULTS, LEAST, MOST
from backend.domain.refusals import Refusal
from backend.services import purging, retention

SHOWN_PURGES = 30


def register(pages: Blueprint) -> None:
    """Add the pages of the register."""
    pages.get("/register")(show)
    pages.post("/register")(agree)


def show() -> ResponseReturnValue:
    """Show what is kept of persons, why, where and for how long, what is due, and what was taken away."""
    return _page({}, {})


def agree() -> ResponseReturnValue:
    """Enter the periods that were agreed with the town: from then on what is past them is taken away (C-17)."""
    try:
        days = {name: forms.number_of(request.form, f"keep_{name}", least=LEAST, most=MOST) for name in DEFAULTS}
        agreed_on = forms.day_of(request.form, "keep_agreed_on")
        agreed_with = forms.text_of(request.form, "keep_agreed_with")
    except forms.FormError as fault:
        return _page(request.form, fault.said(g.language)), 400
    with transaction(world().engine) as session:
        refusal = retention.agree(
            session, days, agreed_on=agreed_on, agreed_with=agreed_with, actor=g.actor, now=world().clock()
        )
    if refusal:
        return _page(request.form, {}, refusal), 409
    return redirect(url_for("admin.secrecy.show", saved="1"), 303)


def _page(typed: forms.Form, faults: dict[str, str], refusal: Refusal | None = None) -> str:
    here = world()
    with transaction(here.engine) as session:
        terms = retention.terms(session)
        due = purging.count(session, now=here.clock(), wall=here.wall()).counts
        done = audit.list_entries(session, Asked(only=purging.DONE), most=SHOWN_PURGES)
    held = {f"keep_{name}": str(number) for name, number in terms.days.items()}
    held |= {
        "keep_agreed_on": terms.agreed_on.isoformat() if terms.agreed_on else "",
        "keep_agreed_with": terms.agreed_with,
    }
    return render_template(
        "secrecy/register.html",
        files=[(each, personal.items_of(each)) for each in personal.FILES],
        exported=personal.EXPORTED,
        terms=terms,
        periods=tuple(DEFAULTS),
        due=due,
        done=done,
        typed=typed or held,
        faults=faults,
        refusal=refusal,
    )
