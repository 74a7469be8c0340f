"""Which service a page of the reports is about: named in its address, or the line where there is one."""

from flask import request
from sqlalchemy.orm import Session

from backend.db.queries import network
from backend.db.queries.network import ServiceView
from backend.domain.errors import NotFoundError


def asked_for(session: Session) -> tuple[ServiceView, list[ServiceView]]:
    """Return the service that the address or the form names by its code, and all there are."""
    services = network.list_services(session)
    code = request.values.get("service", "")
    found = [service for service in services if (service.code == code if code else network.is_line(service))]
    if not found and (code or not services):
        raise NotFoundError(f"service {code}")
    return (found or services)[0], services
