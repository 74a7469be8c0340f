"""Opinions, complaints and questions: typed on a page of ours, never in the chat, and numbered (T-49, L-03)."""

from flask import g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from backend.app import world
from backend.db.queries import network
from backend.db.session import transaction
from backend.services import cases, registration
from bot.pages import entry
from bot.pages.shared import open_link, page

CHANNEL = "line"


def show(token: str) -> ResponseReturnValue:
    """Show the form, with the services there are."""
    here = world()
    with transaction(here.engine) as rows:
        link = open_link(rows, token, "opinion")
        registration.give_time(rows, link, wall=here.wall())
        services = _services(rows)
    return page("opinion", values=entry.typed_opinion({}), errors={}, services=services, token=token)


def take(token: str) -> ResponseReturnValue:
    """Open a case and show its number. Sent twice it is one case: its link opens once."""
    here = world()
    with transaction(here.engine) as rows:
        link = open_link(rows, token, "opinion")
        services = _services(rows)
        values = entry.typed_opinion(request.form)
        errors = entry.check_opinion(values, service_ids=[str(number) for number, _name in services])
        if errors:
            registration.count_try(rows, link)
            return page("opinion", values=values, errors=errors, services=services, token=token), 422
        case = cases.open(
            rows,
            service_id=int(values["service"] or services[0][0]),
            kind=values["kind"],
            channel=CHANNEL,
            text=values["text"],
            rider_id=link.rider_id,
            key=f"opinion:{link.id}",
            now=here.clock(),
            actor=f"line:{link.line_user_id}",
        )
        registration.use_up(rows, link, wall=here.wall())
        number = case.number
    return page("opinion_taken", number=number, language=g.language)


def _services(rows: Session) -> list[tuple[int, str]]:
    return [(each.id, each.name) for each in network.list_services(rows)]
