"""What dispatch decided and why: the decisions about a day, and each with all that was weighed (decision 0029)."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain import times
from backend.services import decisions, why

KINDS = (decisions.OFFERED, decisions.BOOKED, decisions.REFUSED, decisions.REPLANNED, decisions.MOVED)


def register(pages: Blueprint) -> None:
    """Add the pages of the decisions."""
    pages.get("/decisions")(list_decisions)
    pages.get("/decisions/<decision>")(decision)


def list_decisions() -> ResponseReturnValue:
    """Show the decisions about a day; nobody is named."""
    day = forms.day_or(request.args, "day", times.day_of(world().clock()))
    kind = request.args.get("kind", "")
    with transaction(world().engine) as session:
        service = network.get_service(session)
        found = why.list_day(session, service.id, day, kind=kind if kind in KINDS else None)
    return render_template("dispatch/decisions.html", day=day, kind=kind, kinds=KINDS, decisions=found)


def decision(decision: str) -> ResponseReturnValue:
    """Show one decision with what each vehicle had to say, decided again as it stands now."""
    with transaction(world().engine) as session:
        shown = why.of(session, decision)
        replayed = decisions.replay(session, decision)
    return render_template("dispatch/decision.html", why=shown, replayed=replayed, engine=decisions.engine())
