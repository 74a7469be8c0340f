"""Finds what a crash, or an emptied Redis, has lost, and does it. Works without Redis: the tables are the truth."""

from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from rq.utils import import_attribute
from sqlalchemy.exc import SQLAlchemyError

from backend import world as worlds
from backend.bell import PLAN
from backend.db.queries import waiting
from backend.db.session import transaction
from backend.jobs.daily import DailyBackup
from backend.jobs.what_if import WORK_OUT
from backend.services import (
    alarms,
    audit_chain,
    backups,
    cut_offs,
    delays,
    guests,
    machine_answers,
    planning,
    purging,
    reads,
    reminders,
    reports,
    trials,
)
from backend.services import drafts as draft_service
from backend.services.planning import Versions
from backend.world import World

HANDLE_EVENTS = "bot.jobs.handle_events"
TAKE_SPOOLED = "bot.webhook.take_spooled"
SEND = "bot.jobs.send_notification"
SET_UP_MENUS = "bot.jobs.set_up_menus"
REPLAN = "backend.jobs.planning.replan_day"
DECIDE = "backend.jobs.cut_offs.decide_day"
SECONDS_APART = 2.0
MINUTE_S = 60.0
HOUR_S = 3600.0
NEWEST_CHECKED = 5000

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Sweeper:
    """Goes round every two seconds; once a minute it also looks at the days, once an hour at the menus."""

    world: World
    daily_backup: DailyBackup = field(init=False)
    last_minute: float = -MINUTE_S
    last_hour: float = -HOUR_S
    planned: dict[int, Versions] = field(default_factory=dict)
    rung_for: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self.daily_backup = DailyBackup(self.world)

    def sweep(self, monotonic_s: float) -> None:
        """Do one round. One thing that fails does not keep the rest from being done."""
        self._quietly(self.events)
        self._quietly(self.messages)
        self._quietly(self.audit_links)
        if monotonic_s - self.last_minute >= MINUTE_S:
            self.last_minute = monotonic_s
            self._quietly(self.days)
            self._quietly(self.cut_offs)
            self._quietly(self.late_runs)
            self._quietly(self.reminders)
            self._quietly(self.better_plans)
            self._quietly(self.trials)
            self._quietly(self.drafts)
            self._quietly(self.audit_anchor)
            self._quietly(self.look_ups)
            self._quietly(self.erasures)
        if monotonic_s - self.last_hour >= HOUR_S:
            self.last_hour = monotonic_s
            self.world.bell.ring(SET_UP_MENUS)
            self._quietly(self.reports)
            self._quietly(self.guests)
            self._quietly(self.purge)
            self._quietly(self.daily_backup.look)

    def events(self) -> None:
        """Handle the LINE events that no worker took, and those that came while the database was away."""
        import_attribute(TAKE_SPOOLED)()
        with transaction(self.world.engine) as session:
            users = waiting.line_users_waiting(session, wall=self.world.wall())
        for user in users:
            import_attribute(HANDLE_EVENTS)(user)

    def messages(self) -> None:
        """Send what is owed and nobody is sending."""
        with transaction(self.world.engine) as session:
            owed = waiting.messages_waiting(session, now=self.world.clock(), wall=self.world.wall())
        for notification_id in owed:
            import_attribute(SEND)(notification_id)

    def days(self) -> None:
        """Make the service days that can be booked by now."""
        with transaction(self.world.engine) as session:
            planning.ensure_days(session, now=self.world.clock())

    def cut_offs(self) -> None:
        """Have the runs decided that nobody can book any more (T-13); what no worker took up since is done here."""
        with transaction(self.world.engine) as session:
            due = cut_offs.days_due(session, now=self.world.clock())
        for service_day_id in due:
            if service_day_id in self.rung_for:
                import_attribute(DECIDE)(service_day_id)
            else:
                self.world.bell.ring(DECIDE, service_day_id)
        self.rung_for = frozenset(due) - self.rung_for

    def late_runs(self) -> None:
        """Tell people about vehicles that are late without their driver having said so."""
        with transaction(self.world.engine) as session:
            delays.check_running(session, now=self.world.clock())

    def reminders(self) -> None:
        """Owe the reminders of tomorrow's rides, once their time has come."""
        with transaction(self.world.engine) as session:
            reminders.owe_due(session, now=self.world.clock())

    def better_plans(self) -> None:
        """Have the days improved whose plans changed since."""
        with transaction(self.world.engine) as session:
            busy = planning.busy_days(session, now=self.world.clock())
        for service_day_id, versions in busy.items():
            if self.planned.get(service_day_id) != versions:
                self.world.bell.ring(REPLAN, service_day_id, queue=PLAN)
        self.planned = busy

    def trials(self) -> None:
        """Have the trials gone on with that no worker has come to the end of."""
        with transaction(self.world.engine) as session:
            waits = trials.waiting(session, asked_before=self.world.clock() - trials.PATIENCE)
        for what_if_id in waits:
            self.world.bell.ring(WORK_OUT, what_if_id, queue=PLAN)

    def audit_links(self) -> None:
        """Give the acts that are new their places in the chain, outside every lock of a booking (S-25)."""
        with transaction(self.world.engine) as session:
            audit_chain.link(session, now=self.world.wall())

    def audit_anchor(self) -> None:
        """Write the end of the chain to a second place, and look at its newest part."""
        with transaction(self.world.engine) as session:
            wall = self.world.wall()
            faults = audit_chain.verify(session, self.world.settings.anchors, newest=NEWEST_CHECKED)
            audit_chain.anchor(session, self.world.settings.anchors, now=wall)
            if faults:
                log.error("audit_broken", position=faults[0].position)
                alarms.audit_broken(session, faults[0].position, now=self.world.clock(), wall=wall)

    def look_ups(self) -> None:
        """Tell the protection managers of look-ups far above the usual (S-09)."""
        with transaction(self.world.engine) as session:
            reads.watch(session, now=self.world.clock(), wall=self.world.wall())

    def drafts(self) -> None:
        """Forget the conversations that nobody went on with, and answers that no machine will ask for again."""
        with transaction(self.world.engine) as session:
            draft_service.forget_old(session, before=self.world.wall() - draft_service.LIFE)
            machine_answers.forget_old(session, before=self.world.wall() - machine_answers.LIFE)

    def reports(self) -> None:
        """Draft the reports of the month and the half year that are over (T-39, T-52)."""
        with transaction(self.world.engine) as session:
            reports.draft_due(session, now=self.world.clock())

    def guests(self) -> None:
        """Part guests from their LINE accounts whose rides are over and who did not want to be remembered (Q-58)."""
        with transaction(self.world.engine) as session:
            guests.forget_over(session, now=self.world.clock())

    def purge(self) -> None:
        """Take away what is past its period of keeping, once the town has agreed to the periods (Q-69)."""
        now, wall = self.world.clock(), self.world.wall()
        purging.purge(self.world.engine, actor="system", now=now, wall=wall, with_trail=False)

    def erasures(self) -> None:
        """Note outside the database who was erased, where a crash has kept it from being noted (C-18)."""
        backups.note_erasures(self.world.engine, self.world.settings.erasures)

    def _quietly(self, part: Callable[[], None]) -> None:
        try:
            part()
        except (SQLAlchemyError, OSError) as error:
            log.warning("sweep_failed", part=part.__name__, error=type(error).__name__)


def make() -> Sweeper:
    """Return the sweeper of this process."""
    return Sweeper(worlds.current())
