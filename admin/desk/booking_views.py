"""Offers to read out, the booking itself, what was booked; cancel and change (D-27, D-41, D-48).

All rules are those of LINE: the desk calls the same services with another channel.
"""

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms, records
from admin.desk.caller_views import back_of, render_caller
from admin.desk.line_wishes import LineForm
from admin.desk.ride_words import ride_words
from admin.desk.state import PHONE, desk_of, lists_for
from admin.desk.wishes import WishForm, parse, promise_of
from backend.app import world
from backend.db.queries import bookings as booking_queries
from backend.db.queries import callers, network, riders
from backend.db.queries.riders import RiderView
from backend.db.session import transaction
from backend.domain.decisions import Evidence
from backend.domain.errors import NotFoundError
from backend.domain.offers import Offer, Wish
from backend.domain.refusals import Refusal
from backend.domain.why import Why
from backend.services import bookings, offers, why
from backend.services.bookings import Caller


def register(pages: Blueprint) -> None:
    """Add the bookings' pages."""
    pages.post("/riders/<public_id>/offers")(find_offers)
    pages.post("/riders/<public_id>/bookings")(book)
    pages.get("/bookings/<public_id>")(booking)
    pages.get("/bookings/<public_id>/cancel")(ask_cancel)
    pages.post("/bookings/<public_id>/cancel")(cancel)
    pages.get("/bookings/<public_id>/change")(ask_change)


def find_offers(public_id: str) -> ResponseReturnValue:
    """Show the rides that can be read out to the caller, or the polite refusal with ways out (D-48)."""
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id, sees_protected=records.sees_protected())
        asked = records.ask_purpose(session, person, action=url_for("admin.desk.open_record", public_id=public_id))
        if asked is not None:
            return asked
        records.note(session, person, records.RIDES)
        service = network.get_service(session)
        try:
            wish = parse(session, request.form, service.id)
        except forms.FormError as fault:
            typed = WishForm.of_form(request.form)
            page = render_caller(session, person, service=service, typed=typed, faults=fault.said(g.language))
            return page, 400
        now = world().clock()
        instead_of = request.form.get("instead_of", "")
        if instead_of:
            found = bookings.offers_instead(session, instead_of, wish, channel=PHONE, rider_id=person.id, now=now)
        else:
            found = offers.find(session, wish, channel=PHONE, rider_id=person.id, now=now)
        if isinstance(found, Refusal):
            offers.record_refusal(session, wish, found, channel=PHONE, rider_id=person.id, now=now)
            return _refused(session, person, wish, found), 200
        return _offered(session, person, wish, found=found)


def book(public_id: str) -> ResponseReturnValue:
    """Book the ride that was read out, or put it in the place of an old booking (Q-12)."""
    with transaction(world().engine) as session:
        person = riders.get_public(session, public_id, sees_protected=records.sees_protected())
        asked = records.ask_purpose(session, person, action=url_for("admin.desk.open_record", public_id=public_id))
        if asked is not None:
            return asked
        records.note(session, person, records.RIDES)
        service = network.get_service(session)
        wish = parse(session, request.form, service.id)
        promise = promise_of(request.form)
        caller = Caller(rider_id=person.id, channel=PHONE, actor=g.actor, key=forms.key_of(request.form))
        now = world().clock()
        instead_of = request.form.get("instead_of", "")
        if instead_of:
            outcome = bookings.change(session, instead_of, wish, promise=promise, caller=caller, now=now)
        else:
            outcome = bookings.book(session, wish, promise=promise, caller=caller, now=now)
        if isinstance(outcome, Refusal):
            return _refused(session, person, wish, outcome), 409
        done = booking_queries.get(session, outcome.public_id)
        said = "booked" if done.rider_id == person.id and done.promise == promise else "before"
    return redirect(url_for("admin.desk.booking", public_id=done.public_id, said=said), 303)


def booking(public_id: str) -> ResponseReturnValue:
    """Show a booking, with the sentence to read out."""
    with transaction(world().engine) as session:
        shown = booking_queries.get(session, public_id)
        person = riders.get_shown(session, shown.rider_id, sees_protected=records.sees_protected())
        known = person if person and person.state in {callers.MEMBER, callers.GUEST} else None
        return render_template(
            "desk/booking.html",
            desk=desk_of(session),
            booking=shown,
            ride=ride_words(shown, g.language),
            rider=known,
            back=back_of(shown, session) if known else None,
            reasons=why.of_booking(session, shown.id),
            said=request.args.get("said", ""),
        )


def ask_cancel(public_id: str) -> ResponseReturnValue:
    """Ask once more before a booking is given up."""
    with transaction(world().engine) as session:
        shown = booking_queries.get(session, public_id)
        return render_template(
            "desk/cancel.html", desk=desk_of(session), booking=shown, ride=ride_words(shown, g.language)
        )


def cancel(public_id: str) -> ResponseReturnValue:
    """Give a booking up (D-32)."""
    with transaction(world().engine) as session:
        outcome = bookings.cancel(session, public_id, actor=g.actor, now=world().clock())
        if isinstance(outcome, Refusal):
            shown = booking_queries.get(session, public_id)
            page = render_template(
                "desk/cancel.html",
                desk=desk_of(session),
                booking=shown,
                ride=ride_words(shown, g.language),
                refusal=outcome,
            )
            return page, 409
    return redirect(url_for("admin.desk.booking", public_id=public_id, said="cancelled"), 303)


def ask_change(public_id: str) -> ResponseReturnValue:
    """Show the booking form filled with a booking; the old one is given up only when the new one holds (Q-12)."""
    with transaction(world().engine) as session:
        shown = booking_queries.get(session, public_id)
        person = riders.get_shown(session, shown.rider_id, sees_protected=records.sees_protected())
        if person is None:
            raise NotFoundError(public_id)
        service = network.get_service_by_id(session, shown.service_id)
        is_line = network.is_line(service)
        return render_template(
            "desk/change.html",
            desk=desk_of(session),
            rider=person,
            service=service,
            booking=shown,
            lists=lists_for(session, service),
            typed=LineForm.of_booking(shown, person) if is_line else WishForm.of_booking(shown),
            faults={},
            instead_of=shown.public_id,
        )


def _offered(session: Session, person: RiderView, wish: Wish, *, found: tuple[Offer, ...]) -> str:
    reasons = _reasons(session, found[0].evidence)
    return _answered(session, person, wish, "desk/offers.html", offers=found, reasons=reasons)


def _refused(session: Session, person: RiderView, wish: Wish, refusal: Refusal) -> str:
    reasons = _reasons(session, refusal.evidence)
    return _answered(session, person, wish, "desk/refused.html", refusal=refusal, reasons=reasons)


def _reasons(session: Session, evidence: Evidence | None) -> list[Why]:
    """Return why dispatch answered so; nothing where a rule did, which its sentence says already."""
    return [why.of(session, evidence.public_id)] if evidence else []


def _answered(session: Session, person: RiderView, wish: Wish, template: str, **answer: object) -> str:
    """Return the answer to a wish, with the form to ask for something else."""
    return render_template(
        template,
        desk=desk_of(session),
        rider=person,
        wish=wish,
        stops=_stop_names(session, wish.day),
        lists=lists_for(session, network.get_service(session)),
        typed=WishForm.of_form(request.form),
        faults={},
        instead_of=request.form.get("instead_of", ""),
        key=forms.new_key(),
        **answer,
    )


def _stop_names(session: Session, day: date) -> dict[int, str]:
    service = network.get_service(session)
    return {stop.id: stop.name for stop in network.list_stops(session, service.id, day)}
