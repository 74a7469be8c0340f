"""The line at the desk: its runs for a day and a pair of stops, read out and booked with one key (T-18, T-19)."""

from datetime import date

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin import forms, records
from admin.desk.line_runs import RunLine, lines_of, offer_line
from admin.desk.line_wishes import Caller, FaultsError, LineForm, LineWish, parse
from admin.desk.state import PHONE, desk_of, line_by_code, lists_for
from admin.forms import FormError
from backend.app import world
from backend.db.queries import bookings as booking_queries
from backend.db.queries import riders
from backend.db.queries.network import ServiceView
from backend.db.session import transaction
from backend.domain import times
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import bookings, departures, guest_bookings, offers, reads, run_wishes
from backend.services.bookings import Caller as BookingCaller
from backend.services.departures import Departure


def register(pages: Blueprint) -> None:
    """Add the line's pages."""
    pages.post("/line/departures")(list_departures)
    pages.post("/line/bookings")(book_line)


def list_departures() -> ResponseReturnValue:
    """List the runs between two stops on a day, with times, fare, free places and state; or why there is none."""
    with transaction(world().engine) as session:
        service = line_by_code(session, request.form.get("service", ""))
        try:
            caller, wish = parse(session, request.form, service, today=times.day_of(world().clock()))
        except FaultsError as faults:
            return _again(session, service, faults), 400
        asked = _ask_purpose(session, caller)
        return asked if asked is not None else _list_page(session, service, caller, wish)


def book_line() -> ResponseReturnValue:
    """Book the run that was chosen, or put it in the place of an old booking; every missing item is named (T-18)."""
    with transaction(world().engine) as session:
        service = line_by_code(session, request.form.get("service", ""))
        try:
            caller, wish = parse(session, request.form, service, today=times.day_of(world().clock()))
            run = forms.text_of(request.form, "run", longest=20)
            key = forms.key_of(request.form)
        except FaultsError as faults:
            return _again(session, service, faults), 400
        except FormError as fault:
            return _list_page(session, service, caller, wish, faults=fault.said(g.language)), 400
        asked = _ask_purpose(session, caller)
        if asked is not None:
            return asked
        outcome = _book(session, service, caller, wish, run, key=key)
        if isinstance(outcome, Refusal):
            return _list_page(session, service, caller, wish, refusal=outcome), 409
        public_id, said = outcome
    return redirect(url_for("admin.desk.booking", public_id=public_id, said=said), 303)


def _ask_purpose(session: Session, caller: Caller) -> ResponseReturnValue | None:
    """Return the page that asks why a known caller's record is opened, or None; a look leaves a trail (S-09)."""
    if caller.rider is None:
        return None
    action = url_for("admin.desk.open_record", public_id=caller.rider.public_id)
    asked = records.ask_purpose(session, caller.rider, action=action)
    if asked is None:
        records.note(session, caller.rider, records.RIDES)
    return asked


def _book(
    session: Session, service: ServiceView, caller: Caller, wish: LineWish, run: str, *, key: str
) -> tuple[str, str] | Refusal:
    """Return the booking's id and what is said of it, or the refusal."""
    chosen = _chosen(session, service, wish, run)
    if isinstance(chosen, Refusal):
        return chosen
    rider_id = caller.rider.id if caller.rider else None
    who = BookingCaller(rider_id, PHONE, g.actor, key)
    now = world().clock()
    instead_of = request.form.get("instead_of", "")
    if instead_of:
        outcome = bookings.change(session, instead_of, chosen.wish, promise=chosen.promise, caller=who, now=now)
    elif caller.guest:
        outcome = guest_bookings.book(session, chosen.wish, caller.guest, promise=chosen.promise, caller=who, now=now)
    else:
        outcome = bookings.book(session, chosen.wish, promise=chosen.promise, caller=who, now=now)
    if isinstance(outcome, Refusal):
        return outcome
    done = booking_queries.get(session, outcome.public_id)
    if caller.guest and done.rider_id:  # who just gave name and number is on the phone
        records.open_for(session, riders.get(session, done.rider_id), reads.PHONE_BOOKING)
    return done.public_id, "booked" if done.promise == chosen.promise and done.day == wish.day else "before"


def _chosen(session: Session, service: ServiceView, wish: LineWish, run: str) -> run_wishes.RunWish | Refusal:
    try:
        return run_wishes.of_run(
            session,
            service.id,
            wish.day,
            run,
            pickup_stop_id=wish.pickup.id,
            dropoff_stop_id=wish.dropoff.id,
            party=wish.party,
        )
    except NotFoundError:
        return Refusal("gone")  # the timetable changed while the page was open


def _list_page(
    session: Session,
    service: ServiceView,
    caller: Caller,
    wish: LineWish,
    *,
    refusal: Refusal | None = None,
    faults: dict[str, str] | None = None,
) -> str:
    """Return the runs of the day with the form to ask for something else; a refusal stands above them."""
    typed = LineForm.of_form(request.form, service)
    found = _departures(session, service, caller, wish)
    if isinstance(found, Refusal):
        refusal, runs = refusal or found, []
    else:
        runs = _lines(session, found, typed, wish)
    lists = lists_for(session, service)
    ways_out = [offer_line(offer, g.language) for offer in refusal.alternatives] if refusal else []
    return render_template(
        "desk/departures.html",
        desk=desk_of(session),
        service=service,
        caller=caller,
        wish=wish,
        runs=runs,
        ways_out=[each for each in ways_out if each.day != wish.day or not any(run.is_bookable for run in runs)],
        bookable=[run for run in runs if run.is_bookable],
        fare=found[0].fare_yen if not isinstance(found, Refusal) and found else 0,
        refusal=refusal,
        other_days=_other_days(wish, lists.days),
        lists=lists,
        typed=typed,
        faults=faults or {},
        key=forms.new_key(),
    )


def _departures(
    session: Session, service: ServiceView, caller: Caller, wish: LineWish
) -> tuple[Departure, ...] | Refusal:
    now = world().clock()
    # Who changes a booking would overlap with it: the change itself looks again.
    is_change = bool(request.form.get("instead_of"))
    rider_id = caller.rider.id if caller.rider and not is_change else None
    found = departures.list_departures(
        session,
        service.id,
        wish.day,
        pickup_stop_id=wish.pickup.id,
        dropoff_stop_id=wish.dropoff.id,
        party=wish.party,
        channel=PHONE,
        rider_id=rider_id,
        now=now,
    )
    if isinstance(found, Refusal) and not request.form.get("run"):
        chosen = run_wishes.any_time(service.id, wish.day, wish.pickup.id, wish.dropoff.id, wish.party)
        offers.record_refusal(session, chosen, found, channel=PHONE, rider_id=rider_id, now=now)
    return found


def _lines(session: Session, found: tuple[Departure, ...], typed: LineForm, wish: LineWish) -> list[RunLine]:
    """Return the runs as they are read out; the places of the booking that is changed count as free."""
    old = booking_queries.get(session, typed.instead_of) if typed.instead_of else None
    own = {}
    if old and old.day == wish.day and old.departure:
        own = {old.departure.entry_code: old.party.persons}
    return lines_of(found, g.language, persons=wish.party.persons, own=own)


def _other_days(wish: LineWish, days: list[date]) -> dict[str, date | None]:
    """Return the days before and after the wished one that can be booked."""
    before = [day for day in days if day < wish.day]
    after = [day for day in days if day > wish.day]
    return {"before": before[-1] if before else None, "after": after[0] if after else None}


def _again(session: Session, service: ServiceView, faults: FaultsError) -> str:
    return render_template(
        "desk/line.html",
        desk=desk_of(session),
        service=service,
        lists=lists_for(session, service),
        typed=LineForm.of_form(request.form, service),
        faults=faults.said(g.language),
    )
