"""A refusal is a value: it says why, with the facts to say it, and what can be booked instead."""

from dataclasses import dataclass, field, replace

from backend.domain.decisions import Evidence
from backend.domain.offers import Offer

Facts = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be done.

    ``code`` names the text (``refusal-<code>`` in locales/); ``facts`` fill it: names ending in ``_at`` hold ISO
    moments, in ``_s`` seconds of the day, ``day`` an ISO date. ``limits`` says per vehicle which limit stopped it,
    ``evidence`` what dispatch knew when it found none.
    """

    code: str
    facts: Facts = field(default_factory=dict)
    alternatives: tuple[Offer, ...] = ()
    limits: dict[str, str] = field(default_factory=dict)
    evidence: Evidence | None = field(default=None, compare=False, repr=False)

    def with_alternatives(self, offers: tuple[Offer, ...]) -> "Refusal":
        """Return the same refusal with ways out."""
        return replace(self, alternatives=offers)
