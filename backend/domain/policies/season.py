"""Winter or not: markers stand elsewhere in snow, and roads are slower (D-23, Q-16)."""

from datetime import date


def is_winter(day: date, *, starts: str, ends: str) -> bool:
    """Tell whether ``day`` lies between two days of the year written ``MM-DD``, both included, over New Year too.

    >>> is_winter(date(2023, 1, 10), starts="11-01", ends="04-15")
    True
    """
    this = day.strftime("%m-%d")
    return starts <= this <= ends if starts <= ends else this >= starts or this <= ends
