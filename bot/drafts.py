"""The draft of a conversation between two turns: ids only, forgotten after half an hour."""

import json
from dataclasses import dataclass, replace
from datetime import date

from backend.domain.offers import Promise, Wish, WishKind
from backend.domain.party import Party
from bot import postback
from bot.postback import Choice

MENU, BOOKING, BOOKINGS, GUIDE, FARES = "menu", "booking", "bookings", "guide", "fares"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has said so far. ``token`` names it; buttons carry the name, so that an old button is known as old.

    ``changes`` is the public id of the booking that the new one shall replace (Q-12). ``editing`` is the question that
    was opened again, over the one that would be next. ``service`` is the transport service it is about.
    """

    topic: str = MENU
    token: str = ""
    pickup: int | None = None
    dropoff: int | None = None
    day: date | None = None
    kind: WishKind = WishKind.DEPART
    time_s: int | None = None
    party: Party | None = None
    promise: Promise | None = None
    changes: str = ""
    editing: str = ""
    service: int | None = None


def next_question(draft: Draft) -> str:
    """Return what to ask: what was opened again, else the first thing missing; ``offers`` when all is said."""
    if draft.editing:
        return draft.editing
    missing = {
        "ask_service": draft.service is None,
        "ask_pickup": draft.pickup is None,
        "ask_dropoff": draft.dropoff is None,
        "ask_day": draft.day is None,
        "ask_time": draft.time_s is None,
    }
    return next((question for question, is_missing in missing.items() if is_missing), "offers")


def questions_left(draft: Draft) -> int:
    """Return how many questions are still to be answered before a ride is shown."""
    answers = (draft.pickup, draft.dropoff, draft.day, draft.time_s)
    return sum(1 for answer in answers if answer is None)


def back(draft: Draft) -> Draft | None:
    """Return the draft with its last answer taken back, or None when there is none to take back."""
    if draft.editing:
        return replace(draft, editing="")
    if draft.time_s is not None:
        return replace(draft, time_s=None, promise=None)
    if draft.day is not None:
        return replace(draft, day=None)
    if draft.dropoff is not None:
        return replace(draft, dropoff=None)
    if draft.pickup is not None:
        return replace(draft, pickup=None)
    return None


def wish_of(draft: Draft, *, party: Party) -> Wish | None:
    """Return the wish of a complete draft; ``party`` is who rides when nothing else was said."""
    if draft.service is None or draft.pickup is None or draft.dropoff is None:
        return None
    if draft.day is None or draft.time_s is None:
        return None
    who = draft.party or party
    return Wish(draft.service, draft.day, draft.kind, draft.time_s, draft.pickup, draft.dropoff, who)


def choice_of(draft: Draft) -> Choice | None:
    """Return the ride that was said yes to, if one was."""
    wish = wish_of(draft, party=draft.party) if draft.party else None
    return postback.choice_of(wish, draft.promise) if wish and draft.promise else None


def to_text(draft: Draft) -> str:
    """Return the draft as its row keeps it."""
    promise = draft.promise
    windows = [promise.pickup_earliest_s, promise.pickup_latest_s, promise.arrive_latest_s] if promise else None
    return json.dumps(
        {
            "topic": draft.topic,
            "token": draft.token,
            "pickup": draft.pickup,
            "dropoff": draft.dropoff,
            "day": draft.day.isoformat() if draft.day else None,
            "kind": draft.kind.value,
            "time_s": draft.time_s,
            "party": postback.encode_party(draft.party) if draft.party else None,
            "promise": windows,
            "changes": draft.changes,
            "editing": draft.editing,
            "service": draft.service,
        }
    )


def from_text(text: str) -> Draft:
    """Return the draft of a row; an empty one when the row is of another release."""
    try:
        fields = json.loads(text)
        return Draft(
            topic=fields["topic"],
            token=fields["token"],
            pickup=fields["pickup"],
            dropoff=fields["dropoff"],
            day=postback.parse_day(fields["day"] or ""),
            kind=WishKind(fields["kind"]),
            time_s=fields["time_s"],
            party=postback.parse_party(fields["party"]) if fields["party"] else None,
            promise=Promise(*fields["promise"]) if fields["promise"] else None,
            changes=fields["changes"],
            editing=fields["editing"],
            service=fields["service"],
        )
    except (ValueError, KeyError, TypeError):
        return Draft()
