"""When a delay is large, and whom to tell (D-47, Q-13, Q-21)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Affected:
    """A booking that a delay hits: how late its next visit becomes against what its rider was told."""

    booking_id: int
    late_s: int


def is_large(late_s: int, *, large_s: int) -> bool:
    """Tell whether a delay is large enough to tell people without being asked."""
    return late_s >= large_s


def is_hit(*, new_s: int, told_s: int, latest_s: int, shift_s: int) -> bool:
    """Tell whether a rider has to hear of a visit's new time: the promise breaks, or it moves ``shift_s`` or more."""
    return new_s > latest_s or new_s - told_s >= shift_s
