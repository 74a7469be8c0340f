"""Who did not come: the rider or the vehicle (Q-11)."""

from datetime import datetime, timedelta
from enum import StrEnum


class Absence(StrEnum):
    """What it is when nobody boards."""

    NO_SHOW = "no_show"
    MISSED = "missed"
    TOO_EARLY = "too_early"


def absence(
    *, arrived_at: datetime | None, window_opens: datetime, window_closes: datetime, wait_s: int, now: datetime
) -> Absence:
    """Return whose absence it is.

    A vehicle that came after the promised window, or not at all, is `MISSED`: never the rider's fault. A rider is a
    `NO_SHOW` once the vehicle has waited ``wait_s`` past the promised time; before that it is `TOO_EARLY` to say.
    Before the window opens nobody can be missing.
    """
    if arrived_at is None and now < window_opens:
        return Absence.TOO_EARLY
    if arrived_at is None or arrived_at > window_closes:
        return Absence.MISSED
    if now < max(arrived_at, window_opens) + timedelta(seconds=wait_s):
        return Absence.TOO_EARLY
    return Absence.NO_SHOW
