"""Works out what other conditions would have made of days that are over, in the background."""

import structlog

from backend import world as worlds
from backend.db.session import transaction
from backend.services import trials

log = structlog.get_logger(__name__)


def work_out(what_if_id: int) -> None:
    """Work out one trial and keep what came of it; nothing to do where that is done."""
    world = worlds.current()
    with transaction(world.engine) as session:
        begun = trials.begin(session, what_if_id, now=world.clock())
    if begun is None:
        return
    # No transaction is open while wishes are asked again: that takes seconds.
    figures = trials.work_out(*begun)
    with transaction(world.engine) as session:
        trials.finish(session, what_if_id, figures, now=world.clock())
    log.info("what_if_done", what_if_id=what_if_id, days=len(figures["days"]))
