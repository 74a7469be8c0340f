"""What running cost by units agreed with the town (T-41, specification section 4)."""

from dataclasses import dataclass

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class CostUnits:
    """How running cost is reckoned: by ``run``, by ``hour``, or ``mixed``. A unit that is not agreed is None (Q-57)."""

    method: str
    yen_per_run: int | None
    yen_per_hour: int | None


def cost_of_run(span_s: int, units: CostUnits | None) -> int | None:
    """Return what one run of ``span_s`` seconds costs in whole yen, or None while its unit is not set.

    The basis is the run; where an hour comes cheaper the hour counts, and both may be combined: ``mixed`` takes for
    each run the cheaper of the two. Parts of a yen are dropped at the end of a run.
    """
    if units is None:
        return None
    by_run = units.yen_per_run
    by_hour = None if units.yen_per_hour is None else span_s * units.yen_per_hour // HOUR_S
    if units.method == "run":
        return by_run
    if units.method == "hour":
        return by_hour
    known = [yen for yen in (by_run, by_hour) if yen is not None]
    return min(known) if len(known) == len((by_run, by_hour)) else None


def total(costs: list[int | None]) -> int | None:
    """Return the sum, or None as soon as one of them is not set: a part is not shown as the whole (Q-57)."""
    return None if None in costs else sum(cost for cost in costs if cost is not None)
