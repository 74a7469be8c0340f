"""A manifest in the words of the terminal: every sentence is made here, in the driver's language (D-35, Q-60)."""

from datetime import date, datetime
from typing import TypedDict

from backend import wording
from backend.db.queries.driver_messages import MessageView
from backend.db.queries.manifest import BookingOnBoard, CancelledView, FareLine, ManifestView, RunView, VisitView
from backend.domain import times
from backend.domain.party import Party
from backend.domain.policies import pay
from backend.domain.policies.pay import PaidLine
from backend.texts import text

AREA = "area"


class MemberJson(TypedDict):
    """Persons of a fare category in a party, and what each pays."""

    category: str
    persons: int
    each_yen: int


class BookingJson(TypedDict):
    """A booking on the terminal."""

    number: str
    title: str
    state: str
    name: str
    party: str
    persons: int
    wheelchairs: str
    fare: str
    fare_yen: int
    members: list[MemberJson]
    zone: str
    received_yen: int | None
    paid: str
    window: str
    window_opens_s: int
    fresh: bool


class VisitJson(TypedDict):
    """A visit on the terminal; ``*_s`` are seconds of the service day."""

    id: int
    kind: str
    state: str
    stop_id: int
    stop: str
    marker: str
    time: str
    planned_s: int
    arrived_s: int | None
    done: str | None
    booking: BookingJson


class CancelledJson(TypedDict):
    """A booking taken off a while ago."""

    title: str
    name: str
    stop: str
    time: str
    planned_s: int


class MessageJson(TypedDict):
    """A line of the thread."""

    id: int
    message_id: str
    from_driver: bool
    text: str
    time: str
    read: bool


def visits_json(manifest: ManifestView, *, language: str) -> list[VisitJson]:
    """Return the visits of a run for the terminal."""
    return [_visit(visit, manifest.run, language) for visit in manifest.visits]


def cancelled_json(manifest: ManifestView, *, language: str) -> list[CancelledJson]:
    """Return what was taken off a run a while ago."""
    return [_cancelled(each, language) for each in manifest.cancelled]


def message_json(message: MessageView) -> MessageJson:
    """Return a line of the thread for the terminal."""
    return MessageJson(
        id=message.id,
        message_id=message.message_id,
        from_driver=message.from_driver,
        text=message.text,
        time=_clock(message.sent_at, times.day_of(message.sent_at)),
        read=message.read_at is not None,
    )


def fare_line(party: tuple[FareLine, ...], *, total_yen: int, language: str) -> str:
    """Return what a party pays and why: 2名 一般350+こども150=500円 (D-35)."""
    terms = [
        text(
            "driver-fare-part" if line.persons == 1 else "driver-fare-part-many",
            language,
            category=wording.category_text(line.category, language),
            yen=str(line.each_yen),
            persons=str(line.persons),
        )
        for line in party
    ]
    return text(
        "driver-fare" if total_yen else "driver-fare-free",
        language,
        persons=str(sum(line.persons for line in party)),
        terms="+".join(terms),
        total=str(total_yen),
    )


def paid_line(lines: tuple[PaidLine, ...], *, language: str) -> str:
    """Return how a party paid: 現金300円・回数券1名 (D-36)."""
    cash_yen = sum(line.received_yen for line in lines)
    parts = [text("driver-paid-cash", language, yen=str(cash_yen))] if any(_is_cash(line) for line in lines) else []
    for kind in (pay.COUPON, pay.PASS, pay.FREE):
        persons = sum(line.persons for line in lines if line.pay_kind == kind)
        if persons:
            parts.append(text("driver-paid-part", language, kind=pay_text(kind, language), persons=str(persons)))
    return text("common-list-joint", language).join(parts)


def pay_text(kind: str, language: str) -> str:
    """Return the name of a way of paying."""
    return text(f"driver-kind-{kind}", language)


def _is_cash(line: PaidLine) -> bool:
    return line.pay_kind == pay.CASH


def name_text(call_name: str, language: str) -> str:
    """Return how the driver calls a rider."""
    return text("driver-call-name", language, name=call_name) if call_name else text("driver-no-name", language)


def _visit(visit: VisitView, run: RunView, language: str) -> VisitJson:
    marker_key = "driver-marker-winter" if run.is_winter else "driver-marker"
    return VisitJson(
        id=visit.id,
        kind=visit.kind,
        state=visit.state,
        stop_id=visit.stop_id,
        stop=visit.stop_name,
        marker=text(marker_key, language, marker=visit.marker) if visit.marker else "",
        time=times.clock(visit.planned_s),
        planned_s=visit.planned_s,
        arrived_s=times.second_of(visit.arrived_at, run.day) if visit.arrived_at else None,
        done=_clock(visit.done_at, run.day) if visit.done_at else None,
        booking=_booking(visit.booking, run, language),
    )


def _booking(booking: BookingOnBoard, run: RunView, language: str) -> BookingJson:
    party = Party.of({line.category: line.persons for line in booking.party})
    wheelchairs = text("driver-wheelchairs", language, count=str(booking.wheelchairs)) if booking.wheelchairs else ""
    return BookingJson(
        number=booking.number,
        title=text("driver-number", language, number=booking.number),
        state=booking.state,
        name=name_text(booking.call_name, language),
        party=wording.party_text(party, language),
        persons=booking.persons,
        wheelchairs=wheelchairs,
        fare=fare_line(booking.party, total_yen=booking.fare_yen, language=language),
        fare_yen=booking.fare_yen,
        members=[
            MemberJson(category=line.category, persons=line.persons, each_yen=line.each_yen) for line in booking.party
        ],
        zone=booking.zone,
        received_yen=booking.received_yen,
        paid=paid_line(booking.paid, language=language),
        window=_window(booking, run, language),
        window_opens_s=booking.window_opens_s,
        fresh=booking.is_fresh,
    )


def _window(booking: BookingOnBoard, run: RunView, language: str) -> str:
    """Return when the party was told to be there: a window, or the printed time of a line (T-12)."""
    earliest, latest = times.clock(booking.window_opens_s), times.clock(booking.window_closes_s)
    if run.kind != AREA:
        return text("driver-window-printed", language, time=earliest)
    return text("driver-window", language, earliest=earliest, latest=latest)


def _cancelled(each: CancelledView, language: str) -> CancelledJson:
    return CancelledJson(
        title=text("driver-number", language, number=each.number),
        name=name_text(each.call_name, language),
        stop=each.stop_name,
        time=times.clock(each.pickup_s),
        planned_s=each.pickup_s,
    )


def _clock(at: datetime, day: date) -> str:
    return times.clock(times.second_of(at, day))
