"""The weights of the plan as a town sets them: named like those of `routing/cost.py`, whatever it has."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing import breakdown, cost

LEAST, MOST = 0.0, 100.0


@dataclass(frozen=True, slots=True)
class WeightRange:
    """A weight with its value before anybody changed it, and what it may be: seconds of driving for one second."""

    name: str
    default: float
    least: float
    most: float


def ranges() -> tuple[WeightRange, ...]:
    """Return every weight that there is."""
    defaults = breakdown.values_of(cost.DEFAULT)
    return tuple(WeightRange(name, value, LEAST, max(MOST, value)) for name, value in defaults.items())


def values_of(changed: Mapping[str, float]) -> dict[str, float]:
    """Return every weight as it holds for a town that changed some."""
    return breakdown.values_of(breakdown.weights_of(changed))


def changed_of(values: Mapping[str, float]) -> dict[str, float]:
    """Return the weights that a town changed: the others follow the product."""
    return {each.name: values[each.name] for each in ranges() if values[each.name] != each.default}
