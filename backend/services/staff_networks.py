"""From which addresses the staff web may be opened (S-02)."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.db.models import StaffNetwork
from backend.domain.errors import NotFoundError
from backend.domain.refusals import Refusal
from backend.services import lifecycle


def is_inside(ranges: Iterable[str], source: str) -> bool:
    """Tell whether an address lies in one of the ranges; without any range, every address does."""
    networks = [ipaddress.ip_network(each) for each in ranges]
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return not networks
    return not networks or any(address in each for each in networks)


def is_allowed(session: Session, source: str) -> bool:
    """Tell whether the staff web may be opened from ``source``."""
    return is_inside(session.scalars(select(StaffNetwork.cidr)), source)


def add(session: Session, *, cidr: str, name: str, source: str, actor: str, wall: datetime) -> Refusal | None:
    """Allow a range. The first one must hold ``source``, or whoever adds it would lock themselves out."""
    try:
        network = str(ipaddress.ip_network(cidr.strip(), strict=False))
    except ValueError:
        return Refusal("network_unreadable")
    present = list(session.scalars(select(StaffNetwork.cidr)))
    if network in present:
        return Refusal("network_there")
    if not is_inside([*present, network], source):
        return Refusal("network_locks_out")
    session.add(StaffNetwork(cidr=network, name=name, added_at=wall, added_by=actor))
    lifecycle.record(session, "network", None, "network.added", actor=actor, now=wall, facts={"cidr": network})
    return None


def drop(session: Session, cidr: str, *, source: str, actor: str, wall: datetime) -> Refusal | None:
    """Take a range away, unless it is the one that whoever takes it away sits in."""
    rows = {row.cidr: row for row in session.scalars(select(StaffNetwork).with_for_update())}
    if cidr not in rows:
        raise NotFoundError("network")
    rest = [each for each in rows if each != cidr]
    if not is_inside(rest, source):
        return Refusal("network_locks_out")
    session.delete(rows[cidr])
    lifecycle.record(session, "network", None, "network.dropped", actor=actor, now=wall, facts={"cidr": cidr})
    return None
