"""When a delay is large, and whom to tell (D-47, Q-13, Q-21)."""


def is_large(late_s: int, *, large_s: int) -> bool:
    """Tell whether a delay is large enough to tell people without being asked."""
    return late_s >= large_s


def is_hit(*, new_s: int, told_s: int, latest_s: int, shift_s: int) -> bool:
    """Tell whether a rider has to hear of a visit's new time: it breaks the promise, or comes ``shift_s`` later.

    Who was told of a broken promise already is told again only when it gets worse by ``shift_s``.

    >>> is_hit(new_s=1201, told_s=600, latest_s=1200, shift_s=900)
    True
    """
    return told_s <= latest_s < new_s or new_s - told_s >= shift_s


def would_miss(*, new_s: int, told_s: int, shift_s: int) -> bool:
    """Tell whether a rider would miss the vehicle by coming when told: it comes earlier again by ``shift_s``."""
    return told_s - new_s >= shift_s


def steps(late_s: int, *, large_s: int, most: int) -> int:
    """Return how many times over a delay is large, ``most`` at most: each step is told once.

    >>> steps(1500, large_s=600, most=3)
    2
    """
    return min(late_s // large_s, most)
