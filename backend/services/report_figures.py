"""The figures of the business reports: runs, riders, running cost, income, payment, plan (T-40 to T-45, T-52).

Each figure hangs on rows that the pages behind it list. ``FORMULAS`` is raised whenever one of them is reckoned in
another way.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.db.models import Product, Run, Sale, Stop, StopTime, TimetableEntry, TransportService
from backend.db.queries import money_taken, run_counts
from backend.db.queries import settlement as settlement_queries
from backend.db.queries.money_taken import CountAt, TakenLine
from backend.db.queries.run_counts import DatedRun
from backend.domain.figures import (
    Against,
    Figures,
    Income,
    RidersAtStop,
    RidersOfRun,
    RunningCost,
    RunsOfDay,
    Sold,
    Taken,
)
from backend.domain.policies import report_dates, running_cost
from backend.domain.policies.report_dates import Span
from backend.domain.policies.settlement import burden_yen
from backend.services import cost_units

FORMULAS = "2026-11"
EXTRA = "extra"
KINDS = ("fixed", "reserved", EXTRA)


def reckon(session: Session, service_id: int, span: Span, *, today: date) -> Figures:
    """Return the figures of a service for a span; of days to come nothing is counted."""
    last = min(span.last, today)
    runs = run_counts.list_runs(session, service_id, first=span.first, last=last)
    counts = money_taken.boardings(session, service_id, span.first, last)
    lines = money_taken.taken_lines(session, service_id, span.first, last)
    income = income_of(session, service_id, lines, Span(span.first, last))
    cost = cost_of(session, service_id, runs, span)
    metres = run_counts.driven_m_by_day(session, service_id, first=span.first, last=last)
    return Figures(
        formulas=FORMULAS,
        first=span.first.isoformat(),
        last=span.last.isoformat(),
        days=runs_by_day(runs, metres, Span(span.first, last)),
        riders=riders_by_run(session, runs, counts),
        cost=cost,
        income=income,
        payment_yen=None if cost["total_yen"] is None else burden_yen(cost["total_yen"], income["total_yen"]),
        plan=against_plan(session, service_id, last),
        plan_from=report_dates.fiscal_year(last).first.isoformat(),
    )


def runs_by_day(runs: Sequence[DatedRun], metres: dict[date, int], span: Span) -> list[RunsOfDay]:
    """Return the runs of each day that had any, in the sequence of the days."""
    by_day: defaultdict[date, list[DatedRun]] = defaultdict(list)
    for run in runs:
        by_day[run.day].append(run)
    days = (span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1))
    return [_of_day(day, by_day[day], metres.get(day)) for day in days if day in by_day]


def _of_day(day: date, runs: Sequence[DatedRun], metres: int | None) -> RunsOfDay:
    counted = Counter(run.kind for run in runs if run.is_counted)
    states = Counter(run.state for run in runs)
    return RunsOfDay(
        day=day.isoformat(),
        fixed=counted["fixed"],
        reserved=counted["reserved"],
        extra=counted[EXTRA],
        not_operated=states["not_operated"],
        suspended=states["suspended"],
        metres=metres,
    )


def riders_by_run(session: Session, runs: Sequence[DatedRun], counts: Iterable[CountAt]) -> list[RidersOfRun]:
    """Return boardings and alightings per printed run and per stop, stops in the sequence they are served (T-40)."""
    names = {stop.id: stop.name for stop in session.scalars(select(Stop))}
    by_id = {run.id: run for run in runs}
    persons: Counter[tuple[str, int, str]] = Counter()
    stops = _stops_served(session, runs)
    for count in counts:
        key = _key(by_id[count.run_id])
        persons[key, count.stop_id, count.kind] += count.persons
        stops[key][count.stop_id] = None
    driven = Counter(_key(run) for run in runs if run.is_counted)
    ordered = sorted(runs, key=lambda run: (run.kind == EXTRA, run.direction, run.number, run.departs_s))
    return [
        _of_run(run, driven[key], [(stop_id, names[stop_id]) for stop_id in stops[key]], persons)
        for key, run in {_key(run): run for run in reversed(ordered)}.items()
    ][::-1]


def _stops_served(session: Session, runs: Sequence[DatedRun]) -> defaultdict[str, dict[int, None]]:
    """Return the stops of each printed run; those of extra runs are found where somebody rode."""
    query = (
        select(TimetableEntry.code, StopTime.stop_id)
        .join(StopTime, StopTime.timetable_entry_id == TimetableEntry.id)
        .join(Run, Run.timetable_entry_id == TimetableEntry.id)
        .where(Run.id.in_([run.id for run in runs if run.kind != EXTRA]))
        .group_by(TimetableEntry.code, StopTime.stop_id, StopTime.seq)
        .order_by(TimetableEntry.code, StopTime.seq)
    )
    stops: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for code, stop_id in session.execute(query):
        stops[code][stop_id] = None
    return stops


def _key(run: DatedRun) -> str:
    return EXTRA if run.kind == EXTRA else run.entry_code


def _of_run(
    run: DatedRun, driven: int, stops: list[tuple[int, str]], persons: Counter[tuple[str, int, str]]
) -> RidersOfRun:
    key = _key(run)
    at = [
        RidersAtStop(stop=name, boarded=persons[key, stop_id, "board"], alighted=persons[key, stop_id, "alight"])
        for stop_id, name in stops
    ]
    return RidersOfRun(
        code=key,
        direction="" if key == EXTRA else run.direction,
        number=0 if key == EXTRA else run.number,
        runs=driven,
        boarded=sum(each["boarded"] for each in at),
        alighted=sum(each["alighted"] for each in at),
        stops=at,
    )


def cost_of(session: Session, service_id: int, runs: Sequence[DatedRun], span: Span) -> RunningCost:
    """Return what running cost: each run by the units of its day, and the entries of the months (T-41, D-11)."""
    counted = [run for run in runs if run.is_counted]
    units = {day: cost_units.units_on(session, service_id, day) for day in {run.day for run in counted}}
    by_units = running_cost.total([running_cost.cost_of_run(run.span_s, units[run.day]) for run in counted])
    entered = _entered(session, service_id, span)
    shown = cost_units.units_on(session, service_id, span.last)
    has_units = shown is not None or any(units.values())
    entered_yen = sum(entered)
    total = entered_yen if entered and not has_units else None if by_units is None else by_units + entered_yen
    return RunningCost(
        method=shown.method if shown else None,
        yen_per_run=shown.yen_per_run if shown else None,
        yen_per_hour=shown.yen_per_hour if shown else None,
        runs=len(counted),
        minutes=sum(run.span_s for run in counted) // 60,
        by_units_yen=by_units if has_units else None,
        entered_yen=entered_yen,
        total_yen=total,
    )


def _entered(session: Session, service_id: int, span: Span) -> list[int]:
    month, found = span.first.replace(day=1), []
    while month <= span.last:
        found += [cost.yen for cost in settlement_queries.list_costs(session, service_id, month)]
        month = report_dates.month(month).last + timedelta(days=1)
    return found


def income_of(session: Session, service_id: int, lines: Iterable[TakenLine], span: Span) -> Income:
    """Return what came in: the cash of rides, and what buyers paid for ticket books and passes (T-42).

    A subsidy is shown beside it: it is not taken from riders (T-37). Refunds count on the day they were paid (Q-47).
    """
    rides: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        sums = rides[line.category, line.pay_kind]
        sums[0] += line.persons
        sums[1] += line.received_yen
    sold = _sold(session, service_id, span)
    rides_yen = sum(yen for _, yen in rides.values())
    paid = {kind: sum(each["paid_yen"] for each in sold if each["kind"] == kind) for kind in ("ticket_book", "pass")}
    refunds_yen = _refunded_yen(session, service_id, span)
    return Income(
        rides=[
            Taken(category=category, pay_kind=pay_kind, persons=persons, yen=yen)
            for (category, pay_kind), (persons, yen) in sorted(rides.items())
        ],
        rides_yen=rides_yen,
        sales=sold,
        ticket_books_yen=paid["ticket_book"],
        passes_yen=paid["pass"],
        refunds_yen=refunds_yen,
        subsidies_yen=sum(each["subsidy_yen"] for each in sold),
        total_yen=rides_yen + paid["ticket_book"] + paid["pass"] - refunds_yen,
    )


def _sold(session: Session, service_id: int, span: Span) -> list[Sold]:
    """Return what was sold, by product and place (T-33)."""
    sums = func.count(), func.sum(Sale.paid_yen), func.sum(Sale.subsidy_yen)
    query = (
        select(Product.kind, Product.code, Sale.place, *sums)
        .join(Product, Product.id == Sale.product_id)
        .where(Sale.transport_service_id == service_id, Sale.sold_on.between(span.first, span.last))
        .group_by(Product.kind, Product.code, Sale.place)
        .order_by(Product.kind.desc(), func.min(Product.seq), Sale.place)
    )
    return [
        Sold(kind=kind, code=code, place=place, pieces=pieces, paid_yen=int(paid), subsidy_yen=int(subsidy))
        for kind, code, place, pieces, paid, subsidy in session.execute(query)
    ]


def _refunded_yen(session: Session, service_id: int, span: Span) -> int:
    query = select(func.coalesce(func.sum(Sale.refunded_yen), 0)).where(
        Sale.transport_service_id == service_id, Sale.refunded_on.between(span.first, span.last)
    )
    return int(session.scalar(query) or 0)


def against_plan(session: Session, service_id: int, last: date) -> list[Against]:
    """Return the fiscal year so far beside the plan: runs of each kind, and metres a day (T-44)."""
    service = session.get_one(TransportService, service_id)
    year = report_dates.fiscal_year(last)
    runs = run_counts.list_runs(session, service_id, first=year.first, last=last)
    counted = Counter(run.kind for run in runs if run.is_counted)
    metres = run_counts.driven_m_by_day(session, service_id, first=year.first, last=last)
    planned = {
        "fixed": service.planned_fixed_runs,
        "reserved": service.planned_reserved_runs,
        EXTRA: service.planned_extra_runs,
    }
    so_far = [Against(name=kind, so_far=counted[kind], planned=planned[kind]) for kind in KINDS]
    a_day = sum(metres.values()) // (1000 * len(metres)) if metres else 0
    return [*so_far, Against(name="day_km", so_far=a_day, planned=service.planned_day_km)]
