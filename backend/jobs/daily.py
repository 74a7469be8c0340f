"""The daily backup, beside the sweeper's rounds: it may take minutes, and no message waits for it (S-12)."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.db import sealing
from backend.db.session import transaction
from backend.services import alarms, backups
from backend.world import World

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DailyBackup:
    """Makes the backup of the day once it is due, when a folder is named for it; tried hourly until there is one."""

    world: World
    running: threading.Thread | None = field(default=None)

    def look(self) -> None:
        """Start what is due; say so when what was started does not come to an end."""
        folder = self.world.settings.backups
        if folder is None or not backups.is_due(folder, wall=self.world.wall()):
            return
        if self.running is None or not self.running.is_alive():
            self.running = threading.Thread(target=self.make, args=(folder,), name="backup", daemon=True)
            self.running.start()
        elif backups.is_late(folder, wall=self.world.wall()):
            self.tell(folder)

    def make(self, folder: Path) -> None:
        """Make a backup; one that cannot be made is an alarm at once."""
        plan = backups.Plan.of(self.world.settings, folder)
        try:
            made = backups.make(self.world.engine, sealing.keyring(), plan, wall=self.world.wall())
        except (backups.ArchiveError, sealing.KeyringError, SQLAlchemyError) as error:
            log.error("backup_failed", error=type(error).__name__)  # noqa: TRY400 -- no trace: it may name what it saw
            self.tell(folder)
        else:
            log.info("backup_made", size=made.size, rows=made.summary.rows, expired=made.expired)

    def tell(self, folder: Path) -> None:
        """Raise the alarm, unless the database is away: then everybody knows."""
        now, wall = self.world.clock(), self.world.wall()
        try:
            with transaction(self.world.engine) as session:
                alarms.backup_missing(session, backups.newest(folder), now=now, wall=wall)
        except (SQLAlchemyError, OSError) as error:
            log.warning("alarm_not_raised", error=type(error).__name__)

    def finish(self) -> None:
        """Wait for what was started."""
        if self.running is not None:
            self.running.join()
