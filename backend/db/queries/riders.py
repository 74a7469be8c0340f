"""Questions about riders. Names are decrypted and searched in memory: no index that would leak them (security.md)."""

from dataclasses import dataclass
from datetime import date

import phonenumbers
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db import sealing
from backend.db.models import Favourite, LineUser, Rider, Stop
from backend.db.models.base import UNREADABLE
from backend.db.queries.network import StopView, stop_view
from backend.domain.errors import NotFoundError
from backend.domain.japanese import folded
from backend.domain.party import FareCategory
from backend.domain.policies import fares as fare_policy

REGION = "JP"
SHORTEST_SEARCH = 2
MOST_FOUND = 50
YEAR_ONLY = 4
GENTLEST = (FareCategory.INFANT, FareCategory.CHILD, FareCategory.SENIOR, FareCategory.ADULT, FareCategory.DISCOUNT)


@dataclass(frozen=True, slots=True)
class RiderView:
    """A rider as staff and dialogue see one."""

    id: int
    public_id: str
    name: str
    kana: str
    phone: str
    birth: str
    school_stage: str
    fare_category: str
    wheelchair: bool
    guardian: str
    language: str
    has_line: bool
    state: str
    version: int
    district: str = ""
    is_protected: bool = False

    @property
    def phone_tail(self) -> str:
        """Return the last four digits: what lists show."""
        return self.phone[-4:]

    def category_on(self, day: date) -> str:
        """Return the fare category on a ride date: by age where it is known, else as declared (Q-01, Q-02).

        A year of birth leaves some days open: then what was declared counts as long as it is possible. Who has a
        discount keeps it unless age gives more: the cheapest one counts, nothing is stacked (Q-03).
        """
        if not self.birth:
            return self.fare_category
        by_age = self._by_age(day)
        if self.fare_category == FareCategory.DISCOUNT:
            return FareCategory.INFANT if by_age == {FareCategory.INFANT} else FareCategory.DISCOUNT
        return self.fare_category if self.fare_category in by_age else str(min(by_age, key=GENTLEST.index))

    def _by_age(self, day: date) -> set[FareCategory]:
        """Return the categories that are possible by age on a day."""
        if len(self.birth) != YEAR_ONLY:
            return {fare_policy.category_by_birth(date.fromisoformat(self.birth), day)}
        days = ("01-01", "04-02", "12-31")
        return {fare_policy.category_by_birth(date.fromisoformat(f"{self.birth}-{each}"), day) for each in days}


def normal_phone(text: str) -> str | None:
    """Return a Japanese phone number as E.164, or None when it is none."""
    try:
        number = phonenumbers.parse(folded(text), REGION)
    except phonenumbers.NumberParseException:
        return None
    return (
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_valid_number(number)
        else None
    )


def phone_index(phone: str) -> bytes:
    """Return the keyed hash by which an E.164 number is found again."""
    return sealing.keyring().index(phone, kind="phone")


def phone_indexes(phone: str) -> list[bytes]:
    """Return the keyed hashes by which a number may stand in a row: two while the key is changed."""
    return sealing.keyring().indexes(phone, kind="phone")


def rider_view(session: Session, rider: Rider) -> RiderView:
    """Return a rider as staff and dialogue see one."""
    query = select(LineUser.id).where(LineUser.rider_id == rider.id, LineUser.followed).limit(1)
    return RiderView(
        id=rider.id,
        public_id=rider.public_id,
        name=rider.name,
        kana=rider.kana,
        phone=rider.phone,
        birth=_readable(rider.birth),
        school_stage=_readable(rider.school_stage),
        fare_category=_readable(rider.fare_category) or FareCategory.ADULT,
        wheelchair=rider.wheelchair == "yes",
        guardian=rider.guardian,
        language=rider.language,
        has_line=session.scalar(query) is not None,
        state=rider.state,
        version=rider.version,
        district=rider.district,
        is_protected=rider.is_protected,
    )


def _readable(value: str) -> str:
    """Return a value that is reckoned with: nothing, when it was touched in the database."""
    return "" if value == UNREADABLE else value


def get(session: Session, rider_id: int) -> RiderView:
    """Return one rider; raise `NotFoundError`."""
    rider = session.get(Rider, rider_id)
    if rider is None:
        raise NotFoundError(f"rider {rider_id}")
    return rider_view(session, rider)


def get_shown(session: Session, rider_id: int | None, *, sees_protected: bool = False) -> RiderView | None:
    """Return a rider as lists and papers of the staff may show one: nobody, when protected or not there (T6)."""
    rider = session.get(Rider, rider_id) if rider_id is not None else None
    return rider_view(session, rider) if rider and (sees_protected or not rider.is_protected) else None


def called(rider: Rider | None, number: str) -> str:
    """Return what lists call a rider: the kana, or the booking's number for who is protected (T6)."""
    if rider is None:
        return ""
    return number if rider.is_protected else rider.kana


def get_public(session: Session, public_id: str, *, sees_protected: bool = False) -> RiderView:
    """Return one active rider by the id that stands in URLs; raise `NotFoundError`.

    A protected one is not there for anybody but the protection manager (T6).
    """
    query = select(Rider).where(Rider.public_id == public_id, Rider.state == "active")
    rider = session.scalars(query).one_or_none()
    if rider is None or (rider.is_protected and not sees_protected):
        raise NotFoundError(public_id)
    return rider_view(session, rider)


def find_by_phone(session: Session, text: str, *, sees_protected: bool = False) -> list[RiderView]:
    """Return all active riders with this number, however it is written; a family may share one (Q-83).

    Who is protected is not found: the answer is that for an unknown number (T6).
    """
    phone = normal_phone(text)
    if phone is None:
        return []
    query = select(Rider).where(Rider.phone_index.in_(phone_indexes(phone)), Rider.state == "active").order_by(Rider.id)
    found = [rider for rider in session.scalars(query) if sees_protected or not rider.is_protected]
    return [rider_view(session, rider) for rider in found if has_number(rider, phone)]


def has_number(rider: Rider, phone: str) -> bool:
    """Tell whether an E.164 number is really the rider's whose keyed hash led here.

    The hash is not bound to its row: somebody may have put one person's in the place of another's. A number that
    cannot be read is shown as such.
    """
    return rider.phone in {phone, UNREADABLE}


def search(session: Session, text: str, *, sees_protected: bool = False) -> list[RiderView]:
    """Return the active riders whose kana or name holds ``text``, those that begin with it first."""
    wanted = folded(text)
    if len(wanted) < SHORTEST_SEARCH:
        return []
    found = []
    for rider in session.scalars(select(Rider).where(Rider.state == "active")):
        kana, name = folded(rider.kana), folded(rider.name)
        if (wanted in kana or wanted in name) and (sees_protected or not rider.is_protected):
            found.append((not kana.startswith(wanted), kana, rider))
    found.sort(key=lambda each: each[:2])
    return [rider_view(session, rider) for _, _, rider in found[:MOST_FOUND]]


def list_favourites(session: Session, rider_id: int) -> list[StopView]:
    """Return the stops a rider keeps at hand, by kana."""
    query = select(Stop).join(Favourite).where(Favourite.rider_id == rider_id).order_by(Stop.kana)
    return [stop_view(stop) for stop in session.scalars(query)]
