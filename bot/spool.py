"""Webhook events that came while the database was away: kept in sealed files until it is back.

LINE is answered 200 whatever happens behind it, and a resident's tap is not lost for that.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import structlog

from backend.db.sealing import UnreadableError, keyring
from backend.settings import Settings

PLACE = "webhook.spool"
ENDING = ".event"

log = structlog.get_logger(__name__)


def folder_of(settings: Settings) -> Path:
    """Return where this installation keeps such events."""
    return settings.spool


def put(settings: Settings, event: str) -> None:
    """Keep one event, as JSON, on the disk; it is there when this returns."""
    folder = folder_of(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(16)}{ENDING}"
    half = path.with_suffix(".half")
    with half.open("wb") as file:
        file.write(keyring().seal(event, place=PLACE))
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)


def waiting(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Return the kept events with their files, the oldest first; one that cannot be read is put aside and said."""
    for path in sorted(folder_of(settings).glob(f"*{ENDING}"), key=lambda each: each.stat().st_mtime):
        try:
            yield path, keyring().open(path.read_bytes(), place=PLACE)
        except (OSError, UnreadableError) as error:
            log.error("spooled_event_unreadable", error=type(error).__name__)  # noqa: TRY400 -- no trace needed
            path.rename(path.with_suffix(".unreadable"))
