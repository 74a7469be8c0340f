"""Which service a page of the masters is about: the one named by its code, or the first."""

from flask import request
from sqlalchemy.orm import Session

from backend.db.queries import network
from backend.db.queries.network import ServiceView
from backend.domain.errors import NotFoundError


def chosen_service(session: Session) -> ServiceView:
    """Return the service that the address or the form names, or the first; raise `NotFoundError` for no such."""
    code = request.values.get("service", "")
    services = network.list_services(session)
    found = next((each for each in services if each.code == code), None if code else next(iter(services), None))
    if found is None:
        raise NotFoundError(f"service {code}")
    return found
