"""What goes into a turn of a conversation, and what comes out. Values only: nothing here sends, saves or looks up."""

from dataclasses import dataclass
from datetime import date

from backend.domain.offers import WishKind
from backend.domain.party import Party
from bot.drafts import Draft
from bot.postback import Choice, Tap


@dataclass(frozen=True, slots=True)
class Words:
    """Something typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A sent location, degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Wordless:
    """A sticker, a photo, a voice message: nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The account was added, or let in again."""


Said = Tap | Words | Place | Wordless | Followed


@dataclass(frozen=True, slots=True)
class StopName:
    """A stop as it can be searched for."""

    id: int
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What a turn may know of a transport service. ``soonest_s`` is today's first bookable time.

    ``days`` can be chosen, on ``open_days`` something can still be booked. ``pairs`` are the rides that a timetable
    allows, from stop to stop; None where any two stops will do (T-11).
    """

    id: int
    members_only: bool
    stops: tuple[StopName, ...]
    days: tuple[date, ...] = ()
    open_days: tuple[date, ...] = ()
    soonest_s: int = 0
    hours_start_s: int = 0
    hours_end_s: int = 0
    pairs: frozenset[tuple[int, int]] | None = None

    @property
    def has_timetable(self) -> bool:
        """Tell whether rides go by printed runs, to be chosen from."""
        return self.pairs is not None

    def serves(self, *stop_ids: int) -> bool:
        """Tell whether all of these are stops of the service."""
        return {*stop_ids} <= {stop.id for stop in self.stops}


@dataclass(frozen=True, slots=True)
class LastTrip:
    """A ride taken or booked before. ``upcoming`` is the day, ``arrive_s`` the arrival of the next booking of it."""

    pickup: int
    dropoff: int
    party: Party
    kind: WishKind
    time_s: int
    service: int = 0
    upcoming: date | None = None
    arrive_s: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What a turn may know: the day, who speaks, what can be chosen.

    ``is_known`` tells that name and phone were given once; who is no member can still ride what asks for no membership
    (T-18). ``own`` is the party of the person alone.
    """

    today: date
    fresh_token: str
    is_member: bool
    is_known: bool
    misses: int
    services: tuple[ServiceFacts, ...]
    trips: tuple[LastTrip, ...] = ()
    own: Party | None = None

    @property
    def stops(self) -> tuple[StopName, ...]:
        """Return the stops of all services, each once."""
        return tuple({stop.id: stop for each in self.services for stop in each.stops}.values())

    def service(self, service_id: int | None) -> ServiceFacts | None:
        """Return one service, or None."""
        return next((each for each in self.services if each.id == service_id), None)

    def may_book(self, service: ServiceFacts) -> bool:
        """Tell whether this person need not become a member first (D-13, T-18)."""
        return self.is_member or not service.members_only


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to show next. ``note`` is the key of a line that stands before it."""

    name: str
    note: str = ""
    stops: tuple[int, ...] = ()
    letter: str = ""
    place: Place | None = None
    public_id: str = ""
    token: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Book the ride that the button carried; ``token`` makes it once only, ``changes`` names a booking to give up."""

    choice: Choice
    token: str
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a booking."""

    public_id: str


@dataclass(frozen=True, slots=True)
class Follow:
    """Hear of delays and suspensions of a printed run from now on, or no more (T-25)."""

    entry_code: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep a stop at hand, or no more."""

    stop_id: int
    is_on: bool


@dataclass(frozen=True, slots=True)
class MakeLink:
    """Make a one-time link to an own form."""

    purpose: str


@dataclass(frozen=True, slots=True)
class SpeakLanguage:
    """Speak another language from now on."""

    language: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind of rides on the evening before them from now on, or no more."""

    is_on: bool


Act = Book | Cancel | Follow | Keep | MakeLink | Remind | SpeakLanguage


@dataclass(frozen=True, slots=True)
class Turn:
    """The outcome of a turn: the draft to keep, what to show, and at most one thing to do before showing it."""

    draft: Draft
    prompt: Prompt
    act: Act | None = None
    is_understood: bool = True
