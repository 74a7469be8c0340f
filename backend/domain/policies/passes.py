"""Commuter passes and ticket books: what a buyer must show, how long a pass is valid, what is paid (T-31, T-32).

Prices are looked up in the products' table and never computed (Q-49).
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta

from backend.domain.refusals import Refusal

MONTHS_A_YEAR = 12
ONE_DAY = timedelta(days=1)

SUBWAY_PASS = "subway_pass"  # noqa: S105 -- a kind of proof
STUDENT_CARD = "student_card"
WELFARE_PROOF = "welfare_proof"
PROOFS = (SUBWAY_PASS, STUDENT_CARD, WELFARE_PROOF)
STUDENTS = frozenset({"student", "pupil"})


def proofs_of(*, kind: str, category: str, is_welfare: bool, with_subway: bool) -> tuple[str, ...]:
    """Return what the buyer of a product must show (T-32); nothing for ticket books.

    >>> proofs_of(kind="pass", category="student", is_welfare=True, with_subway=True)
    ('subway_pass', 'student_card', 'welfare_proof')
    """
    if kind != "pass":
        return ()
    wanted = {SUBWAY_PASS: with_subway, STUDENT_CARD: category in STUDENTS, WELFARE_PROOF: is_welfare}
    return tuple(proof for proof, is_wanted in wanted.items() if is_wanted)


def check_proofs(wanted: Iterable[str], seen: Iterable[str]) -> Refusal | None:
    """Return a refusal while something that must be shown was not seen (T-32)."""
    return Refusal("proofs_missing") if set(wanted) - set(seen) else None


def last_valid_day(first: date, months: int) -> date:
    """Return the last day of a pass that starts on ``first``: so many calendar months minus a day (Q-47).

    Where the last month has no such day, the pass ends with that month.

    >>> last_valid_day(date(2025, 4, 10), 1)
    datetime.date(2025, 5, 9)
    >>> last_valid_day(date(2025, 1, 31), 1)
    datetime.date(2025, 2, 28)
    """
    ahead = first.month - 1 + months
    year, month = first.year + ahead // MONTHS_A_YEAR, ahead % MONTHS_A_YEAR + 1
    length = monthrange(year, month)[1]
    if first.day > length:
        return date(year, month, length)
    return date(year, month, first.day) - ONE_DAY


def check_subsidy(price_yen: int, subsidy_yen: int, *, has_scheme: bool) -> Refusal | None:
    """Return why a subsidy cannot be: more than the price, or of no scheme, or nothing from a scheme (T-37)."""
    if subsidy_yen > price_yen:
        return Refusal("subsidy_too_high", {"most": f"{price_yen:,}"})
    if has_scheme != (subsidy_yen > 0):
        return Refusal("subsidy_without_scheme")
    return None
