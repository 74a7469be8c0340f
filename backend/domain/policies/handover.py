"""When what was sold in the vehicle must be in the buyer's hands (T-34)."""

from datetime import date
from enum import StrEnum


class Handover(StrEnum):
    """How a handover stands."""

    DONE = "done"
    WAITING = "waiting"
    DUE = "due"
    OVERDUE = "overdue"


def stands(sold_on: date, handed_on: date | None, today: date, *, reminder_days: int, most_days: int) -> Handover:
    """Return how the handover of a sale stands; days are counted from the day of the sale.

    From day ``reminder_days`` on it is due, after day ``most_days`` it is overdue: 25 and 31 with the usual settings.
    """
    if handed_on is not None:
        return Handover.DONE
    days = (today - sold_on).days
    if days > most_days:
        return Handover.OVERDUE
    return Handover.DUE if days >= reminder_days else Handover.WAITING
