"""Looks for a better plan of a day in the background."""

import structlog

from backend import world as worlds
from backend.db.session import transaction
from backend.services import planning
from routing.improve import improve

SECONDS = 3.0
SEED = 20221121

log = structlog.get_logger(__name__)


def replan_day(service_day_id: int) -> bool:
    """Improve one day within its promises; tell whether a better plan came into force."""
    world = worlds.current()
    with transaction(world.engine) as session:
        day_plan, versions = planning.snapshot(session, service_day_id, now=world.clock())
    # No transaction is open while we search: bookings go on meanwhile.
    better = improve(day_plan.plan, day_plan.times.matrix, seconds=SECONDS, seed=SEED, weights=day_plan.weights)
    if better == day_plan.plan:
        return False
    with transaction(world.engine) as session:
        is_applied = planning.apply(session, service_day_id, better, versions, now=world.clock())
    log.info("replanned", service_day_id=service_day_id, applied=is_applied)
    return is_applied
