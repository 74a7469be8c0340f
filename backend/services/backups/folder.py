"""The folder of backups: names, which is the newest, which are past keeping, when the next is due (S-12, I-27)."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.db.sealed_chunks import ArchiveError
from backend.domain import times

NAME = re.compile(r"noriai-(\d{8}T\d{6}Z)\.backup")
STAMP = "%Y%m%dT%H%M%SZ"
HALF = ".half"
LOCK = ".lock"
LATE = timedelta(hours=26)
DAILY_AT_S = 3 * times.HOUR_S  # in the night nobody rides


def list_made(folder: Path) -> list[tuple[datetime, Path]]:
    """Return the archives of a folder with the moments of which they are, the oldest first."""
    found = [(NAME.fullmatch(path.name), path) for path in folder.iterdir()] if folder.is_dir() else []
    return sorted((_moment(name[1]), path) for name, path in found if name)


def path_for(folder: Path, moment: datetime) -> Path:
    """Return the name of the archive of a moment; raise `ArchiveError` when it is there."""
    path = folder / f"noriai-{moment.astimezone(UTC).strftime(STAMP)}.backup"
    if path.exists():
        raise ArchiveError(f"{path.name} is there already")
    return path


def newest(folder: Path) -> datetime | None:
    """Return of which moment the newest archive is; None when there is none."""
    made = list_made(folder)
    return made[-1][0] if made else None


def is_due(folder: Path, *, wall: datetime) -> bool:
    """Tell whether the daily backup has not been made since three o'clock at night in Japan."""
    last = newest(folder)
    today = times.moment(times.day_of(wall), DAILY_AT_S)
    return last is None or last < (today if today <= wall else today - timedelta(days=1))


def is_late(folder: Path, *, wall: datetime) -> bool:
    """Tell whether there is no backup that is as new as the daily one must be (S-12)."""
    last = newest(folder)
    return last is None or wall - last > LATE


def remove_expired(folder: Path, *, keep_days: int, wall: datetime) -> int:
    """Remove archives that are past their keeping, never the newest; return how many."""
    before = wall - timedelta(days=keep_days)
    expired = [path for moment, path in list_made(folder)[:-1] if moment < before]
    for path in expired:
        path.unlink()
    return len(expired)


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold a folder for one backup at a time, and take away what a killed one left; raise `ArchiveError` if taken."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ArchiveError("another backup is being made in this folder") from error
        for left_over in folder.glob(f"*{HALF}"):
            left_over.unlink()
        yield
    finally:
        os.close(descriptor)


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
