"""How long a driver is out, drives and rests: shown, and warned of past settable limits, never blocked (T-56)."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain import times


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a driver's day at one vehicle, in seconds of the service day; ``drives_s`` is what of it is a run."""

    from_s: int
    to_s: int
    drives_s: int


@dataclass(frozen=True, slots=True)
class DutySpan:
    """A driver's day: from the first piece to the last, what is driven, and the gaps between (seconds)."""

    from_s: int
    to_s: int
    drives_s: int
    gaps: tuple[tuple[int, int], ...]

    @property
    def span_s(self) -> int:
        """Return how long the day lasts from end to end."""
        return self.to_s - self.from_s


def span_of(pieces: Sequence[Piece]) -> DutySpan | None:
    """Return the day made of ``pieces``, overlapping ones taken as one, or None without any.

    >>> span_of([Piece(0, 3600, 1800), Piece(7200, 9000, 1800)])
    DutySpan(from_s=0, to_s=9000, drives_s=3600, gaps=((3600, 7200),))
    """
    if not pieces:
        return None
    ordered = sorted(pieces, key=lambda piece: piece.from_s)
    gaps = []
    until_s = ordered[0].from_s
    for piece in ordered:
        if piece.from_s > until_s:
            gaps.append((until_s, piece.from_s))
        until_s = max(until_s, piece.to_s)
    return DutySpan(ordered[0].from_s, until_s, sum(piece.drives_s for piece in pieces), tuple(gaps))


def rest_s(before: DutySpan | None, span: DutySpan | None) -> int | None:
    """Return the rest between the end of the day before and the start of this one, or None when one was free.

    >>> rest_s(DutySpan(0, 79200, 0, ()), DutySpan(21600, 79200, 0, ()))
    28800
    """
    if before is None or span is None:
        return None
    return times.DAY_S - before.to_s + span.from_s


def warnings(span: DutySpan, rest: int | None, *, longest_s: int, shortest_rest_s: int) -> tuple[str, ...]:
    """Return what is past the limits: ``long`` for the span, ``rest`` for too little rest before it.

    >>> warnings(DutySpan(0, 50400, 0, ()), 28800, longest_s=46800, shortest_rest_s=32400)
    ('long', 'rest')
    """
    found = ["long"] if span.span_s > longest_s else []
    if rest is not None and rest < shortest_rest_s:
        found.append("rest")
    return tuple(found)
