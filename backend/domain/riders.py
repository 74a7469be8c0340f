"""What is asked of a person who registers, and no more (Q-18, Q-67)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RiderData:
    """A person as typed into our own forms; what was not said is empty.

    ``phone`` as it was written. ``birth`` is a year or an ISO date: it or ``school_stage`` tells the age class.
    ``fare_category`` is a class, never its cause. ``guardian`` names who answers for a minor.
    """

    name: str
    kana: str
    phone: str
    birth: str
    school_stage: str
    fare_category: str
    wheelchair: bool
    guardian: str
