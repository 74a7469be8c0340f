"""What is asked of a person who registers, and no more (Q-18, Q-67)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RiderData:
    """A person as typed into our own forms. ``fare_category`` is a class, never its cause.

    ``birth`` or ``school_stage`` tells the age class; ``guardian`` names who answers for a minor.
    """

    name: str
    kana: str
    phone: str
    birth: date | None
    school_stage: str | None
    fare_category: str
    wheelchair: bool
    guardian: str | None
