"""Business reports: drafted by themselves on the 1st, edited, then frozen as they were submitted (T-39, T-43, T-52)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.adapters.holidays import holiday_name
from backend.db.models import Report, TransportService
from backend.db.queries import network, products
from backend.db.queries.products import ProductView
from backend.domain import times
from backend.domain.errors import NotFoundError, StaleError
from backend.domain.figures import Figures, Head
from backend.domain.policies import report_dates
from backend.domain.policies.report_dates import Span
from backend.domain.refusals import Refusal
from backend.services import lifecycle, report_figures, service_days

MONTHLY, HALF_YEAR = "monthly", "half_year"
NEW_YEAR = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with its figures: as they are now, or as they were handed in.

    ``standing`` is draft, reminder, overdue or submitted; ``before`` are the figures of the half before (T-52).
    """

    id: int
    service_id: int
    service_name: str
    kind: str
    span: Span
    standing: str
    due_on: date
    other_matters: str
    submitted_at: datetime | None
    version: int
    head: Head
    figures: Figures
    before: Figures | None
    products: tuple[ProductView, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a report stands that is asked for: what the list and the start page show."""

    service_code: str
    service_name: str
    kind: str
    span: Span
    standing: str
    due_on: date
    submitted_at: datetime | None


def draft_due(session: Session, *, now: datetime) -> int:
    """Make the drafts that are due by now and missing; return how many were made. Safe to repeat (T-39, T-52)."""
    today = times.day_of(now)
    made = 0
    for service in filter(network.is_line, network.list_services(session)):
        for kind, span in (
            (MONTHLY, report_dates.month_before(today)),
            (HALF_YEAR, report_dates.half_year_before(today)),
        ):
            days = service_days.calendar(session, service).operating_days(span.first, span.last)
            if days and _draft(session, service, kind, span, now=now):
                made += 1
                for day in days:  # after an outage of days the printed runs of those days are there all the same
                    service_days.ensure(session, service.id, day)
    return made


def list_standings(session: Session, *, today: date) -> list[Standing]:
    """Return all reports, the newest first, each with how it stands."""
    query = (
        select(Report, TransportService)
        .join(TransportService, TransportService.id == Report.transport_service_id)
        .order_by(Report.first_day.desc(), Report.kind, Report.transport_service_id)
    )
    return [
        Standing(
            service_code=service.code,
            service_name=service.name,
            kind=report.kind,
            span=_span(report),
            standing=_standing(report, service, today),
            due_on=_due_on(report, service),
            submitted_at=report.submitted_at,
        )
        for report, service in session.execute(query)
    ]


def get(session: Session, service_id: int, kind: str, first: date, *, now: datetime) -> ReportView:
    """Return a report; raise `NotFoundError` when there is none for that span."""
    report = _find(session, service_id, kind, first)
    service = session.get_one(TransportService, service_id)
    today = times.day_of(now)
    span = _span(report)
    figures = cast("Figures", report.figures) if report.figures else _reckon(session, service_id, span, today)
    before = None
    if kind == HALF_YEAR:
        before = report_figures.reckon(session, service_id, report_dates.half_year_before(first), today=today)
    return ReportView(
        id=report.id,
        service_id=service_id,
        service_name=service.name,
        kind=kind,
        span=span,
        standing=_standing(report, service, today),
        due_on=_due_on(report, service),
        other_matters=report.other_matters,
        submitted_at=report.submitted_at,
        version=report.version,
        head=figures.get("head") or _head(service),
        figures=figures,
        before=before,
        products=tuple(products.list_products(session, service_id, span.last)),
    )


def edit(session: Session, service_id: int, kind: str, first: date, *, text: str, version: int) -> Refusal | None:
    """Write the section その他必要な事項; a submitted report is refused, an old screen raises `StaleError` (T-43)."""
    report = _locked(session, service_id, kind, first, version)
    if report.state == "submitted":
        return Refusal("report_submitted")
    report.other_matters = text
    session.flush()
    return None


def submit(
    session: Session, service_id: int, kind: str, first: date, *, text: str, version: int, actor: str, now: datetime
) -> Refusal | None:
    """Hand a report in: figures and text are frozen with the moment (T-39).

    Refused before its span is over, and when it was handed in before; an old screen raises `StaleError`.
    """
    report = _locked(session, service_id, kind, first, version)
    today = times.day_of(now)
    if report.state == "submitted":
        return Refusal("report_submitted")
    if today <= report.last_day:
        return Refusal("report_not_over", {"day": report.last_day.isoformat()})
    figures = _reckon(session, service_id, _span(report), today)
    figures["head"] = _head(session.get_one(TransportService, service_id))
    report.figures, report.formula_version = dict(figures), figures["formulas"]
    report.other_matters, report.state = text, "submitted"
    report.submitted_at, report.submitted_by = now, actor
    session.flush()
    facts: lifecycle.Facts = {"kind": kind, "first_day": first.isoformat()}
    lifecycle.record(session, "report", report.id, "report.submitted", actor=actor, now=now, facts=facts)
    return None


def _head(service: TransportService) -> Head:
    """Return to whom and from whom a report of a service goes, as its settings say now."""
    return {
        "recipient": service.report_recipient,
        "address": service.contractor_address,
        "contractor": service.contractor,
        "person": service.contractor_person,
    }


def _reckon(session: Session, service_id: int, span: Span, today: date) -> Figures:
    return report_figures.reckon(session, service_id, span, today=today)


def _draft(session: Session, service: TransportService, kind: str, span: Span, *, now: datetime) -> int:
    once = insert(Report).values(
        transport_service_id=service.id,
        kind=kind,
        first_day=span.first,
        last_day=span.last,
        state="draft",
        other_matters="",
        drafted_at=now,
        version=1,
    )
    found = session.scalar(once.on_conflict_do_nothing().returning(Report.id))
    return 0 if found is None else 1


def _find(session: Session, service_id: int, kind: str, first: date) -> Report:
    query = select(Report).where(
        Report.transport_service_id == service_id, Report.kind == kind, Report.first_day == first
    )
    report = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if report is None:
        raise NotFoundError(f"report {kind} {first}")
    return report


def _locked(session: Session, service_id: int, kind: str, first: date, version: int) -> Report:
    report = _find(session, service_id, kind, first)
    session.refresh(report, with_for_update=True)
    if report.version != version:
        raise StaleError(f"report {report.id} is at version {report.version}")
    return report


def _span(report: Report) -> Span:
    return Span(report.first_day, report.last_day)


def _standing(report: Report, service: TransportService, today: date) -> str:
    if report.state == "submitted":
        return "submitted"
    return report_dates.state_on(
        today, _span(report), reminder_day=service.report_reminder_day, due_day=service.report_due_day
    )


def _due_on(report: Report, service: TransportService) -> date:
    return report_dates.due_on(_span(report), due_day=service.report_due_day, is_closed=_is_no_office_day)


def _is_no_office_day(day: date) -> bool:
    return holiday_name(day) is not None or (day.month, day.day) in NEW_YEAR
