"""What was sold in a month: by place, by kind, by subsidy (T-33, T-37, T-42)."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin import forms
from backend.app import world
from backend.db.queries import network
from backend.db.queries import sales as queries
from backend.db.session import transaction
from backend.domain import times
from backend.domain.policies.settlement import last_day, month_of


def register(pages: Blueprint) -> None:
    """Add the month's page."""
    pages.get("/month")(month)


def month() -> ResponseReturnValue:
    """Show the sales of a month with their sums; this month unless another is asked for."""
    first = forms.month_or(request.args, "month", month_of(times.day_of(world().clock())))
    with transaction(world().engine) as session:
        service = network.get_service(session, mode="line")
        sold = queries.sales_between(session, service.id, first, last_day(first))
        refunds = queries.refunds_between(session, service.id, first, last_day(first))
    return render_template(
        "sales/month.html",
        first=first,
        sold=sold,
        refunds=refunds,
        by_place=queries.subtotals(sold, lambda sale: sale.place),
        by_kind=queries.subtotals(sold, lambda sale: sale.product.kind),
        by_scheme=queries.subtotals(
            [sale for sale in sold if sale.scheme], lambda sale: sale.scheme.name if sale.scheme else ""
        ),
    )
