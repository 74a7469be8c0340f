"""Acts on accounts that take two persons: asked here by one, agreed to by another (S-05, C-02)."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import forms
from admin.access import account_views
from admin.forms import Form, FormError
from backend.app import world
from backend.db.queries import access
from backend.db.session import transaction
from backend.domain import roles
from backend.domain.refusals import Refusal
from backend.services import staff_acts
from backend.services.staff_acts import Invited

LONGEST_LOGIN, LONGEST_NAME = 40, 60
LOGIN_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
KINDS = {"reset": staff_acts.RESET, "leave": staff_acts.LEAVE}


def register(pages: Blueprint) -> None:
    """Add the invitation, and asking for and deciding on acts."""
    pages.get("/invite")(new_invitation)
    pages.post("/invite")(invite)
    pages.post("/accounts/<public_id>/acts")(ask_act)
    pages.post("/accounts/<public_id>/role")(ask_role)
    pages.post("/acts/<public_id>")(decide)


def new_invitation() -> ResponseReturnValue:
    """Show the form for an invitation."""
    return _invitation()


def invite() -> ResponseReturnValue:
    """Ask for an account."""
    try:
        invited = _parse_invited(request.form)
        reason = forms.text_of(request.form, "reason")
    except FormError as fault:
        return _invitation(faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        asked = staff_acts.invite(session, invited, asker_id=g.staff.id, reason=reason, wall=world().wall())
    if isinstance(asked, Refusal):
        return _invitation(refusal=asked), 409
    return _invitation(word=asked.word, login=invited.login)


def ask_act(public_id: str) -> ResponseReturnValue:
    """Ask for a new sign-in for a person, or for closing the account."""
    try:
        kind = KINDS[forms.choice_of(request.form, "kind", KINDS)]
        reason = forms.text_of(request.form, "reason")
    except FormError as fault:
        return account_views.show_one(public_id, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        asked = staff_acts.ask(session, kind, public_id, asker_id=g.staff.id, reason=reason, wall=world().wall())
    if isinstance(asked, Refusal):
        return account_views.show_one(public_id, refusal=asked), 409
    return account_views.show_one(public_id, word=asked.word)


def ask_role(public_id: str) -> ResponseReturnValue:
    """Ask for another role for a person."""
    try:
        role = _role_of(request.form)
        designated_on = forms.optional_day(request.form, "designated_on")
        reason = forms.text_of(request.form, "reason")
    except FormError as fault:
        return account_views.show_one(public_id, faults=fault.said(g.language)), 400
    with transaction(world().engine) as session:
        asked = staff_acts.ask_role(
            session,
            public_id,
            role=role,
            designated_on=designated_on,
            asker_id=g.staff.id,
            reason=reason,
            wall=world().wall(),
        )
    if isinstance(asked, Refusal):
        return account_views.show_one(public_id, refusal=asked), 409
    return redirect(url_for("admin.access.account", public_id=public_id), 303)


def decide(public_id: str) -> ResponseReturnValue:
    """Agree to an act or turn it down; the link of an agreed one is shown to who agreed, this once."""
    agrees = request.form.get("answer") == "agree"
    with transaction(world().engine) as session:
        done = staff_acts.decide(session, public_id, decider_id=g.staff.id, agrees=agrees, wall=world().wall())
    if isinstance(done, Refusal):
        return account_views.show_list(refusal=done), 409
    if done is None:
        return redirect(url_for("admin.access.accounts"), 303)
    link = world().settings.public_url + url_for("admin.sign_in.welcome", token=done)
    return account_views.show_list(link=link)


def _parse_invited(form: Form) -> Invited:
    login = forms.text_of(form, "login", longest=LONGEST_LOGIN)
    if not set(login) <= LOGIN_SIGNS:
        raise FormError("login", "access-login-signs")
    carrier = form.get("carrier_id", "")
    return Invited(
        login=login,
        name=forms.text_of(form, "name", longest=LONGEST_NAME),
        role=_role_of(form),
        carrier_id=forms.number_of(form, "carrier_id") if carrier else None,
        designated_on=forms.optional_day(form, "designated_on"),
    )


def _role_of(form: Form) -> str:
    return forms.choice_of(form, "role", roles.ALL)


def _invitation(
    *, refusal: Refusal | None = None, faults: dict[str, str] | None = None, word: str = "", login: str = ""
) -> str:
    with transaction(world().engine) as session:
        carriers = access.list_carriers(session)
    return render_template(
        "access/invite.html",
        roles=roles.ALL,
        carriers=carriers,
        typed=request.form,
        refusal=refusal,
        faults=faults or {},
        word=word,
        login=login,
    )
