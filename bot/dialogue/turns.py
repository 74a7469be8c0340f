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
class LastTrip:
    """A ride taken or booked before. ``upcoming`` is the day, ``arrive_s`` the arrival of the next booking of it."""

    pickup: int
    dropoff: int
    party: Party
    kind: WishKind
    time_s: int
    upcoming: date | None = None
    arrive_s: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """What a turn may know: the day, who speaks, what can be chosen. ``soonest_s`` is today's first bookable time.

    ``own`` is the party of the person alone.
    """

    today: date
    fresh_token: str
    is_member: bool
    misses: int
    stops: tuple[StopName, ...]
    days: tuple[date, ...] = ()
    soonest_s: int = 0
    hours_start_s: int = 0
    hours_end_s: int = 0
    trips: tuple[LastTrip, ...] = ()
    own: Party | None = None


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
class MakeLink:
    """Make a one-time link to an own form."""

    purpose: str


@dataclass(frozen=True, slots=True)
class SpeakLanguage:
    """Speak another language from now on."""

    language: str


Act = Book | Cancel | MakeLink | SpeakLanguage


@dataclass(frozen=True, slots=True)
class Turn:
    """The outcome of a turn: the draft to keep, what to show, and at most one thing to do before showing it."""

    draft: Draft
    prompt: Prompt
    act: Act | None = None
    is_understood: bool = True
