"""Works out what other conditions would have made of days that are over, in the background, a day at a time."""

import structlog

from backend import world as worlds
from backend.bell import PLAN
from backend.db.session import transaction
from backend.services import trials
from backend.services.travel import NoTravelTimesError

WORK_OUT = "backend.jobs.what_if.work_out"

log = structlog.get_logger(__name__)


def work_out(what_if_id: int) -> None:
    """Work out the next day of one trial, keep what came of it, and ring for the day after it.

    Nothing to do where the trial is done.
    """
    world = worlds.current()
    with transaction(world.engine) as session:
        begun = trials.begin(session, what_if_id, now=world.clock())
    if not begun:
        return
    try:
        with transaction(world.engine) as session:
            found = trials.next_day(session, what_if_id)
    except (trials.TooMuchError, NoTravelTimesError) as error:
        log.warning("what_if_failed", what_if_id=what_if_id, error=type(error).__name__)
        with transaction(world.engine) as session:
            trials.finish(session, what_if_id, now=world.clock(), is_worked_out=False)
        return
    if found is None:
        with transaction(world.engine) as session:
            trials.finish(session, what_if_id, now=world.clock())
        return
    # No transaction is open while wishes are asked again: that takes seconds.
    figures = trials.work_out(*found)
    with transaction(world.engine) as session:
        trials.keep(session, what_if_id, figures)
    world.bell.ring(WORK_OUT, what_if_id, queue=PLAN)
