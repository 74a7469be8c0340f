"""The units by which running cost is reckoned, by the day they hold from (T-41)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from backend.db.models import CostUnit
from backend.domain.policies.running_cost import CostUnits
from backend.services import lifecycle


@dataclass(frozen=True, slots=True)
class HeldUnits:
    """Units and the day they hold from."""

    valid_from: date
    units: CostUnits


def set_units(
    session: Session, service_id: int, *, valid_from: date, units: CostUnits, actor: str, now: datetime
) -> None:
    """Set the units of a service from a day on; units set for the very same day before are replaced."""
    values = {"method": units.method, "yen_per_run": units.yen_per_run, "yen_per_hour": units.yen_per_hour}
    once = insert(CostUnit).values(transport_service_id=service_id, valid_from=valid_from, **values)
    replaced = once.on_conflict_do_update(index_elements=["transport_service_id", "valid_from"], set_=values)
    unit_id = session.scalar(replaced.returning(CostUnit.id))
    facts: lifecycle.Facts = {"valid_from": valid_from.isoformat(), "method": units.method}
    lifecycle.record(session, "cost_unit", unit_id or 0, "cost_units.set", actor=actor, now=now, facts=facts)


def list_units(session: Session, service_id: int) -> list[HeldUnits]:
    """Return all units of a service, the newest first."""
    query = select(CostUnit).where(CostUnit.transport_service_id == service_id).order_by(CostUnit.valid_from.desc())
    rows = session.scalars(query)
    return [HeldUnits(row.valid_from, CostUnits(row.method, row.yen_per_run, row.yen_per_hour)) for row in rows]


def units_on(session: Session, service_id: int, day: date) -> CostUnits | None:
    """Return the units of running cost that hold on a day, or None while none were agreed."""
    held = (each for each in list_units(session, service_id) if each.valid_from <= day)
    newest = next(held, None)
    return newest.units if newest else None
