"""Decides the runs of a timetable once their last booking channel has closed (T-13)."""

import structlog

from backend import world as worlds
from backend.db.session import transaction
from backend.services import cut_offs

log = structlog.get_logger(__name__)


def decide_day(service_day_id: int) -> int:
    """Decide what is due on one service day, and return how many runs were decided now: repeated, none."""
    world = worlds.current()
    with transaction(world.engine) as session:
        decided = cut_offs.decide_day(session, service_day_id, now=world.clock())
    if decided:
        log.info("runs_decided", service_day_id=service_day_id, runs=len(decided))
    return len(decided)
