"""The audit trail for auditor and protection manager; looking at it is on the trail too (S-09, S-25, C-21)."""

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms
from backend.app import world
from backend.db.queries import audit
from backend.db.queries.audit import Asked
from backend.db.session import transaction
from backend.services import audit_chain, lifecycle

LARGEST_ID = 10**15
KINDS = ("", "rider.read", "rider.", "incident.", "case.", "alarm.", "staff.", "door.", "booking.")


def register(pages: Blueprint) -> None:
    """Add the pages of the trail."""
    pages.get("/log")(log)
    pages.get("/alarms")(alarms)


def log() -> ResponseReturnValue:
    """Show who did what, newest first: by person, by rider, by span."""
    with transaction(world().engine) as session:
        try:
            asked = _asked(session, request.args)
            faults: dict[str, str] = {}
        except forms.FormError as fault:
            asked, faults = Asked(), fault.said(g.language)
        entries = audit.list_entries(session, asked)
        people = audit.staff_logins(session)
        _note(session, asked)
        anchor = audit_chain.last_anchor(world().settings.anchors)
    older = entries[-1].id if len(entries) == audit.SHOWN else None
    page = render_template(
        "secrecy/log.html",
        entries=entries,
        people=people,
        typed=request.args,
        faults=faults,
        kinds=KINDS,
        older=older,
        anchor=anchor,
    )
    return page, 400 if faults else 200


def alarms() -> ResponseReturnValue:
    """Show the alarms, newest first."""
    with transaction(world().engine) as session:
        found = audit.list_alarms(session)
        people = audit.staff_logins(session)
        _note(session, Asked(only=audit.ALARMS))
    return render_template("secrecy/alarms.html", alarms=found, people=people)


def _asked(session: Session, args: Mapping[str, str]) -> Asked:
    """Return what is asked for; FormError names a field that cannot be read. A rider nobody has matches nothing."""
    public_id = forms.optional_text(args, "rider", longest=40)
    rider_id = (audit.rider_number(session, public_id) or 0) if public_id else None
    return Asked(
        staff_id=forms.number_of(args, "staff", most=LARGEST_ID) if args.get("staff") else None,
        rider_id=rider_id,
        first=forms.optional_day(args, "first"),
        last=forms.optional_day(args, "last"),
        only=args.get("kind", "") if args.get("kind", "") in KINDS else "",
        before_id=forms.number_of(args, "before", most=LARGEST_ID) if args.get("before") else None,
    )


def _note(session: Session, asked: Asked) -> None:
    facts: dict[str, str | int] = {
        name: value if isinstance(value, int) else str(value) for name, value in asdict(asked).items() if value
    }
    lifecycle.record(session, "audit", None, "audit.read", actor=g.actor, now=world().clock(), facts=facts)
