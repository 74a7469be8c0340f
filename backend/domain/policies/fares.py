"""What a party pays (D-07, D-08; Q-01 to Q-05)."""

from collections.abc import Mapping
from datetime import date

from backend.domain.party import FareCategory, Party

SENIOR_AGE = 70
FIRST_SCHOOL_AGE = 6
LAST_CHILD_YEAR = 12
SCHOOL_YEAR_STARTS = (4, 2)  # who is born on April 1 belongs to the older year


class UnknownCategoryError(LookupError):
    """The fare table has no fare for this category."""


def due_yen(party: Party, fares: Mapping[str, int]) -> int:
    """Return the fare of the whole party by the fares of one person (D-07: flat, no distance part)."""
    unknown = [member.category for member in party.members if member.category not in fares]
    if unknown:
        raise UnknownCategoryError(unknown[0])
    return sum(member.persons * fares[member.category] for member in party.members)


def school_years(born: date, day: date) -> int:
    """Return the age by school year: how old one is on the last April 1 by which classes are made (Q-01)."""
    birth_year = born.year if (born.month, born.day) >= SCHOOL_YEAR_STARTS else born.year - 1
    current = day.year if (day.month, day.day) >= (4, 1) else day.year - 1
    return current - birth_year - 1


def category_by_birth(born: date, day: date) -> FareCategory:
    """Return the category that age gives on the ride date: school stage for the young, 70th birthday (Q-01, Q-02)."""
    years = school_years(born, day)
    if years < FIRST_SCHOOL_AGE:
        return FareCategory.INFANT
    if years < LAST_CHILD_YEAR:
        return FareCategory.CHILD
    is_senior = (day.year - born.year, (day.month, day.day)) >= (SENIOR_AGE, (born.month, born.day))
    return FareCategory.SENIOR if is_senior else FareCategory.ADULT


def cheapest(categories: set[str], fares: Mapping[str, int]) -> str:
    """Return the one category that counts when several apply: the cheapest, nothing is stacked (Q-03)."""
    return min(sorted(categories), key=lambda category: fares[category])
