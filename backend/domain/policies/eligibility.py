"""Who may book what (D-13, D-34; Q-05, Q-15)."""

from backend.domain.offers import Wish, WishKind
from backend.domain.party import FareCategory, Party
from backend.domain.refusals import Refusal


def check_party(party: Party, *, max_party: int, too_big: str = "party_too_big") -> Refusal | None:
    """Return why such a party cannot ride together, or None if it can; ``too_big`` names the reason (D-34, Q-35)."""
    is_odd = any(member.persons < 1 for member in party.members) or party.wheelchairs < 0
    if party.persons < 1 or is_odd:
        return Refusal("party_empty")
    if party.wheelchairs > party.persons:
        return Refusal("more_wheelchairs", {"persons": party.persons})
    if party.persons > max_party:
        return Refusal(too_big, {"persons": party.persons, "most": max_party})
    if all(member.category == FareCategory.INFANT for member in party.members):
        return Refusal("infants_alone")
    return None


def check_stops(wish: Wish, served: frozenset[int]) -> Refusal | None:
    """Return why nobody can ride between the wished stops, or None if somebody can."""
    if wish.pickup_stop_id == wish.dropoff_stop_id:
        return Refusal("same_stop")
    if not {wish.pickup_stop_id, wish.dropoff_stop_id} <= served:
        return Refusal("stop_not_served")
    return None


def check_hours(wish: Wish, *, start_s: int, end_s: int) -> Refusal | None:
    """Return why the wished time lies outside the service hours, or None if inside (D-05, Q-06).

    The end is the last arrival: nobody can leave then. Nobody can arrive at the start either.
    """
    is_departure = wish.kind is WishKind.DEPART
    if start_s <= wish.time_s < end_s if is_departure else start_s < wish.time_s <= end_s:
        return None
    return Refusal("outside_hours", {"start_s": start_s, "end_s": end_s})


def overlaps(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Tell whether two spans of one day share more than a moment.

    >>> overlaps((0, 10), (10, 20)), overlaps((0, 11), (10, 20))
    (False, True)
    """
    return first[0] < second[1] and second[0] < first[1]
