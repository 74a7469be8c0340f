"""The figures of a business report as plain words and numbers: kept just as they were once it is submitted (T-39)."""

from typing import NotRequired, TypedDict


class RunsOfDay(TypedDict):
    """How many runs of each kind one day had; those called off or not needed are not runs (T-13, T-40)."""

    day: str
    fixed: int
    reserved: int
    extra: int
    not_operated: int
    suspended: int
    metres: int | None


class RidersAtStop(TypedDict):
    """Who got on and off at a stop."""

    stop: str
    boarded: int
    alighted: int


class RidersOfRun(TypedDict):
    """Who got on and off a printed run over the span, by stop; all extra runs are one line (T-23, T-40)."""

    code: str
    direction: str
    number: int
    runs: int
    boarded: int
    alighted: int
    stops: list[RidersAtStop]


class RunningCost(TypedDict):
    """What running cost: by units, and what was entered by hand. None is 未設定 (T-41, Q-57)."""

    method: str | None
    yen_per_run: int | None
    yen_per_hour: int | None
    runs: int
    minutes: int
    by_units_yen: int | None
    entered_yen: int
    total_yen: int | None


class Taken(TypedDict):
    """What riders of one category paid one way."""

    category: str
    pay_kind: str
    persons: int
    yen: int


class Sold(TypedDict):
    """Pieces of one product sold, what they brought in, and what a scheme paid of it."""

    kind: str
    code: str
    place: str
    pieces: int
    paid_yen: int
    subsidy_yen: int


class Income(TypedDict):
    """Fares, ticket books and passes (T-42). A ticket or pass brings in its price when sold, nothing when used."""

    rides: list[Taken]
    rides_yen: int
    sales: list[Sold]
    ticket_books_yen: int
    passes_yen: int
    refunds_yen: int
    subsidies_yen: int
    total_yen: int


class Against(TypedDict):
    """A figure of the fiscal year so far beside its plan (T-44)."""

    name: str
    so_far: int
    planned: int


class Head(TypedDict):
    """To whom a report goes and from whom it comes; empty where nobody entered it."""

    recipient: str
    address: str
    contractor: str
    person: str


class Figures(TypedDict):
    """All figures of a report; ``head`` is kept with those that were handed in."""

    formulas: str
    first: str
    last: str
    days: list[RunsOfDay]
    riders: list[RidersOfRun]
    cost: RunningCost
    income: Income
    payment_yen: int | None
    plan: list[Against]
    plan_from: str
    head: NotRequired[Head]
